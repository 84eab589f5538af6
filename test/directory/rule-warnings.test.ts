/**
 * What is said of rules that can never fire, against trying every call: random rules, devices on and off, gateways there and
 * not. No rule that could fire is called dead, and no dead one goes unnamed.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import type { RuleWarning } from "../../bridge/src/api/directory.ts";
import { globMatches } from "../../bridge/src/directory/glob.ts";
import { ruleWarnings } from "../../bridge/src/directory/rule-warnings.ts";
import { LINE_DEFAULTS } from "../../bridge/src/ordering/line-defaults.ts";
import type { AccountRow } from "../../bridge/src/store/account-store.ts";
import type { RuleRow } from "../../bridge/src/store/rule-store.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";

let api: TestApp;
let house: House;
before(async () => {
  api = await testApp();
  house = await makeHouse(api);
  for (const [username, type] of DEVICES) {
    const fields = { siteId: house.site.id, unitId: null, label: username, ha1: "0".repeat(32), enabled: true };
    api.store.accounts.insert({ id: `account-${username}`, username, type, createdAtMs: 0, ...fields });
  }
});
after(() => api.close());

const DEVICES = [
  ["panel-a", "panel"],
  ["panel-b", "panel"],
  ["mobile-c", "mobile"],
  ["gate-1", "gateway"],
  ["neolia", "bridge"],
] as const;
const NUMBERS = ["+33123456789", "0612345678", "anonymous", "112", "33999"];
/** What `NUMBERS` tells apart, and no more. */
const PATTERNS = [
  ...["*", "*", "intercom-*", "intercom-entrance", "panel-a", "panel-?", "[pm]*", "[^i]*", "gate-1", "g*", "no", "*e"],
  ...["0*", "+*", "[0-9]*", "[0-9+]*", "anonymous", "[+0-9a]*"],
];
const TARGETS = [
  "unit401",
  "unit402",
  "panel-a",
  "panel-b",
  "intercom-entrance",
  ...Array.from({ length: 5 }, () => "neolia"),
  "gone",
];

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
const windowOf = fc
  .tuple(fc.nat(20), pick([480, 960, 4_800, 10_080]))
  .map(([slot, length]) => ({ fromMinute: slot * 480, toMinute: Math.min(10_080, slot * 480 + length) }));
const ruleOf = fc.record({
  sourcePattern: pick(PATTERNS),
  action: pick(["ring", "forward", "voicemail", "voicemail"] as const),
  target: pick(TARGETS),
  ringSeconds: pick([20, 180]),
  schedule: fc.oneof(fc.array(windowOf, { maxLength: 0 }), fc.array(windowOf, { maxLength: 2 })),
  enabled: fc.nat(9).map((drawn) => drawn > 0),
});
const often = fc.nat(3).map((drawn) => drawn > 0);
const devicesOf = fc.array(fc.record({ enabled: fc.nat(4), place: fc.nat(2) }), { minLength: 6, maxLength: 6 });

interface Call {
  caller: string;
  number: string;
  /** Which device was dialled; null: the unit. */
  dialled: string | null;
  minute: number;
}

/** The rules that a call comes to if nobody answers, and which of them bring something new. */
function walk(rules: readonly RuleRow[], accounts: readonly AccountRow[], isLine: boolean, call: Call) {
  const unitIds: Record<string, string> = { unit401: house.unit401.id, unit402: house.unit402.id };
  unitIds["intercom-entrance"] = house.door.id;
  const ringable = ({ action, targetSipUri }: RuleRow) => {
    const target = action === "ring" ? "unit401" : (/^sip:([^@]+)/.exec(targetSipUri ?? "")?.[1] ?? "");
    const unitId = unitIds[target];
    return accounts
      .filter((one) => (unitId === undefined ? one.username === target : one.unitId === unitId))
      .filter(({ username }) => action !== "ring" || call.dialled === null || username === call.dialled)
      .filter(({ enabled, username }) => enabled && username !== call.caller)
      .map(({ username }) => username);
  };
  const fires: string[] = [];
  const isNew: string[] = [];
  const rung = new Set<string>();
  let seconds = 0;
  for (const rule of rules) {
    const { id, enabled, sourcePattern, schedule, action } = rule;
    const isOpen = schedule.some(({ fromMinute, toMinute }) => fromMinute <= call.minute && call.minute < toMinute);
    const fits = [call.caller, call.number].some((source) => source !== "" && globMatches(sourcePattern, source));
    if (!enabled || !fits || (schedule.length > 0 && !isOpen)) continue;
    const names = ringable(rule).toSorted().join();
    if (names === "") continue;
    if (seconds >= 900) break;
    fires.push(id);
    const takesMessage = action === "voicemail" && isLine && names.split(",").includes("neolia");
    if (action === "voicemail" || !rung.has(names)) isNew.push(id);
    if (takesMessage) break;
    rung.add(names);
    seconds += rule.ringSeconds;
  }
  return { fires, isNew };
}

