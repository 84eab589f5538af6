/** The restaurant's desk: lines, board, menu, history, and the WebSocket that keeps a board up to date. */
import type {
  Board,
  BoardChange,
  CallerErased,
  CallerExport,
  DraftReply,
  HistoryPage,
  HistoryQuery,
  PastCallDetails,
} from "../../../bridge/src/api/board.ts";
import type { Line, LinePatch, LineWithPassword, NewLine } from "../../../bridge/src/api/line.ts";
import type { Menu, MenuExport, MenuFormat, MenuImportReply, StoredMenu } from "../../../bridge/src/api/menu.ts";
import type { Order, OrderStage } from "../../../bridge/src/api/order.ts";
import type { Api } from "./api.ts";

export type { Board, PastCall } from "../../../bridge/src/api/board.ts";
export type { LineSettings, LineWithPassword } from "../../../bridge/src/api/line.ts";
export type { Allergen, MenuCategory, MenuItem, MenuProblem, OptionGroup } from "../../../bridge/src/api/menu.ts";
export type { CartLine, Draft, LiveCall } from "../../../bridge/src/api/order.ts";
export type { HistoryPage, HistoryQuery, Line, Menu, MenuImportReply, Order, OrderStage, PastCallDetails, StoredMenu };

/** All requests of the desk. They throw ApiError. */
export interface DeskApi {
  lines(): Promise<Line[]>;
  createLine(line: NewLine): Promise<LineWithPassword>;
  /** Throws ApiError 412 with `details.current` when somebody else edited the line since `version`. */
  updateLine(id: string, version: number, patch: LinePatch): Promise<Line>;
  removeLine(id: string, version: number): Promise<void>;
  pause(id: string, paused: boolean, minutes: number | null): Promise<Line>;
  move(orderId: string, from: OrderStage, to: OrderStage): Promise<Order>;
  draft(callId: string, outcome: "order" | "dismiss" | "restore"): Promise<DraftReply>;
  command(callId: string, command: "take-over" | "hang-up"): Promise<void>;
  menu(lineId: string): Promise<StoredMenu>;
  putMenu(lineId: string, revision: number, menu: Menu): Promise<StoredMenu>;
  importMenu(lineId: string, format: MenuFormat, text: string): Promise<MenuImportReply>;
  exportMenu(lineId: string, format: MenuFormat): Promise<MenuExport>;
  sampleMenu(lineId: string): Promise<StoredMenu>;
  setSoldOut(lineId: string, menuId: string, soldOut: boolean): Promise<StoredMenu>;
  history(lineId: string, query: HistoryQuery): Promise<HistoryPage>;
  details(callId: string): Promise<PastCallDetails>;
  /** All that is kept under a telephone number. */
  exportCaller(callerNumber: string): Promise<CallerExport>;
  eraseCaller(callerNumber: string): Promise<CallerErased>;
  /** Of the message that a caller left. */
  messageUrl(callId: string): string;
}

export function deskApi(api: Api): DeskApi {
  const call = (callId: string, path = ""): string => `api/order-calls/${encodeURIComponent(callId)}${path}`;
  return {
    lines: () => api.get("api/lines"),
    createLine: (line) => api.send("POST", "api/lines", line),
    updateLine: (id, version, patch) => api.send("PATCH", `api/lines/${id}`, patch, { version }),
    removeLine: (id, version) => api.send("DELETE", `api/lines/${id}`, {}, { version }),
    pause: (id, paused, minutes) => api.send("PUT", `api/lines/${id}/pause`, { paused, minutes }),
    move: (orderId, from, to) => api.send("PUT", `api/orders/${orderId}/stage`, { from, to }),
    draft: (callId, outcome) => api.send("POST", call(callId, "/draft"), { outcome }),
    command: (callId, command) => api.send("POST", call(callId, "/command"), { command }),
    menu: (lineId) => api.get(`api/lines/${lineId}/menu`),
    putMenu: (lineId, revision, menu) => api.send("PUT", `api/lines/${lineId}/menu`, { revision, menu }),
    importMenu: (lineId, format, text) => api.send("POST", `api/lines/${lineId}/menu/import`, { format, text }),
    exportMenu: (lineId, format) => api.get(`api/lines/${lineId}/menu/export?format=${format}`),
    sampleMenu: (lineId) => api.send("POST", `api/lines/${lineId}/menu/sample`, {}),
    setSoldOut: (lineId, menuId, soldOut) => api.send("PUT", `api/lines/${lineId}/stock/${menuId}`, { soldOut }),
    // A number that is looked for must not stand in an address: proxies write those down.
    history: (lineId, query) => api.send("POST", `api/lines/${lineId}/history`, query),
    details: (callId) => api.get(call(callId)),
    exportCaller: (callerNumber) => api.send("POST", "api/callers/export", { callerNumber }),
    eraseCaller: (callerNumber) => api.send("POST", "api/callers/erase", { callerNumber }),
    messageUrl: (callId) => new URL(call(callId, "/message"), api.baseUrl).href,
  };
}

