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

test("the model must say it once: what it says after that is judged as its own", () => {
  const made = guard();
  made.expected = total;
  made.judge(words(total.text), order());
  assert.ok(made.judge(words("Très bien. Et avec", false), order()).settled > 0);
});

test("in what the model must say nothing answers a question about allergens", () => {
  const made = guard();
  made.topic.turnEnded();
  made.callerSaid("Il y a des noix dedans ?");
  made.expected = total;
  assert.equal(made.judge(words(`Non. ${total.text}`), order()).slip, "allergens");
});

test("of words that still grow nothing is settled from a number on", () => {
  assert.ok(guard().judge(words("Très bien. Ça fait vingt-quatre", false), order()).settled <= "Très bien. Ça ".length);
});

test("the order's total may be said, and numbers in the names of the menu", () => {
  const made = guard();
  assert.equal(made.judge(words("Un Menu Duo à 25 euros."), order()).slip, "amount");
  made.dishes = ["Menu Duo à 25 euros"];
  for (const said of ["Ça fait vingt-quatre euros cinquante.", "Un Menu Duo à 25 euros."]) {
    assert.equal(made.judge(words(said), order()).slip, null, said);
  }
});

/** What it told, in order; `wait` ms go by. */
function watched() {
  const told: string[] = [];
  const made = new WordsGuard({
    pass: ({ itemId, text }) => told.push(`${itemId}: ${text}`),
    ended: (itemId) => told.push(`${itemId} ended`),
    unread: () => told.push("unread"),
    waitMs: 1_000,
  });
  return { made, told };
}

test("a yes or no waits for the words that it answers, and is passed on as it was last, with its end", () => {
  const { made, told } = watched();
  made.topic.turnEnded();
  made.words(words("Non", false));
  made.words(words("Non, aucune."));
  made.words({ ...words("Oui."), itemId: "b" });
  made.speechEnded("a");
  assert.deepEqual(told, []);
  made.callerSaid("Vous avez une terrasse ?");
  assert.deepEqual(told, ["a: Non, aucune.", "a ended", "b: Oui."]);
  made.speechEnded("b");
  assert.equal(told.at(-1), "b ended");
  made.callerSaid("Merci.");
  assert.equal(told.length, 4);
});

test("an end that came before the last of its words is not forgotten", () => {
  const { made, told } = watched();
  made.topic.turnEnded();
  made.words(words("Non", false));
  made.speechEnded("a");
  made.words(words("Non."));
  made.callerSaid("Vous livrez ?");
  assert.deepEqual(told, ["a: Non.", "a ended"]);
});

test("it waits for the words of every turn, and is judged by what was asked", () => {
  const { made, told } = watched();
  made.topic.turnEnded();
  made.topic.turnEnded();
  made.words(words("Non."));
  made.callerSaid("Il y a des noix dedans ?");
  assert.deepEqual(told, []);
  made.callerSaid("Et des arachides ?");
  assert.deepEqual(told, ["a: Non."]);
  assert.equal(made.judge(words("Non."), order()).slip, "allergens");
});

test("what is no yes and no no waits for nothing, nor does what must be said, nor what grows into something else", () => {
  const { made, told } = watched();
  made.topic.turnEnded();
  made.words(words("Bonjour, je vous écoute."));
  made.expected = total;
  made.words({ ...words("Oui."), itemId: "b" });
  made.expected = null;
  made.words({ ...words("Non", false), itemId: "c" });
  made.words({ ...words("Nonante-six.", false), itemId: "c" });
  assert.deepEqual(told, ["a: Bonjour, je vous écoute.", "b: Oui.", "c: Nonante-six."]);
  made.callerSaid("Bonjour.");
  assert.equal(told.length, 3);
});

test("words that never come are waited for so long, once, and the answer is not said any more", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { made, told } = watched();
  made.topic.turnEnded();
  made.words(words("Non", false));
  t.mock.timers.tick(900);
  made.words(words("Non."));
  assert.deepEqual(told, []);
  t.mock.timers.tick(100);
  assert.deepEqual(told, ["unread"]);
  assert.equal(made.topic.unread, false);
  made.callerSaid("Il y a du lait ?");
  t.mock.timers.tick(5_000);
  assert.deepEqual(told, ["unread"]);
});

test("a caller who speaks again drops what waits, and nobody says that it was not understood", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { made, told } = watched();
  made.topic.turnEnded();
  made.words(words("Non."));
  made.drop();
  t.mock.timers.tick(5_000);
  made.callerSaid("Allô ?");
  assert.deepEqual(told, []);
  made.topic.turnEnded();
  made.words({ ...words("Oui."), itemId: "b" });
  t.mock.timers.tick(1_000);
  assert.deepEqual(told, ["unread"]);
});
