/**
 * The table of call rules: a site's directory, a call, and what must come of it. Two evaluators are held against it:
 * Kamailio, by real calls, and the bridge's own, which answers "what would happen?".
 */
import type { AccountType, ClockOffset, RuleAction, WeekWindow } from "../../infra/control/src/wire.ts";

export interface RuleCase {
  /** What the case shows, as a sentence. */
  name: string;
  directory: RuleDirectory;
  call: RuleCall;
  expected: RuleOutcome;
}

/** A site's directory without the parts that rules do not look at (HA1). The site's domain is `RULE_DOMAIN`. */
export interface RuleDirectory {
  units: { name: string; kind: "residential" | "door" | "line"; doNotDisturb?: boolean }[];
  accounts: RuleAccount[];
  rules: Rule[];
  clock: ClockOffset[];
}

export interface RuleAccount {
  username: string;
  type: AccountType;
  unit: string | null;
  enabled: boolean;
}

/** The fields of `DirectoryRule`. */
export interface Rule {
  unit: string;
  position: number;
  sourcePattern: string;
  action: RuleAction;
  target: string | null;
  ringSeconds: number;
  windows: WeekWindow[];
  enabled: boolean;
}

export interface RuleCall {
  /** The authenticated account. */
  caller: string;
  /** What a gateway presents as the caller's number; "" for everybody else. */
  callerNumber: string;
  /** The dialled name. */
  callee: string;
  /** When the call is made, Unix seconds. */
  atUnix: number;
}

export type RuleOutcome =
  /** No unit and no account of a unit has this name: 404. */
  | { outcome: "unknown" }
  /** The name is known, but no rule lets this caller through now: 403. */
  | { outcome: "forbidden" }
  /** The rules that match, in the order in which they are tried. */
  | { outcome: "steps"; unit: string; steps: RuleStep[] };

export interface RuleStep {
  action: RuleAction;
  ringSeconds: number;
  /** Every enabled account that is rung if registered, sorted, never the caller's. Empty: the next step at once. */
  accounts: string[];
}

export const RULE_DOMAIN = "rules.sip.example.com";

/** Wednesday, 2025-01-15 12:00:00 UTC. */
const NOON = 1_736_942_400;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 1440;
/** Minute of the week of Wednesday 00:00. */
const WEDNESDAY = 2 * DAY;

const account = (username: string, unit: string | null, more: Partial<RuleAccount> = {}): RuleAccount => ({
  username,
  type: "panel",
  unit,
  enabled: true,
  ...more,
});

const rule = (unit: string, more: Partial<Rule> = {}): Rule => ({
  unit,
  position: 0,
  sourcePattern: "*",
  action: "ring",
  target: null,
  ringSeconds: 20,
  windows: [],
  enabled: true,
  ...more,
});

const ring = (...accounts: string[]): RuleStep => ({ action: "ring", ringSeconds: 20, accounts });
const forward = (...accounts: string[]): RuleStep => ({ action: "forward", ringSeconds: 20, accounts });
const to = (name: string): string => `sip:${name}@${RULE_DOMAIN}`;
const steps = (unit: string, ...list: RuleStep[]): RuleOutcome => ({ outcome: "steps", unit, steps: list });
const FORBIDDEN: RuleOutcome = { outcome: "forbidden" };

/** Two flats, a door, a phone line; a gateway and the bridge, which belong to no unit. */
const house = (...rules: Rule[]): RuleDirectory => ({
  units: [
    { name: "unit401", kind: "residential" },
    { name: "unit402", kind: "residential" },
    { name: "entrance", kind: "door" },
    { name: "line1", kind: "line" },
  ],
  accounts: [
    account("intercom-entrance", "entrance", { type: "door" }),
    account("panel401", "unit401"),
    account("mobile401", "unit401", { type: "mobile" }),
    account("old401", "unit401", { enabled: false }),
    account("panel402", "unit402"),
    account("bridge", null, { type: "bridge" }),
    account("ht841", null, { type: "gateway" }),
  ],
  rules,
  clock: [{ fromUnix: 0, offsetSeconds: 0 }],
});

