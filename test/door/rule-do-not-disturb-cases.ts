/** The rule cases in which somebody does not want to be disturbed. */
import type { RuleCase, RuleDirectory } from "./rule-case.ts";
import { door, FORBIDDEN, forward, house, panel402, ring, rule, steps, to } from "./rule-house.ts";

const disturbed = (directory: RuleDirectory, ...quiet: string[]): RuleDirectory => ({
  ...directory,
  units: directory.units.map((unit) => (quiet.includes(unit.name) ? { ...unit, doNotDisturb: true } : unit)),
});

export const doNotDisturbCases: RuleCase[] = [
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
