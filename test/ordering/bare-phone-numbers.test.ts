/** Telephone numbers that are said without their zero, or in other languages, and what sounds like one and is none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { maskedIn, withoutNumber } from "../../bridge/src/ordering/caller-number.ts";

for (const said of [
  "six trente-neuf quatre-vingt-dix-huit zéro un soixante-dix-huit",
  "Six, trente-neuf, quatre-vingt-dix-huit, zéro un, soixante-dix-huit",
  "six trois neuf neuf huit zéro un sept huit",
  "six three nine nine eight zero one seven eight",
  "six thirty-nine ninety-eight oh one seventy-eight",
  "six three double nine eight oh one seven eight",
  "cero seis treinta y nueve noventa y ocho cero uno setenta y ocho",
  "seis tres nueve nueve ocho cero uno siete ocho",
  "seiscientos treinta y nueve noventa y ocho cero uno setenta y ocho",
  "null sechs neununddreißig achtundneunzig null eins achtundsiebzig",
  "Sechs drei neun neun acht null eins sieben acht",
  "zéro six cent trente-neuf neuf cent quatre-vingts cent soixante-dix-huit",
  "639 98 01 78",
])
  test(`without its zero or in another language it is the number all the same: ${said}`, () => {
    assert.match(maskedIn(`C'est le ${said}, deux pizzas.`), /^C'est le \d\d •• •• •• 78, deux pizzas\.$/);
    assert.equal(withoutNumber(`le ${said}, deux pizzas`, "0639980178"), "le ••••, deux pizzas");
    assert.equal(withoutNumber(`le ${said}`, "0639980179"), `le ${said}`);
  });

test("where somebody says that it is a telephone number, it may be grouped in any way", () => {
  const said = "soixante-trois neuf cent quatre-vingt-dix-huit zéro un soixante-dix-huit";
  assert.equal(maskedIn(`Rappelez-moi au ${said}.`), "Rappelez-moi au 06 •• •• •• 78.");
  assert.equal(maskedIn("Mon portable : six, dix, vingt, trente, quarante."), "Mon portable : 06 •• •• •• 40.");
});

test("one from abroad is erased as it is said at home, too, and takes no neighbour with it", () => {
  const london = "447700900123";
  for (const said of [
    "oh seven seven double oh nine double oh one two three",
    "seven seven zero zero nine zero zero one two three",
    "plus forty-four seven seven double oh nine double oh one two three",
    "07700 900 123",
  ])
    assert.equal(withoutNumber(`It's ${said}, and two colas.`, london), "It's ••••, and two colas.", said);
  assert.equal(withoutNumber("deux, zéro six 39 98 01 78", "0639980178"), "deux, ••••");
});

for (const text of [
  "neuf, douze cinquante, quatorze cinquante",
  "neuf cinquante, douze cinquante, quatorze",
  "huit quatre-vingt-quinze, douze quatre-vingt-quinze, quatorze",
  "un, deux, trois, quatre, cinq, six, sept, huit, neuf",
  "one two three four five six seven eight nine ten",
  "uno dos tres cuatro cinco seis siete ocho nueve diez",
  "Les tailles : vingt-six, trente-trois, quarante, cinquante",
  "le six, le douze, le quinze, le vingt, le trente",
  "douze, quinze, vingt, trente, quarante",
  "six euros, sept euros cinquante, huit euros, neuf",
  "sieben Pizzen, acht Cola, neun Wasser, zehn Bier, elf",
  "12, 14, 16, 18, 20",
  "trois cents grammes, deux cents, cent",
  "deux cents, trois cents, quatre cents grammes",
  "à dix-neuf heures trente, vingt heures, vingt heures quinze",
  "Mon numéro de table est le six, on est douze, à dix-neuf trente.",
  "Rappelez-moi à dix-neuf trente ou vingt, vingt et une heures quinze, merci.",
  "Appelez-moi dans dix, quinze, vingt minutes",
])
  test(`is no telephone number: ${text}`, () => assert.equal(maskedIn(text), text));

test("whatever is said, and however long, it is looked through at once", () => {
  const before = performance.now();
  for (const words of ["six ", "neuf cent ", "mon numéro six ", "seis y ", "null "]) maskedIn(words.repeat(3_000));
  assert.ok(performance.now() - before < 5_000);
});