const door = (callee: string, atUnix = NOON): RuleCall => ({
  caller: "intercom-entrance",
  callerNumber: "",
  callee,
  atUnix,
});
const panel402 = (callee: string): RuleCall => ({ caller: "panel402", callerNumber: "", callee, atUnix: NOON });
const phone = (callerNumber: string): RuleCall => ({ caller: "ht841", callerNumber, callee: "line1", atUnix: NOON });

/** One case per pattern: does it let the door's account through? */
const pattern = (sourcePattern: string, matches: boolean): RuleCase => ({
  name: `the pattern ${sourcePattern} ${matches ? "matches" : "does not match"} intercom-entrance`,
  directory: house(rule("unit401", { sourcePattern })),
  call: door("unit401"),
  expected: matches ? steps("unit401", ring("mobile401", "panel401")) : FORBIDDEN,
});

/** One case per window, for a call at Wednesday 12:00 plus `afterNoonMin` minutes in local time. */
const window = (name: string, windows: WeekWindow[], afterNoonMin: number, open: boolean): RuleCase => ({
  name,
  directory: house(rule("unit401", { windows })),
  call: door("unit401", NOON + afterNoonMin * MINUTE),
  expected: open ? steps("unit401", ring("mobile401", "panel401")) : FORBIDDEN,
});
const wednesday = (fromHour: number, toHour: number): WeekWindow => ({
  fromMinute: WEDNESDAY + fromHour * 60,
  toMinute: WEDNESDAY + toHour * 60,
});

const names: RuleCase[] = [
  {
    name: "a unit's ring rule rings every enabled account of the unit",
    directory: house(rule("unit401")),
    call: door("unit401"),
    expected: steps("unit401", ring("mobile401", "panel401")),
  },
  {
    name: "a name that nobody has is unknown",
    directory: house(rule("unit401")),
    call: door("unit499"),
    expected: { outcome: "unknown" },
  },
  {
    name: "names are case-sensitive",
    directory: house(rule("unit401")),
    call: door("Unit401"),
    expected: { outcome: "unknown" },
  },
  {
    name: "an account without a unit cannot be dialled",
    directory: house(rule("unit401")),
    call: door("bridge"),
    expected: { outcome: "unknown" },
  },
  {
    name: "a dialled account takes its unit's rules and only this account rings",
    directory: house(rule("unit401")),
    call: door("mobile401"),
    expected: steps("unit401", ring("mobile401")),
  },
  {
    name: "a dialled account that is disabled is known and rings nothing",
    directory: house(rule("unit401")),
    call: door("old401"),
    expected: steps("unit401", ring()),
  },
  {
    name: "a name that is both a unit and an account means the unit",
    directory: {
      ...house(rule("unit401"), rule("unit402")),
      accounts: [account("unit401", "unit402"), account("panel401", "unit401")],
    },
    call: { ...door("unit401"), caller: "visitor" },
    expected: steps("unit401", ring("panel401")),
  },
  {
    name: "the rules of another unit do not let the call through",
    directory: house(rule("unit402")),
    call: door("unit401"),
    expected: FORBIDDEN,
  },
  {
    name: "a unit without rules is closed to everybody",
    directory: house(),
    call: door("unit401"),
    expected: FORBIDDEN,
  },
  {
    name: "a panel calls a door by the door's own rule",
    directory: house(rule("entrance", { sourcePattern: "panel*" })),
    call: panel402("entrance"),
    expected: steps("entrance", ring("intercom-entrance")),
  },
  {
    name: "a panel calls another panel",
    directory: house(rule("unit401", { sourcePattern: "panel*" })),
    call: panel402("panel401"),
    expected: steps("unit401", ring("panel401")),
  },
  {
    name: "the caller's own account is never rung",
    directory: house(rule("unit401")),
    call: { caller: "panel401", callerNumber: "", callee: "unit401", atUnix: NOON },
    expected: steps("unit401", ring("mobile401")),
  },
  {
    name: "an account that dials itself rings nothing",
    directory: house(rule("unit401")),
    call: { caller: "panel401", callerNumber: "", callee: "panel401", atUnix: NOON },
    expected: steps("unit401", ring()),
  },
  {
    name: "a unit with no account is reached by nobody",
    directory: house(rule("line1")),
    call: door("line1"),
    expected: steps("line1", ring()),
  },
];

