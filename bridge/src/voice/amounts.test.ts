import assert from "node:assert/strict";
import { test } from "node:test";
import { type KnownAmounts, settledLength, wrongAmount } from "./amounts.ts";

const known: KnownAmounts = {
  totalCents: 2450,
  cents: new Set([1200, 1250, 900, 950]),
  numbers: new Set([2, 19, 30]),
  names: new Set(["Menu Duo à 25 euros"]),
};

for (const text of [
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
  "Deux ?",
]) {
  test(`may be said: ${text}`, () => assert.equal(wrongAmount(text, "fr", known), null));
}

for (const text of [
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
  "Le tout pour vingt.",
  // An amount without a number.
  "C'est gratuit.",
  "C'est offert par la maison !",
  "Je vous fais moitié prix.",
  "On vous l'offre.",
  "It's on the house.",
]) {
  test(`must not be said: ${text}`, () => assert.notEqual(wrongAmount(text, "fr", known), null));
}

test("nothing is ever free, also while the cart is empty", () => {
  const empty: KnownAmounts = { totalCents: 0, cents: new Set([0]), numbers: new Set([0]), names: new Set() };
  assert.notEqual(wrongAmount("D'accord, l'entrecôte est à zéro euro.", "fr", empty), null);
  assert.notEqual(wrongAmount("Ça fait 0 €.", "fr", empty), null);
});

test("the same in English", () => {
  assert.equal(wrongAmount("That comes to twenty-four euros fifty.", "en", known), null);
  assert.notEqual(wrongAmount("That comes to twenty-three euros fifty.", "en", known), null);
});

test("a growing text is settled up to its first number, and no further than its last whole word", () => {
  assert.equal("Bonjour, je vous écoute".slice(0, settledLength("Bonjour, je vous écoute", "fr")), "Bonjour, je vous ");
  assert.equal("Deux".slice(0, settledLength("Deux", "fr")), "");
  const growing = "Très bien. Je vous mets vingt-quatre euros";
  assert.equal(growing.slice(0, settledLength(growing, "fr")), "Très bien. Je vous mets ");
  const total = "D'accord, le total est ";
  assert.equal(total.slice(0, settledLength(total, "fr")), "D'accord, le ");
});
