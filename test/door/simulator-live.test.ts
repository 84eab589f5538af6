/**
 * The simulator against real calls: random houses, rules, zones and moments; whoever is said to call places an INVITE at a running Kamailio,
 * accounts as themselves, numbers through their gateway. Who rings, in which order and for how long, and how it ends is what was said.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { EvaluateReply } from "../../bridge/src/api/directory.ts";
import { siteSnapshot } from "../../bridge/src/directory/snapshot.ts";
import { whatWouldHappen } from "../../bridge/src/directory/what-would-happen.ts";
import { openStore, type Store } from "../../bridge/src/store/store.ts";
import type { WeekWindow } from "../../infra/control/src/wire.ts";
import { around } from "../lab/around.ts";
import { defaultPassword, type Edge, startEdge } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { token } from "../lab/sip/message.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";

const CALLS = 300;
const SEED = 20_261_130;
const UNITS = ["unit1", "unit2", "door-a"];
const DEVICES = ["panel-1", "panel-2", "mobile-1"];
const GATEWAYS = ["gate-1", "gate-2"];
const NUMBERS = ["+33639980178", "0639980178", "112", "anonymous"];
const NOBODY = ["stranger", "12", "0639980178-1"];
const PATTERNS = [
  "*",
  "*",
  "*",
  "*",
  "door-*",
  "panel-[12]",
  "mobile-1",
  "gate-?",
  "+33*",
  "0*",
  "[+0-9]*",
  "anonymous",
  "[",
];
const ZONES = ["Europe/Paris", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe"];
/** Hours that never come or come twice, in zones that change by an hour and by half of one. */
const CHANGES = [
  ["Europe/Paris", "2026-03-29T02"],
  ["Europe/Paris", "2026-10-25T02"],
  ["America/New_York", "2026-03-08T02"],
  ["America/New_York", "2026-11-01T01"],
  ["Australia/Lord_Howe", "2026-10-04T02"],
  ["Australia/Lord_Howe", "2026-04-05T01"],
] as const;
const DAYS = ["01-01", "03-28", "03-29", "07-15", "10-25", "10-26", "12-31"];

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
const twoDigits = (most: number) => fc.nat(most).map((n) => String(n).padStart(2, "0"));
/** The changes are on Sundays, 01:00 to 03:00. */
const minute = fc.oneof(fc.nat(10_079), pick([0, 1_440, 8_640, 8_700, 8_730, 8_760, 8_790, 8_820, 10_079]));
/** Over midnight, and over Sunday's, a schedule is two windows. */
const hoursOf = fc.tuple(minute, pick([30, 120, 900, 4_000])).map(([from, length]) => {
  const to = from + length;
  if (to <= 10_080) return [{ fromMinute: from, toMinute: to }];
  return [
    { fromMinute: from, toMinute: 10_080 },
    { fromMinute: 0, toMinute: to - 10_080 },
  ];
});
const ruleOf = fc.record({
  unit: pick(["unit1", "unit1", "unit1", "unit2", "door-a"]),
  sourcePattern: pick(PATTERNS),
  action: pick(["ring", "ring", "forward", "voicemail"] as const),
  target: pick([...UNITS, ...DEVICES, "bridge", "gone"]),
  ringSeconds: fc.integer({ min: 3, max: 180 }),
  schedule: fc.oneof(fc.constant<WeekWindow[]>([]), hoursOf),
  enabled: pick([true, true, true, false]),
});
type DrawnRule = typeof ruleOf extends fc.Arbitrary<infer R> ? R : never;
const houseOf = fc.record({
  homes: fc.tuple(...DEVICES.map(() => fc.option(pick(["unit1", "unit2"])))),
  off: fc.subarray([...DEVICES, ...GATEWAYS, "door-a"], { maxLength: 2 }),
  quiet: fc.subarray(["unit1", "unit2"], { maxLength: 1 }),
  rules: fc.array(ruleOf, { minLength: 1, maxLength: 8 }),
});
type DrawnHouse = typeof houseOf extends fc.Arbitrary<infer H> ? H : never;
const questionOf = fc.record({
  caller: pick([...DEVICES, ...DEVICES, "door-a", "door-a", ...NUMBERS, ...NUMBERS, ...NOBODY]),
  gateway: pick([undefined, ...GATEWAYS]),
  callee: pick(["unit1", "unit1", "unit1", "unit1", ...UNITS, ...DEVICES, "gone"]),
  second: fc.boolean(),
});

const ofChange = fc.tuple(pick(CHANGES), twoDigits(59)).map(([[timeZone, hour], at]) => ({
  ...{ timeZone, localTime: `${hour}:${at}` },
}));
const ofDay = fc
  .tuple(pick(ZONES), pick(DAYS), pick(["00", "02", "12", "23"]), twoDigits(59))
  .map(([timeZone, day, hour, at]) => ({ timeZone, localTime: `2026-${day}T${hour}:${at}` }));
const callOf = fc.record({ house: houseOf, question: questionOf, when: fc.oneof(ofChange, ofDay) });