const order: RuleCase[] = [
  {
    name: "steps follow the position, not the order in which they are stored",
    directory: house(
      rule("unit401", { position: 2, action: "forward", target: to("unit402") }),
      rule("unit401", { position: 1, ringSeconds: 7 }),
    ),
    call: door("unit401"),
    expected: steps("unit401", { ...ring("mobile401", "panel401"), ringSeconds: 7 }, forward("panel402")),
  },
  {
    name: "a disabled rule is passed over",
    directory: house(
      rule("unit401", { position: 1, enabled: false }),
      rule("unit401", { position: 2, action: "forward", target: to("panel402") }),
    ),
    call: door("unit401"),
    expected: steps("unit401", forward("panel402")),
  },
  {
    name: "a disabled rule alone forbids",
    directory: house(rule("unit401", { enabled: false })),
    call: door("unit401"),
    expected: FORBIDDEN,
  },
  {
    name: "a rule for another caller is passed over",
    directory: house(
      rule("unit401", { position: 1, sourcePattern: "panel402" }),
      rule("unit401", { position: 2, sourcePattern: "intercom-*", ringSeconds: 5 }),
    ),
    call: door("unit401"),
    expected: steps("unit401", { ...ring("mobile401", "panel401"), ringSeconds: 5 }),
  },
  {
    name: "two rules at the same position are tried in the order in which they were written",
    directory: house(
      rule("unit401", { action: "forward", target: to("panel402") }),
      rule("unit401", { action: "voicemail", target: to("bridge") }),
    ),
    call: door("unit401"),
    expected: steps("unit401", forward("panel402"), { action: "voicemail", ringSeconds: 20, accounts: ["bridge"] }),
  },
];

const targets: RuleCase[] = [
  {
    name: "a forward to a unit rings its accounts and does not read its rules",
    directory: house(
      rule("unit401", { action: "forward", target: to("unit402") }),
      rule("unit402", { action: "forward", target: to("bridge") }),
    ),
    call: door("unit401"),
    expected: steps("unit401", forward("panel402")),
  },
  {
    name: "a forward reaches an account without a unit",
    directory: house(rule("unit401", { action: "forward", target: to("bridge") })),
    call: door("unit401"),
    expected: steps("unit401", forward("bridge")),
  },
  {
    name: "a forward to a name that is a unit and an account means the unit",
    directory: {
      ...house(rule("entrance", { action: "forward", target: to("unit401") })),
      accounts: [account("unit401", "unit402"), account("panel401", "unit401")],
    },
    call: { ...door("entrance"), caller: "visitor" },
    expected: steps("entrance", forward("panel401")),
  },
  {
    name: "a forward to a name that does not exist is a step that rings nothing",
    directory: house(
      rule("unit401", { position: 1, action: "forward", target: to("nobody") }),
      rule("unit401", { position: 2 }),
    ),
    call: door("unit401"),
    expected: steps("unit401", forward(), ring("mobile401", "panel401")),
  },
  {
    name: "a forward to another domain is a step that rings nothing",
    directory: house(rule("unit401", { action: "forward", target: "sip:panel402@other.sip.example.com" })),
    call: door("unit401"),
    expected: steps("unit401", forward()),
  },
  {
    name: "a forward to a disabled account is a step that rings nothing",
    directory: house(rule("unit402", { action: "forward", target: to("old401") })),
    call: door("unit402"),
    expected: steps("unit402", forward()),
  },
  {
    name: "a forward back to the caller is a step that rings nothing",
    directory: house(rule("unit401", { action: "forward", target: to("intercom-entrance") })),
    call: door("unit401"),
    expected: steps("unit401", forward()),
  },
  {
    name: "a dialled account is forwarded as its unit is",
    directory: house(rule("unit401", { action: "forward", target: to("unit402") })),
    call: door("panel401"),
    expected: steps("unit401", forward("panel402")),
  },
];

