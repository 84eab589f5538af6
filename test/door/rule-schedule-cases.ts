/** The rule cases in which the hour, the day and the site's time zone decide. */
import type { WeekWindow } from "../../infra/control/src/wire.ts";
import type { RuleCase } from "./rule-case.ts";
import { DAY, door, FORBIDDEN, HOUR, house, MINUTE, NOON, ring, rule, steps, to, WEDNESDAY } from "./rule-house.ts";

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

export const scheduleCases: RuleCase[] = [
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
