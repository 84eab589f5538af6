/**
 * One call at the order desk in a process of its own, which stops dead at a boundary and waits to be killed:
 * `node kill-child.ts <folder> <lineId> <callId> <variant | twice | staff | kitchen> <boundary>`. Boundaries are before, inside and after each
 * transaction, counted from 0. What the desk answered is written to stdout at once: that is what the model would have heard.
 */
import { writeSync } from "node:fs";
import { ulid } from "ulid";
import { openDirectory } from "../../bridge/src/directory/directory.ts";
import { EventBus } from "../../bridge/src/events/bus.ts";
import { orderAnnouncer } from "../../bridge/src/mqtt/order-announcer.ts";
import type { ToolAnswer } from "../../bridge/src/ordering/order-desk.ts";
import { startOrdering } from "../../bridge/src/ordering/ordering.ts";
import { openStore } from "../../bridge/src/store/store.ts";

const [folder = "", lineId = "", callId = "", variant = "0", boundary = "0"] = process.argv.slice(2);

function tell(message: Record<string, unknown>): void {
  writeSync(1, `${JSON.stringify(message)}\n`);
}

const store = openStore({ folder });
let counting = false;
let passed = 0;
let depth = 0;
function pass(): void {
  if (!counting || depth > 1 || passed++ !== Number(boundary)) return;
  tell({ at: "boundary" });
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
const { transaction } = store;
store.transaction = (work) => {
  depth++;
  try {
    pass();
    return transaction(() => {
      const result = work();
      pass();
      return result;
    });
  } finally {
    depth--;
  }
};

const fail = (error: unknown): never => {
  throw error;
};
const bus = new EventBus(fail);
const base = { store, bus, now: Date.now, newId: () => ulid() };
const directory = openDirectory({ ...base, sipUri: null });
const ordering = startOrdering({
  ...{ ...base, directory, assistantProblem: () => null, printerState: () => "none" },
  announce: orderAnnouncer(store),
  onError: fail,
});

// What comes before the second order is what the calls with one order are killed in.
counting = variant !== "twice";
const n = Number(variant) || 0;
const call = ordering.desk.open({ callId, lineId, callerNumber: "+33639980178", language: n % 2 === 0 ? "fr" : "en" });
tell({ opened: true });
let tools = 0;
function tool(name: string, args: unknown = {}): ToolAnswer {
  const answer = call.callTool(name, args, `tool-${++tools}`);
  pass();
  tell({ tool: name, state: answer.state, totalCents: answer.totalCents });
  return answer;
}
function order(): void {
  call.heard("bonjour");
  tool("add_item", { item_id: "reine", quantity: 1 + (n % 4) });
  tool("change_line", { line: 1, option_ids: ["taille-grande"] });
  if (n % 3 === 0) tool("add_item", { item_id: "tiramisu", quantity: 2 });
  if (n % 3 === 1) tool("remove_line", { line: 1 });
  if (n % 3 === 1) tool("add_item", { item_id: "cola", quantity: 3 });
  confirm();
  call.end({ reason: "completed", costCents: 2 });
}

function confirm(): void {
  tool("set_details", { name: `Caller ${n}`, pickup_time: "asap" });
  const readBack = tool("read_back");
  call.playedToEnd(readBack.say.mark ?? "");
  call.callerTurn({ beganAtMs: Date.now() + 1 });
  const confirmed = tool("confirm_order");
  call.playedToEnd(confirmed.say.mark ?? "");
}

/** Two orders in one call, and one between them that the caller takes back. */
function twice(): void {
  tool("add_item", { item_id: "reine", quantity: 1 });
  tool("change_line", { line: 1, option_ids: ["taille-grande"] });
  confirm();
  counting = true;
  tool("another_order");
  tool("add_item", { item_id: "cola", quantity: 3 });
  tool("abandon_order");
  tool("another_order");
  tool("add_item", { item_id: "tiramisu", quantity: 2 });
  confirm();
  call.end({ reason: "completed", costCents: 2 });
}

function step(what: string, act: () => void): void {
  act();
  pass();
  tell({ did: what });
}

/** People at work beside a call that goes to them and ends with a message. */
function staff(): void {
  tool("add_item", { item_id: "tiramisu", quantity: 2 });
  step("paused", () => ordering.lines.pause(lineId, { paused: true }));
  step("sold out", () => ordering.menus.setSoldOut(lineId, "tiramisu", true));
  step("open", () => ordering.lines.pause(lineId, { paused: false }));
  step("back", () => ordering.menus.setSoldOut(lineId, "tiramisu", false));
  step("handed over", () => call.handOver("asked"));
  step("message", () => call.attachMessage(Buffer.alloc(1_500_000, callId)));
  call.end({ reason: "handed-over", costCents: 3 });
  pass();
}

/** A broken-off call becomes an order by hand, goes through the kitchen and back, and leaves it. */
function kitchen(): void {
  counting = false;
  tool("add_item", { item_id: "tiramisu", quantity: 2 });
  call.end({ reason: "caller-hung-up", costCents: 3 });
  counting = true;
  const { boards } = ordering;
  step("new", () => boards.draftToOrder(callId));
  const order = store.orders.byCall(callId, 1)?.id ?? "";
  step("cancelled", () => boards.restoreDraft(callId));
  step("reopened", () => boards.draftToOrder(callId));
  step("accepted", () => boards.move(order, "new", "accepted"));
  step("ready", () => boards.move(order, "accepted", "ready"));
  step("gone", () => boards.move(order, "ready", "gone"));
}

if (variant === "staff") staff();
else if (variant === "kitchen") kitchen();
else if (variant === "twice") twice();
else order();
counting = false;
tell({ boundaries: passed });
ordering.stop();
store.close();