/** SQLite's GLOB: `*`, `?`, `[abc]`, `[a-z]`, `[^a]`; a `]` right after `[` or `[^` stands for itself. */
const patterns: RuleCase[] = [
  pattern("*", true),
  pattern("intercom-entrance", true),
  pattern("intercom-*", true),
  pattern("*-entrance", true),
  pattern("*com*ent*", true),
  pattern("intercom-entranc?", true),
  pattern("intercom-entrance?", false),
  pattern("intercom", false),
  pattern("Intercom-*", false),
  pattern("[a-k]ntercom-*", true),
  pattern("[A-K]ntercom-*", false),
  pattern("[xyi]ntercom-*", true),
  pattern("[^i]ntercom-*", false),
  pattern("[^a-h]ntercom-*", true),
  pattern("intercom[-]entrance", true),
  pattern("intercom[]-]entrance", true),
  pattern("intercom[^]]entrance", true),
  pattern("intercom[entrance", false),
  pattern("intercom-[", false),
  pattern("intercom.entrance", false),
  pattern("**intercom**", true),
];

const numbers: RuleCase[] = [
  {
    name: "a gateway's rule may look at the presented number",
    directory: house(
      rule("line1", { sourcePattern: "+331*", action: "forward", target: to("bridge") }),
      rule("line1", { position: 1, sourcePattern: "06*", action: "forward", target: to("panel402") }),
    ),
    call: phone("+33199000000"),
    expected: steps("line1", forward("bridge")),
  },
  {
    name: "a gateway's rule may look at the gateway's account",
    directory: house(rule("line1", { sourcePattern: "ht841", action: "forward", target: to("bridge") })),
    call: phone("0639980000"),
    expected: steps("line1", forward("bridge")),
  },
  {
    name: "a hidden number is called anonymous",
    directory: house(
      rule("line1", { sourcePattern: "anonymous", action: "forward", target: to("panel402") }),
      rule("line1", { position: 1, sourcePattern: "+*", action: "forward", target: to("bridge") }),
    ),
    call: phone("anonymous"),
    expected: steps("line1", forward("panel402")),
  },
  {
    name: "a number that no rule wants is forbidden",
    directory: house(rule("line1", { sourcePattern: "+331*", action: "forward", target: to("bridge") })),
    call: phone("+442079460123"),
    expected: FORBIDDEN,
  },
  {
    name: "a call without a number matches no number",
    directory: house(rule("line1", { sourcePattern: "[+0-9]*", action: "forward", target: to("bridge") })),
    call: phone(""),
    expected: FORBIDDEN,
  },
];

