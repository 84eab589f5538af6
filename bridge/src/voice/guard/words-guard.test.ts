import assert from "node:assert/strict";
import { test } from "node:test";
import type { OrderState } from "../../api/order.ts";
import type { Sentence } from "../../ordering/order-desk.ts";
import { WordsGuard } from "./words-guard.ts";

const guard = (): WordsGuard => new WordsGuard({ pass: () => {}, ended: () => {}, unread: () => {}, waitMs: 1_000 });
const order = (state: OrderState = "intake") => ({ language: "fr", totalCents: 2_450, state }) as const;
const words = (text: string, complete = true) => ({ itemId: "a", text, complete });
const total: Sentence = {
  ...{ text: "Le total est de vingt-quatre euros cinquante.", language: "fr", cents: [2_450], exact: true, mark: null },
};

test("what the model must say is not heard before all of it is known, and only with its numbers", () => {
  const made = guard();
  made.expected = total;
  assert.deepEqual(made.judge(words("Le total est de vingt-quatre", false), order()), { slip: null, settled: 0 });
  assert.equal(made.judge(words("Le total est de vingt-cinq euros cinquante."), order()).slip, "amount");
  made.expected = total;
  assert.equal(made.judge(words(total.text), order()).slip, null);
});

test("what the model must say may add nothing about allergens", () => {
  const made = guard();
  made.expected = total;
  assert.equal(made.judge(words(`${total.text} C'est sans gluten.`), order()).slip, "allergens");
});

test("that the order is placed may be said once it is", () => {
  const made = guard();
  const said = words("Votre commande est confirmée.");
  for (const state of ["intake", "clarify", "read-back", "confirmed"] as const) {
    assert.equal(made.judge(said, order(state)).slip, "placed", state);
  }
  for (const state of ["committed", "acknowledged"] as const) assert.equal(made.judge(said, order(state)).slip, null);
});

test("while allergens are asked for, nothing is heard but whole sentences", () => {
  const made = guard();
  made.topic.turnEnded();
  made.callerSaid("Il y a des noix dedans ?");
  const growing = words("Un instant, je vérifie. Alors il", false);
  assert.equal(made.judge(growing, order()).settled, "Un instant, je vérifie.".length);
});
