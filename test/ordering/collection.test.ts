/** When an order is collected: by time, by day, or so many minutes from now; over midnight, holidays and the change of clocks. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { siteClock } from "../../bridge/src/directory/site-clock.ts";
import { LINE_DEFAULTS } from "../../bridge/src/ordering/line-defaults.ts";
import { isOpenAt, localTime, nextAt, pickupSlots } from "../../bridge/src/ordering/opening.ts";
import { type Restaurant, restaurant, type TestCall } from "./restaurant.ts";

let luigi: Restaurant;
beforeEach(async () => {
  // Saturday 18:00.
  luigi = await restaurant();
});
afterEach(() => luigi.close());

const withPizza = (call: TestCall = luigi.call()): TestCall => {
  call.tool("add_item", { item_id: "margherita", quantity: 1, option_ids: ["taille-normale"] });
  call.tool("set_details", { name: "Paul" });
  return call;
};
/** What is read back after these details: "À retirer …". */
const collected = ({ tool }: TestCall, details: object): string => {
  const set = tool("set_details", details);
  if (!set.ok) return `${set.problem}: ${set.say.text}`;
  return /retirer (.+?)\. Le total/.exec(tool("read_back").say.text)?.[1] ?? "";
};

test("tomorrow is tomorrow, also at a time that is still to come today", () => {
  luigi.settings({ aheadHours: 48 });
  assert.equal(collected(withPizza(), { pickup_time: "19:30" }), "à dix-neuf heures trente");
  assert.equal(
    collected(withPizza(), { pickup_time: "19:30", pickup_day: "tomorrow" }),
    "demain à dix-neuf heures trente",
  );
  assert.equal(collected(withPizza(), { pickup_time: "12:00", pickup_day: "day_after_tomorrow" }), "lundi à midi");
});

test("a weekday is the next one, today included, and as far ahead as the line takes orders", () => {
  luigi.settings({ aheadHours: 72 });
  const days = ["saturday", "sunday", "monday", "tuesday"].map((pickup_day) =>
    collected(withPizza(), { pickup_time: "17:50", pickup_day }).replace(/:.*/, ""),
  );
  assert.deepEqual(days, [
    "too_soon",
    "demain à dix-sept heures cinquante",
    "lundi à dix-sept heures cinquante",
    "mardi à dix-sept heures cinquante",
  ]);
  assert.equal(collected(withPizza(), { pickup_time: "19:00", pickup_day: "saturday" }), "à dix-neuf heures");
  assert.match(collected(withPizza(), { pickup_time: "18:10", pickup_day: "tuesday" }), /^too_late/);
});

