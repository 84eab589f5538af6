/**
 * The table of call rules. Two evaluators are held against it: Kamailio, by real calls, and the bridge's own, which
 * answers "what would happen?".
 */
import type { RuleCase } from "./rule-case.ts";
import { doNotDisturbCases } from "./rule-do-not-disturb-cases.ts";
import {
  account,
  door,
  FORBIDDEN,
  forward,
  house,
  NOON,
  panel402,
  phone,
  ring,
  rule,
  steps,
  to,
} from "./rule-house.ts";
import { scheduleCases } from "./rule-schedule-cases.ts";

/** One case per pattern: does it let the door's account through? */
const pattern = (sourcePattern: string, matches: boolean): RuleCase => ({
  name: `the pattern ${sourcePattern} ${matches ? "matches" : "does not match"} intercom-entrance`,
  directory: house(rule("unit401", { sourcePattern })),
  call: door("unit401"),
  expected: matches ? steps("unit401", ring("mobile401", "panel401")) : FORBIDDEN,
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

export const ruleCases: readonly RuleCase[] = [
  ...names,
  ...order,
  ...targets,
  ...patterns,
  ...numbers,
  ...scheduleCases,
  ...doNotDisturbCases,
];