let edge: Edge;
let store: Store;
const folder = labFolder("simulator");
around(
  async () => {
    store = openStore({ folder: folder.path });
    edge = await startEdge();
  },
  async () => {
    await edge?.stop();
    store?.close();
    folder.remove();
  },
);

function build(siteId: string, domain: string, timeZone: string, { homes, off, quiet, rules }: DrawnHouse): void {
  const place = { siteId, buildingId: `${siteId}-B` };
  store.transaction(() => {
    store.sites.insert({ id: siteId, name: siteId, address: "", domain, timeZone });
    store.buildings.insert({ id: place.buildingId, siteId, name: "A" });
    for (const name of UNITS) {
      const kind = name === "door-a" ? ("door" as const) : ("residential" as const);
      store.units.insert({ ...place, id: `${siteId}-${name}`, kind, name, label: name });
      store.units.setDoNotDisturb({ id: `${siteId}-${name}`, siteId, doNotDisturb: quiet.includes(name) });
    }
    const account = (username: string, type: "panel" | "gateway" | "door" | "bridge", unit: string | null) =>
      store.accounts.insert({
        ...{ id: `${siteId}-${username}-a`, siteId, username, type, label: username, ha1: "0".repeat(32) },
        ...{ unitId: unit && `${siteId}-${unit}`, enabled: !off.includes(username), createdAtMs: 0 },
      });
    for (const [at, name] of DEVICES.entries()) account(name, "panel", homes[at] ?? null);
    for (const name of GATEWAYS) account(name, "gateway", null);
    account("door-a", "door", "door-a");
    account("bridge", "bridge", null);
    for (const unit of UNITS) {
      for (const [position, { target, ...rule }] of rules.filter((one) => one.unit === unit).entries()) {
        const { unit: _, ...fields } = rule;
        const targetSipUri = rule.action === "ring" ? null : `sip:${target}@${domain}`;
        const id = `${siteId}-${unit}-${position}`;
        store.rules.insert({ ...fields, id, siteId, unitId: `${siteId}-${unit}`, position, targetSipUri });
      }
    }
  });
}

/** The site's directory as the VPS gets it, with its clock moved so that `atMs` is now. */
function seed(siteId: string, domain: string, atMs: number): void {
  const { units, accounts, rules, clock } = siteSnapshot(store, siteId, atMs);
  const shift = Math.floor(Date.now() / 1_000) - atMs / 1_000;
  edge.seedDirectory({
    domain,
    units,
    accounts,
    rules,
    clock: clock.map(({ fromUnix, offsetSeconds }) => ({
      fromUnix: fromUnix === 0 ? 0 : fromUnix + shift,
      offsetSeconds: offsetSeconds - shift,
    })),
  });
}

interface Rung {
  username: string;
  atMs: number;
}

/** Every enabled device registered; what rings is noted. */
async function devices(siteId: string, domain: string, rung: Rung[], final: number | null): Promise<SipAgent[]> {
  const names = store.accounts.list({ siteId }).flatMap(({ enabled, username }) => (enabled ? [username] : []));
  return await Promise.all(
    names.map(async (username) => {
      const agent = await open(domain, username);
      agent.policy = { ring: final === null, final };
      agent.onCall = () => rung.push({ username, atMs: performance.now() });
      assert.equal((await agent.register()).status, 200, `${username} registers`);
      return agent;
    }),
  );
}

function open(domain: string, user: string, localAddress = "127.0.0.1"): Promise<SipAgent> {
  return SipAgent.open({ user, domain, password: defaultPassword(user), port: edge.values.sipPort, localAddress });
}

async function place(agent: SipAgent, callee: string, as: string): Promise<number> {
  const from = as === agent.user ? {} : { from: `<sip:${as}@${agent.domain}>;tag=${token()}` };
  return (await (await agent.call(callee, from)).final).status;
}

/** Every way in which somebody could say to be this caller: all of them are turned away. */
async function refused(siteId: string, caller: string, callee: string, gateway: string | undefined, address: string) {
  const { domain } = store.sites.get(siteId) ?? assert.fail();
  const ways = [caller, ...GATEWAYS.filter((name) => gateway === undefined || name === gateway)];
  for (const user of ways.filter((name) => name !== "anonymous" && !name.startsWith("+"))) {
    const agent = await open(domain, user, address);
    const status = await place(agent, callee, caller);
    agent.close();
    assert.ok([403, 407].includes(status), `${caller} as ${user}: ${status}`);
  }
}