const schedules: RuleCase[] = [
  window("a window that holds the time lets the call through", [wednesday(8, 18)], 0, true),
  window("the first minute of a window counts", [wednesday(12, 13)], 0, true),
  window("the last minute of a window counts", [wednesday(11, 13)], 59, true),
  window("the end of a window is outside", [wednesday(11, 12)], 0, false),
  window("the minute before a window is outside", [wednesday(13, 14)], 58, false),
  window("one of several windows is enough", [wednesday(0, 1), wednesday(12, 13)], 5, true),
  window("the same hours of another day do not count", [{ fromMinute: 720, toMinute: 780 }], 5, false),
  window("Monday 00:00 is minute 0", [{ fromMinute: 0, toMinute: 1 }], 4.5 * DAY, true),
  window("Sunday 23:59 is minute 10079", [{ fromMinute: 10079, toMinute: 10080 }], 4.5 * DAY - 1, true),
  window("a window that ends before it starts holds nothing", [{ fromMinute: 4000, toMinute: 3000 }], 0, false),
  {
    name: "a window reads the site's local time",
    directory: {
      ...house(rule("unit401", { windows: [wednesday(14, 15)] })),
      clock: [{ fromUnix: 0, offsetSeconds: 2 * HOUR }],
    },
    call: door("unit401"),
    expected: steps("unit401", ring("mobile401", "panel401")),
  },
  {
    name: "west of Greenwich the week is behind",
    directory: {
      ...house(rule("unit401", { windows: [{ fromMinute: WEDNESDAY - 60, toMinute: WEDNESDAY }] })),
      clock: [{ fromUnix: 0, offsetSeconds: -13 * HOUR }],
    },
    call: door("unit401", NOON + 5 * MINUTE),
    expected: steps("unit401", ring("mobile401", "panel401")),
  },
  {
    name: "after the clock change the new offset counts",
    directory: {
      ...house(rule("unit401", { windows: [wednesday(13, 14)] })),
      clock: [
        { fromUnix: 0, offsetSeconds: 2 * HOUR },
        { fromUnix: NOON, offsetSeconds: HOUR },
      ],
    },
    call: door("unit401"),
    expected: steps("unit401", ring("mobile401", "panel401")),
  },
  {
    name: "before the clock change the old offset counts",
    directory: {
      ...house(rule("unit401", { windows: [wednesday(14, 15)] })),
      clock: [
        { fromUnix: 0, offsetSeconds: 2 * HOUR },
        { fromUnix: NOON + 30 * MINUTE, offsetSeconds: HOUR },
      ],
    },
    call: door("unit401"),
    expected: steps("unit401", ring("mobile401", "panel401")),
  },
  {
    name: "a night rule comes after a day rule and both match in their time only",
    directory: house(
      rule("unit401", { position: 1, windows: [wednesday(8, 20)] }),
      rule("unit401", { position: 2, windows: [wednesday(20, 24)], action: "voicemail", target: to("bridge") }),
    ),
    call: door("unit401", NOON + 9 * 60 * MINUTE),
    expected: steps("unit401", { action: "voicemail", ringSeconds: 20, accounts: ["bridge"] }),
  },
];

const disturbed = (directory: RuleDirectory, ...quiet: string[]): RuleDirectory => ({
  ...directory,
  units: directory.units.map((unit) => (quiet.includes(unit.name) ? { ...unit, doNotDisturb: true } : unit)),
});
const doNotDisturb: RuleCase[] = [
  {
    name: "on do-not-disturb no device of the unit rings",
    directory: disturbed(house(rule("unit401")), "unit401"),
    call: door("unit401"),
    expected: steps("unit401", ring()),
  },
  {
    name: "on do-not-disturb the next rules have their turn: another flat, then voicemail",
    directory: disturbed(
      house(
        rule("unit401"),
        rule("unit401", { position: 1, action: "forward", target: to("unit402") }),
        rule("unit401", { position: 2, action: "voicemail", target: to("bridge") }),
      ),
      "unit401",
    ),
    call: door("unit401"),
    expected: steps("unit401", ring(), forward("panel402"), {
      action: "voicemail",
      ringSeconds: 20,
      accounts: ["bridge"],
    }),
  },
  {
    name: "one device that is dialled by its own name keeps quiet with its unit",
    directory: disturbed(house(rule("unit401")), "unit401"),
    call: panel402("panel401"),
    expected: steps("unit401", ring()),
  },
  {
    name: "a call that is forwarded to a unit on do-not-disturb, or to a device of it, does not ring there",
    directory: disturbed(
      house(
        rule("unit401", { action: "forward", target: to("unit402") }),
        rule("unit401", { position: 1, action: "forward", target: to("panel402") }),
        rule("unit401", { position: 2 }),
      ),
      "unit402",
    ),
    call: door("unit401"),
    expected: steps("unit401", forward(), forward(), ring("mobile401", "panel401")),
  },
  {
    name: "who is on do-not-disturb may still call others",
    directory: disturbed(house(rule("unit401")), "unit402"),
    call: panel402("unit401"),
    expected: steps("unit401", ring("mobile401", "panel401")),
  },
  {
    name: "do-not-disturb lets nobody in whom the rules keep out",
    directory: disturbed(house(rule("unit401", { sourcePattern: "panel402" })), "unit401"),
    call: door("unit401"),
    expected: FORBIDDEN,
  },
];

export const ruleCases: readonly RuleCase[] = [
  ...names,
  ...order,
  ...targets,
  ...patterns,
  ...numbers,
  ...schedules,
  ...doNotDisturb,
];