test("a rule is warned of exactly when no call at any minute of the week would come to it", async () => {
  const { store, directory } = api;
  const siteId = house.site.id;
  const unitId = house.unit401.id;
  const seen = new Map<string, number>();
  const line = {
    ...{ id: "line", siteId, unitId, gatewayAccountId: "account-gate-1", settings: LINE_DEFAULTS, pausedUntilMs: null },
  };
  await fc.assert(
    fc.asyncProperty(fc.array(ruleOf, { minLength: 1, maxLength: 7 }), devicesOf, often, async (...some) => {
      const [drawn, devices, isLine] = some;
      store.transaction(() => {
        store.lines.remove(line.id);
        if (isLine) store.lines.insert(line);
        for (const [at, account] of store.accounts.list({ siteId }).entries()) {
          const { enabled = 1, place = 0 } = devices[at] ?? {};
          const free = account.type === "panel" || account.type === "mobile";
          const home = [null, house.unit401.id, house.unit402.id][place] ?? null;
          store.accounts.update({ ...account, enabled: enabled > 0, unitId: free ? home : account.unitId });
        }
        for (const { id } of store.rules.list({ unitId })) store.rules.remove(id);
        for (const [position, { target, ...rule }] of drawn.entries()) {
          const targetSipUri = rule.action === "ring" ? null : `sip:${target}@${house.site.domain}`;
          store.rules.insert({ ...rule, id: `rule-${position}`, siteId, unitId, position, targetSipUri });
        }
      });
      const rules = store.rules.list({ unitId });
      const accounts = store.accounts.list({ siteId });
      const callers = accounts
        .filter(({ enabled }) => enabled)
        .flatMap(({ username, type }) =>
          ["", ...(type === "gateway" ? NUMBERS : [])].map((number) => ({ caller: username, number })),
        );
      const dialled = [null, ...accounts.flatMap((one) => (one.unitId === unitId ? one.username : []))];
      const edges = rules.flatMap(({ schedule }) => schedule.flatMap((one) => [one.fromMinute, one.toMinute]));
      const minutes = [...new Set([0, ...edges])].filter((minute) => minute < 10_080);
      const walks = callers.flatMap((from) =>
        minutes.flatMap((minute) =>
          dialled.map((one) => walk(rules, accounts, isLine, { ...from, minute, dialled: one })),
        ),
      );
      const fires = new Set(walks.flatMap((one) => one.fires));
      const isNew = new Set(walks.flatMap((one) => one.isNew));
      const warned = new Map<string, RuleWarning>();
      const alone = await directory.ruleWarnings({ unitId });
      for (const warning of alone) warned.set(warning.ruleId, warning);
      // A whole site's are told from one reading of it, one unit's by asking for its names.
      const ofSite = await directory.ruleWarnings({ siteId });
      assert.deepEqual(
        ofSite.filter((one) => one.unitId === unitId),
        alone,
      );
      const hasMailbox = ({ action, targetSipUri }: RuleRow) =>
        action === "voicemail" && isLine && targetSipUri?.startsWith("sip:neolia@");
      for (const rule of rules) {
        const { id, enabled, action } = rule;
        const kind = warned.get(id)?.kind ?? "none";
        seen.set(kind, (seen.get(kind) ?? 0) + 1);
        const comes = action === "voicemail" && !hasMailbox(rule) ? "no-mailbox" : isNew.has(id) ? "none" : "repeats";
        const expected = enabled ? (fires.has(id) ? comes : "dead") : "none";
        const told = ["none", "repeats", "no-mailbox"].includes(kind) ? kind : "dead";
        assert.equal(told, expected, `${id} ${kind}: ${JSON.stringify({ rules, accounts })}`);
      }
    }),
    { numRuns: 500 },
  );
  const all = ["none", "repeats", "matches-nobody", "taken-by-voicemail", "no-mailbox", "target-gone", "rings-nobody"];
  for (const kind of all) assert.ok((seen.get(kind) ?? 0) > 3, `${kind}: ${seen.get(kind)}`);
});

test("a whole site's rules are looked at with as many statements for one unit as for 90", async () => {
  const { store } = api;
  const siteId = house.site.id;
  const asked = async () => {
    let count = 0;
    const counting = <T extends object>(noun: T): T =>
      new Proxy(noun, {
        get: (of, name) => {
          count += 1;
          return Reflect.get(of, name);
        },
      });
    const { sites, units, accounts, rules } = store;
    const counted = {
      sites: counting(sites),
      units: counting(units),
      accounts: counting(accounts),
      rules: counting(rules),
    };
    const warnings = await ruleWarnings({ ...store, ...counted })({ siteId });
    return { count, warned: warnings.length };
  };
  const addUnit = (n: number) => {
    const unitId = `unit-${n}`;
    const fields = {
      siteId,
      buildingId: house.building.id,
      kind: "residential",
      name: `many${n}`,
      label: `${n}`,
    } as const;
    store.units.insert({ ...fields, id: unitId });
    const rule = { siteId, unitId, position: 0, ringSeconds: 30, schedule: [], enabled: true };
    const targetSipUri = `sip:none@${house.site.domain}`;
    // Patterns of its own: nobody else is looked at for them.
    store.rules.insert({ ...rule, id: `one-${n}`, sourcePattern: `panel-a${n}*`, action: "forward", targetSipUri });
    store.rules.insert({ ...rule, id: `two-${n}`, sourcePattern: "*", action: "forward", targetSipUri });
  };
  store.transaction(() => addUnit(0));
  const few = await asked();
  store.transaction(() => {
    for (let n = 1; n < 90; n++) addUnit(n);
  });
  const many = await asked();
  assert.equal(many.warned, few.warned + 2 * 89);
  assert.equal(many.count, few.count);
});
