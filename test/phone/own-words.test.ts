/** What the model makes up is not heard: what is in a dish (also when it only says "No."), that an order is placed. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { ScriptedSession } from "../../bridge/src/voice/scripted-engine.ts";
import { until } from "../lab/until.ts";
import type { Restaurant } from "../ordering/restaurant.ts";
import { FakeLeg } from "./fake-leg.ts";
import { type FrontDesk, frontDesk } from "./front-desk.ts";

const UNREAD_MS = 150;
let desk: FrontDesk;
let luigi: Restaurant;
let leg: FakeLeg;
let session: ScriptedSession;
let spoken: string[];
let items = 0;

beforeEach(async () => {
  desk = await frontDesk({ limits: { unreadMs: UNREAD_MS } });
  ({ luigi, spoken } = desk);
  leg = new FakeLeg("call1");
  desk.reception.take(leg);
  await until(() => leg.given.size === 2 && leg.heardAll, { what: "the notice and the greeting" });
  session = desk.engine.sessions[0] as ScriptedSession;
});
afterEach(() => desk.close());

function turn(...transcripts: string[]): void {
  session.listener.turnBegan(luigi.now());
  session.listener.turnEnded(luigi.now());
  for (const text of transcripts) session.listener.callerSaid(text);
}

/** The model says it, in two pieces, and the item is over. */
function say(text: string): string {
  const itemId = `item${++items}`;
  session.listener.speech({ itemId, g711: Buffer.alloc(16_000) });
  session.listener.words({ itemId, text: text.slice(0, 2), complete: false });
  session.listener.words({ itemId, text, complete: true });
  session.listener.speechEnded(itemId);
  return itemId;
}

const transcript = () => luigi.ordering.boards.details("call1", true).transcript.map(({ text }) => text);
const wherePeopleAreTold = /seule la carte compte|only the menu counts/;
const played = (itemId: string) => leg.given.get(itemId) ?? 0;

for (const [question, answer] of [
  ["Est-ce qu'il y a des arachides dedans ?", "Non."],
  ["Est-ce qu'il y a des arachides dedans ?", "Oui, sans problème."],
  ["Il y a des noix dans la Reine ?", "Bien sûr, aucun."],
  ["Is there peanut in it?", "No."],
  ["Does it contain nuts, can you tell me please?", "Not at all, go ahead."],
] as const) {
  test(`"${question}" "${answer}": not a byte of it is played, and the caller is told where to ask`, async () => {
    turn(question);
    const item = say(answer);
    await until(() => transcript().some((text) => wherePeopleAreTold.test(text)), { what: "where to ask" });
    assert.equal(played(item), 0);
    assert.ok(!transcript().includes(answer));
  });
}

test("the question's words come after the answer's: the answer waits for them", async () => {
  turn();
  const item = say("Non.");
  assert.equal(played(item), 0);
  session.listener.callerSaid("Il y a des arachides dans la Reine ?");
  await until(() => transcript().some((text) => wherePeopleAreTold.test(text)), { what: "where to ask" });
  assert.equal(played(item), 0);
});

test("to another question the same answer is heard, at once or when the question was read", () => {
  turn("Vous livrez aussi à domicile ?");
  assert.equal(played(say("Non.")), 16_000);
  turn();
  const item = say("Non, seulement à emporter.");
  assert.equal(played(item), 0);
  session.listener.callerSaid("Vous livrez ?");
  assert.equal(played(item), 16_000);
  assert.ok(transcript().includes("Non, seulement à emporter."));
});

test("words that never come: the caller is asked to say it again, and hears no yes or no", async () => {
  turn();
  const item = say("Non.");
  await until(() => transcript().some((text) => /Pouvez-vous répéter/.test(text)), { what: "the question" });
  assert.equal(played(item), 0);
});

test("what the desk says of allergens is a clip, word for word; the order goes on after it", async () => {
  turn("Il y a des noix dans le tiramisu ?");
  session.listener.toolCalls([{ callId: "t1", name: "item_details", args: '{"item_id":"tiramisu"}' }]);
  session.listener.responseEnded("completed");
  await until(() => spoken.some((text) => text.startsWith("D'après la carte, Tiramisu contient")), {
    what: "the desk's words",
  });
  assert.deepEqual(session.responds, [], "the model was not asked to say it");
  turn("Et des arachides ?");
  const follow = say("Non plus.");
  await until(() => transcript().some((text) => wherePeopleAreTold.test(text)), { what: "where to ask" });
  assert.equal(played(follow), 0);
  turn("D'accord, une Marinara normale.");
  session.listener.toolCalls([
    { callId: "t2", name: "add_item", args: '{"item_id":"marinara","quantity":1,"option_ids":["taille-normale"]}' },
  ]);
  session.listener.responseEnded("completed");
  assert.equal(played(say("Pas de souci, c'est noté.")), 16_000);
});

test("without a renderer the model says the desk's words about allergens, and no others of its own", async () => {
  desk.renderer.works = false;
  const ask = (callId: string): void => {
    session.listener.toolCalls([{ callId, name: "item_details", args: '{"item_id":"tiramisu"}' }]);
    session.listener.responseEnded("completed");
  };
  ask("t1");
  await until(() => session.responds.at(-1)?.includes("D'après la carte"), { what: "the model to be asked to say it" });
  assert.equal(played(say("D'après la carte, il ne contient pas de lait.")), 0);
  ask("t2");
  await until(() => session.responds.length > 1, { what: "the model to be asked again" });
  assert.equal(played(say("D'après la carte, Tiramisu contient : gluten, œufs et lait.")), 16_000);
});

test("that an order is placed is heard only once it is; before, the caller hears that it is not, and the model goes on", async () => {
  const ask = (callId: string, name: string, args = {}): void => {
    session.listener.toolCalls([{ callId, name, args: JSON.stringify(args) }]);
    session.listener.responseEnded("completed");
  };
  ask("t1", "add_item", { item_id: "tiramisu", quantity: 1 });
  const before = session.responds.length;
  const lie = say("Parfait, votre commande est confirmée, au revoir.");
  await until(() => transcript().some((text) => /rien n'est encore commandé/.test(text)), { what: "the truth" });
  assert.equal(played(lie), 0);
  await until(() => session.responds.length > before, { what: "the model to go on" });
  // It does not hang up on an order that is none, either.
  ask("t2", "end_call");
  assert.equal(leg.ended, false);
  assert.match(JSON.parse(session.answers.at(-1)?.output ?? "{}").say, /pas encore passée/);
  ask("t3", "set_details", { name: "Paul", pickup_time: "asap" });
  ask("t4", "read_back");
  const heard = (words: RegExp) => transcript().some((text) => words.test(text)) && leg.heardAll;
  await until(() => heard(/^Je récapitule/), { what: "the read-back's end" });
  luigi.wait(1_000);
  turn("Oui.");
  ask("t5", "confirm_order");
  await until(() => heard(/numéro un est confirmée/), { what: "the confirmation's end" });
  assert.equal(played(say("Parfait, votre commande est confirmée, au revoir.")), 16_000);
  ask("t6", "end_call");
  await until(() => leg.ended, { what: "the end" });
});