test(`${CALLS} random calls go as the simulator says`, { timeout: 540_000 }, async () => {
  const seen = new Map<string, number>();
  const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  for (const [i, { house, question, when }] of fc.sample(callOf, { numRuns: CALLS, seed: SEED }).entries()) {
    const siteId = `S${i}`;
    const domain = `live${i}.sip.example.com`;
    const { caller, callee, gateway, second } = question;
    const { timeZone, localTime } = when;
    build(siteId, domain, timeZone, house);
    const asked = { siteId, caller, callee, ...(gateway !== undefined && { gateway }), localTime, second };
    const said = whatWouldHappen(store)(asked);
    const about = JSON.stringify({ ...asked, house, said });
    seed(siteId, domain, said.at.atMs);
    const rung: Rung[] = [];
    const agents = await devices(siteId, domain, rung, 486);
    try {
      note(String(said.code));
      if (said.gateway !== null) note(`${said.code} by gateway`);
      if (said.at.change !== null) note(`${said.code} ${said.at.change}`);
      if (said.code === 401) await refused(siteId, caller, callee, gateway, `127.1.${i >> 8}.${i & 255}`);
      else {
        const from = agents.find(({ user }) => user === (said.gateway ?? caller)) ?? assert.fail(about);
        const ringing = said.steps.flatMap(({ accounts }) => accounts);
        const code = said.code !== 200 ? said.code : ringing.length > 0 ? 486 : 480;
        assert.equal(await place(from, callee, caller), code, about);
      }
      const names = rung.map(({ username }) => username);
      const groups = said.steps.map(({ accounts }) => names.splice(0, accounts.length).toSorted());
      assert.deepEqual(
        [...groups, ...names],
        said.steps.map(({ accounts }) => [...accounts]),
        about,
      );
      const fires = said.steps.find(({ accounts }) => accounts.length > 0);
      assert.equal(said.firingRuleId, fires?.ruleId ?? null, about);
    } finally {
      for (const agent of agents) agent.close();
    }
  }
  for (const what of ["200", "401", "403", "404", "200 by gateway", "403 by gateway", "200 skipped", "200 twice"])
    assert.ok((seen.get(what) ?? 0) >= 3, `${what}: ${JSON.stringify([...seen])}`);
});

const ring = (unit: string, ringSeconds: number, more: Partial<DrawnRule> = {}): DrawnRule => ({
  ...{ unit, sourcePattern: "*", action: "ring", target: "", ringSeconds, schedule: [], enabled: true },
  ...more,
});
const forward = (unit: string, ringSeconds: number, target: string, more: Partial<DrawnRule> = {}) =>
  ring(unit, ringSeconds, { action: "forward", target, ...more });

const LASTING: [what: string, caller: string, rules: DrawnRule[]][] = [
  [
    "a flat, then its neighbour, then the message",
    "door-a",
    [ring("unit1", 3), forward("unit1", 4, "unit2"), forward("unit1", 3, "bridge", { action: "voicemail" })],
  ],
  [
    "two flats that forward to each other in a circle",
    "door-a",
    [
      forward("unit1", 3, "unit2"),
      forward("unit1", 4, "unit1"),
      forward("unit2", 5, "unit1"),
      forward("unit2", 3, "unit2"),
    ],
  ],
  [
    "a number through a gateway, past a rule for doors",
    "+33639980178",
    [
      ring("unit1", 60, { sourcePattern: "door-*" }),
      forward("unit1", 3, "panel-2", { sourcePattern: "+33*" }),
      ring("unit1", 4, { sourcePattern: "gate-1" }),
    ],
  ],
];

test("nobody answers: each step rings as long as the simulator says, and the call ends", {
  timeout: 60_000,
}, async () => {
  const homes: DrawnHouse["homes"] = ["unit1", "unit2", null];
  const calls = LASTING.map(([what, caller, rules], i) => {
    const siteId = `L${i}`;
    const domain = `lasting${i}.sip.example.com`;
    build(siteId, domain, "Asia/Kolkata", { homes, off: [], quiet: [], rules });
    const said = whatWouldHappen(store)({ siteId, caller, callee: "unit1", atMs: Date.parse("2026-11-30T12:00:00Z") });
    seed(siteId, domain, said.at.atMs);
    return { what, caller, siteId, domain, said };
  });
  await Promise.all(calls.map((call) => rings(call)));
});

async function rings(call: { what: string; caller: string; siteId: string; domain: string; said: EvaluateReply }) {
  const { what, caller, siteId, domain, said } = call;
  const rung: Rung[] = [];
  const agents = await devices(siteId, domain, rung, null);
  try {
    const from = agents.find(({ user }) => user === (said.gateway ?? caller)) ?? assert.fail(what);
    const lasts = said.steps.reduce((sum, { ringSeconds }) => sum + ringSeconds, 0);
    assert.ok(said.steps.length >= 2, what);
    assert.equal(await place(from, "unit1", caller), 408, what);
    const endedMs = performance.now();
    await until(() => rung.length === said.steps.length, { what: `${what}: all steps` });
    assert.deepEqual(
      rung.map(({ username }) => [username]),
      said.steps.map(({ accounts }) => accounts),
      what,
    );
    const starts = [...rung.map(({ atMs }) => atMs), endedMs];
    for (const [at, { ringSeconds }] of said.steps.entries()) {
      const tookMs = (starts[at + 1] ?? 0) - (starts[at] ?? 0);
      assert.ok(Math.abs(tookMs - ringSeconds * 1_000) < 1_500, `${what}: step ${at} ${tookMs} ms, of ${lasts} s`);
    }
  } finally {
    for (const agent of agents) agent.close();
  }
}
