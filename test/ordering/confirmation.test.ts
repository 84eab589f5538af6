/** A yes to what was read back, with one thing changed since then: each condition alone stands between it and an order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Menu } from "../../bridge/src/api/menu.ts";
import { LINE_DEFAULTS } from "../../bridge/src/ordering/line-defaults.ts";
import { indexMenu } from "../../bridge/src/ordering/menu/menu-index.ts";
import { SAMPLE_MENU } from "../../bridge/src/ordering/menu/sample-menu.ts";
import { NEW_ORDER, type OrderData, transition } from "../../bridge/src/ordering/order-machine.ts";
import { runTool } from "../../bridge/src/ordering/tool/run-tool.ts";
import type { ToolContext } from "../../bridge/src/ordering/tool/tool-run.ts";
import { EVENING_MS } from "./restaurant.ts";

const MINUTE_MS = 60_000;
const AT_READ_BACK: ToolContext = {
  menu: indexMenu(SAMPLE_MENU, new Set()),
  settings: LINE_DEFAULTS,
  clock: [{ fromUnix: 0, offsetSeconds: 3600 }],
  nowMs: EVENING_MS,
  language: "fr",
  open: true,
  pickups: [],
  mark: "mark",
};

function after(data: OrderData, name: string, args: object, context = AT_READ_BACK): OrderData {
  const { data: next, problem } = runTool(context, data, name, args);
  assert.equal(problem, null, `${name}: ${problem}`);
  return next;
}

/** Two small margheritas with olives and a cola, for 19:00, read back, heard to the end and answered. */
function answered(): OrderData {
  const option_ids = ["taille-normale", "sup-olives"];
  let data = after(NEW_ORDER, "add_item", { item_id: "margherita", quantity: 2, option_ids });
  data = after(data, "add_item", { item_id: "cola", quantity: 1 });
  data = after(data, "set_details", { name: "Paul", pickup_time: "19:00" });
  data = after(data, "read_back", {});
  data = transition(data, { type: "played", mark: "mark", atMs: EVENING_MS }).data;
  return transition(data, { type: "caller-turn", beganAtMs: EVENING_MS + 1 }).data;
}

const soldOut = (...ids: string[]) => ({ menu: indexMenu(SAMPLE_MENU, new Set(ids)) });
const menu = (changed: Partial<Menu>) => ({ menu: indexMenu({ ...SAMPLE_MENU, ...changed }, new Set()) });
const settings = (changed: Partial<ToolContext["settings"]>) => ({ settings: { ...LINE_DEFAULTS, ...changed } });
const { items, groups, categories } = SAMPLE_MENU;
const SIX_TO_SEVEN = [{ fromMinute: 5 * 1440 + 18 * 60, toMinute: 5 * 1440 + 19 * 60 }];
const SEVEN = EVENING_MS + 60 * MINUTE_MS;

test("a yes to what was read back places the order, also some minutes later", () => {
  for (const nowMs of [EVENING_MS, EVENING_MS + 50 * MINUTE_MS]) {
    assert.equal(after(answered(), "confirm_order", {}, { ...AT_READ_BACK, nowMs }).state, "confirmed");
  }
});

for (const [what, now, problem] of [
  ["the line has closed", { open: false }, "closed"],
  ["a dish is sold out", soldOut("cola"), "sold_out"],
  ["a dish is off the menu", menu({ items: items.filter(({ id }) => id !== "cola") }), "sold_out"],
  ["an option is sold out", soldOut("sup-olives"), "sold_out"],
  [
    "an option is off the menu",
    menu({
      groups: groups.map((one) => ({ ...one, options: one.options.filter(({ id }) => id !== "sup-olives") })),
    }),
    "sold_out",
  ],
  [
    "a dish is not served any more at the time of collection",
    menu({ items: items.map((item) => (item.id === "cola" ? { ...item, available: SIX_TO_SEVEN } : item)) }),
    "not_served_then",
  ],
  [
    "a category is not served any more at the time of collection",
    menu({ categories: categories.map((one) => ({ ...one, available: SIX_TO_SEVEN })) }),
    "not_served_then",
  ],
  ["so many of a dish are not taken any more", settings({ maxQuantity: 1 }), "too_many"],
  ["so many lines are not taken any more", settings({ maxLines: 1 }), "too_many_lines"],
  ["so high a total is not taken any more", settings({ maxTotalCents: 2_000 }), "too_large"],
  ["the time of collection has passed", { nowMs: SEVEN }, "too_soon"],
  ["the time of collection is too far away", settings({ aheadHours: 0 }), "too_late"],
  [
    "the line is closed at the time of collection",
    settings({ holidays: [{ date: "2026-11-21", label: "", open: [{ fromMinute: 1080, toMinute: 1140 }] }] }),
    "closed_then",
  ],
  ["the kitchen is full at the time of collection", { pickups: Array.from({ length: 6 }, () => SEVEN) }, "slot_full"],
] satisfies [string, Partial<ToolContext>, string][]) {
  test(`a yes does not count when ${what}: it is told, and the read-back is void`, () => {
    const context = { ...AT_READ_BACK, ...now };
    const result = runTool(context, answered(), "confirm_order", {});
    assert.deepEqual([result.problem, result.data.state, result.data.readBack], [problem, "clarify", null]);
    assert.equal(runTool(context, result.data, "read_back", {}).problem, problem);
    // Back as it was, it has to be read back once more.
    assert.equal(runTool(AT_READ_BACK, result.data, "confirm_order", {}).problem, "not_now");
  });
}