/** The board after the change; what did not change of it is the same object. */
export function changedBoard(board: Board, { type: _, orders, ...parts }: BoardChange): Board {
  if (!orders) return { ...board, ...parts };
  const known = new Map([...board.orders, ...orders.changed].map((order) => [order.id, order]));
  return { ...board, ...parts, orders: orders.ids.flatMap((id) => known.get(id) ?? []) };
}

const RETRY_MS = 1_500;
/** The bridge says how things stand every twenty seconds: a connection that is silent longer leads nowhere. */
const SILENCE_MS = 50_000;
const LISTEN_EVERY_MS = 5_000;
/** What the bridge closes a board with whose line is no more. */
const NO_SUCH_LINE = 4404;

/** Follows a line's board; back by itself after anything. `gone`: somebody removed the line. Returns what ends it. */
export function followBoard(
  api: Api,
  lineId: string,
  on: { board(board: Board): void; link(up: boolean): void; gone(): void },
): () => void {
  const url = new URL(`api/lines/${lineId}/ws?changes=true`, api.baseUrl);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  let heardAtMs = Date.now();
  let board: Board | null = null;
  const take = (message: Board | BoardChange | { type: "error" }): void => {
    if (!("type" in message)) board = message;
    else if (message.type === "change" && board) board = changedBoard(board, message);
    // The last word of a connection that ends: who is asking has changed.
    else return;
    on.board(board);
  };
  const open = (): void => {
    if (over) return;
    clearTimeout(timer);
    const before = socket;
    const mine = new WebSocket(url);
    socket = mine;
    heardAtMs = Date.now();
    before?.close();
    mine.onmessage = (event) => {
      if (socket !== mine) return;
      heardAtMs = Date.now();
      on.link(true);
      take(JSON.parse(String(event.data)));
    };
    mine.onclose = ({ code }) => {
      if (over || socket !== mine) return;
      if (code === NO_SUCH_LINE) on.gone();
      else on.link(false);
      timer = setTimeout(open, RETRY_MS * (0.8 + Math.random() * 0.4));
    };
  };
  const look = (): void => {
    if (Date.now() - heardAtMs < SILENCE_MS) return;
    on.link(false);
    open();
  };
  // A hidden tab's timers sleep, and so does a tablet: look at once when somebody looks.
  const wake = (): void => {
    if (document.visibilityState !== "visible") return;
    if (socket?.readyState === WebSocket.CLOSED) open();
    else look();
  };
  // Out of the network nothing new comes, though the connection looks open yet: what is shown is not fresh any more.
  const offline = (): void => on.link(false);
  const listen = setInterval(look, LISTEN_EVERY_MS);
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("online", open);
  window.addEventListener("offline", offline);
  open();
  return () => {
    over = true;
    clearTimeout(timer);
    clearInterval(listen);
    document.removeEventListener("visibilitychange", wake);
    window.removeEventListener("online", open);
    window.removeEventListener("offline", offline);
    socket?.close();
  };
}
