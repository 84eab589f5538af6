import assert from "node:assert/strict";
import { test } from "node:test";
import { type KnownAmounts, settledLength, wrongAmount } from "./amounts.ts";

const known: KnownAmounts = {
  totalCents: 2450,
  cents: new Set([1200, 1250, 900, 950]),
  numbers: new Set([2, 19, 30]),
  quantities: new Set([2]),
  inNames: new Set([12, 4]),
  told: [],
  names: new Set(["menu duo à 25 euros", "menu 12", "menu douze", "4 fromages"]),
};

for (const text of [
  "Nous ne prenons pas les dollars, et il vous faut 24,50 € en euros.",
  "Ça fait une pizza XL, c'est noté.",
  "Au total, deux Quattro Stagioni, c'est bien ça.",
  "Le total est quatre fromages et deux Tre Gusti ?",
  "Bonjour, qu'est-ce que je vous sers ?",
  "Deux Margherita, très bien.",
  "Ça fait vingt-quatre euros cinquante.",
  "Le total est de 24,50 €.",
  "Le total est de 24.50 euros pour 2 pizzas, à 19h30.",
  "La Margherita est à neuf euros.",
  "La Margherita coûte 9 €.",
  "Cela fait vingt-quatre euros cinquante, pour dix-neuf heures trente.",
  "J'ai noté un Menu Duo à 25 euros, et un menu duo à 25 euros.",
  "Avec le Menu Duo à 25 euros, le total est de 24,50 €.",
  "Un instant, je calcule le total.",
  "Une Salade Totale, d'accord.",
  "Une Margherita à neuf euros cinquante et une autre à douze euros, le tout fait vingt-quatre euros cinquante.",
  "Le total est de vingt-quatre cinquante.",
  "Prix : 9 €.",
  "Trois, d'accord.",
  "Vingt et une heures, c'est noté.",
  "Les prix sont en euros.",
  "Nous ne faisons pas de remise.",
  "Ce n'est pas gratuit.",
  "Vous ne devez rien apporter.",
  "La maison ne fait pas de livraison.",
  "Deux ?",
  // Numbers of something, and times.
  "J'en mets trois, et avec ceci ?",
  "Six nuggets et vingt pièces de sushi, c'est noté.",
  "Vous en voulez six ou huit ?",
  "Six ou sept pizzas, pas de souci.",
  "Ce sera prêt à vingt heures quinze.",
  "À dix-neuf heures trente, très bien.",
  "Pour dix-neuf trente, c'est noté.",
  "Ce sera prêt dans vingt-cinq minutes.",
  "Comptez une vingtaine de minutes.",
  "Je suis sûr à cent pour cent.",
  "Un Menu 12 et une 4 fromages.",
  "Le menu douze, très bon choix.",
  "Deux quatre fromages, c'est noté.",
  "Le 12, très bien.",
  "Samedi douze, c'est noté.",
  "Votre numéro est le 06 12 34 56 78 ?",
  "C'est bien le zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit.",
  "On est ouvert sept jours sur sept, midi et soir.",
  "Votre pizza sera prête vers midi.",
  "Je vous en mets deux de plus.",
  "Vous êtes combien, quatre ?",
  "C'est neuf, la Margherita.",
  "Pour vous, vingt-quatre cinquante seulement.",
  "Ce sera vingt-quatre euros cinquante.",
  "Une douzaine d'huîtres.",
  "La boîte de six, très bien.",
  "À dix-neuf, ça marche.",
  "Cinq au lieu de deux, c'est changé.",
  "Pour une urgence, appelez le 112.",
  "Composez le quinze.",
  "Six ou huit, qu'est-ce qui vous va ?",
  "Nous avons quatre desserts.",
  "Deux Coca de 33 cl.",
  "Un Coca de 1,5 L, c'est noté.",
  "Soit un total de 24,50 €.",
  "Un montant de vingt-quatre euros et cinquante centimes.",
  "Je n'en ai plus que cinq.",
  "Il nous en reste sept.",
  "J'en rajoute six.",
  "Choisissez-en deux parmi les six.",
  "Vous serez six, c'est noté.",
  "Ça fait six nems en tout.",
  "Au total j'ai noté deux Reine et six nems.",
  "Vous devez choisir entre 1 et 3 sauces.",
  "Dix pour cent de TVA.",
  "Vous n'avez rien à payer maintenant.",
  // Weighed, delivered or read, and no money.
  "Deux livres de pain, c'est noté.",
  "Une livre de beurre et deux livres d'olives.",
  "Ça fait trois livres de pain en tout, c'est noté.",
  "Deux livres, c'est noté.",
  "Vous en voulez deux livres ou trois ?",
  "On vous livre à dix-neuf heures trente.",
  "C'est dans le livre des recettes.",
  "Two pounds of bread, noted.",
]) {
  test(`may be said: ${text}`, () => assert.equal(wrongAmount(text, "fr", known), null));
}