test("of several things that stand against it, the gravest is told", () => {
  const context = { ...AT_READ_BACK, ...soldOut("cola"), open: false };
  assert.equal(runTool(context, answered(), "confirm_order", {}).problem, "closed");
});

test("as soon as possible is the soonest time at the read-back, however long ago it was said", () => {
  let data = after(NEW_ORDER, "add_item", { item_id: "cola", quantity: 1 });
  data = after(data, "set_details", { name: "Paul", pickup_time: "asap" });
  const later = { ...AT_READ_BACK, nowMs: EVENING_MS + 30 * MINUTE_MS };
  const moved = after(data, "read_back", {}, later);
  assert.equal((moved.pickup?.atMs ?? 0) - (data.pickup?.atMs ?? 0), 30 * MINUTE_MS);
});

test("the soonest time is one that is free, within the hours ahead that the line takes", () => {
  const soonest = (context: ToolContext) =>
    runTool(context, NEW_ORDER, "set_details", { name: "Paul", pickup_time: "asap" });
  const free = soonest(AT_READ_BACK).data.pickup?.atMs ?? 0;
  const pickups = Array.from({ length: LINE_DEFAULTS.ordersPerSlot }, () => free);
  assert.equal(soonest({ ...AT_READ_BACK, pickups }).data.pickup?.atMs, free + 10 * MINUTE_MS);
  assert.equal(soonest({ ...AT_READ_BACK, ...settings({ aheadHours: 0 }) }).problem, "no_pickup_time");
});

test("an option that is sold out is told when it is chosen", () => {
  const context = { ...AT_READ_BACK, ...soldOut("sup-olives") };
  const args = { item_id: "margherita", quantity: 1, option_ids: ["taille-normale", "sup-olives"] };
  assert.equal(runTool(context, NEW_ORDER, "add_item", args).problem, "sold_out");
});

for (const [what, details, problem] of [
  ["name", { pickup_time: "19:00" }, "name_missing"],
  ["time of collection", { name: "Paul" }, "pickup_missing"],
] as const) {
  test(`nothing is read back without a ${what}`, () => {
    let data = after(NEW_ORDER, "add_item", { item_id: "cola", quantity: 1 });
    data = after(data, "set_details", details);
    assert.equal(runTool(AT_READ_BACK, data, "read_back", {}).problem, problem);
  });
}

test("a limit may be reached and not passed: of a dish over all lines, of lines, of the total", () => {
  const cola = (quantity: number) => ({ item_id: "cola", quantity });
  const price = items.find(({ id }) => id === "cola")?.priceCents ?? 0;
  const limited = { ...AT_READ_BACK, ...settings({ maxQuantity: 3, maxLines: 2, maxTotalCents: 3 * price }) };
  let data = after(NEW_ORDER, "add_item", cola(1), limited);
  data = after(data, "add_item", cola(2), limited);
  assert.equal(runTool(limited, data, "change_line", { line: 1, quantity: 2 }).problem, "too_many");
  assert.equal(after(data, "change_line", { line: 1, quantity: 1 }, limited).state, "intake");
  const tooLarge = { handOver: "too-large" };
  assert.deepEqual(runTool(limited, data, "add_item", { item_id: "tiramisu", quantity: 1 }).step, tooLarge);
  const short = { ...AT_READ_BACK, ...settings({ maxLines: 2 }) };
  assert.deepEqual(runTool(short, data, "add_item", cola(1)).step, tooLarge);
  const cheap = { ...limited, settings: { ...limited.settings, maxQuantity: 20, maxLines: 30 } };
  assert.deepEqual(runTool(cheap, data, "add_item", cola(1)).step, tooLarge);
  assert.deepEqual(runTool(cheap, data, "change_line", { line: 1, quantity: 2 }).step, tooLarge);
});
