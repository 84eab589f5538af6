/**
 * The same answer twice: the bridge's rule evaluator and the SQL that Kamailio runs, taken from its configuration, over random
 * directories, callers and moments. A sample goes through Kamailio itself in test/door.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { globMatches } from "../../bridge/src/directory/glob.ts";
import { canMatchNumber, numberKinds } from "../../bridge/src/directory/number-kinds.ts";
import { evaluateRules } from "../../bridge/src/directory/rule-evaluator.ts";
import { zoneOffsets } from "../../bridge/src/directory/zone-offsets.ts";
import { type Db, openDirectoryFile } from "../../infra/control/src/directory-file.ts";
import { DirectoryStore } from "../../infra/control/src/directory-store.ts";
import { type Site, SiteStore } from "../../infra/control/src/site-store.ts";
import type { DirectoryAccount, DirectoryPut, DirectoryRule, DirectoryUnit } from "../../infra/control/src/wire.ts";

const DOMAIN = "home.sip.example.com";
const UNITS = ["unit1", "unit2", "unit10", "door-a"];
const NAMES = ["panel-1", "panel-2", "mobile-1", "line1", "door-a"];
const CALLEES = [...UNITS, ...NAMES, "nobody"];
const PATTERNS = [
  "*",
  "door-*",
  "unit?",
  "panel-[12]",
  "panel-[^1]",
  "+33*",
  "0*",
  "[",
  "[]a]*",
  "[a-c]*",
  "d*r-?",
  "line1",
];
const TARGETS = [
  ...CALLEES.map((name) => `sip:${name}@${DOMAIN}`),
  "sip:unit1@other.example.com",
  `sip:unit1@${DOMAIN.toUpperCase()}`,
];
/** Kamailio's own words, with its variables as they stand. */
const CALL = readFileSync(join(import.meta.dirname, "../../infra/kamailio/routes/call.cfg"), "utf8");
const STEPS = readFileSync(join(import.meta.dirname, "../../infra/kamailio/routes/steps.cfg"), "utf8");

/** The statement behind `sql_query("directory", "…", "<result>")`. */
function statement(text: string, result: string): string {
  const found = new RegExp(`sql_query\\("directory", "([^"]*)", "${result}"\\)`).exec(text)?.[1];
  return found ?? assert.fail(`Kamailio has no query ${result} any more`);
}
const CALLEE = statement(CALL, "callee");
const RULES = statement(CALL, "rules");
const HOURS = statement(CALL, "hours");
const ACCOUNTS = statement(STEPS, "accounts");

const fill = (sql: string, values: Record<string, string | number>) =>
  sql.replace(/\$(?:var\((\w+)\)|(TS))/g, (whole, name: string | undefined, ts: string | undefined) => {
    const value = values[name ?? ts ?? ""];
    return value === undefined ? assert.fail(`unknown variable ${whole}`) : String(value);
  });

interface Question {
  caller: string;
  callerNumber: string;
  callee: string;
  atUnix: number;
}
type Answer = { code: number; unit: string; steps: { ringSeconds: number; accounts: string[] }[] };

/** What is put together here as the script does it is held against the script's words, so that neither changes alone. */
function stillSays(script: string, lines: readonly string[]): void {
  for (const line of lines) assert.ok(script.includes(line), `Kamailio's script no longer says ${line}`);
}

/** As the script puts it together. */
function ofStep(action: string, { unit, only, target }: { unit: string; only: string; target: string }): string {
  stillSays(STEPS, [
    `$var(of_step) = "unit = '" + $var(call_unit) + "'";`,
    `if ($var(call_only) != "") $var(of_step) = "username = '" + $var(call_only) + "'";`,
    `if ($(var(step){s.select,0,:}) != "ring") {`,
    `"CASE WHEN EXISTS (SELECT 1 FROM unit WHERE domain = '" + $var(call_site) + "' AND name = '" + $var(target)`,
    `+ "') THEN unit ELSE username END = '" + $var(target) + "'";`,
  ]);
  if (action !== "ring") {
    const isUnit = `EXISTS (SELECT 1 FROM unit WHERE domain = '${DOMAIN}' AND name = '${target}')`;
    return `CASE WHEN ${isUnit} THEN unit ELSE username END = '${target}'`;
  }
  return only === "" ? `unit = '${unit}'` : `username = '${only}'`;
}

