/**
 * The order of one call, as a pure machine: whatever it needs to know (prices, stock, hours, the time) comes in with the
 * event, so the same events always make the same order, also years later from the log.
 *
 *                       edit, nothing missing
 *      ┌────────┐ ◄───────────────────────────────┐
 *  ──► │ intake │ ── edit leaves a choice open ──► │ clarify │ ◄─┐ read-back asked or confirmed with a problem
 *      └───┬────┘                                  └────┬────┘   │ (sold out, closed, too much, no name …)
 *          │ read-back asked, no problem                │        │
 *          ▼                                            │        │
 *    ┌───────────┐ ◄────────────────────────────────────┘ ───────┘
 *    │ read-back │ ── any edit: the read-back is void ──► intake | clarify
 *    └─────┬─────┘
 *          │ confirm, when this revision was read back, played to its end, and answered by a turn that began after it
 *          ▼
 *    ┌───────────┐  commit   ┌───────────┐  acknowledged by a person  ┌──────────────┐
 *    │ confirmed │ ────────► │ committed │ ─────────────────────────► │ acknowledged │
 *    └───────────┘           └─────┬─────┘                            └──────┬───────┘
 *                                  └────── one more order: intake ◄──────────┘
 *
 *  From intake, clarify and read-back: `handed-over` (a person has the call), `abandoned` (no order wanted; one more order
 *  starts anew). An event that does not fit changes nothing and is refused with a word.
 */
import type { CartLine, CartOption, OrderState } from "../api/order.ts";
import type { HandOverReason } from "./order-desk.ts";

export interface OrderData {
  state: OrderState;
  /** Orders of one call count from 1. */
  ordinal: number;
  /** Grows with every edit: what a confirmation refers to. */
  revision: number;
  nextLine: number;
  lines: readonly CartLine[];
  name: string;
  note: string;
  pickup: { atMs: number; asap: boolean } | null;
  readBack: ReadBack | null;
  /** The kitchen's number once committed. */
  number: number | null;
  /** Turns in a row that were not understood. */
  misunderstood: number;
  handOver: HandOverReason | null;
}

interface ReadBack {
  revision: number;
  mark: string;
  playedAtMs: number | null;
  answered: boolean;
  /** Something else was asked since: the next turn answers that. Left out: no. */
  askedElse?: boolean;
}

/** A line as the menu makes it: everything but its number and total. */
export type PricedLine = Omit<CartLine, "line" | "totalCents">;

export type OrderEvent =
  | { type: "line-added"; line: PricedLine }
  /** Whole line anew, priced from the menu. */
  | { type: "line-changed"; line: number; to: PricedLine }
  | { type: "line-removed"; line: number }
  | { type: "details-set"; name?: string; note?: string; pickup?: { atMs: number; asap: boolean } }
  /** `problems`: what stands against the order as it is (stock, hours, limits, details). */
  | { type: "read-back-asked"; mark: string; problems: readonly string[] }
  | { type: "played"; mark: string; atMs: number }
  /** The assistant asked something that is not whether the read-back is right. */
  | { type: "asked-else" }
  | { type: "caller-turn"; beganAtMs: number }
  | { type: "confirm-asked"; problems: readonly string[] }
  | { type: "committed"; number: number }
  | { type: "acknowledged" }
  | { type: "misunderstood" }
  | { type: "understood" }
  | { type: "handed-over"; reason: HandOverReason }
  | { type: "abandoned" }
  | { type: "another-order" };

export type Refusal =
  | "order_closed"
  | "no_such_line"
  | "empty_cart"
  | "choice_missing"
  | "not_read_back"
  | "not_played"
  | "not_answered"
  | "not_confirmed"
  | "problems"
  | "nothing_to_do";

export interface Outcome {
  data: OrderData;
  refused: Refusal | null;
}

export const NEW_ORDER: OrderData = {
  state: "intake",
  ordinal: 1,
  revision: 0,
  nextLine: 1,
  lines: [],
  name: "",
  note: "",
  pickup: null,
  readBack: null,
  number: null,
  misunderstood: 0,
  handOver: null,
};

/** Pure. A refused event leaves `data` as it was, but for a confirmation that meets problems: that opens the order again. */
export function transition(data: OrderData, event: OrderEvent): Outcome {
  switch (event.type) {
    case "line-added":
    case "line-changed":
    case "line-removed":
    case "details-set":
      return isOpen(data.state) ? edit(data, event) : refuse(data, "order_closed");
    case "read-back-asked":
      return askReadBack(data, event);
    case "played":
      return played(data, event);
    case "asked-else":
      return askedElse(data);
    case "caller-turn":
      return answered(data, event);
    case "confirm-asked":
      return confirm(data, event.problems);
    case "committed":
      if (data.state !== "confirmed") return refuse(data, "not_confirmed");
      return accept({ ...data, state: "committed", number: event.number });
    case "acknowledged":
      if (data.state !== "committed") return refuse(data, "nothing_to_do");
      return accept({ ...data, state: "acknowledged" });
    case "misunderstood":
      return accept({ ...data, misunderstood: data.misunderstood + 1 });
    case "understood":
      return accept({ ...data, misunderstood: 0 });
    case "handed-over":
      if (data.state === "confirmed") return refuse(data, "order_closed");
      if (!isOpen(data.state)) return accept({ ...data, handOver: event.reason });
      return accept({ ...data, state: "handed-over", handOver: event.reason, readBack: null });
    case "abandoned":
      return isOpen(data.state)
        ? accept({ ...data, state: "abandoned", readBack: null })
        : refuse(data, "order_closed");
    case "another-order":
      if (data.state !== "committed" && data.state !== "acknowledged" && data.state !== "abandoned") {
        return refuse(data, "nothing_to_do");
      }
      return accept({
        ...NEW_ORDER,
        ordinal: data.state === "abandoned" ? data.ordinal : data.ordinal + 1,
        revision: data.revision + 1,
        nextLine: data.nextLine,
        name: data.name,
      });
  }
}

