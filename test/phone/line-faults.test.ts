/** What can die while a caller orders: the model, the bridge, Kamailio, the network. Nothing is lost, nobody sits in silence. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { HistoryPage } from "../../bridge/src/api/board.ts";
import type { AccountWithPassword } from "../../bridge/src/api/directory.ts";
import { encodeG711 } from "../../bridge/src/audio/g711.ts";
import { beep } from "../../bridge/src/voice/clips.ts";
import type { Brain, Part } from "../fakes/realtime/brain.ts";
import { around } from "../lab/around.ts";
import { DOMAIN } from "../lab/lab.ts";
import type { Call } from "../lab/sip/call.ts";
import { header } from "../lab/sip/message.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";
import { Handset } from "./handset.ts";
import { LineLab } from "./line-lab.ts";
import { speak } from "./speech.ts";

const CARBONARA: Part[] = [{ tool: "add_item", args: { item_id: "carbonara", quantity: 1 } }];
const BEEP = beep("pcma").subarray(0, 1600);
let lab: LineLab;
/** What the model does at each turn of the caller, one after the other. */
let script: Part[][] = [];
const brain: Brain = {
  respond: ({ turn, outputs }) => {
    const output = outputs.at(-1)?.output;
    if (!turn && output === undefined) return Promise.resolve({ parts: [] });
    const said = output === undefined ? null : (JSON.parse(output) as { say: string }).say;
    return Promise.resolve({ parts: turn ? (script.shift() ?? []) : said ? [{ say: said }] : [], heard: null });
  },
};
around(
  async () => {
    lab = await LineLab.start({ brain: () => brain });
  },
  () => lab?.stop(),
);
const open: { handset: Handset; call: Call | null }[] = [];
let numbers = 0;
afterEach(async () => {
  for (const { handset, call } of open.splice(0)) {
    call?.stop();
    handset.close();
  }
  script = [];
  lab.service.behaviour = () => ({});
});

async function dial() {
  const handset = await Handset.open();
  const entry = { handset, call: null as Call | null };
  open.push(entry);
  numbers += 1;
  const number = `+3363998${String(numbers).padStart(4, "0")}`;
  const watch = startWatch();
  const call = await lab.dial(handset, number);
  entry.call = call;
  const { status } = await call.final;
  return { handset, call, status, number, answeredMs: watch.stop() };
}

/** Says something after the assistant has gone quiet. */
async function say(handset: Handset, text = "Bonjour, une carbonara s'il vous plaît."): Promise<void> {
  await quiet(handset);
  await handset.say(encodeG711(await speak(text, { name: "fr" }), "pcma"));
}

const isSilent = (payload: Buffer) => payload.every((byte) => byte === 0xd5);

async function quiet(handset: Handset): Promise<void> {
  await until(() => handset.heard.some(({ payload }) => !isSilent(payload)), { what: "the assistant's first words" });
  await until(() => handset.heard.length > 50 && handset.heard.slice(-45).every(({ payload }) => isSilent(payload)), {
    timeoutMs: 40_000,
    what: "the assistant to be quiet",
  });
}

async function past(number: string) {
  return await until(
    async () => {
      const page = await lab.lab.api.get<HistoryPage>(`/api/lines/${lab.restaurant.line.id}/history`);
      return page.calls.find((call) => call.callerNumber === number && call.endedAtMs !== null);
    },
    { what: `the call of ${number} in the history` },
  );
}

async function cartOf(number: string): Promise<string[]> {
  const { calls } = await lab.board();
  const live = calls.find(({ callerNumber }) => callerNumber === number);
  return live?.cart.lines.map(({ itemId }) => itemId) ?? [];
}

const MODEL_FAULTS = [
  ["refuses the key", { refuse: 401 as const }, "key-refused"],
  ["has too many requests", { refuse: 429 as const }, null],
  ["says nothing at all", { mute: true }, null],
  ["is just too slow to confirm", { updateDelayMs: 2_600 }, null],
  ["confirms another sound format", { wrongFormat: true }, "incompatible"],
] as const;

test("the service dies in mid-call: one moment, a new session from the order, and the order goes on", {
  timeout: 120_000,
}, async () => {
  lab.service.behaviour = (n) => (n === lab.service.attempts - 1 && n === first ? { cutInResponse: 2, speed: 4 } : {});
  const first = lab.service.attempts;
  script = [CARBONARA];
  const { handset, status, number, call } = await dial();
  assert.equal(status, 200);
  await say(handset);
  await until(() => lab.service.attempts === first + 2, { what: "a second session" });
  assert.deepEqual(
    await until(async () => ((await cartOf(number)).length > 0 ? cartOf(number) : null), { what: "the cart" }),
    ["carbonara"],
  );
  const second = await until(() => lab.service.sessions.at(-1), { what: "the session" });
  assert.match(second.config.instructions ?? "", /carbonara/);
  await quiet(handset);
  await call.hangup();
  const call1 = await past(number);
  assert.equal(call1.reason, "caller-hung-up");
  assert.ok((await lab.board()).drafts.some(({ callId }) => callId === call1.callId));
});

