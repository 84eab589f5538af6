/** Cases of the golden-call lab: what a caller says, what a model makes of it, and what must come of the call. */
import { type Static, Type } from "typebox";

const closed = { additionalProperties: false } as const;

/** What the stand-in's model does when it has heard the turn, one response after the other; a list is one response. */
const Act = Type.Union([
  Type.Object({ tool: Type.String(), args: Type.Optional(Type.Unknown()) }, closed),
  /** `forbidden`: no word of it may reach the caller. */
  Type.Object({ say: Type.String(), forbidden: Type.Optional(Type.Boolean()) }, closed),
]);
const Turn = Type.Object(
  {
    /** What the caller says; left out: nothing. */
    caller: Type.Optional(Type.String({ maxLength: 1_000 })),
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
    voice: Type.Optional(
      Type.Object(
        {
          name: Type.String(),
          speed: Type.Optional(Type.Integer({ minimum: 80, maximum: 450 })),
          pitch: Type.Optional(Type.Integer({ minimum: 0, maximum: 99 })),
        },
        closed,
      ),
    ),
    /** A bad line, a loud kitchen. */
    noiseDb: Type.Optional(Type.Number({ minimum: -90, maximum: -10 })),
    loss: Type.Optional(Type.Number({ minimum: 0, maximum: 0.3 })),
    codec: Type.Optional(Type.Union([Type.Literal("pcma"), Type.Literal("pcmu")])),
    /** The caller's number, as networks write it; the same in two cases is the same caller. Left out: one of its own. */
    number: Type.Optional(Type.String({ pattern: "^(\\+?[0-9]{2,15}|anonymous)$" })),
    /** File of the folder with a menu; left out: the sample menu. */
    menu: Type.Optional(Type.String()),
    soldOut: Type.Optional(Type.Array(Type.String())),
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
      },
      closed,
    ),
  },
  closed,
);
export type CallCase = Static<typeof CallCase>;
export type Turn = Static<typeof Turn>;
export type Act = Static<typeof Act>;
export type CartLine = Static<typeof CartLine>;

export interface NamedCase extends CallCase {
  id: string;
}
