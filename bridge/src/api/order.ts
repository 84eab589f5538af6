/** Carts, orders, drafts and running calls of a line, as the kitchen board and the live call show them. */
import { type Static, Type } from "typebox";
import { Id } from "./directory.ts";
import { MenuId } from "./menu.ts";

const Nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()]);

/** The languages in which sentences are said exactly. */
export const Language = Type.Union([Type.Literal("fr"), Type.Literal("en")]);

export const CartOption = Type.Object({
  groupId: MenuId,
  optionId: MenuId,
  name: Type.String(),
  priceCents: Type.Integer(),
});
/** Prices and names are those of the menu at the moment it was added. */
export const CartLine = Type.Object({
  /** Number of the line, from 1, never used twice in a call. */
  line: Type.Integer(),
  itemId: MenuId,
  name: Type.String(),
  gender: Type.Union([Type.Literal("m"), Type.Literal("f"), Type.Null()]),
  quantity: Type.Integer(),
  options: Type.Array(CartOption),
  note: Type.String(),
  taxRate: Type.Integer(),
  /** One piece with its options. */
  unitPriceCents: Type.Integer(),
  /** All pieces. */
  totalCents: Type.Integer(),
  /** Option groups that still need a choice. */
  missing: Type.Array(Type.Object({ groupId: MenuId, name: Type.String(), min: Type.Integer(), max: Type.Integer() })),
});
export const Cart = Type.Object({ lines: Type.Array(CartLine), totalCents: Type.Integer() });

export const OrderState = Type.Union([
  Type.Literal("intake"),
  Type.Literal("clarify"),
  Type.Literal("read-back"),
  Type.Literal("confirmed"),
  Type.Literal("committed"),
  Type.Literal("acknowledged"),
  /** A person has the call now. */
  Type.Literal("handed-over"),
  /** The caller wants no order. */
  Type.Literal("abandoned"),
]);

/** Columns of the kitchen board; `cancelled` leaves it. */
export const OrderStage = Type.Union([
  Type.Literal("new"),
  Type.Literal("accepted"),
  Type.Literal("ready"),
  Type.Literal("gone"),
  Type.Literal("cancelled"),
]);

export const TaxShare = Type.Object({ rate: Type.Integer(), totalCents: Type.Integer(), taxCents: Type.Integer() });

export const Order = Type.Object({
  id: Id,
  lineId: Id,
  callId: Type.String(),
  /** What people say: counts from 1 each day. */
  number: Type.Integer(),
  stage: OrderStage,
  /** Who confirmed it: the caller, or staff from a draft. */
  confirmedBy: Type.Union([Type.Literal("caller"), Type.Literal("staff")]),
  name: Type.String(),
  /** Masked (06 •• •• •• 12) for those who do not need it; null: withheld, or erased. */
  callerNumber: Nullable(Type.String()),
  note: Type.String(),
  cart: Cart,
  taxes: Type.Array(TaxShare),
  pickupAtMs: Type.Integer(),
  committedAtMs: Type.Integer(),
  acceptedAtMs: Nullable(Type.Integer()),
  readyAtMs: Nullable(Type.Integer()),
  goneAtMs: Nullable(Type.Integer()),
  /** Waits longer than a minute for somebody to accept it. */
  alarm: Type.Boolean(),
  /** The caller heard its number to the end. */
  callerTold: Type.Boolean(),
  /** Another order of the same number and cart, shortly before: perhaps the same one. */
  maybeSameAs: Nullable(Type.Integer()),
});

/** Why a call with the assistant ended. */
export const CallCloseReason = Type.Union([
  Type.Literal("completed"),
  Type.Literal("caller-hung-up"),
  Type.Literal("handed-over"),
  Type.Literal("staff-hung-up"),
  Type.Literal("silence"),
  Type.Literal("too-long"),
  Type.Literal("too-expensive"),
  Type.Literal("model-failed"),
  Type.Literal("media-failed"),
  Type.Literal("interrupted"),
]);

/** What is left of a call that brought no order though it should be looked at: shown first, with call-back. */
export const Draft = Type.Object({
  callId: Type.String(),
  lineId: Id,
  state: OrderState,
  reason: CallCloseReason,
  name: Type.String(),
  callerNumber: Nullable(Type.String()),
  note: Type.String(),
  cart: Cart,
  startedAtMs: Type.Integer(),
  endedAtMs: Type.Integer(),
  /** A message was recorded; `GET /api/order-calls/:callId/message`. */
  hasMessage: Type.Boolean(),
});

export const TranscriptLine = Type.Object({
  who: Type.Union([Type.Literal("caller"), Type.Literal("assistant"), Type.Literal("note")]),
  text: Type.String(),
  atMs: Type.Integer(),
});

export const LiveCall = Type.Object({
  callId: Type.String(),
  lineId: Id,
  state: OrderState,
  language: Language,
  name: Type.String(),
  callerNumber: Nullable(Type.String()),
  note: Type.String(),
  cart: Cart,
  startedAtMs: Type.Integer(),
  /** Who pressed Take over, so that the call is on its way to people or with them; '': somebody answered a telephone of the line. */
  takenOverBy: Nullable(Type.String()),
  transcript: Type.Array(TranscriptLine),
});

export type Language = Static<typeof Language>;
export type CartOption = Static<typeof CartOption>;
export type CartLine = Static<typeof CartLine>;
export type Cart = Static<typeof Cart>;
export type OrderState = Static<typeof OrderState>;
export type OrderStage = Static<typeof OrderStage>;
export type TaxShare = Static<typeof TaxShare>;
export type Order = Static<typeof Order>;
export type CallCloseReason = Static<typeof CallCloseReason>;
export type Draft = Static<typeof Draft>;
export type TranscriptLine = Static<typeof TranscriptLine>;
export type LiveCall = Static<typeof LiveCall>;