/** As the script puts it together: a gateway's caller is known by name and number, nobody else has one. */
function orNumber(number: string): string {
  stillSays(CALL, [
    `$var(or_number) = "";`,
    `if ($var(number) != "") $var(or_number) = "OR '" + $var(number) + "' GLOB source_pattern";`,
  ]);
  return number === "" ? "" : `OR '${number}' GLOB source_pattern`;
}

/** The name in a rule's SIP URI, as the script takes it; empty unless it is of this site. */
function targetOf(uri: string): string {
  stillSays(CALL, [
    `if ($(var(uri){s.select,1,@}{s.tolower}) == $var(domain)) $var(target) = $(var(uri){s.select,0,@}{s.strip,4});`,
  ]);
  const [name = "", domain = ""] = uri.split("@");
  return domain.toLowerCase() === DOMAIN ? name.slice("sip:".length) : "";
}

/** What Kamailio does with the same tables. */
function ask(db: Db, { caller, callerNumber, callee, atUnix }: Question): Answer {
  const all = (sql: string, values: Record<string, string | number>) =>
    db.prepare<[], unknown[]>(fill(sql, values)).raw().all();
  const [found] = all(CALLEE, { domain: DOMAIN, callee });
  if (!found) return { code: 404, unit: "", steps: [] };
  const [unit, only] = found.map(String);
  const base = { domain: DOMAIN, unit: unit ?? "", name: caller, or_number: orNumber(callerNumber), TS: atUnix };
  // The script pushes them, so the last row is tried first.
  const rules = all(RULES, base)
    .toReversed()
    .filter(([, , , always, id]) => always === 1 || all(HOURS, { ...base, rule: Number(id) }).length > 0);
  const steps = rules.map(([action, ringSeconds, uri]) => {
    const of_step = ofStep(String(action), { unit: unit ?? "", only: only ?? "", target: targetOf(String(uri)) });
    const accounts = all(ACCOUNTS, { call_site: DOMAIN, call_caller: caller, of_step }).map(([name]) => String(name));
    return { ringSeconds: Number(ringSeconds), accounts: accounts.toSorted() };
  });
  return { code: steps.length > 0 ? 200 : 403, unit: unit ?? "", steps };
}

const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);
const windowOf = fc
  .tuple(fc.nat(10_079), fc.integer({ min: 1, max: 3_000 }))
  .map(([from, length]) => ({ fromMinute: from, toMinute: Math.min(10_080, from + length) }));
const ruleOf = fc
  .record({
    unit: pick(UNITS),
    sourcePattern: pick(PATTERNS),
    action: pick(["ring", "forward", "voicemail"] as const),
    to: pick(TARGETS),
    ringSeconds: fc.integer({ min: 3, max: 180 }),
    windows: fc.array(windowOf, { maxLength: 3 }),
    enabled: fc.boolean(),
  })
  .map(({ to, ...rule }): Omit<DirectoryRule, "position"> => ({ ...rule, target: rule.action === "ring" ? null : to }));
const accountOf = (username: string) =>
  fc.record({
    username: fc.constant(username),
    ha1: fc.constant("0".repeat(32)),
    type: fc.constant("panel" as const),
    unit: username === "door-a" ? fc.constant("door-a") : fc.option(pick(UNITS)),
    enabled: fc.boolean(),
  });
const CLOCKS = ["Europe/Paris", "America/New_York", "Australia/Lord_Howe"].map((zone) => zoneOffsets(zone, 2026) ?? []);
/** Around both changes of each clock as well as anywhere. */
const moment = fc.oneof(
  fc.integer({ min: 1_700_000_000, max: 1_890_000_000 }),
  fc
    .tuple(pick(CLOCKS.flat().map(({ fromUnix }) => fromUnix)), fc.integer({ min: -7_300, max: 7_300 }))
    .map(([at, around]) => Math.max(0, at + around)),
);
const directoryOf = fc.record({
  units: fc.constant(UNITS.map((name): DirectoryUnit => ({ name, kind: name === "door-a" ? "door" : "residential" }))),
  quiet: fc.subarray(UNITS, { maxLength: 1 }),
  accounts: fc.tuple(...NAMES.map(accountOf)),
  rules: fc.array(ruleOf, { maxLength: 8 }),
  clock: pick(CLOCKS),
});
const questions = fc.array(
  fc.record({
    caller: pick([...NAMES, "stranger"]),
    callerNumber: pick(["", "+33639980178", "0639980178"]),
    callee: pick(CALLEES),
    atUnix: moment,
  }),
  { minLength: 25, maxLength: 25 },
);