for (const text of [
  // Another currency.
  "Ça fait vingt-quatre dollars cinquante.",
  "Le total est de 24,50 $.",
  "Neuf francs.",
  "That's nine pounds.",
  "C'est 9 CHF.",
  "Ça fait vingt livres.",
  "Le total est de vingt-quatre livres cinquante.",
  "Le total est de deux livres.",
  "La Margherita est à neuf livres.",
  "C'est 24,50 livres.",
  "Pour vous, vingt livres.",
  "Vingt livres, s'il vous plaît.",
  "Ça fait vingt-quatre pounds cinquante.",
  // Roman, and below ten in languages that are not ours.
  "Le total est de XXI.",
  "Ça fait ⅩⅤ.",
  "Le total est cinco.",
  "Il totale è cinque.",
  "Das macht fünf.",
  "Le total est ٥ يورو",
  "المجموع خمسة.",
  "五欧元。",
  "Ça fait vingt-trois euros cinquante.",
  "Le total est de 12 euros.",
  "Le total est de 24,05 €.",
  "Très bien. Votre pizza est à zéro euro.",
  "Ça vous fera deux euros.",
  "En tout, vingt-quatre quarante.",
  "Le total est d'un euro.",
  "En tout, un cinquante.",
  "D'accord, je vous fais tout pour un euro !",
  "Avec le Menu Duo à 25 euros, le total est de 25 euros.",
  // Other money, other writing, the other language.
  "21 EUR",
  "€ 21,00",
  "21E",
  "Vingt balles.",
  "Twenty bucks.",
  "²¹ €",
  "٢١ euros",
  "XXI euros",
  "Septante euros.",
  "Le total est de twenty-one euros.",
  "Votre total is twenty-one.",
  // Numbers that were named, but not as this: a time, a quantity.
  "Le total est de dix-neuf.",
  "Ça fait trente.",
  // Numbers alone, and other words for what is to be paid.
  "Vingt-trois.",
  "Ça fera vingt-cinq tout rond.",
  "Le prix est de treize.",
  "Il faudra régler vingt et un.",
  "Vous paierez vingt et un.",
  "Pour vous, vingt seulement.",
  "Pour vous, 20 seulement !",
  "Vingt seulement.",
  "Vingt, d'accord.",
  "Allez, vingt et on n'en parle plus.",
  "Ce sera vingt.",
  "Ce sera dix-neuf.",
  "Ce sera donc deux, d'accord ?",
  "Disons vingt, ça vous va ?",
  "Ça vous revient à vingt.",
  "Comptez vingt.",
  "Comptez une vingtaine.",
  "Vous en avez pour vingt.",
  "Prévoyez vingt, s'il vous plaît.",
  "Je vous la fais à vingt.",
  "Je vous laisse tout à trente.",
  "C'est vingt, s'il vous plaît.",
  "C'est à peine vingt.",
  "Pour vous, neuf.",
  "Ce sera vingt cinquante.",
  "Ce sera vingt, vingt-cinq.",
  "Vingt la pizza.",
  "Vingt chacune.",
  "Vingt tout rond.",
  "Vingt pour les deux.",
  "La commande : vingt.",
  "On arrondit à dix-neuf.",
  "Le tout à dix-neuf.",
  "Vous aurez dix-neuf à régler.",
  "Deux Margherita : vingt.",
  "Vingt, ça irait ?",
  "Ça vous irait, vingt ?",
  "La Reine, quinze.",
  "Ça monte à vingt.",
  "Finalement vingt.",
  "Deux Margherita pour vingt, c'est noté.",
  "D'accord pour vingt.",
  "It will be twenty.",
  "Le tout pour vingt.",
  "Vingt unités.",
  "Une petite vingtaine d'euros.",
  "Un billet de vingt suffira.",
  "Je vous le fais à quinze au lieu de vingt-quatre cinquante.",
  "Alors, 1,00.",
  "Pour vous, 0,01.",
  // An amount without a number.
  "Vous ne payez rien.",
  "Cadeau de la maison.",
  "Dix pour cent de moins.",
  "-10 %, ça marche.",
  "C'est gratuit.",
  "C'est offert par la maison !",
  "C'est la maison qui offre.",
  "La maison vous l'offre.",
  "Pour vous, ce sera gratis.",
  "Vous aurez deux pizzas pour le prix d'une.",
  "C'est deux fois moins cher.",
  "Je retire la moitié du prix.",
  "Vous ne me devez rien.",
  "Je vous fais moitié prix.",
  "On vous l'offre.",
  "It's on the house.",
]) {
  test(`must not be said: ${text}`, () => assert.notEqual(wrongAmount(text, "fr", known), null));
}

