/** Many callers of a line at once, and callers who ask for more than a call (RFC 3261 section 8.2.2.3, RFC 4028). */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { HistoryPage } from "../../bridge/src/api/board.ts";
import { around } from "../lab/around.ts";
import { DOMAIN } from "../lab/lab.ts";
import type { Call } from "../lab/sip/call.ts";
import { type HeaderLine, header, token } from "../lab/sip/message.ts";
import { until } from "../lab/until.ts";
import { Handset } from "./handset.ts";
import { LineLab } from "./line-lab.ts";

let lab: LineLab;
const open: { handset: Handset; call: Call }[] = [];
around(
  async () => {
    lab = await LineLab.start({ brain: () => ({ respond: async () => ({ parts: [] }) }) });
  },
  () => lab?.stop(),
);
afterEach(async () => {
  for (const { handset, call } of open.splice(0)) {
    if (call.messages.some(({ status }) => status === 200) && !call.isEndedByPeer) await call.hangup();
    call.stop();
    handset.close();
  }
  await until(() => lab.service.open === 0, { what: "the sessions to end" });
});

async function dial(number: string, headers: readonly HeaderLine[] = []): Promise<{ handset: Handset; call: Call }> {
  const { gateway, line } = lab.restaurant;
  const handset = await Handset.open();
  const from = `<sip:${number}@${DOMAIN}>;tag=${token()}`;
  const made = { handset, call: await gateway.call(line.name, { rtp: handset, from, headers }) };
  open.push(made);
  return made;
}

async function history(): Promise<HistoryPage["calls"]> {
  return (await lab.lab.api.get<HistoryPage>(`/api/lines/${lab.restaurant.line.id}/history`)).calls;
}

/** The first call after a start waits for its phrases to be rendered: on a busy machine it may go to people. */
async function talking(number: string): Promise<{ handset: Handset; call: Call }> {
  return await until(
    async () => {
      const { length } = lab.service.sessions;
      const made = await dial(number);
      assert.equal((await made.call.final).status, 200);
      if (lab.service.sessions.slice(length).some(({ codec, open: stands }) => codec !== null && stands)) return made;
      await made.call.hangup();
      return null;
    },
    { what: "a call that the assistant takes" },
  );
}

test("two talk, twelve more call: each is taken at once to leave a message, none is lost, and the two hear every packet", {
  timeout: 120_000,
}, async () => {
  const { line } = lab.restaurant;
  const two = [await talking("+33633000001"), await talking("+33633000002")];
  await lab.lab.api.patch(`/api/lines/${line.id}`, { settings: { concurrentCalls: 2 } });
  const { attempts } = lab.service;
  const from = two.map(({ handset }) => handset.heard.length);
  const startedAtMs = performance.now();
  const more = Array.from({ length: 12 }, (_, at) => `+336330001${String(at).padStart(2, "0")}`);
  const made = await Promise.all(more.map((number) => dial(number)));
  const answers = await Promise.all(made.map(async ({ call }) => (await call.final).status));
  assert.deepEqual([...new Set(answers)], [200]);
  await until(() => made.every(({ handset }) => handset.heard.length > 50), { what: "everybody to hear something" });
  const packets = (performance.now() - startedAtMs) / 20;
  for (const [at, { handset, call }] of two.entries()) {
    const heard = handset.heard.slice(from[at]);
    assert.ok(heard.length > 0.9 * packets, `${heard.length} of ${packets} packets`);
    assert.ok(
      heard.every(({ sequence }, i) => sequence === (((heard[0]?.sequence ?? 0) + i) & 0xffff)),
      "none is missing",
    );
    assert.equal(call.isEndedByPeer, false);
  }
  // Nothing was asked of the model for them, but the look each minute.
  assert.ok(lab.service.attempts <= attempts + 1);
  for (const { call } of made) assert.equal((await call.hangup()).status, 200);
  const past = await until(
    async () => {
      const found = (await history()).filter(({ callerNumber }) => more.includes(callerNumber ?? ""));
      return found.length === 12 ? found : null;
    },
    { what: "all of them in the history" },
  );
  assert.deepEqual([...new Set(past.map(({ reason }) => reason))], ["handed-over"]);
});

test("more than a gateway may bring at once are told that it is busy, and the next ones are taken again", {
  timeout: 120_000,
}, async () => {
  // Without a sound of theirs: what is looked at is who may come in, and forty callers who talk fill the machine.
  const { gateway, line } = lab.restaurant;
  const made = await Promise.all(
    Array.from({ length: 42 }, (_, at) => {
      const from = `<sip:+336330002${String(at).padStart(2, "0")}@${DOMAIN}>;tag=${token()}`;
      return gateway.call(line.name, { from });
    }),
  );
  const answers = await Promise.all(made.map(async (call) => (await call.final).status));
  assert.deepEqual([answers.filter((one) => one === 200).length, answers.filter((one) => one === 486).length], [40, 2]);
  // How soon a busy machine answers forty of them is not looked at here: the places must be free again.
  await Promise.allSettled(made.filter((_, at) => answers[at] === 200).map((call) => call.hangup()));
  await until(async () => (await (await dial("+33633000299")).call.final).status === 200, { what: "the next call" });
});

for (const [what, headers, expected] of [
  [
    "offers to refresh its session",
    [
      ["Supported", "timer"],
      ["Session-Expires", "90;refresher=uac"],
    ],
    "90;refresher=uac",
  ],
  [
    "offers a session timer and leaves open who refreshes",
    [
      ["Supported", "timer"],
      ["Session-Expires", "600"],
    ],
    "600;refresher=uac",
  ],
  [
    "wants us to refresh its session",
    [
      ["Supported", "100rel, timer"],
      ["Session-Expires", "120;refresher=uas"],
    ],
    "120;refresher=uas",
  ],
  [
    "requires a session timer",
    [
      ["Require", "timer"],
      ["Session-Expires", "1800;refresher=uac"],
    ],
    "1800;refresher=uac",
  ],
  ["requires one without naming it", [["Require", "timer"]], "1800;refresher=uac"],
  ["speaks of no timer", [], ""],
  ["can have one and asks for none", [["Supported", "timer"]], ""],
  [
    "asks for a shorter one than there is",
    [
      ["Supported", "timer"],
      ["Session-Expires", "30"],
      ["Min-SE", "30"],
    ],
    "",
  ],
] as const) {
  test(`a caller who ${what} is answered with "${expected}"`, async () => {
    const { call } = await dial("+33633000301", headers);
    const answer = await call.final;
    assert.deepEqual([answer.status, header(answer, "session-expires")], [200, expected]);
    assert.equal(/timer/.test(header(answer, "require")), /uac/.test(expected));
    const again = await call.request("UPDATE", {
      headers: [
        ["Supported", "timer"],
        ["Session-Expires", "120;refresher=uac"],
      ],
    });
    assert.equal(again.status, 200);
    if (expected !== "") assert.equal(header(again, "session-expires"), "120;refresher=uac");
  });
}

for (const tag of ["100rel", "nothingSupportsThis", "timer, 100rel"]) {
  test(`a call that requires "${tag}" is for the next rule, and when nobody has it the caller hears what is missing`, async () => {
    const { length } = await history();
    const { call } = await dial("+33633000302", [["Require", tag]]);
    const answer = await call.final;
    assert.deepEqual([answer.status, header(answer, "unsupported")], [420, tag.replace("timer, ", "").toLowerCase()]);
    assert.equal((await history()).length, length);
    assert.equal((await (await dial("+33633000303")).call.final).status, 200);
  });
}
