/** A restaurant beside the sample house, and a good request for every route of its desk. */
import type { Building } from "../../bridge/src/api/directory.ts";
import type { LineWithPassword } from "../../bridge/src/api/line.ts";
import type { TestApp } from "../directory/app.ts";
import type { House } from "../directory/house.ts";
import type { GoodRequest } from "../directory/requests.ts";

export interface DeskSample {
  /** The house goes without its restaurant: a building with a line is not removed. */
  buildingId: string;
  lineId: string;
  /** Without a call on it. */
  spareLineId: string;
  orderId: string;
  liveCallId: string;
  draftCallId: string;
}

/** Two lines; on the first one an order, a draft with a message and a call that is on. */
export async function makeDesk({ ordering, send }: TestApp, { site }: House): Promise<DeskSample> {
  const restaurant = await send("POST", "/api/buildings", { siteId: site.id, name: "Restaurant" });
  const { id: buildingId } = restaurant.json<Building>();
  const makeLine = async (gateway: string): Promise<string> => {
    const reply = await send("POST", "/api/lines", { buildingId, label: `Chez ${gateway}`, gateway });
    return reply.json<LineWithPassword>().id;
  };
  const lineId = await makeLine("ht841_restaurant1");
  const spareLineId = await makeLine("ht841_restaurant2");
  await send("POST", `/api/lines/${lineId}/menu/sample`, {});
  const open = (callId: string) => ordering.desk.open({ callId, lineId, callerNumber: "+33639980178", language: "fr" });

  const ordered = open("ordered");
  ordered.callTool("add_item", { item_id: "tiramisu", quantity: 1 }, "1");
  ordered.callTool("set_details", { name: "Paul", pickup_time: "asap" }, "2");
  ordered.playedToEnd(ordered.callTool("read_back", {}, "3").say.mark ?? "");
  ordered.callerTurn({ beganAtMs: Date.now() + 1 });
  ordered.callTool("confirm_order", {}, "4");
  ordered.heard("un tiramisu");
  ordered.end({ reason: "completed", costCents: 3 });

  const left = open("left");
  left.callTool("add_item", { item_id: "cola", quantity: 1 }, "1");
  left.attachMessage(Buffer.from("RIFF"));
  left.end({ reason: "caller-hung-up", costCents: 1 });

  open("running");
  const orderId = ordering.boards.board(lineId).orders[0]?.id ?? "";
  return { buildingId, lineId, spareLineId, orderId, liveCallId: "running", draftCallId: "left" };
}

/** Requests that remove things stand last. */
export function deskRequests(desk: DeskSample): GoodRequest[] {
  const gateway = `ht841-${Math.random().toString(36).slice(2)}`;
  const line = (path: string): string => `/api/lines/${desk.lineId}${path}`;
  const call = (callId: string, path: string): string => `/api/order-calls/${callId}${path}`;
  const good: [route: string, url: string, body?: unknown][] = [
    ["GET /api/lines", "/api/lines"],
    ["POST /api/lines", "/api/lines", { buildingId: desk.buildingId, label: "Bistro", gateway }],
    ["GET /api/lines/:id", line("")],
    ["PATCH /api/lines/:id", line(""), { settings: { maxQuantity: 10 } }],
    ["PUT /api/lines/:id/pause", line("/pause"), { paused: true }],
    ["GET /api/lines/:id/board", line("/board")],
    ["GET /api/lines/:id/history", line("/history")],
    ["POST /api/lines/:id/history", line("/history"), { search: "0639980178" }],
    ["GET /api/lines/:id/menu", line("/menu")],
    ["PUT /api/lines/:id/stock/:menuId", line("/stock/tiramisu"), { soldOut: true }],
    ["GET /api/lines/:id/menu/export", line("/menu/export?format=csv")],
    ["PUT /api/lines/:id/menu", line("/menu"), { revision: 1, menu: { categories: [], items: [], groups: [] } }],
    ["POST /api/lines/:id/menu/import", line("/menu/import"), { format: "json", text: "{}" }],
    ["POST /api/lines/:id/menu/sample", line("/menu/sample"), {}],
    ["PUT /api/orders/:id/stage", `/api/orders/${desk.orderId}/stage`, { from: "new", to: "accepted" }],
    ["GET /api/order-calls/:callId", call(desk.draftCallId, "")],
    ["GET /api/order-calls/:callId/message", call(desk.draftCallId, "/message")],
    ["POST /api/order-calls/:callId/draft", call(desk.draftCallId, "/draft"), { outcome: "order" }],
    ["POST /api/order-calls/:callId/command", call(desk.liveCallId, "/command"), { command: "take-over" }],
    ["POST /api/callers/export", "/api/callers/export", { callerNumber: "0639980178" }],
    ["POST /api/callers/erase", "/api/callers/erase", { callerNumber: "0639980178" }],
    ["DELETE /api/lines/:id", `/api/lines/${desk.spareLineId}`],
  ];
  return good.map(([line_, url, body]) => {
    const [method = "", route = ""] = line_.split(" ");
    return { method, route, url, body };
  });
}
