/** Cases of the golden-call lab: what a caller says, what a model makes of it, and what must come of the call. */
import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

/** What the stand-in's model does when it has heard the turn, one response after the other; a list is one response. */
const Act = Type.Union([
  Type.Object({ tool: Type.String(), args: Type.Optional(Type.Unknown()) }, closed),
  /** `forbidden`: no word of it may reach the caller. */
  Type.Object({ say: Type.String(), forbidden: Type.Optional(Type.Boolean()) }, closed),
]);
const Voice = Type.Object(
  {
    name: Type.String(),
    speed: Type.Optional(Type.Integer({ minimum: 80, maximum: 450 })),
    pitch: Type.Optional(Type.Integer({ minimum: 0, maximum: 99 })),
  },
  closed,
);
/** Somebody else in the room, who speaks at the same time. */
const Beside = Type.Object(
  {
    says: Type.String({ maxLength: 1_000 }),
    voice: Type.Optional(Voice),
    /** So much softer than the caller, dB; left out: 12. */
    softerDb: Type.Optional(Type.Number({ minimum: -6, maximum: 60 })),
    /** After the caller began, ms. */
    afterMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
  },
  closed,
);
const Turn = Type.Object(
  {
    /** What the caller says; left out: nothing. */
    caller: Type.Optional(Type.String({ maxLength: 1_000 })),
    /** Without `caller` it is heard alone. */
    beside: Type.Optional(Beside),
    /** Speaks this long after the assistant began, into its words; left out: waits until it is quiet. */
    intoMs: Type.Optional(Type.Integer({ minimum: 0 })),
    /** Before speaking, ms of silence. */
    silenceMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 60_000 })),
    /** A key instead of words. */
    press: Type.Optional(Type.String({ pattern: "^[0-9*#]$" })),
    /** Hangs up, right after the words when there are any. */
    hangUp: Type.Optional(Type.Boolean()),
    /** Before the caller speaks, this runs out, or is back. */
    soldOut: Type.Optional(Type.Record(Type.String(), Type.Boolean())),
    model: Type.Optional(Type.Array(Type.Union([Act, Type.Array(Act)]))),
  },
  closed,
);
const CartLine = Type.Object(
  { item: Type.String(), quantity: Type.Integer({ minimum: 1 }), options: Type.Optional(Type.Array(Type.String())) },
  closed,
);

export const CallCase = Type.Object(
  {
    title: Type.String(),
    tags: Type.Optional(Type.Array(Type.String())),
    voice: Type.Optional(Voice),
    /** A bad line, a loud kitchen. */
    noiseDb: Type.Optional(Type.Number({ minimum: -90, maximum: -10 })),
    loss: Type.Optional(Type.Number({ minimum: 0, maximum: 0.3 })),
    codec: Type.Optional(Type.Union([Type.Literal("pcma"), Type.Literal("pcmu")])),
    /** The caller's number, as networks write it; the same in two cases is the same caller. Left out: one of its own. */
    number: Type.Optional(Type.String({ pattern: "^(\\+?[0-9]{2,15}|anonymous)$" })),
    /** File of the folder with a menu; left out: the sample menu. */
    menu: Type.Optional(Type.String()),
    soldOut: Type.Optional(Type.Array(Type.String())),
    /** Opening hours: of the week as text, or windows in minutes from the call's beginning ([-60, 30]: open for half an hour yet). Left out: always open. */
    hours: Type.Optional(
      Type.Union([
        Type.String(),
        Type.Array(Type.Array(Type.Integer({ minimum: -10_080, maximum: 10_080 }), { minItems: 2, maxItems: 2 }), {
          minItems: 1,
          maxItems: 20,
        }),
      ]),
    ),
    /** Days with hours of their own: today, tomorrow or a date; without `open` closed. */
    holidays: Type.Optional(
      Type.Array(Type.Object({ day: Type.String(), open: Type.Optional(Type.String()) }, closed), { maxItems: 100 }),
    ),
    turns: Type.Array(Turn, { minItems: 1 }),
    expect: Type.Object(
      {
        /** Orders placed, in their order; none: []. */
        orders: Type.Array(
          Type.Object(
            {
              cart: Type.Array(CartLine),
              totalCents: Type.Integer({ minimum: 0 }),
              name: Type.Optional(Type.String()),
            },
            closed,
          ),
        ),
        /** What is kept when the call ends without its order. */
        draft: Type.Optional(Type.Array(CartLine)),
        /** A person must have taken the call (or a message, when nobody answers). */
        human: Type.Optional(Type.Boolean()),
        /** The caller hears that the restaurant is closed, and that is all. */
        closed: Type.Optional(Type.Boolean()),
      },
      closed,
    ),
  },
  closed,
);
export type CallCase = Static<typeof CallCase>;
export type Turn = Static<typeof Turn>;
export type Voice = Static<typeof Voice>;
export type Act = Static<typeof Act>;
export type CartLine = Static<typeof CartLine>;

export interface NamedCase extends CallCase {
  id: string;
}
