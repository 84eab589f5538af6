/** The bridge is killed (SIGKILL) at the tender moments of a real call: the cart, the number and what was said of a message are there. */
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
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { Handset } from "./handset.ts";
import { LineLab } from "./line-lab.ts";
import { speak } from "./speech.ts";

const ORDER: Part[] = [
  { tool: "add_item", args: { item_id: "carbonara", quantity: 1 } },
  { tool: "set_details", args: { name: "Paul", pickup_time: "asap" } },
];
const BEEP = beep("pcma").subarray(0, 1600);
let lab: LineLab;
let script: Part[][] = [];
/** What the model makes of a tool's answer. */
let afterTools: (output: string | undefined) => Part[] = () => [];
const brain: Brain = {
  respond: ({ turn, outputs }) =>
    Promise.resolve({ parts: turn ? (script.shift() ?? []) : afterTools(outputs.at(-1)?.output), heard: null }),
};
around(
  async () => {
    lab = await LineLab.start({ brain: () => brain });
  },
  () => lab?.stop(),
);
const open: { handset: Handset; call: Call }[] = [];
afterEach(() => {
  for (const { handset, call } of open.splice(0)) {
    call.stop();
    handset.close();
  }
});

/** A call with an order in its cart. */
async function ordering(number: string, turn: Part[], then: typeof afterTools = () => []): Promise<Handset> {
  await lab.ready();
  script = [turn];
  afterTools = then;
  const handset = await Handset.open();
  const call = await lab.dial(handset, number);
  open.push({ handset, call });
  assert.equal((await call.final).status, 200);
  await until(() => handset.heard.some(({ payload }) => isLoud(payload)), { what: "the notice" });
  await until(() => handset.heard.slice(-45).every(({ payload }) => !isLoud(payload)), {
    timeoutMs: 40_000,
    what: "the greeting's end",
  });
  await handset.say(encodeG711(await speak("Bonjour, une carbonara s'il vous plaît.", { name: "fr" }), "pcma"));
  await until(async () => (await lab.board()).calls.some(({ cart }) => cart.lines.length === 1), {
    what: "the cart",
  });
  return handset;
}

const isLoud = (payload: Buffer) => payload.some((byte) => byte !== 0xd5);

/** Killed and started: the call is a draft with its number, its cart and its age, and no order. */
async function killed(number: string): Promise<HistoryPage["calls"][number]> {
  await lab.lab.bridge.kill();
  await lab.lab.bridge.start();
  const path = `/api/lines/${lab.restaurant.line.id}/history`;
  const past = await until(
    async () => (await lab.lab.api.get<HistoryPage>(path)).calls.find(({ callerNumber }) => callerNumber === number),
    { what: "the call in the history" },
  );
  const { drafts, calls, orders, nowMs } = await lab.board();
  const [draft, ...more] = drafts.filter(({ callId }) => callId === past.callId);
  assert.deepEqual([draft?.callerNumber, draft?.cart.lines.map(({ itemId }) => itemId)], [number, ["carbonara"]]);
  assert.ok(draft && draft.startedAtMs <= nowMs && draft.startedAtMs > nowMs - 600_000);
  assert.deepEqual([more, calls, orders], [[], [], []]);
  return past;
}

test("killed while it reads an order back: the cart is a draft, nothing is ordered", { timeout: 120_000 }, async () => {
  const handset = await ordering("+33639981001", [...ORDER, { tool: "read_back", args: {} }]);
  const from = handset.heard.length;
  await until(() => handset.heard.slice(from).some(({ payload }) => isLoud(payload)), { what: "the read-back" });
  assert.equal((await killed("+33639981001")).reason, "interrupted");
});

test("killed while staff are rung for the caller: the cart is a draft with call-back", {
  timeout: 120_000,
}, async () => {
  const { api, edge, house } = lab.lab;
  const kitchen = await api.post<AccountWithPassword>("/api/accounts", {
    ...{ siteId: house.site.id, unitId: lab.restaurant.line.unitId, type: "mobile", label: "Kitchen" },
  });
  await lab.lab.directoryLive();
  const { username: user, password } = kitchen;
  const staff = await SipAgent.open({ user, password, domain: DOMAIN, port: edge.values.sipPort });
  try {
    staff.policy = { final: null };
    assert.equal((await staff.register()).status, 200);
    const handset = await ordering("+33639981002", ORDER);
    handset.press("0");
    await until(() => staff.incoming[0], { what: "staff to be rung" });
    assert.equal((await killed("+33639981002")).reason, "interrupted");
  } finally {
    staff.close();
  }
});

test("killed while a lost session is restored: the cart is a draft, and nothing is ordered", {
  timeout: 120_000,
}, async () => {
  const first = lab.service.attempts;
  // The first session is lost while it speaks of the cart; the next one is never confirmed.
  lab.service.behaviour = (n) => (n === first ? { cutInResponse: 2, speed: 4 } : { updateDelayMs: 60_000 });
  await ordering("+33639981004", ORDER, (output) => (output ? [{ say: "C'est noté, et avec ceci ?" }] : []));
  await until(() => lab.service.attempts === first + 2, { timeoutMs: 20_000, what: "the session that is restored" });
  lab.service.behaviour = () => ({});
  assert.equal((await killed("+33639981004")).reason, "interrupted");
});

test("killed while the caller leaves a message: the cart is a draft with what was said so far", {
  timeout: 120_000,
}, async () => {
  const handset = await ordering("+33639981003", ORDER);
  handset.press("0");
  await until(() => handset.sound().includes(BEEP), { timeoutMs: 60_000, what: "the tone" });
  await handset.say(
    encodeG711(
      await speak("C'est Martin, je voulais une carbonara pour ce soir, et une salade.", { name: "fr" }),
      "pcma",
    ),
  );
  assert.ok((await killed("+33639981003")).hasMessage);
});
