/** When an order is collected: by time, by day, or so many minutes from now; over midnight, holidays and the change of clocks. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
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
