/** What is kept of callers, for how long, and how it is given out and erased. */
import { sameNumberKey } from "../../../infra/control/src/caller-number.ts";
import type { CallerErased, CallerExport } from "../api/board.ts";
import { withoutNumber } from "./caller-number.ts";
import { deskChanged, lineRow, type OrderingContext } from "./context.ts";
import { type OrderData, totalCents } from "./order-machine.ts";
import { toOrder } from "./orders.ts";
import { pastCallDetails } from "./past-calls.ts";

export interface Privacy {
  /** Everything that is stored under a number. */
  export(callerNumber: string): CallerExport;
  /**
   * Calls, transcripts and messages of a number go; its orders stay as anonymous figures, because accounts need them.
   * Where the number was said or noted in somebody else's call it is struck out.
   * A call that is on, and an order that the kitchen still has, are left alone with all that they need: erase again later. Nothing of what
   * goes stays in the database's file or its copies; throws when the disk refuses that: erase again then, too.
   */
  erase(callerNumber: string): Omit<CallerErased, "vps">;
  /** Drops transcripts and messages whose time is over. Returns of how many calls. */
  prune(): number;
}

const DAY_MS = 86_400_000;

export function privacy(context: OrderingContext): Privacy {
  const { store, now } = context;
  /** As they were stored: 06… and +336… are one person. */
  const writings = (callerNumber: string): string[] => {
    const key = sameNumberKey(callerNumber);
    return store.orderCalls.callerNumbers().filter((number) => sameNumberKey(number) === key);
  };
  return {
    export: (callerNumber) => {
      const key = sameNumberKey(callerNumber);
      const numbers = writings(callerNumber);
      const calls = numbers.flatMap((number) => store.orderCalls.byNumber(number));
      return {
        calls: calls.map((call) => {
          const { note, lines } = JSON.parse(call.data) as OrderData;
          const cart = { lines: [...lines], totalCents: totalCents(lines) };
          return { ...pastCallDetails(context, call, true), note, cart };
        }),
        messages: calls.flatMap(({ callId }) => {
          const wav = store.orderCalls.message(callId);
          return wav ? [{ callId, wav: wav.toString("base64") }] : [];
        }),
        orders: numbers.flatMap((number) => store.orders.byNumber(number)).map((order) => toOrder(context, order)),
        log: store.calls
          .byGatewayCaller((label) => sameNumberKey(label) === key)
          .map(({ callerUnitId: _callerUnitId, ...call }) => call),
      };
    },
    erase: (callerNumber) => {
      const erased = store.transaction(() => {
        const numbers = writings(callerNumber);
        const all = numbers.flatMap((number) => store.orderCalls.byNumber(number));
        const ended = all.filter(({ endedAtMs }) => endedAtMs !== null);
        const found = numbers.flatMap((number) => store.orders.byNumber(number));
        // A note may be an allergy: it stays as long as somebody cooks by it.
        const orders = found.filter(({ stage }) => stage === "gone" || stage === "cancelled");
        const waiting = new Set(found.filter((order) => !orders.includes(order)).map(({ callId }) => callId));
        const calls = ended.filter(({ callId }) => !waiting.has(callId));
        for (const order of orders) {
          const lines = order.lines.map((line) => ({ ...line, note: "" }));
          store.orders.update({ ...order, callerNumber: null, name: "", note: "", lines });
          // The broker may be away: what it is told afterwards is without them as well.
          store.outbox.dropNotes(order.id);
        }
        for (const { callId } of calls) store.orderCalls.remove(callId);
        const key = sameNumberKey(callerNumber);
        store.calls.forgetGatewayCallers((label) => sameNumberKey(label) === key);
        store.callerTexts.rewrite((text) => withoutNumber(text, key));
        for (const lineId of new Set([...calls, ...orders].map((one) => one.lineId))) {
          deskChanged(context, lineRow(store, lineId));
        }
        const left = all.length - calls.length + found.length - orders.length;
        return { calls: calls.length, orders: orders.length, left };
      });
      store.forgetRemoved();
      return erased;
    },
    prune: () =>
      store.transaction(() =>
        store.lines.list().reduce((sum, { id }) => {
          const { settings } = lineRow(store, id);
          const beforeMs = now() - settings.transcriptDays * DAY_MS;
          return sum + store.orderCalls.dropTranscripts(id, beforeMs);
        }, 0),
      ),
  };
}