test("the service dies and stays away: people are rung, nobody is there, and a message is taken with the cart", {
  timeout: 120_000,
}, async () => {
  const first = lab.service.attempts;
  lab.service.behaviour = (n) => (n === first ? { cutInResponse: 2, speed: 4 } : { refuse: 503 });
  script = [CARBONARA];
  const { handset, status, number, call } = await dial();
  assert.equal(status, 200);
  await say(handset);
  await until(() => lab.service.attempts >= first + 2, { what: "the second try" });
  // What the assistant says before it takes a message ends with a tone.
  await until(() => handset.sound().includes(BEEP), { timeoutMs: 40_000, what: "the tone" });
  await handset.say(
    encodeG711(await speak("C'est Martin, je voulais une carbonara pour ce soir.", { name: "fr" }), "pcma"),
  );
  await call.hangup();
  const { reason, hasMessage } = await past(number);
  assert.equal(reason, "model-failed");
  assert.ok(hasMessage);
  const draft = (await lab.board()).drafts.find(({ callerNumber }) => callerNumber === number);
  assert.deepEqual(
    draft?.cart.lines.map(({ itemId }) => itemId),
    ["carbonara"],
  );
});

test("the bridge is killed in mid-call: after its start the cart is a draft with the number, and the line answers again", {
  timeout: 180_000,
}, async () => {
  await lab.lab.bridge.restart();
  await lab.ready();
  script = [CARBONARA];
  const { handset, status, number } = await dial();
  assert.equal(status, 200);
  await say(handset);
  await until(async () => (await cartOf(number)).length === 1, { what: "the cart" });
  await lab.lab.bridge.kill();
  await lab.lab.bridge.start();
  const { reason } = await past(number);
  assert.equal(reason, "interrupted");
  const draft = (await lab.board()).drafts.find(({ callerNumber }) => callerNumber === number);
  assert.deepEqual(
    draft?.cart.lines.map(({ itemId }) => itemId),
    ["carbonara"],
  );
  await lab.ready();
  const again = await until(
    async () => {
      const next = await dial();
      return next.status === 200 ? next : null;
    },
    { timeoutMs: 60_000, everyMs: 1000, what: "an answer after the restart" },
  );
  await again.call.hangup();
});

test("the bridge is told to stop in mid-call: new callers go to people at once, the caller finishes, then it ends", {
  timeout: 180_000,
}, async () => {
  await lab.ready();
  script = [CARBONARA, CARBONARA];
  const { handset, status, number, call } = await dial();
  assert.equal(status, 200);
  await say(handset);
  await until(async () => (await cartOf(number)).length === 1, { what: "the cart" });
  const stopped = lab.lab.bridge.stop(60_000);
  await until(() => lab.lab.bridge.log().includes("calls are finished before the stop"), { what: "the stop to begin" });
  const next = await dial();
  assert.notEqual(next.status, 200);
  assert.ok(lab.lab.bridge.running);
  await say(handset);
  await until(async () => (await cartOf(number)).length === 2, { what: "the order to grow" });
  await call.hangup();
  await stopped;
  await lab.lab.bridge.start();
  assert.equal((await past(number)).reason, "caller-hung-up");
  await lab.ready();
});

test("Kamailio is restarted in mid-call: the talk goes on and the order grows", { timeout: 120_000 }, async () => {
  script = [CARBONARA];
  const { handset, status, number, call } = await dial();
  assert.equal(status, 200);
  await quiet(handset);
  await lab.lab.edge.restartKamailio();
  await say(handset);
  await until(async () => (await cartOf(number)).length === 1, { what: "the cart" });
  await lab.ready();
  await call.hangup();
  assert.equal((await past(number)).reason, "caller-hung-up");
});

