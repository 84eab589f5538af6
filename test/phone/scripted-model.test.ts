/** What the lab's model makes of what it hears: the script's utterances, also in pieces, and nothing else. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Occasion } from "../fakes/realtime/brain.ts";
import type { NamedCase } from "./call-case.ts";
import { ScriptedModel } from "./scripted-model.ts";
import { speak } from "./speech.ts";

const ORDER = "Alors deux sans sauce, pour dans trois quarts d'heure, au nom de Tessier.";
const script: NamedCase = {
  ...{ id: "pieces", title: "Pieces" },
  turns: [
    { caller: ORDER, model: [{ tool: "add_item", args: {} }, { tool: "read_back" }] },
    { caller: "Oui, c'est ça.", model: [{ tool: "confirm_order" }] },
  ],
  expect: { orders: [] },
};
const session = { instructions: "You take orders by phone for Chez Luigi. You understand and speak French." };

function model() {
  const made = new ScriptedModel(() => script);
  const respond = async (turn: Int16Array | null): Promise<string[]> => {
    const occasion = { turn, outputs: [], instructions: null, session } as unknown as Occasion;
    return (await made.respond(occasion)).parts.map((part) => ("tool" in part ? part.tool : "words"));
  };
  return respond;
}
const said = (text: string) => speak(text, { name: "fr" });

test("an utterance that comes in two pieces is one: the script goes on where it was", async () => {
  const sound = await said(ORDER);
  const cut = Math.floor(sound.length * 0.55);
  const respond = model();
  assert.deepEqual(await respond(sound.slice(0, cut)), ["add_item"]);
  assert.deepEqual(await respond(sound.slice(cut)), ["read_back"]);
  assert.deepEqual(await respond(await said("Oui, c'est ça.")), ["confirm_order"]);
});

test("what is in no script is not understood, after a whole utterance too, and twice in a row", async () => {
  const respond = model();
  assert.deepEqual(await respond(await said("Zoé !")), ["did_not_understand"]);
  assert.deepEqual(await respond(await said(ORDER)), ["add_item"]);
  const other = await said("Attention au chien !");
  assert.deepEqual(await respond(other), ["did_not_understand"]);
  assert.deepEqual(await respond(other), ["did_not_understand"]);
});