/** May the cart still be changed? */
export function isOpen(state: OrderState): boolean {
  return state === "intake" || state === "clarify" || state === "read-back";
}

export function totalCents(lines: readonly { totalCents: number }[]): number {
  return lines.reduce((sum, line) => sum + line.totalCents, 0);
}

/** One piece: its own price and those of its options. */
export function unitPriceCents(priceCents: number, options: readonly Pick<CartOption, "priceCents">[]): number {
  return options.reduce((sum, option) => sum + option.priceCents, priceCents);
}

type Edit = Extract<OrderEvent, { type: "line-added" | "line-changed" | "line-removed" | "details-set" }>;

function edit(data: OrderData, event: Edit): Outcome {
  const next = edited(data, event);
  if (!next) return refuse(data, "no_such_line");
  const state = next.lines.some(({ missing }) => missing.length > 0) ? "clarify" : "intake";
  return accept({ ...next, state, revision: data.revision + 1, readBack: null });
}

function edited(data: OrderData, event: Edit): OrderData | null {
  switch (event.type) {
    case "line-added":
      return { ...data, nextLine: data.nextLine + 1, lines: [...data.lines, numbered(data.nextLine, event.line)] };
    case "line-changed":
      if (!data.lines.some(({ line }) => line === event.line)) return null;
      return {
        ...data,
        lines: data.lines.map((line) => (line.line === event.line ? numbered(line.line, event.to) : line)),
      };
    case "line-removed":
      if (!data.lines.some(({ line }) => line === event.line)) return null;
      return { ...data, lines: data.lines.filter(({ line }) => line !== event.line) };
    case "details-set": {
      const { name = data.name, note = data.note, pickup = data.pickup } = event;
      return { ...data, name, note, pickup };
    }
  }
}

function numbered(line: number, priced: PricedLine): CartLine {
  return { line, ...priced, totalCents: priced.quantity * priced.unitPriceCents };
}

function askReadBack(data: OrderData, { mark, problems }: Extract<OrderEvent, { type: "read-back-asked" }>): Outcome {
  if (!isOpen(data.state)) return refuse(data, "order_closed");
  if (data.lines.length === 0) return refuse(data, "empty_cart");
  if (data.lines.some(({ missing }) => missing.length > 0)) return reopen(data, "choice_missing");
  if (problems.length > 0) return reopen(data, "problems");
  const readBack = { revision: data.revision, mark, playedAtMs: null, answered: false };
  return accept({ ...data, state: "read-back", readBack });
}

function played(data: OrderData, { mark, atMs }: Extract<OrderEvent, { type: "played" }>): Outcome {
  const { readBack } = data;
  if (data.state !== "read-back" || readBack?.mark !== mark || readBack.playedAtMs !== null) {
    return refuse(data, "nothing_to_do");
  }
  return accept({ ...data, readBack: { ...readBack, playedAtMs: atMs } });
}

function askedElse(data: OrderData): Outcome {
  const { readBack } = data;
  if (data.state !== "read-back" || !readBack || readBack.playedAtMs === null) return refuse(data, "nothing_to_do");
  return accept({ ...data, readBack: { ...readBack, askedElse: true } });
}

function answered(data: OrderData, { beganAtMs }: Extract<OrderEvent, { type: "caller-turn" }>): Outcome {
  const { readBack } = data;
  if (data.state !== "read-back" || !readBack || readBack.playedAtMs === null) return refuse(data, "nothing_to_do");
  // Whoever speaks into its last sound has not heard it to its end, although they are heard after it.
  if (beganAtMs <= readBack.playedAtMs) return refuse(data, "nothing_to_do");
  // "Yes, a cola" agrees to no order: it has to be heard again.
  if (readBack.askedElse) {
    return accept({ ...data, readBack: { ...readBack, playedAtMs: null, answered: false, askedElse: false } });
  }
  return accept({ ...data, readBack: { ...readBack, answered: true } });
}

function confirm(data: OrderData, problems: readonly string[]): Outcome {
  const { readBack } = data;
  if (!isOpen(data.state)) return refuse(data, "order_closed");
  if (data.state !== "read-back" || readBack?.revision !== data.revision) return refuse(data, "not_read_back");
  if (readBack.playedAtMs === null) return refuse(data, "not_played");
  if (!readBack.answered) return refuse(data, "not_answered");
  if (problems.length > 0) return reopen(data, "problems");
  return accept({ ...data, state: "confirmed" });
}

/** Something has to be settled first: whatever was read back no longer counts. */
function reopen(data: OrderData, refused: Refusal): Outcome {
  return { data: { ...data, state: "clarify", readBack: null }, refused };
}

function accept(data: OrderData): Outcome {
  return { data, refused: null };
}

function refuse(data: OrderData, refused: Refusal): Outcome {
  return { data, refused };
}