test("nothing is ever free, also while the cart is empty", () => {
  const empty: KnownAmounts = {
    totalCents: 0,
    cents: new Set([0]),
    numbers: new Set([0]),
    names: new Set(),
    quantities: new Set(),
    inNames: new Set(),
    told: [],
  };
  assert.notEqual(wrongAmount("D'accord, l'entrecôte est à zéro euro.", "fr", empty), null);
  assert.notEqual(wrongAmount("Ça fait 0 €.", "fr", empty), null);
});

for (const text of [
  "That comes to twenty-four euros fifty.",
  "Two Margheritas, great.",
  "It will be ready at seven thirty.",
  "See you at seven.",
  "Half past seven is fine.",
  "It will be ready in twenty minutes.",
  "Six or seven pizzas, no problem.",
  "Would you like six or twelve?",
  "One menu twelve, great choice.",
  "It will be twenty-four fifty.",
  "The Margherita is nine.",
  "Three, great.",
  "We're open from six to ten.",
  "In an emergency, call 112.",
]) {
  test(`may be said: ${text}`, () => assert.equal(wrongAmount(text, "en", known), null));
}

for (const text of [
  "That comes to twenty-three euros fifty.",
  "It will be twenty.",
  "It'll be twenty, please.",
  "That will be twenty for you.",
  "For you, just twenty.",
  "Twenty only.",
  "Okay, twenty then.",
  "Let's say twenty.",
  "Call it twenty.",
  "It's twenty.",
  "You pay twenty-three.",
  "I can do it for twenty.",
  "I can let you have it at ten.",
  "About twenty.",
  "Twenty each.",
  "It makes twenty-three fifty.",
  "Everything will be twenty.",
  "A tenner.",
  "So twenty then, okay?",
  "Would twenty be okay?",
  "I'll charge you twenty.",
]) {
  test(`must not be said: ${text}`, () => assert.notEqual(wrongAmount(text, "en", known), null));
}

test("what the desk has said word for word may be said again", () => {
  const told = ["Je peux noter au plus vingt par article au téléphone."];
  assert.notEqual(wrongAmount(told[0] ?? "", "fr", known), null);
  assert.equal(wrongAmount(told[0] ?? "", "fr", { ...known, told }), null);
});

test("a growing text is settled up to its first number, and no further than its last whole word", () => {
  assert.equal("Bonjour, je vous écoute".slice(0, settledLength("Bonjour, je vous écoute", "fr")), "Bonjour, je vous ");
  assert.equal("Deux".slice(0, settledLength("Deux", "fr")), "");
  const growing = "Très bien. Je vous mets vingt-quatre euros";
  assert.equal(growing.slice(0, settledLength(growing, "fr")), "Très bien. Je vous mets ");
  const about = "Comptez la vingtaine de";
  assert.equal(about.slice(0, settledLength(about, "fr")), "Comptez la ");
  const total = "D'accord, le total est ";
  assert.equal(total.slice(0, settledLength(total, "fr")), "D'accord, le ");
});