test("20,000 random calls are answered alike by the evaluator and by Kamailio's SQL", { timeout: 300_000 }, () => {
  let calls = 0;
  const seen = new Map<number, number>();
  fc.assert(
    fc.property(directoryOf, questions, ({ quiet, rules, units, accounts, clock }, asked) => {
      const directory: DirectoryPut = {
        revision: 1,
        units: units.map((unit) => ({ ...unit, ...(quiet.includes(unit.name) && { doNotDisturb: true }) })),
        accounts: accounts as DirectoryAccount[],
        rules: rules.map((rule, position) => ({ ...rule, position })),
        clock: [...clock],
      };
      const db = openDirectoryFile(":memory:");
      const site: Site = new SiteStore(db).add(DOMAIN).site;
      new DirectoryStore(db).replace(site, directory);
      try {
        for (const question of asked) {
          const { atUnix, ...rest } = question;
          const { code, unit, steps } = evaluateRules(directory, DOMAIN, { ...rest, atMs: atUnix * 1000 });
          const ours = {
            code,
            unit,
            steps: steps.map(({ rule, accounts: rung }) => ({ ringSeconds: rule.ringSeconds, accounts: rung })),
          };
          assert.deepEqual(ours, ask(db, question), JSON.stringify(question));
          calls += 1;
          seen.set(code, (seen.get(code) ?? 0) + 1);
        }
      } finally {
        db.close();
      }
    }),
    { numRuns: 800 },
  );
  assert.ok(calls >= 20_000, String(calls));
  for (const code of [200, 403, 404]) assert.ok((seen.get(code) ?? 0) > 500, `${code}: ${seen.get(code)}`);
});

const NUMBERS = ["", "+"].flatMap((plus) => ["112", "0123", "33612345678", "1".repeat(15)].map((n) => plus + n));
const OTHERS = ["11", "+11", "1".repeat(16), "112a", "panel-1", "1-12"];

test("a pattern is said to fit no telephone number only when none does", () => {
  const part = pick(["*", "?", "0", "1", "12", "+", "[0-9]", "[^0]", "a", "anonymous", "["]);
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const pattern = parts.join("");
      if ([...NUMBERS, "anonymous"].some((number) => globMatches(pattern, number))) assert.ok(canMatchNumber(pattern));
    }),
    { numRuns: 3_000 },
  );
  for (const number of NUMBERS) assert.ok(canMatchNumber(number), number);
  for (const other of OTHERS) assert.equal(canMatchNumber(other), false, other);
});

test("numbers are told apart by which patterns they fit: no way is left out, and none is made up", () => {
  const part = pick(["*", "?", "0", "1", "12", "+", "[0-9]", "[^0]", "a", "["]);
  const pattern = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(""));
  const digits = fc.array(fc.constantFrom(..."0123"), { minLength: 3, maxLength: 15 });
  const number = fc.tuple(pick(["", "+"]), digits).map(([plus, rest]) => plus + rest.join(""));
  const fitsOf = (patterns: readonly string[], text: string) =>
    patterns.map((one) => Number(globMatches(one, text))).join("");
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 4 }), fc.array(number, { maxLength: 30 }), (patterns, numbers) => {
      const kinds = (numberKinds(patterns) ?? []).map((fits) => fits.map(Number).join(""));
      for (const one of [...numbers, "anonymous"])
        assert.ok(kinds.includes(fitsOf(patterns, one)), `${patterns} ${one}`);
    }),
    { numRuns: 2_000 },
  );
  const all = Array.from({ length: 1_000 }, (_, n) => String(n).padStart(3, "0"));
  for (const patterns of [
    ["0*", "01*", "*7"],
    ["[0-4]??", "?[5-9]?"],
    ["+*", "*"],
  ]) {
    const there = new Set(
      [...all, ...all.map((n) => `+${n}`), ...all.map((n) => `${n}0`), "anonymous"].map((one) => fitsOf(patterns, one)),
    );
    const kinds = (numberKinds(patterns) ?? []).map((fits) => fits.map(Number).join(""));
    assert.deepEqual(kinds.toSorted(), [...there].toSorted(), String(patterns));
  }
});
