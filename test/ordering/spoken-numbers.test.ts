import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Language } from "../../bridge/src/api/order.ts";
import { moneyWords, numberWords, timeWords } from "../../bridge/src/ordering/speech/number-words.ts";
import { saidNumbers, saysTheNumbers } from "../../bridge/src/ordering/speech/said-numbers.ts";

const FRENCH: Record<number, string> = {
  0: "zéro",
  1: "un",
  16: "seize",
  17: "dix-sept",
  21: "vingt et un",
  22: "vingt-deux",
  31: "trente et un",
  61: "soixante et un",
  69: "soixante-neuf",
  70: "soixante-dix",
  71: "soixante et onze",
  72: "soixante-douze",
  77: "soixante-dix-sept",
  80: "quatre-vingts",
  81: "quatre-vingt-un",
  90: "quatre-vingt-dix",
  91: "quatre-vingt-onze",
  99: "quatre-vingt-dix-neuf",
  100: "cent",
  101: "cent un",
  180: "cent quatre-vingts",
  200: "deux cents",
  201: "deux cent un",
  280: "deux cent quatre-vingts",
  999: "neuf cent quatre-vingt-dix-neuf",
  1000: "mille",
  1001: "mille un",
  1100: "mille cent",
  1980: "mille neuf cent quatre-vingts",
  2000: "deux mille",
  80000: "quatre-vingt mille",
  200000: "deux cent mille",
  280200: "deux cent quatre-vingt mille deux cents",
};

test("numbers are spelled as French is written", () => {
  for (const [number, words] of Object.entries(FRENCH)) assert.equal(numberWords(Number(number), "fr"), words);
  assert.equal(numberWords(1, "fr", true), "une");
  assert.equal(numberWords(21, "fr", true), "vingt et une");
  assert.equal(numberWords(81, "fr", true), "quatre-vingt-une");
  assert.equal(numberWords(11, "fr", true), "onze");
});

test("numbers are spelled as English is written", () => {
  const cases = {
    0: "zero",
    13: "thirteen",
    40: "forty",
    42: "forty-two",
    100: "one hundred",
    115: "one hundred and fifteen",
  };
  for (const [number, words] of Object.entries(cases)) assert.equal(numberWords(Number(number), "en"), words);
  assert.equal(numberWords(2_005, "en"), "two thousand and five");
});

for (const [cents, french, english] of [
  [0, "zéro euro", "zero euros"],
  [1, "un centime", "one cent"],
  [50, "cinquante centimes", "fifty cents"],
  [100, "un euro", "one euro"],
  [150, "un euro cinquante", "one euro fifty"],
  [1205, "douze euros et cinq centimes", "twelve euros and five cents"],
  [1250, "douze euros cinquante", "twelve euros fifty"],
  [2100, "vingt et un euros", "twenty-one euros"],
  [8000, "quatre-vingts euros", "eighty euros"],
  [20_099, "deux cents euros quatre-vingt-dix-neuf", "two hundred euros ninety-nine"],
] satisfies [number, string, string][]) {
  test(`${cents} cents is "${french}", "${english}"`, () => {
    assert.deepEqual([moneyWords(cents, "fr"), moneyWords(cents, "en")], [french, english]);
  });
}

test("times are said as people say them", () => {
  assert.deepEqual(
    [0, 60, 720, 1170, 1260].map((minute) => timeWords(minute, "fr")),
    ["minuit", "une heure", "midi", "dix-neuf heures trente", "vingt et une heures"],
  );
  assert.deepEqual(
    [0, 545, 720, 1170].map((minute) => timeWords(minute, "en")),
    ["midnight", "nine oh five a.m.", "noon", "seven thirty p.m."],
  );
});

const language = fc.constantFrom<Language>("fr", "en");

test("every number that is said is heard again", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999 }), language, (number, spoken) => {
      assert.deepEqual(saidNumbers(`voici ${numberWords(number, spoken)}, merci`, spoken), [number]);
    }),
    { numRuns: 3_000 },
  );
});

test("an amount in words and the same one in digits are the same numbers; any other amount is not", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 99_999 }),
      fc.integer({ min: 1, max: 99_999 }),
      language,
      (cents, other, spoken) => {
        const text = moneyWords(cents, spoken);
        const digits = (amount: number, point: string) =>
          `${Math.floor(amount / 100)}${point}${String(amount % 100).padStart(2, "0")} €`;
        assert.ok(saysTheNumbers({ text, language: spoken }, digits(cents, ",")));
        assert.ok(saysTheNumbers({ text, language: spoken }, digits(cents, ".")));
        if (other !== cents) {
          assert.ok(!saysTheNumbers({ text, language: spoken }, moneyWords(other, spoken)));
          assert.ok(!saysTheNumbers({ text, language: spoken }, digits(other, ",")));
        }
      },
    ),
    { numRuns: 3_000 },
  );
});

test("fifty cents are not fifty euros, however they are written", () => {
  for (const spoken of ["fr", "en"] as const) {
    for (const number of [1, 5, 20, 50, 99]) {
      const [cents, euros] = [moneyWords(number, spoken), moneyWords(100 * number, spoken)];
      const written = (point: string) => [`0${point}${String(number).padStart(2, "0")} €`, `${number}${point}00 €`];
      const [digitCents = "", digitEuros = ""] = written(",");
      for (const same of [cents, digitCents]) assert.ok(saysTheNumbers({ text: cents, language: spoken }, same), same);
      for (const same of [euros, digitEuros]) assert.ok(saysTheNumbers({ text: euros, language: spoken }, same), same);
      for (const other of [euros, digitEuros])
        assert.ok(!saysTheNumbers({ text: cents, language: spoken }, other), other);
      for (const other of [cents, digitCents])
        assert.ok(!saysTheNumbers({ text: euros, language: spoken }, other), other);
    }
  }
});

const READ_BACK = {
  text: "Je récapitule : deux Margherita, une Calzone. À retirer à dix-neuf heures trente. Le total est de trente-six euros cinquante.",
  language: "fr",
} as const;

for (const [transcript, same] of [
  ["Je récapitule : deux Margherita et une Calzone, à retirer à 19h30. Le total est de 36,50 €.", true],
  ["Je récapitule : 2 Margherita, 1 Calzone. À retirer à 19 h 30. Le total est de 36 euros 50.", true],
  [
    "Je récapitule : deux Margherita, une Calzone. À retirer à dix-neuf heures trente. Le total est de trente-cinq euros cinquante.",
    false,
  ],
  [
    "Je récapitule : trois Margherita, une Calzone. À retirer à dix-neuf heures trente. Le total est de trente-six euros cinquante.",
    false,
  ],
  [
    "Je récapitule : deux Margherita, une Calzone. À retirer à dix-neuf heures. Le total est de trente-six euros cinquante.",
    false,
  ],
  ["C'est noté !", false],
] satisfies [string, boolean][]) {
  test(`"${transcript}" ${same ? "says" : "does not say"} the read-back's numbers`, () => {
    assert.equal(saysTheNumbers(READ_BACK, transcript), same);
  });
}
