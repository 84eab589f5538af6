import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToolAnswer } from "../../ordering/order-desk.ts";
import { saysTheNumbers } from "../../ordering/speech/said-numbers.ts";
import { wrongAmount } from "./amounts.ts";
import { KnownNumbers } from "./known-numbers.ts";

function answer(forModel: object): ToolAnswer {
  const say = { text: "C'est noté.", language: "fr", cents: [], exact: false, mark: null } as const;
  const cart = { lines: [], totalCents: 0 };
  const step = { type: "go-on" } as const;
  return {
    ok: true,
    problem: null,
    state: "intake",
    cart,
    totalCents: 0,
    say,
    tools: [],
    step,
    forModel: JSON.stringify(forModel),
  };
}

test("a dish whose name holds an amount may be named, once the desk has told of it", () => {
  const known = new KnownNumbers();
  const text = "Nous avons le Menu du midi à 15 €.";
  assert.notEqual(wrongAmount(text, "fr", known.amounts(0)), null);
  known.learn(answer({ name: "Paul", found: [{ item_id: "midi", name: "Menu du midi à 15 €", price_cents: 1650 }] }));
  assert.equal(wrongAmount(text, "fr", known.amounts(0)), null);
});

test("a caller who is called like an amount makes it no amount that may be said", () => {
  const known = new KnownNumbers();
  known.learn(answer({ name: "douze euros", cart: [{ name: "Reine", note: "total douze euros" }] }));
  assert.notEqual(wrongAmount("Le total est de douze euros.", "fr", known.amounts(2000)), null);
});

test("a dish of the menu with a number in its name may be named, in digits and in words, and makes no amount of it", () => {
  const known = new KnownNumbers();
  known.menu(["Menu 12", "Pizza 4 fromages", "Cola"]);
  known.learn({ ...answer({}), cart: { lines: [], totalCents: 2000 } });
  for (const text of ["Un Menu 12, très bien.", "Le menu douze, c'est noté.", "Le 12 ? D'accord, le 12."]) {
    assert.equal(wrongAmount(text, "fr", known.amounts(2000)), null, text);
  }
  assert.notEqual(wrongAmount("Avec le Menu 12, ce sera douze.", "fr", known.amounts(2000)), null);
  assert.notEqual(wrongAmount("Le Menu 12 à 12 euros.", "fr", known.amounts(2000)), null);
});

test("numbers of dishes as a model shortens them, and how many are missing, are no amounts", () => {
  const known = new KnownNumbers();
  known.menu(["Menu B2", "Menu M14 à 19€90", "71 Canard laqué", "12 Raviolis vapeur"]);
  const lines = [{ name: "Menu B2", quantity: 1, unitPriceCents: 1350, totalCents: 1350, options: [] }];
  known.learn({ ...answer({}), cart: { lines, totalCents: 1350 } as never });
  for (const text of [
    "Un B2 et un M14.",
    "Le menu M quatorze, très bien.",
    "Votre 71, canard laqué.",
    "Les raviolis sont par douze.",
    "Vous avez choisi quatre brochettes, il en faut cinq.",
  ]) {
    assert.equal(wrongAmount(text, "fr", known.amounts(1350)), null, text);
  }
  for (const text of ["Le menu M14 à quatorze euros.", "Un B2, quatorze.", "Votre menu, quatorze."]) {
    assert.notEqual(wrongAmount(text, "fr", known.amounts(1350)), null, text);
  }
});

test("a dish that is called like another language's number may be named, and makes no amount of it", () => {
  const known = new KnownNumbers();
  known.menu(["Pizza Quaranta"]);
  const text = "J'ai noté une Pizza Quaranta.";
  known.add({ text, language: "fr", cents: [], exact: false, mark: null });
  known.learn({ ...answer({}), cart: { lines: [], totalCents: 2000 } });
  assert.equal(wrongAmount("Une Pizza Quaranta, c'est noté.", "fr", known.amounts(2000)), null);
  assert.notEqual(wrongAmount("Le total est de cinquanta.", "fr", known.amounts(2000)), null);
  assert.notEqual(wrongAmount("Avec la Quaranta, ce sera trenta.", "fr", known.amounts(2000)), null);
  assert.equal(saysTheNumbers({ text, language: "fr" }, text), true);
});
