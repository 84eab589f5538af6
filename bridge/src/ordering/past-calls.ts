/**
 * Calls with the assistant, as the history shows and finds them. Who may not read numbers sees masked ones, also in what was said and noted,
 * and finds by no more than that.
 */
import { setImmediate } from "node:timers/promises";
import { sameNumberKey } from "../../../infra/control/src/caller-number.ts";
import type { HistoryPage, HistoryQuery, PastCall, PastCallDetails } from "../api/board.ts";
import type { Order } from "../api/order.ts";
import { AppError } from "../events/errors.ts";
import type { HistoryEdge, OrderCallRow } from "../store/order-call-store.ts";
import { searchText } from "../store/text.ts";
import { masked, maskedIn } from "./caller-number.ts";
import { clockOf, lineRow, type OrderingContext } from "./context.ts";
import { localTime } from "./opening.ts";
import type { OrderData } from "./order-machine.ts";
import { toOrder } from "./orders.ts";

const PAGE = 50;
/** Rows that are looked at in one go: a search through years leaves room for the calls that are on. */
const STRIDE = 200;
const DAY_MS = 86_400_000;
/** No zone is further from UTC. */
const ZONE_MS = 14 * 3_600_000;

/** Newest first. `mayReadNumbers`: others see masked ones. Throws UNKNOWN_LINE, INVALID_REQUEST for a cursor that is none of ours. */
export async function pastCalls(
  context: OrderingContext,
  lineId: string,
  { limit = PAGE, cursor, search = "", outcome, day }: HistoryQuery,
  mayReadNumbers: boolean,
): Promise<HistoryPage> {
  const { store } = context;
  const clock = clockOf(context, lineRow(store, lineId).siteId);
  const midnightMs = day === undefined ? null : Date.parse(day);
  const fromMs = midnightMs === null ? 0 : midnightMs - ZONE_MS;
  const toMs = midnightMs === null ? Number.MAX_SAFE_INTEGER : midnightMs + DAY_MS + ZONE_MS;
  const isMeant = searcher(search);
  const calls: PastCall[] = [];
  let edge = cursor === undefined ? null : edgeOf(cursor);
  while (true) {
    const rows = store.orderCalls.history(lineId, { edge, fromMs, toMs, outcome: outcome ?? null }, STRIDE);
    for (const row of rows) {
      if (calls.length === limit) return { calls, next: cursorOf(edge) };
      edge = row;
      if (day !== undefined && localTime(row.startedAtMs, clock).date !== day) continue;
      const call = toPastCall(context, row, mayReadNumbers);
      if (isMeant(call)) calls.push(call);
    }
    if (rows.length < STRIDE) return { calls, next: null };
    await setImmediate();
  }
}

export function pastCallDetails(
  context: OrderingContext,
  call: OrderCallRow,
  mayReadNumbers: boolean,
): PastCallDetails {
  const { store } = context;
  return {
    call: toPastCall(context, call, mayReadNumbers),
    orders: store.orders.ofCall(call.callId).map((order) => maskOrder(toOrder(context, order), mayReadNumbers)),
    transcript: store.orderCalls
      .transcript(call.callId)
      .map((line) => (mayReadNumbers ? line : { ...line, text: maskedIn(line.text) })),
  };
}

export function maskOrder(order: Order, mayReadNumbers: boolean): Order {
  if (mayReadNumbers) return order;
  const { callerNumber, name, note, cart } = order;
  const lines = cart.lines.map((line) => ({ ...line, note: maskedIn(line.note) }));
  return {
    ...order,
    callerNumber: masked(callerNumber),
    name: maskedIn(name),
    note: maskedIn(note),
    cart: { ...cart, lines },
  };
}

function toPastCall({ store }: OrderingContext, call: OrderCallRow, mayReadNumbers: boolean): PastCall {
  const data = JSON.parse(call.data) as OrderData;
  return {
    callId: call.callId,
    lineId: call.lineId,
    language: call.language,
    callerNumber: mayReadNumbers ? call.callerNumber : masked(call.callerNumber),
    name: mayReadNumbers ? data.name : maskedIn(data.name),
    startedAtMs: call.startedAtMs,
    endedAtMs: call.endedAtMs,
    reason: call.reason,
    costCents: call.costCents,
    orders: store.orders
      .ofCall(call.callId)
      .map(({ id, number, stage, totalCents: cents }) => ({ id, number, stage, totalCents: cents })),
    hasMessage: store.orderCalls.hasMessage(call.callId),
  };
}

/** Digits mean a telephone or an order number, everything else words of the name. It sees what the person sees. */
function searcher(search: string): (call: PastCall) => boolean {
  const text = searchText(search);
  if (text === "") return () => true;
  if (!/^[\d\s.+()/•-]*$/.test(text)) {
    const words = text.split(" ");
    return ({ name }) => words.every((word) => searchText(name).includes(word));
  }
  const wanted = plainNumber(text);
  return ({ callerNumber, orders }) =>
    (wanted !== "" && callerNumber !== null && plainNumber(callerNumber).includes(wanted)) ||
    orders.some(({ number }) => String(number) === wanted);
}

/** Also the beginning of a number alike: +336 and 06. The dots of a masked one stay, so that nothing is found across them. */
function plainNumber(number: string): string {
  if (number.includes("•")) return number.replaceAll(/[^\d•]/g, "");
  return sameNumberKey(number.replaceAll(/[^\d+]/g, "").replace(/^(\+|00)33(?=\d)/, "0"));
}

function cursorOf(edge: HistoryEdge | null): string | null {
  return edge && `${edge.startedAtMs}.${edge.callId}`;
}

function edgeOf(cursor: string): HistoryEdge {
  const [, startedAtMs, callId] = /^(\d{1,15})\.(.+)$/s.exec(cursor) ?? [];
  if (startedAtMs === undefined || callId === undefined) {
    throw new AppError("INVALID_REQUEST", "this cursor is none of ours", {
      details: { "/querystring/cursor": "take next of the page before" },
      fields: { cursor: "MALFORMED" },
    });
  }
  return { startedAtMs: Number(startedAtMs), callId };
}
