/** The order desk: what stands behind `OrderDesk`. Calls that are on live here; everything they did is in the store. */
import type { LineSettings } from "../api/line.ts";
import type { Language } from "../api/order.ts";
import type { OrderCallRow } from "../store/order-call-store.ts";
import { briefing } from "./briefing.ts";
import { commitConfirmed, isDraft } from "./call-outcome.ts";
import { clockOf, deskChanged, isPaused, lineRow, menuOf, type OrderingContext, toLine } from "./context.ts";
import { isOpenAt, localTime } from "./opening.ts";
import { LiveOrderCall } from "./order-call.ts";
import type { Admission, NewOrderCall, OrderCall, OrderDesk, Sentence } from "./order-desk.ts";
import { NEW_ORDER, type OrderData } from "./order-machine.ts";
import type { Orders } from "./orders.ts";
import { phrases } from "./speech/sentences.ts";

export interface Desk extends OrderDesk {
  /** A call that is on; null: none, or it is over. */
  live(callId: string): LiveOrderCall | null;
  /**
   * Ends what a crash or a full disk left open in the store: confirmed orders are committed, all others become drafts.
   * Returns how many calls.
   */
  recover(): number;
  stop(): void;
}

export function openDesk(context: OrderingContext, orders: Orders): Desk {
  const { store, bus, now } = context;
  const live = new Map<string, LiveOrderCall>();
  const offMenu = bus.on("menuChanged", ({ lineId }) => {
    for (const call of live.values()) if (call.lineId === lineId) call.tell({ type: "menu-changed" });
  });

  function admit({ siteId, via }: { siteId: string; via: string }): Admission {
    const row = lineVia(context, siteId, via);
    if (!row) return { kind: "people", reason: "unknown-line" };
    const line = toLine(context, row);
    const { settings } = row;
    const { language, greeting, afterHours } = firstWordsOf(settings, line.label);
    if (settings.answeredBy === "people") return { kind: "people", reason: "people" };
    if (isPaused(row, now())) return { kind: "people", reason: "paused" };
    if (!isOpenAt(settings, localTime(now(), clockOf(context, row.siteId)))) {
      return { kind: "after-hours", line, language, message: afterHours };
    }
    return { kind: "answer", line, language, greeting };
  }

  function open({ callId, lineId, callerNumber, language }: NewOrderCall): OrderCall {
    const running = live.get(callId);
    if (running) return running;
    const row = lineRow(store, lineId);
    store.transaction(() => {
      const fresh: OrderCallRow = {
        ...{ callId, lineId, callerNumber, language },
        data: JSON.stringify(NEW_ORDER),
        startedAtMs: now(),
        endedAtMs: null,
        reason: null,
        costCents: 0,
        takenBy: null,
        draft: false,
      };
      const before = store.orderCalls.get(callId);
      if (!before) store.orderCalls.insert(fresh);
      else store.orderCalls.update({ ...before, endedAtMs: null, reason: null, draft: false });
      deskChanged(context, row);
    });
    const opened = new LiveOrderCall({ context, orders, callId, lineId, onEnd: () => live.delete(callId) });
    live.set(callId, opened);
    return opened;
  }

  function recover(): number {
    const left = store.orderCalls.open().filter(({ callId }) => !live.has(callId));
    for (const call of left) {
      store.transaction(() => {
        const row = lineRow(store, call.lineId);
        let data = JSON.parse(call.data) as OrderData;
        if (data.state === "confirmed") data = commitConfirmed(context, orders, call, data);
        const closed = { ...call, data: JSON.stringify(data), endedAtMs: now(), reason: "interrupted" as const };
        store.orderCalls.update({ ...closed, draft: isDraft(data, "interrupted") });
        deskChanged(context, row);
      });
    }
    return left.length;
  }

  return {
    admit,
    line: ({ siteId, via }) => {
      const row = lineVia(context, siteId, via);
      return row && toLine(context, row);
    },
    firstWords: (siteId) =>
      store.lines.list(siteId).flatMap(({ id, unitId }) => {
        const { settings } = lineRow(store, id);
        const { greeting, afterHours } = firstWordsOf(settings, store.units.get(unitId)?.label ?? "");
        return [greeting, afterHours];
      }),
    open,
    briefing: (lineId, language) => briefing(context, lineId, language),
    names: (lineId) => {
      const { menu } = menuOf(store, lineId);
      const parts = [...menu.items, ...menu.groups.flatMap(({ options }) => options)];
      return parts.flatMap(({ name, names }) => [name, ...Object.values(names)]);
    },
    live: (callId) => live.get(callId) ?? null,
    recover,
    stop: offMenu,
  };
}

function firstWordsOf(
  settings: LineSettings,
  label: string,
): { language: Language; greeting: Sentence; afterHours: Sentence } {
  const language = settings.languages[0] ?? "fr";
  const sentence = (own: string | undefined, usual: string) => ({
    ...{ text: own?.trim() || usual, language },
    ...{ cents: [], exact: true, mark: null },
  });
  return {
    language,
    greeting: sentence(settings.greeting[language], phrases(language).greeting(label)),
    afterHours: sentence(settings.afterHours[language], phrases(language).afterHours(label)),
  };
}

/** The line that a gateway's account or a called unit stands for. */
function lineVia({ store }: OrderingContext, siteId: string, via: string) {
  const account = store.accounts.byUsername(siteId, via);
  const unit = store.units.byName(siteId, via);
  const found = (account && store.lines.byGateway(account.id)) ?? (unit && store.lines.byUnit(unit.id));
  return found ? lineRow(store, found.id) : null;
}
