/** What an evening leaves on a restaurant's desk: orders, a draft and a call that is on, made by the real tools. */
import type { LineWithPassword } from "../../bridge/src/api/line.ts";
import type { OrderCall } from "../../bridge/src/ordering/order-desk.ts";
import type { Ordering } from "../../bridge/src/ordering/ordering.ts";
import type { TestApp } from "../directory/app.ts";

export const CALLER = "+33639980178";

/** A line that has the sample menu. */
export interface SampleLine {
  ordering: Ordering;
  lineId: string;
}

/** A line in the building, with the sample menu; its id. */
export async function addSampleLine({ send }: TestApp, buildingId: string): Promise<string> {
  const names = { label: "Chez Luigi", gateway: "ht841_restaurant1" };
  const made = await send("POST", "/api/lines", { buildingId, ...names });
  const { id } = made.json<LineWithPassword>();
  await send("POST", `/api/lines/${id}/menu/sample`, {});
  return id;
}

export function openSampleCall({ ordering, lineId }: SampleLine, callId: string): OrderCall {
  return ordering.desk.open({ callId, lineId, callerNumber: CALLER, language: "fr" });
}

/** A whole order of two pizzas of one kind and a dessert. */
export function takeOrder(line: SampleLine, callId: string, item = "margherita"): void {
  const call = openSampleCall(line, callId);
  call.heard("Bonjour, deux pizzas s'il vous plaît.");
  call.callTool(
    "add_item",
    { item_id: item, quantity: 2, option_ids: ["taille-grande", "sup-olives"], note: "bien cuite" },
    "1",
  );
  call.callTool("add_item", { item_id: "tiramisu", quantity: 1 }, "2");
  call.callTool("set_details", { name: "Paul Martin", pickup_time: "asap" }, "3");
  const readBack = call.callTool("read_back", {}, "4");
  call.said(readBack.say.text);
  call.playedToEnd(readBack.say.mark ?? "");
  call.callerTurn({ beganAtMs: Date.now() + 1 });
  call.heard("Oui, c'est ça.");
  const { say } = call.callTool("confirm_order", {}, "5");
  call.playedToEnd(say.mark ?? "");
  call.end({ reason: "completed", costCents: 12 });
}

/** The caller hangs up before the order is confirmed. */
export function leaveDraft(line: SampleLine, callId: string): void {
  const call = openSampleCall(line, callId);
  call.callTool("add_item", { item_id: "cola", quantity: 2 }, "1");
  call.callTool("set_details", { name: "Anne" }, "2");
  call.end({ reason: "caller-hung-up", costCents: 4 });
}

/** Three orders (new, accepted, ready), a draft, and a call that is on. */
export function sampleEvening(line: SampleLine): void {
  takeOrder(line, "first");
  takeOrder(line, "second", "reine");
  takeOrder(line, "third", "calzone");
  const { boards, orders } = line.ordering;
  const [one, two] = boards.board(line.lineId).orders;
  if (one) orders.move(one.id, "new", "accepted");
  if (two) orders.move(two.id, "new", "accepted");
  if (two) orders.move(two.id, "accepted", "ready");
  leaveDraft(line, "left");
  const live = openSampleCall(line, "running");
  live.heard("Bonjour, je voudrais une Reine.");
  live.callTool("add_item", { item_id: "reine", quantity: 1 }, "1");
  live.said("J'ai noté une Reine. Pour Reine, la taille : normale ou grande ?");
}