test("today is not tomorrow: a time that has passed is refused, and others are offered", () => {
  const refused = collected(withPizza(), { pickup_time: "17:30", pickup_day: "today" });
  assert.match(refused, /^too_soon: Cette heure n'est pas possible\. Vous pouvez venir à dix-huit heures vingt/);
});

test("half an hour from now is counted by the desk, in full five minutes", () => {
  luigi.wait(2 * 60_000);
  assert.equal(collected(withPizza(), { pickup_time: "+30" }), "à dix-huit heures trente-cinq");
  assert.match(collected(withPizza(), { pickup_time: "+10" }), /^too_soon/);
  assert.match(collected(withPizza(), { pickup_time: "+1600" }), /^too_late/);
});

test("a day alone moves the time that is known, and asks for one when there is none", () => {
  luigi.settings({ aheadHours: 48 });
  const call = withPizza();
  assert.match(collected(call, { pickup_day: "tomorrow" }), /^pickup_missing: Pour quelle heure/);
  collected(call, { pickup_time: "19:30" });
  assert.equal(collected(call, { pickup_day: "tomorrow" }), "demain à dix-neuf heures trente");
});

test("as soon as possible on another day is that day's first time, and stays there", () => {
  luigi.settings({
    aheadHours: 48,
    hours: [0, 1, 2, 3, 4, 5, 6].map((day) => ({ fromMinute: day * 1440 + 690, toMinute: day * 1440 + 1320 })),
  });
  const call = withPizza();
  assert.equal(collected(call, { pickup_time: "asap", pickup_day: "tomorrow" }), "demain à onze heures trente");
  const times = call.tool("pickup_times", { pickup_day: "tomorrow" });
  assert.match(times.say.text, /^Vous pouvez venir demain à onze heures trente, à onze heures quarante/);
});

test("the model is told which day and time it is", () => {
  assert.match(luigi.call().call.recap().briefing, /Saturday, 18:00/);
});

test("in English a time ends its sentence with one stop, and so does a note", () => {
  const { tool, call, heardAndAnswered } = withPizza();
  call.speak("en");
  assert.match(tool("pickup_times").say.text, /or at six fifty p\.m\.$/);
  tool("set_details", { pickup_time: "19:30", note: "no onions!" });
  const readBack = tool("read_back");
  assert.match(readBack.say.text, /To collect at seven thirty p\.m\. With the note: no onions! The total is/);
  heardAndAnswered(readBack);
  assert.match(tool("confirm_order").say.text, /ready at seven thirty p\.m\. The total is/);
});

const paris = siteClock("Europe/Paris", Date.UTC(2026, 9, 1));
/** Every day 18:00 to 2:00; Sunday's night runs into Monday. */
const NIGHTS = [
  ...[0, 1, 2, 3, 4, 5].map((day) => ({ fromMinute: day * 1440 + 1080, toMinute: (day + 1) * 1440 + 120 })),
  { fromMinute: 6 * 1440 + 1080, toMinute: 10_080 },
  { fromMinute: 0, toMinute: 120 },
];
/** Local times of 2026, Paris in winter, at which it is open. */
const openAt = (settings: Parameters<typeof isOpenAt>[0], times: string[]): string[] =>
  times.filter((time) => isOpenAt(settings, localTime(Date.parse(`2026-${time}:00+01:00`), paris)));

test("hours past midnight are the evening's, from Sunday into Monday too", () => {
  const times = ["12-06T17:59", "12-06T18:00", "12-07T00:00", "12-07T01:59", "12-07T02:00", "12-07T18:00"];
  assert.deepEqual(openAt({ hours: NIGHTS, holidays: [] }, times), [times[1], times[2], times[3], times[5]]);
});

test("a holiday takes its own evening along, and leaves the one before", () => {
  // A Friday.
  const closed = { hours: NIGHTS, holidays: [{ date: "2026-12-25", label: "Noël", open: [] }] };
  const night = ["12-24T23:00", "12-25T01:00", "12-25T19:00", "12-26T01:00", "12-26T19:00"];
  assert.deepEqual(openAt(closed, night), [night[0], night[1], night[4]]);
  const monday = { hours: NIGHTS, holidays: [{ date: "2026-12-07", label: "", open: [] }] };
  assert.deepEqual(openAt(monday, ["12-07T01:00", "12-07T19:00", "12-08T01:00"]), ["12-07T01:00"]);
  const always = { hours: [], holidays: closed.holidays };
  assert.deepEqual(openAt(always, night), [night[0], night[3], night[4]]);
  const week = { hours: [{ fromMinute: 0, toMinute: 10_080 }], holidays: closed.holidays };
  assert.deepEqual(openAt(week, night), [night[0], night[3], night[4]]);
});

test("a holiday's own hours may run past midnight", () => {
  const eve = {
    hours: NIGHTS,
    holidays: [{ date: "2026-12-31", label: "", open: [{ fromMinute: 1140, toMinute: 240 }] }],
  };
  const times = ["12-31T01:00", "12-31T18:30", "12-31T19:00", "12-31T23:59"];
  assert.deepEqual(openAt(eve, times), [times[0], times[2], times[3]]);
  const newYear = [0, 3, 4].map((hour) => isOpenAt(eve, localTime(Date.UTC(2026, 11, 31, 23 + hour, 30), paris)));
  assert.deepEqual(newYear, [true, true, false]);
  luigi.settings({ holidays: eve.holidays });
  assert.throws(() =>
    luigi.settings({ holidays: [{ date: "2026-12-31", label: "", open: [{ fromMinute: 60, toMinute: 60 }] }] }),
  );
});

test("today is a holiday: calls are told so, nothing is collected today, tomorrow it is open again", () => {
  luigi.settings({ aheadHours: 72, holidays: [{ date: "2026-11-21", label: "Inventaire", open: [] }] });
  assert.equal(luigi.ordering.desk.admit({ siteId: luigi.siteId, via: "ht841_restaurant1" }).kind, "after-hours");
  luigi.settings({ holidays: [{ date: "2026-11-22", label: "Inventaire", open: [] }] });
  assert.match(collected(withPizza(), { pickup_time: "19:00", pickup_day: "sunday" }), /^no_pickup_time/);
  assert.equal(collected(withPizza(), { pickup_time: "19:00", pickup_day: "monday" }), "lundi à dix-neuf heures");
});

test("the night in which clocks go back or forward has its hours, slots and times once each, in order", () => {
  for (const [month, day, skipped] of [
    [9, 25, false],
    [2, 29, true],
  ] as const) {
    const clock = siteClock("Europe/Paris", Date.UTC(2026, month, day));
    const fromMs = Date.UTC(2026, month, day - 1, 23, 0);
    const kitchen = {
      settings: {
        ...LINE_DEFAULTS,
        hours: NIGHTS.map((night) => ({ ...night, toMinute: Math.min(10_080, night.toMinute + 240) })),
      },
      ...{ clock, nowMs: fromMs, pickups: [] },
    };
    const slots = pickupSlots(kitchen, 60);
    assert.deepEqual(
      slots,
      [...new Set(slots)].sort((a, b) => a - b),
    );
    assert.ok(slots.every((atMs) => isOpenAt(kitchen.settings, localTime(atMs, clock))));
    const shown = nextAt(150, fromMs, clock);
    assert.equal(shown === null, skipped);
    if (shown !== null) assert.equal(localTime(shown, clock).minuteOfDay, 150);
    const after = nextAt(19 * 60, fromMs, clock) ?? 0;
    assert.equal(new Date(after).toISOString().slice(11, 16), skipped ? "17:00" : "18:00");
  }
});
