/** What a line's desk shows: the kitchen board with drafts and running calls, and the history of calls. */
import { type Static, Type } from "typebox";
import { Call } from "./call.ts";
import { Id } from "./directory.ts";
import { Day, Line, PhoneNumber } from "./line.ts";
import { CallCloseReason, Cart, Draft, Language, LiveCall, Order, OrderStage, TranscriptLine } from "./order.ts";

const closed = { additionalProperties: false } as const;

/** `GET /api/lines/:id/board`, and what its WebSocket `GET /api/lines/:id/ws` says first. */
export const Board = Type.Object({
  nowMs: Type.Integer(),
  line: Line,
  /** Calls that broke off, newest first: shown before everything else. */
  drafts: Type.Array(Draft),
  calls: Type.Array(LiveCall),
  /** New, accepted and ready ones, what went within the last two hours, and what was cancelled up to two hours after its pickup time. */
  orders: Type.Array(Order),
  today: Type.Object({ orders: Type.Integer(), turnoverCents: Type.Integer() }),
  /** Which menu it is by now, for pages that show it: `revision` grows with each change, `soldOut` holds ids of dishes and options. */
  menu: Type.Object({ revision: Type.Integer(), soldOut: Type.Array(Type.String()) }),
});

/** What of a board is different from the message before; what is left out is as it was. */
export const BoardChange = Type.Object({
  type: Type.Literal("change"),
  ...Type.Pick(Board, ["nowMs"]).properties,
  ...Type.Partial(Type.Pick(Board, ["line", "drafts", "calls", "today", "menu"])).properties,
  /** All that are shown now, in their order, and those of them that are new or different. */
  orders: Type.Optional(Type.Object({ ids: Type.Array(Id), changed: Type.Array(Order) })),
});

/** Of `GET /api/lines/:id/ws`. Without `changes` every message is the whole board. */
export const BoardQuery = Type.Object({ changes: Type.Optional(Type.Literal("true")) }, closed);

/** `PUT /api/orders/:id/stage`: `from` is what the person saw. Back again is undo. */
export const StagePut = Type.Object({ from: OrderStage, to: OrderStage }, closed);

/** `POST /api/order-calls/:callId/draft`: it became an order after all, it is done with, or neither (undo: an order that nobody has accepted is cancelled). */
export const DraftDone = Type.Object(
  { outcome: Type.Union([Type.Literal("order"), Type.Literal("dismiss"), Type.Literal("restore")]) },
  closed,
);

export const DraftReply = Type.Object({ order: Type.Union([Order, Type.Null()]) });

/** `POST /api/order-calls/:callId/command`, while the call is on. */
export const CallOrder = Type.Object(
  { command: Type.Union([Type.Literal("take-over"), Type.Literal("hang-up")]) },
  closed,
);

export const PastCall = Type.Object({
  callId: Type.String(),
  lineId: Id,
  language: Language,
  /** Masked for all but administrators. */
  callerNumber: Type.Union([Type.String(), Type.Null()]),
  name: Type.String(),
  startedAtMs: Type.Integer(),
  endedAtMs: Type.Union([Type.Integer(), Type.Null()]),
  reason: Type.Union([CallCloseReason, Type.Null()]),
  /** Of the voice service. */
  costCents: Type.Integer(),
  orders: Type.Array(Type.Object({ id: Id, number: Type.Integer(), stage: OrderStage, totalCents: Type.Integer() })),
  hasMessage: Type.Boolean(),
});
/** `GET /api/lines/:id/history`, newest first. */
export const HistoryQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
    /** `next` of the page before. */
    cursor: Type.Optional(Type.String({ maxLength: 400 })),
    /** Words of the name, or digits of the telephone or order number; case and accents do not matter. */
    search: Type.Optional(Type.String({ maxLength: 80 })),
    /** An order came of it, none did, or the caller left a message. */
    outcome: Type.Optional(Type.Union([Type.Literal("order"), Type.Literal("none"), Type.Literal("message")])),
    /** On which it began, by the site's clock. */
    day: Type.Optional(Day),
  },
  closed,
);
export const HistoryPage = Type.Object({
  calls: Type.Array(PastCall),
  /** null: this was the last page. */
  next: Type.Union([Type.String(), Type.Null()]),
});
/** `GET /api/order-calls/:callId`. */
export const PastCallDetails = Type.Object({
  call: PastCall,
  orders: Type.Array(Order),
  transcript: Type.Array(TranscriptLine),
});

/** What was said of a call, and what it was about, also when no order came of it. */
export const ExportedCall = Type.Object({
  ...PastCallDetails.properties,
  note: Type.String(),
  cart: Cart,
});

/** `POST /api/callers/export` and `POST /api/callers/erase`; +33… and 0… are the same number. */
export const CallerQuery = Type.Object({ callerNumber: PhoneNumber }, closed);
export const CallerExport = Type.Object({
  calls: Type.Array(ExportedCall),
  orders: Type.Array(Order),
  /** The call log: who was rung and when. */
  log: Type.Array(Call),
  /** What the caller left as sound: WAV, in base64. */
  messages: Type.Array(Type.Object({ callId: Type.String(), wav: Type.String() })),
});
/** Of the VPS's events of calls: `away`: it could not be asked, and keeps them until it is asked again, a month at most. */
export const VpsErased = Type.Union([Type.Literal("none"), Type.Literal("done"), Type.Literal("away")]);
export const CallerErased = Type.Object({
  calls: Type.Integer(),
  orders: Type.Integer(),
  /** Calls that are on and orders that the kitchen still has, with their calls: erase again when they are done. */
  left: Type.Integer(),
  vps: VpsErased,
});

export type Board = Static<typeof Board>;
export type BoardChange = Static<typeof BoardChange>;
export type StagePut = Static<typeof StagePut>;
export type DraftReply = Static<typeof DraftReply>;
export type DraftDone = Static<typeof DraftDone>;
export type PastCall = Static<typeof PastCall>;
export type HistoryQuery = Static<typeof HistoryQuery>;
export type HistoryPage = Static<typeof HistoryPage>;
export type PastCallDetails = Static<typeof PastCallDetails>;
export type CallerExport = Static<typeof CallerExport>;
export type VpsErased = Static<typeof VpsErased>;
export type CallerErased = Static<typeof CallerErased>;
