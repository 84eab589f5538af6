/** The reception with the real order desk, a scripted model and a telephone made of events: what is decided when, without any sound. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { beep } from "../../bridge/src/voice/clips.ts";
import type { ScriptedSession } from "../../bridge/src/voice/scripted-engine.ts";
import { voiceError } from "../../bridge/src/voice/voice-errors.ts";
import { holds, until } from "../lab/until.ts";
import { FakeLeg } from "./fake-leg.ts";
import { type FrontDesk, frontDesk } from "./front-desk.ts";

let luigi: FrontDesk["luigi"];
let engine: FrontDesk["engine"];
let spoken: FrontDesk["spoken"];
let renderer: FrontDesk["renderer"];
let desk: FrontDesk;
let person: FakeLeg | null;
let calls: number;

beforeEach(async () => {
  [person, calls] = [null, 0];
  desk = await frontDesk({ ringPeople: () => person });
  ({ luigi, engine, spoken, renderer } = desk);
});
afterEach(() => desk.close());

async function dial(): Promise<{ leg: FakeLeg; session: ScriptedSession }> {
  calls += 1;
  const leg = new FakeLeg(`call${calls}`);
  const before = engine.sessions.length;
  desk.reception.take(leg);
  await until(() => leg.status !== 0, { what: "a decision" });
  const session = engine.sessions[before];
  if (leg.status === 200) await until(() => spoken.some((text) => /commander/.test(text)), { what: "the greeting" });
  return { leg, session: session as ScriptedSession };
}

function diskFull(): never {
  throw new Error("database or disk is full");
}

let tools = 0;
/** The model calls a tool, and its response is done. */
function tool(session: ScriptedSession, name: string, args: object = {}): void {
  tools += 1;
  session.listener.toolCalls([{ callId: `tool${tools}`, name, args: JSON.stringify(args) }]);
  session.listener.responseEnded("completed");
}

/** What a session still sends that is not the call's any more: neither heard nor done. */
function ghost(session: ScriptedSession, leg: FakeLeg): void {
  const before = luigi.store.orderCalls.get(leg.callId)?.data;
  session.listener.speech({ itemId: "ghost", g711: Buffer.alloc(1600) });
  session.listener.words({ itemId: "ghost", text: "Bonjour.", complete: true });
  session.listener.speechEnded("ghost");
  tool(session, "add_item", { item_id: "tiramisu", quantity: 1 });
  assert.equal(leg.given.get("ghost"), undefined);
  assert.equal(session.answers.at(-1)?.callId === `tool${tools}`, false);
  assert.deepEqual(luigi.store.orderCalls.get(leg.callId)?.data, before);
}

const RIGHT = "Le total est de neuf euros cinquante.";
const BEEP_BYTES = beep("pcma").length;
const wrongStopped = ({ callId }: FakeLeg) =>
  luigi.ordering.boards.details(callId, true).transcript.filter(({ text }) => text === "wrong amount stopped").length;
const past = async () => (await luigi.ordering.boards.history(luigi.line.id, {}, true)).calls;
const drafts = () => luigi.ordering.boards.board(luigi.line.id).drafts;
const MARINARA = { item_id: "marinara", quantity: 1, option_ids: ["taille-normale"] };