test("RTPEngine is killed in mid-call: both sides are told, the cart is a draft with the number, and the next call is heard", {
  timeout: 120_000,
}, async () => {
  script = [CARBONARA];
  const { handset, status, number, call } = await dial();
  assert.equal(status, 200);
  await say(handset);
  await until(async () => (await cartOf(number)).length === 1, { what: "the cart" });
  await lab.lab.edge.killRtpengine();
  await until(() => performance.now() - (handset.heard.at(-1)?.atMs ?? 0) > 1_000, { what: "a second of nothing" });
  await lab.lab.edge.startRtpengine();
  await call.endedByPeer;
  assert.equal((await past(number)).reason, "media-failed");
  const draft = (await lab.board()).drafts.find(({ callerNumber }) => callerNumber === number);
  assert.deepEqual(
    draft?.cart.lines.map(({ itemId }) => itemId),
    ["carbonara"],
  );
  const next = await dial();
  assert.equal(next.status, 200);
  await until(() => next.handset.heard.some(({ payload }) => !isSilent(payload)), { what: "the next call's words" });
  await next.call.hangup();
});

for (const [what, behaviour, problem] of MODEL_FAULTS) {
  test(`the service ${what}: the next rules are tried, nobody is there, so a message is taken, and the line says why`, {
    timeout: 120_000,
  }, async () => {
    await lab.lab.bridge.restart();
    await lab.ready();
    lab.service.behaviour = () => behaviour;
    const { call, status, number, answeredMs } = await dial();
    assert.equal(status, 200);
    assert.ok(answeredMs < 6_000, `${answeredMs} ms`);
    await call.hangup();
    assert.equal((await past(number)).reason, "model-failed");
    // One lost session is no reason yet to send everybody to people.
    if (problem !== null) {
      await until(async () => (await lab.board()).line.assistantProblem === problem, {
        what: `the line to say ${problem}`,
      });
    }
  });
}

test("no model, and nobody answers: the call comes back, the caller leaves a message, and it is a draft with the number", {
  timeout: 120_000,
}, async () => {
  await lab.lab.bridge.restart();
  await lab.ready();
  lab.service.behaviour = () => ({ refuse: 503 });
  const { handset, call, status, number } = await dial();
  assert.equal(status, 200);
  // The notice, whom to tell what, and the tone.
  await quiet(handset);
  await until(() => handset.sound().includes(BEEP), { what: "the tone" });
  await handset.say(encodeG711(await speak("Une carbonara pour Paul, rappelez-moi.", { name: "fr" }), "pcma"));
  await call.hangup();
  const { reason, hasMessage } = await past(number);
  assert.deepEqual([reason, hasMessage], ["model-failed", true]);
  const { drafts } = await lab.board();
  assert.equal(drafts.filter(({ callerNumber }) => callerNumber === number).length, 1);
});

test("no internet: the stand-in is gone; staff are rung at once, and when nobody answers there, the backup with the caller's number", {
  timeout: 120_000,
}, async () => {
  const { api, edge } = lab.lab;
  const { line } = lab.restaurant;
  const account = (body: object) =>
    api.post<AccountWithPassword>("/api/accounts", { siteId: lab.lab.house.site.id, ...body });
  const staffAccount = await account({ unitId: line.unitId, type: "mobile", label: "Kitchen" });
  // A SIP peer with credentials stands for the trunk.
  const trunkAccount = await account({ type: "gateway", label: "Trunk", username: "trunk" });
  await api.patch(`/api/lines/${line.id}`, { settings: { backupNumber: trunkAccount.username } });
  await lab.lab.directoryLive();
  const peers = await Promise.all(
    [staffAccount, trunkAccount].map(({ username: user, password }) =>
      SipAgent.open({ user, password, domain: DOMAIN, port: edge.values.sipPort }),
    ),
  );
  const [staff, trunk] = peers as [SipAgent, SipAgent];
  try {
    for (const peer of peers) assert.equal((await peer.register()).status, 200);
    await lab.lab.bridge.restart();
    await lab.ready();
    await lab.service.stop();
    staff.policy = { final: null };
    trunk.policy = { final: null };
    const handset = await Handset.open();
    const entry = { handset, call: null as Call | null };
    open.push(entry);
    const watch = startWatch();
    const call = await lab.dial(handset, "+33639989999");
    entry.call = call;
    const ringing = await until(() => staff.incoming[0], { what: "staff to be rung" });
    assert.ok(watch.stop() < 4_000, `${watch.stop()} ms`);
    ringing.answer(486);
    const last = await until(() => trunk.incoming[0], { what: "the backup to be rung" });
    assert.match(last.invite === null ? "" : header(last.invite, "from"), /\+33639989999/);
    last.answer(200, { rtp: await backupPhone() });
    assert.equal((await call.final).status, 200);
    await call.hangup();
  } finally {
    for (const peer of peers) peer.close();
  }
});

async function backupPhone(): Promise<Handset> {
  const handset = await Handset.open();
  open.push({ handset, call: null });
  return handset;
}