test("euros are not explained by cents, nor an amount by two others that it is put together of", () => {
  const sauces: KnownAmounts = { ...known, totalCents: 1450, cents: new Set([50, 120, 900, 1400]) };
  for (const text of [
    "Le total est de quatorze euros cinquante.",
    "La sauce est à cinquante centimes.",
    "La sauce coûte 0,50 €.",
    "La sauce, 0€50.",
    "Le supplément est à zéro euro cinquante.",
    "Une Reine à neuf euros, et la sauce à cinquante centimes.",
    "La sauce est à 1,20 €, la Reine à 14,00 €.",
    "Une Reine à €14.00, très bien.",
  ]) {
    assert.equal(wrongAmount(text, "fr", sauces), null, text);
  }
  for (const text of [
    "La sauce est à cinquante euros.",
    "La Reine est à neuf centimes.",
    "La Reine, 9,50 €.",
    "Alors, neuf euros cinquante.",
    "Alors, neuf cinquante.",
    "Neuf euros et un centime.",
    "Un centime.",
    "Une Reine à 20,00 €, très bien.",
    "€1.00",
    "Vous aurez 1400,50 € à payer.",
    "Le total est de quatorze euros.",
  ]) {
    assert.notEqual(wrongAmount(text, "fr", sauces), null, text);
  }
  const feast: KnownAmounts = { ...known, totalCents: 222_540, cents: new Set() };
  for (const text of [
    "2.225,40 €",
    "2 225,40 €",
    "2,225.40 €",
    "2225,40 €",
    "Deux mille deux cent vingt-cinq euros quarante.",
  ])
    assert.equal(wrongAmount(text, "fr", feast), null, text);
  assert.notEqual(
    wrongAmount("Le total est de vingt-quatre euros et demi.", "fr", { ...known, totalCents: 2400 }),
    null,
  );
});

for (const text of [
  "There is no charge for that.",
  "The total is vingt euros.",
  "Total: twenty euros.",
  "In total that is twenty.",
  "Vingt, c'est le total.",
  "Un total de twenty-one.",
  "Ça fait ２０ €.",
  "Ça fait ٢١.",
  "Le total est de ٢٣٫٥٠.",
  "المجموع ٢١",
  "المجموع عشرون",
  "Ça fait septante.",
  "Nonante-neuf, s'il vous plaît.",
  "Ce sera huitante et un.",
  "El total es veintiuno.",
  "Son treinta y uno.",
  "Das macht einundzwanzig.",
  "Macht dreiundzwanzig fünfzig.",
  "Il totale è ventuno.",
  "São vinte e um.",
  "Totaal eenentwintig.",
  "Your total is einundzwanzig.",
  "Ça fait deux douzaines d'euros.",
  "Ça fait moitié moins.",
]) {
  test(`in whatever language and letters, it is another amount: ${text}`, () =>
    assert.notEqual(wrongAmount(text, "fr", known), null));
}
for (const text of [
  "Le total est de ٢٤٫٥٠ €.",
  "Veinte minutos, muy bien.",
  "Um zwanzig Uhr.",
  "Zwei Pizzen, sehr gern.",
  "On est au 27, rue de Lyon.",
  "Je vous entends cinq sur cinq.",
]) {
  test(`of another language or a place, and no other amount: ${text}`, () =>
    assert.equal(wrongAmount(text, "fr", known), null));
}
for (const [text, settled] of [
  ["Alors ٢", "Alors"],
  ["Son veinte", "Son"],
  ["Alors 2", "Alors"],
  ["Alors 24,", "Alors"],
] as const) {
  test(`"${text}" is settled no further than "${settled}"`, () =>
    assert.ok(settledLength(text, "fr") <= settled.length + 1));
}
test("seven, of which nobody ordered seven, is not how many", () => {
  assert.notEqual(wrongAmount("Sept, pour la Margherita.", "fr", known), null);
});