describe("before the answer", () => {
  test("the session is asked for with the menu, the tools and the caller's codec, and only then the call is answered", async () => {
    let allow = () => {};
    engine.opening = () =>
      new Promise((resolve) => {
        allow = resolve;
      });
    const leg = new FakeLeg("early");
    desk.reception.take(leg);
    await holds(() => leg.status === 0, 100, "no answer before the session stands");
    allow();
    await until(() => leg.status === 200, { what: "the answer" });
    const setup = engine.sessions[0]?.setup;
    assert.equal(setup?.codec, "pcma");
    assert.match(setup?.instructions ?? "", /margherita/i);
    assert.ok(setup?.tools.some(({ name }) => name === "add_item"));
    assert.ok(!setup?.tools.some(({ name }) => name === "confirm_order"));
  });

  test("a session that takes too long, or is refused, is a 503, and leaves no draft", async () => {
    engine.opening = () => new Promise(() => {});
    assert.equal((await dial()).leg.status, 503);
    engine.opening = () => Promise.reject(voiceError("invalid_api_key", ""));
    assert.equal((await dial()).leg.status, 503);
    assert.deepEqual(await past(), []);
    engine.opening = () => Promise.resolve();
    assert.equal((await dial()).leg.status, 503, "the breaker is open: nobody waits for a service that is away");
    assert.equal(engine.sessions.length, 0);
  });

  for (const [what, spoil] of [
    ["the first words cannot be rendered", () => Object.assign(renderer, { works: false })],
    ["the first words are not rendered in time", () => Object.assign(renderer, { isStuck: true })],
    ["the disk is full", () => Object.assign(luigi.store.orderCalls, { insert: diskFull })],
  ] as const) {
    test(`${what}: people are rung, and the session that stood already is closed`, async () => {
      spoil();
      const { leg } = await dial();
      assert.equal(leg.status, 503);
      await until(() => engine.sessions.length === 1 && engine.sessions.every(({ closed }) => closed), {
        what: "the session to be closed",
      });
    });
  }

  test("a session that comes when the caller has given up is closed, and leaves nothing", async () => {
    let accept = () => {};
    engine.opening = () =>
      new Promise((resolve) => {
        accept = resolve;
      });
    const leg = new FakeLeg("impatient");
    desk.reception.take(leg);
    leg.end("them");
    accept();
    await until(() => desk.reception.busy === 0, { what: "the line to be free" });
    await holds(() => engine.sessions.every(({ closed }) => closed), 100, "every session closed");
    assert.deepEqual([await past(), drafts()], [[], []]);
  });

  test("more calls than the line allows are 486, ringing ones count", async () => {
    luigi.settings({ concurrentCalls: 2 });
    const first = new FakeLeg("a");
    engine.opening = () => new Promise((resolve) => setTimeout(resolve, 100));
    desk.reception.take(first);
    desk.reception.take(new FakeLeg("b"));
    const third = new FakeLeg("c");
    desk.reception.take(third);
    assert.equal(third.status, 486);
    await until(() => first.status === 200, { what: "the first" });
    first.end("them");
    await until(() => desk.reception.busy === 1, { what: "a free place" });
    const fourth = new FakeLeg("d");
    desk.reception.take(fourth);
    await until(() => fourth.status === 200, { what: "the fourth" });
  });

  test("ten calls that come at once are let in one by one, with room for everything else between them", async () => {
    luigi.ordering.lines.pause(luigi.line.id, { paused: true });
    const ids = Array.from({ length: 10 }, (_, at) => `together${at}`);
    for (const id of ids) desk.reception.take(new FakeLeg(id));
    const back = ids.map((id) => new FakeLeg(id));
    for (const leg of back) desk.reception.take(leg);
    back[3]?.end("them");
    const taken: number[] = [];
    for (const _ of ids) {
      taken.push(back.filter(({ status }) => status === 200).length);
      await new Promise(setImmediate);
    }
    await until(() => back.filter(({ status }) => status === 200).length === 9, { what: "all but who gave up" });
    assert.equal(taken[0], 0);
    assert.ok(
      taken.every((count, at) => at === 0 || count - (taken[at - 1] ?? 0) <= 1),
      taken.join(" "),
    );
  });

  test("paused is a 503; closed says so and hangs up", async () => {
    luigi.ordering.lines.pause(luigi.line.id, { paused: true });
    const leg = new FakeLeg("paused");
    desk.reception.take(leg);
    assert.equal(leg.status, 503);
    luigi.ordering.lines.pause(luigi.line.id, { paused: false });
    luigi.settings({ hours: [{ fromMinute: 0, toMinute: 60 }] });
    const late = new FakeLeg("late");
    desk.reception.take(late);
    await until(() => late.ended, { what: "the end" });
    assert.equal(late.status, 200);
    assert.match(spoken.join(" "), /assistant automatique.*fermé/);
  });
});

describe("the talk", () => {
  test("the notice comes first, and is not the model's", async () => {
    const { leg, session } = await dial();
    assert.match([...leg.given.keys()][0] ?? "", /^notice/);
    assert.ok(spoken.some((text) => /assistant automatique/.test(text)));
    assert.equal(session.responds.length, 0);
    leg.end("them");
  });

  test("a read-back is a clip; 'yes' after its last byte confirms, and the order stands under its number", async () => {
    const { leg, session } = await dial();
    tool(session, "add_item", MARINARA);
    assert.equal(session.responds.length, 1);
    tool(session, "set_details", { name: "Paul", pickup_time: "asap" });
    tool(session, "read_back");
    await until(() => spoken.some((text) => text.startsWith("Je récapitule")), { what: "the read-back" });
    assert.equal(session.responds.length, 2, "the model says nothing of its own there");
    const offered = session.updates.at(-1)?.tools?.map(({ name }) => name) ?? [];
    assert.ok(
      offered.includes("confirm_order") && !offered.includes("find_items"),
      "its tools are those of a read-back",
    );
    await until(() => leg.heardAll, { what: "the read-back to be played" });
    luigi.wait(1000);
    session.listener.turnBegan(Date.now() + 10 ** 12);
    session.listener.turnEnded(Date.now());
    tool(session, "confirm_order");
    await until(() => spoken.some((text) => /numéro un est confirmée/.test(text)), { what: "the confirmation" });
    leg.end("them");
    assert.equal((await past())[0]?.reason, "completed");
    assert.equal((await past())[0]?.orders.length, 1);
  });

  test("whoever speaks into the notice hears it to its end all the same, and the greeting after it", async () => {
    const leg = new FakeLeg("impatient");
    leg.holds = true;
    desk.reception.take(leg);
    await until(() => [...leg.given.keys()].some((id) => id.startsWith("notice")), { what: "the notice" });
    const [session] = engine.sessions as [ScriptedSession];
    let flushed = 0;
    leg.flush = () => {
      flushed += 1;
      return FakeLeg.prototype.flush.call(leg);
    };
    session.listener.turnBegan(Date.now());
    session.listener.turnEnded(Date.now());
    assert.equal(flushed, 0);
    assert.deepEqual(session.interruptions, []);
    leg.holds = false;
    for (const [id, played] of [...leg.given]) leg.listener?.played({ id, played, complete: true });
    await until(() => spoken.some((text) => /commander/.test(text)), { what: "the greeting" });
    // After it a turn of the caller's cuts what is said, and the service is told how much of it was heard.
    session.listener.turnBegan(Date.now());
    assert.equal(flushed, 1);
    await until(() => session.interruptions.length === 1, { what: "the service to be told" });
  });

  test("a model that speaks unasked before the notice is not heard, however much of it comes later", async () => {
    const leg = new FakeLeg("unasked");
    const say = (text: string, complete: boolean) => {
      const listener = engine.sessions[0]?.listener;
      listener?.speech({ itemId: "early", g711: Buffer.alloc(1600) });
      listener?.words({ itemId: "early", text, complete });
    };
    leg.answer = () => {
      say("Allô ? Allô", false);
      FakeLeg.prototype.answer.call(leg);
    };
    desk.reception.take(leg);
    await until(() => leg.status === 200, { what: "the answer" });
    const [session] = engine.sessions as [ScriptedSession];
    say("Allô ? Allô ? C'est qui ?", true);
    session.listener.speechEnded("early");
    await until(() => spoken.some((text) => /commander/.test(text)), { what: "the greeting" });
    await until(() => leg.heardAll, { what: "all of it to be heard" });
    assert.match([...leg.given.keys()][0] ?? "", /^notice/);
    assert.equal(leg.given.get("early"), undefined);
    session.listener.speech({ itemId: "later", g711: Buffer.alloc(1600) });
    session.listener.words({ itemId: "later", text: "Bonjour.", complete: true });
    session.listener.speechEnded("later");
    assert.equal(leg.given.get("later"), 1600);
  });

  for (const [when, orders, drafted] of [
    ["before the model has passed on", 0, 1],
    ["in the moment that the model passes on", 1, 0],
  ] as const) {
    test(`a caller who hangs up ${when} their yes leaves ${orders === 1 ? "one order" : "a draft"}, and nothing twice`, async () => {
      const { leg, session } = await dial();
      tool(session, "add_item", MARINARA);
      tool(session, "set_details", { name: "Paul", pickup_time: "asap" });
      tool(session, "read_back");
      await until(() => spoken.some((text) => text.startsWith("Je récapitule")), { what: "the read-back" });
      await until(() => leg.heardAll, { what: "the read-back to be played" });
      luigi.wait(1000);
      session.listener.turnBegan(Date.now() + 10 ** 12);
      session.listener.turnEnded(Date.now());
      if (orders === 0) leg.end("them");
      tool(session, "confirm_order");
      leg.end("them");
      tool(session, "confirm_order");
      const board = luigi.ordering.boards.board(luigi.line.id);
      assert.deepEqual([board.orders.length, board.drafts.length, board.calls.length], [orders, drafted, 0]);
      assert.equal((await past())[0]?.reason, orders === 1 ? "completed" : "caller-hung-up");
      assert.ok(session.closed);
    });
  }

  test("a read-back that the caller breaks into does not count", async () => {
    const { leg, session } = await dial();
    tool(session, "add_item", MARINARA);
    tool(session, "set_details", { name: "Paul", pickup_time: "asap" });
    await until(() => leg.heardAll, { what: "what was said so far to be played" });
    leg.holds = true;
    tool(session, "read_back");
    await until(() => !leg.heardAll, { what: "the read-back to begin" });
    session.listener.turnBegan(Date.now());
    session.listener.turnEnded(Date.now());
    tool(session, "confirm_order");
    assert.match(session.answers.at(-1)?.output ?? "", /not_played/);
    leg.end("them");
    assert.equal((await past())[0]?.orders.length, 0);
    assert.equal(drafts().length, 1);
  });

  test("a yes that began in the last moment of the read-back does not count, though it is told of after it: it is asked again", async () => {
    const { leg, session } = await dial();
    tool(session, "add_item", MARINARA);
    tool(session, "set_details", { name: "Paul", pickup_time: "asap" });
    tool(session, "read_back");
    await until(() => spoken.some((text) => text.startsWith("Je récapitule")), { what: "the read-back" });
    await until(() => leg.heardAll, { what: "the read-back to be played" });
    const playedAtMs = luigi.now();
    session.listener.turnBegan(playedAtMs - 60);
    session.listener.turnEnded(playedAtMs + 400);
    tool(session, "confirm_order");
    assert.match(session.answers.at(-1)?.output ?? "", /not_answered/);
    assert.equal(luigi.ordering.boards.board(luigi.line.id).orders.length, 0);
    await until(() => leg.heardAll && spoken.at(-1)?.endsWith("Est-ce exact ?") === true, {
      what: "the question again",
    });
    luigi.wait(2_000);
    session.listener.turnBegan(luigi.now());
    session.listener.turnEnded(luigi.now());
    tool(session, "confirm_order");
    await until(() => luigi.ordering.boards.board(luigi.line.id).orders.length === 1, { what: "the order" });
    leg.end("them");
  });

  test("what the restaurant itself greets with may be repeated, a bare number in it too; another number may not", async () => {
    const greeting = "Bonjour, ici le vingt-sept. Que voulez-vous commander ?";
    luigi.settings({ greeting: { fr: greeting } });
    const { leg, session } = await dial();
    await until(() => leg.given.size === 2 && leg.heardAll, { what: "notice and greeting to be heard" });
    tool(session, "add_item", MARINARA);
    const say = (itemId: string, text: string) => {
      session.listener.speech({ itemId, g711: Buffer.alloc(1600) });
      session.listener.words({ itemId, text, complete: true });
      session.listener.speechEnded(itemId);
    };
    say("again", greeting);
    assert.equal(leg.given.get("again"), 1600);
    say("other", greeting.replace("vingt-sept", "trente"));
    assert.equal(leg.given.get("other"), undefined);
    leg.end("them");
  });

  test("words with a wrong amount stop the model, the right total follows, and the third time a person is asked", async () => {
    person = new FakeLeg("person");
    const { leg, session } = await dial();
    tool(session, "add_item", MARINARA);
    const lie = async (n: number) => {
      session.listener.speech({ itemId: `lie${n}`, g711: Buffer.alloc(16_000) });
      session.listener.words({ itemId: `lie${n}`, text: "Ça fait trois euros.", complete: true });
      // The right total is known as a clip after the first time.
      const answered = () => (n === 1 ? spoken.includes(RIGHT) : n === 3 ? session.closed : wrongStopped(leg) === n);
      await until(answered, { what: `what follows lie ${n}` });
      if (n < 3) await until(() => leg.heardAll, { what: "all of it to be played" });
      assert.equal(leg.given.get(`lie${n}`), undefined, "not a byte of it was played");
    };
    await lie(1);
    await lie(2);
    await lie(3);
    assert.ok(session.closed);
    person.status = 200;
    await until(() => person?.listener, { what: "the person to be rung" });
    person.listener?.answered();
    await until(() => leg.joined === person, { what: "the two to be joined" });
    person.end("them");
    assert.ok(leg.ended);
    assert.equal((await past())[0]?.reason, "handed-over");
  });

  test("what the model makes up about allergens is not heard, and where to ask is said; what the menu told may be repeated", async () => {
    const { leg, session } = await dial();
    const say = (itemId: string, text: string): void => {
      session.listener.speech({ itemId, g711: Buffer.alloc(16_000) });
      session.listener.words({ itemId, text, complete: true });
      session.listener.speechEnded(itemId);
    };
    say("lie", "Non, il n'y a pas d'arachides dans la Reine.");
    const words = () => luigi.ordering.boards.details(leg.callId, true).transcript.map(({ text }) => text);
    await until(() => words().some((text) => text.startsWith("Pour les allergènes, seule la carte compte")), {
      what: "where to ask",
    });
    assert.equal(leg.given.get("lie"), undefined, "not a byte of it was played");
    assert.ok(words().includes("made-up words about allergens stopped"));
    assert.ok(!words().some((text) => text.includes("arachides")));
    tool(session, "item_details", { item_id: "tiramisu" });
    say("told", "Le tiramisu contient du gluten, des œufs et du lait.");
    assert.ok((leg.given.get("told") ?? 0) > 0);
  });

  test("who says nothing is asked once, and then told goodbye", async () => {
    desk.open({ silenceMs: 40 });
    const { leg } = await dial();
    await until(() => leg.ended, { what: "the end" });
    assert.deepEqual(spoken.slice(-2), ["Vous êtes toujours là ?", "Je ne vous entends plus. Au revoir."]);
    assert.equal((await past())[0]?.reason, "silence");
  });

  test("who says nothing but presses keys is there: a person takes the call, and nobody hangs up on them", async () => {
    // Long enough that the key comes before the goodbye.
    desk.open({ silenceMs: 500 });
    person = new FakeLeg("staff");
    const { leg } = await dial();
    leg.listener?.key("5");
    await until(() => spoken.some((text) => /passe quelqu'un/.test(text)), { what: "the hand-over" });
    person.listener?.answered();
    await until(() => leg.joined !== null, { what: "the two to be joined" });
    assert.ok(!spoken.includes("Je ne vous entends plus. Au revoir."));
  });

  test("silence after a read-back: its question is asked once more, so that 'yes' agrees to the order", async () => {
    // Long enough that the answer comes before the goodbye.
    desk.open({ silenceMs: 500 });
    const { leg, session } = await dial();
    tool(session, "add_item", MARINARA);
    tool(session, "set_details", { name: "Paul", pickup_time: "asap" });
    tool(session, "read_back");
    const readBacks = () => spoken.filter((text) => text.startsWith("Je récapitule")).length;
    await until(() => readBacks() === 1, { what: "the read-back" });
    await until(() => spoken.includes("Vous êtes toujours là ?") && spoken.includes("Est-ce exact ?"), {
      what: "the questions",
    });
    luigi.wait(1000);
    session.listener.turnBegan(Date.now() + 10 ** 12);
    session.listener.turnEnded(Date.now());
    tool(session, "confirm_order");
    leg.end("them");
    assert.deepEqual([(await past())[0]?.orders.length, drafts().length], [1, 0]);
  });

  for (const [what, limits, act, reason] of [
    ["too long", { longestMs: 300 }, () => {}, "too-long"],
    ["too expensive", { mostCents: 1 }, (session: ScriptedSession) => session.listener.cost(1_001), "too-expensive"],
  ] as const) {
    test(`a call that is ${what} goes to people; nobody is there, so a message is taken`, async () => {
      desk.open(limits);
      const { leg, session } = await dial();
      tool(session, "add_item", MARINARA);
      act(session);
      await until(() => leg.heard.has(BEEP_BYTES), { what: "the tone" });
      for (let n = 0; n < 200; n++) leg.listener?.heard(new Uint8Array(160));
      // A bridge that dies here has lost a second of it and not all.
      const kept = luigi.store.orderCalls.message(leg.callId)?.length ?? 0;
      assert.ok(kept > 2 * 24_000, `${kept} bytes`);
      leg.end("them");
      assert.equal((await past())[0]?.reason, reason);
      assert.equal(luigi.store.orderCalls.message(leg.callId)?.length, kept + 2 * 50 * 160);
      assert.equal(drafts().length, 1);
    });
  }

  test("a lost session is opened anew from the order, once; the second loss is a person's", async () => {
    const { leg, session } = await dial();
    tool(session, "add_item", MARINARA);
    session.listener.ended(voiceError("connection_lost", ""));
    const second = await until(() => engine.sessions[1], { what: "the second session" });
    assert.match(second.setup.instructions, /marinara.*950/);
    await until(() => spoken.some((text) => /une Marinara/.test(text) && /coupure/.test(text)), { what: "the recap" });
    ghost(session, leg);
    second.listener.ended(voiceError("connection_lost", ""));
    await until(() => spoken.some((text) => /passe quelqu'un/.test(text)), { what: "the hand-over" });
    leg.end("them");
    assert.equal((await past())[0]?.reason, "model-failed");
  });

  test("a call costs its thousandths of a cent, summed and rounded up, and goes on until they are more than it may cost", async () => {
    desk.open({ mostCents: 1 });
    const { leg, session } = await dial();
    for (const millicents of [400, 300, 300]) session.listener.cost(millicents);
    assert.equal(session.closed, false);
    leg.end("them");
    assert.deepEqual(
      (await past()).map(({ costCents, reason }) => [costCents, reason]),
      [[1, "caller-hung-up"]],
    );
  });

  test("the key 0 is a person, any other is not", async () => {
    const { leg, session } = await dial();
    leg.listener?.key("1");
    assert.ok(!spoken.some((text) => /passe quelqu'un/.test(text)));
    leg.listener?.key("0");
    await until(() => spoken.some((text) => /passe quelqu'un/.test(text)), { what: "the hand-over" });
    ghost(session, leg);
    leg.end("them");
    assert.equal((await past())[0]?.reason, "handed-over");
  });

  test("a session that ends for good is not opened again: a person gets the call", async () => {
    const { leg, session } = await dial();
    session.listener.ended(voiceError("insufficient_quota", ""));
    await until(() => spoken.some((text) => /passe quelqu'un/.test(text)), { what: "the hand-over" });
    assert.equal(engine.sessions.length, 1);
    leg.end("them");
    assert.equal((await past())[0]?.reason, "model-failed");
  });

  test("staff take the call over: the model is gone at once, the staff hear the cart first", async () => {
    person = new FakeLeg("staff");
    const { leg, session } = await dial();
    tool(session, "add_item", MARINARA);
    luigi.ordering.desk.live(leg.callId)?.takeOver("Marco");
    assert.ok(session.closed);
    await until(() => person?.listener, { what: "staff to be rung" });
    person.listener?.answered();
    await until(() => leg.joined === person, { what: "the two to be joined" });
    assert.ok(spoken.some((text) => /Commande en cours : une Marinara/.test(text)));
    leg.end("them");
    assert.ok(person.ended);
  });

  for (const [when, until_] of [
    ["while the order grows", "add_item"],
    ["at the read-back", "read_back"],
    ["at the yes", "confirm_order"],
  ] as const) {
    test(`the disk is full ${when}: the caller gets a person, the bridge lives, and nothing counts as ordered`, async () => {
      person = new FakeLeg("person");
      const { leg, session } = await dial();
      const steps = [
        ["add_item", MARINARA],
        ["set_details", { name: "Paul", pickup_time: "asap" }],
        ["read_back", {}],
        ["confirm_order", {}],
      ] as const;
      for (const [name, args] of steps) {
        if (name === "confirm_order") {
          await until(() => spoken.some((text) => text.startsWith("Je récapitule")), { what: "the read-back" });
          luigi.wait(1000);
          session.listener.turnBegan(Date.now() + 10 ** 12);
          session.listener.turnEnded(Date.now());
        }
        if (name === until_) luigi.store.orderCalls.append = diskFull;
        if (name === until_) luigi.store.orderCalls.update = diskFull;
        if (name === until_) luigi.store.orderCalls.addTranscript = diskFull;
        tool(session, name, args);
        if (name === until_) break;
      }
      // Whatever comes in meanwhile, from the caller or from what was played, ends nothing else.
      session.listener.callerSaid("oui");
      await until(() => person?.listener, { what: "the person to be rung" });
      person.listener?.answered();
      await until(() => leg.joined === person, { what: "the two to be joined" });
      leg.end("them");
      assert.equal(luigi.ordering.boards.board(luigi.line.id).orders.length, 0);
    });
  }

  test("a person who hangs up during the summary leaves the caller with a message to leave, not in silence", async () => {
    person = new FakeLeg("staff");
    person.holds = true;
    const { leg } = await dial();
    leg.listener?.key("0");
    await until(() => person?.listener, { what: "staff to be rung" });
    person.listener?.answered();
    await until(() => (person?.given.size ?? 0) > 0, { what: "the summary" });
    person.end("them");
    await until(() => spoken.some((text) => /après le signal/.test(text)), { what: "the offer of a message" });
    leg.end("them");
  });

  test("whoever took the call is cut off from it: the next one is rung, hears what it is about, and has it", async () => {
    const first = new FakeLeg("tablet");
    person = first;
    const { leg } = await dial();
    luigi.ordering.boards.takeOver(leg.callId, "Marco");
    await until(() => first.listener, { what: "staff to be rung" });
    first.answer();
    await until(() => leg.joined === first, { what: "the two to be joined" });
    const second = new FakeLeg("phone");
    person = second;
    first.end("silence");
    await until(() => second.listener, { what: "staff to be rung again" });
    assert.equal(leg.ended, false);
    await until(() => spoken.includes("Ne quittez pas, je vous passe quelqu'un."), { what: "the caller to be told" });
    assert.equal(luigi.ordering.boards.board(luigi.line.id).calls[0]?.takenOverBy, null);
    second.answer();
    await until(() => leg.joined === second, { what: "the second to be joined" });
    // Cut off again: it is not rung without end.
    second.end("media");
    await until(() => leg.heard.has(BEEP_BYTES), { what: "the tone" });
    leg.end("them");
    assert.deepEqual(
      drafts().map(({ callId, reason }) => [callId, reason]),
      [[leg.callId, "media-failed"]],
    );
  });

  test("whoever took the call hangs up: it is over, and nobody is rung again", async () => {
    const staff = new FakeLeg("staff");
    person = staff;
    const { leg } = await dial();
    leg.listener?.key("0");
    await until(() => staff.listener, { what: "staff to be rung" });
    staff.answer();
    await until(() => leg.joined === staff, { what: "the two to be joined" });
    staff.end("them");
    assert.ok(leg.ended);
    assert.deepEqual(drafts(), []);
  });

  test("on hold nobody is asked whether they are there and no music reaches the model; back from it a goodbye is said to its end", async () => {
    desk.open({ silenceMs: 120 });
    const { leg, session } = await dial();
    await until(() => leg.heardAll, { what: "the greeting to be played" });
    leg.listener?.held(true);
    const sounds: Uint8Array[] = [];
    session.hear = (sound) => void sounds.push(sound);
    leg.listener?.heard(new Uint8Array(160).fill(0x2a));
    assert.ok(sounds.length === 1 && sounds[0]?.every((byte) => byte === 0xd5), "silence instead of the music");
    await holds(() => !spoken.includes("Vous êtes toujours là ?"), 400, "nobody is asked");
    leg.listener?.held(false);
    await until(() => spoken.includes("Vous êtes toujours là ?"), { what: "the question after the hold" });
    leg.listener?.heard(new Uint8Array(160).fill(0x2a));
    assert.equal(sounds[1]?.[0], 0x2a);
    tool(session, "end_call");
    leg.holds = true;
    leg.listener?.held(true);
    leg.listener?.held(false);
    await until(() => !leg.heardAll || leg.ended, { what: "the goodbye to begin" });
    leg.listener?.held(false);
    assert.equal(leg.ended, false);
  });

  test("two tools in one response: the hand-over happens, and what is to be said word for word is said, whichever came last", async () => {
    person = new FakeLeg("person");
    const { leg, session } = await dial();
    const both = (...calls: [string, object][]): void => {
      tools += 2;
      for (const [at, [name, args]] of calls.entries())
        session.listener.toolCalls([{ callId: `both${tools}-${at}`, name, args: JSON.stringify(args) }]);
      session.listener.responseEnded("completed");
    };
    tool(session, "add_item", MARINARA);
    both(["set_details", { name: "Paul", pickup_time: "asap" }], ["read_back", {}]);
    await until(() => spoken.filter((text) => text.startsWith("Je récapitule")).length === 1, {
      what: "the read-back",
    });
    both(["read_back", {}], ["item_details", { item_id: "marinara" }]);
    await until(() => leg.heardAll, { what: "it to be played" });
    luigi.wait(1000);
    session.listener.turnBegan(Date.now() + 10 ** 12);
    session.listener.turnEnded(Date.now());
    both(["confirm_order", {}], ["find_items", { query: "reine" }]);
    await until(() => spoken.some((text) => /numéro un est confirmée/.test(text)), { what: "the confirmation" });
    both(["hand_over", { reason: "asked" }], ["another_order", {}]);
    await until(() => person?.listener, { what: "the person to be rung" });
    assert.ok(session.closed);
    leg.end("them");
  });

  test("an answer that does not begin: the caller hears that it is coming, once a turn; one with nothing in it is asked for once more", async () => {
    desk.open({ answerMs: 150 });
    const { leg, session } = await dial();
    const moments = () =>
      luigi.ordering.boards.details(leg.callId, true).transcript.filter(({ text }) => /^Un instant/.test(text)).length;
    session.listener.turnBegan(Date.now());
    session.listener.turnEnded(Date.now());
    await until(() => moments() === 1, { what: "one moment" });
    session.listener.responseEnded("completed");
    assert.equal(session.responds.length, 1);
    session.listener.responseEnded("completed");
    assert.equal(session.responds.length, 1);
    session.listener.turnBegan(Date.now());
    session.listener.turnEnded(Date.now());
    session.listener.words({ itemId: "a", text: "Bonjour.", complete: true });
    session.listener.speech({ itemId: "a", g711: Buffer.alloc(8000, 0x2a) });
    await holds(() => moments() === 1, 400, "no word about waiting");
    leg.end("them");
  });

  test("nobody took the call, and the caller leaves a message: staff who press Take over then get it, and the message is kept", async () => {
    const { leg, session } = await dial();
    tool(session, "add_item", MARINARA);
    leg.listener?.key("0");
    await until(() => leg.heard.has(BEEP_BYTES), { what: "the tone" });
    for (let n = 0; n < 120; n++) leg.listener?.heard(new Uint8Array(160));
    person = new FakeLeg("staff");
    luigi.ordering.boards.takeOver(leg.callId, "Marco");
    await until(() => person?.listener, { what: "staff to be rung" });
    assert.throws(() => luigi.ordering.boards.takeOver(leg.callId, "Anna"), { code: "ORDER_MOVED" });
    person.listener?.answered();
    await until(() => leg.joined === person, { what: "the two to be joined" });
    assert.ok((luigi.store.orderCalls.message(leg.callId)?.length ?? 0) > 2 * 100 * 160);
    leg.end("them");
    assert.equal((await past())[0]?.reason, "handed-over");
  });

  test("staff press Take over and nobody answers: the call is theirs no more, and the next one gets it while the caller leaves a message", async () => {
    const takenBy = () => luigi.ordering.boards.board(luigi.line.id).calls[0]?.takenOverBy;
    const { leg } = await dial();
    luigi.ordering.boards.takeOver(leg.callId, "Marco");
    assert.equal(takenBy(), "Marco");
    await until(() => leg.heard.has(BEEP_BYTES), { what: "the tone" });
    assert.equal(takenBy(), null);
    person = new FakeLeg("staff");
    luigi.ordering.boards.takeOver(leg.callId, "Anna");
    await until(() => person?.listener, { what: "staff to be rung" });
    person.answer();
    await until(() => leg.joined === person, { what: "the two to be joined" });
    assert.equal(takenBy(), "Anna");
    leg.end("them");
  });

  test("a dish that runs out is known to the model at once", async () => {
    const { leg, session } = await dial();
    luigi.ordering.menus.setSoldOut(luigi.line.id, "marinara", true);
    assert.match(session.updates.at(-1)?.instructions ?? "", /SOLD OUT/);
    leg.end("them");
  });

  test("a caller who speaks English is answered in English from then on", async () => {
    const { leg, session } = await dial();
    session.listener.callerSaid("Hello, I would like a pizza please, do you speak English?");
    assert.match(session.updates.at(-1)?.instructions ?? "", /speak English/);
    tool(session, "did_not_understand");
    assert.match(session.answers.at(-1)?.output ?? "", /Could you say that again/);
    leg.end("them");
  });

  test("without a renderer the model says the exact words, and is believed only if its words show the right numbers", async () => {
    const { leg, session } = await dial();
    tool(session, "add_item", MARINARA);
    tool(session, "set_details", { name: "Paul", pickup_time: "19:30" });
    renderer.works = false;
    tool(session, "read_back");
    const asked = await until(() => session.responds.find((text) => text !== undefined), {
      what: "the model to be asked",
    });
    assert.match(asked, /Je récapitule : une Marinara/);
    session.listener.speech({ itemId: "wrong", g711: Buffer.alloc(16_000) });
    const text = "Je récapitule : une Marinara. À retirer à dix-neuf heures trente. Le total est de ";
    session.listener.words({ itemId: "wrong", text, complete: false });
    assert.equal(leg.given.get("wrong"), undefined);
    session.listener.words({ itemId: "wrong", text: `${text} neuf euros quarante.`, complete: true });
    assert.equal(leg.given.get("wrong"), undefined);
    leg.end("them");
  });

  test("without a renderer nothing is answered: the notice could not be said", async () => {
    renderer.works = false;
    assert.equal((await dial()).leg.status, 503);
  });
});
