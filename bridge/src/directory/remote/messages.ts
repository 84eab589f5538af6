/** What stands in the frames between two Neolias, as JSON. Both ends check everything: the other one is not ours. */
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import { Id, Label } from "../../api/directory.ts";

const closed = { additionalProperties: false } as const;
const Version = Type.String({ maxLength: 40 });
const PublicKey = Type.String({ maxLength: 100, pattern: "^[A-Za-z0-9+/]+=*$" });
const OrNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

/** Sealed with the invitation's secret. */
export const Take = Type.Object(
  { type: Type.Literal("take"), publicKey: PublicKey, by: Label, version: Version },
  closed,
);
export const Taken = Type.Object(
  {
    type: Type.Literal("taken"),
    publicKey: PublicKey,
    site: Type.Object(
      { id: Id, name: Type.String({ maxLength: 80 }), domain: Type.String({ maxLength: 253 }) },
      closed,
    ),
    backups: Type.Boolean(),
    expiresAtMs: Type.Integer({ minimum: 0 }),
    version: Version,
  },
  closed,
);

const Round = Type.String({ pattern: "^[0-9a-f]{0,32}$" });
/** A request of the API over there. `round` as the site told it, "" at first. */
export const Ask = Type.Object(
  {
    type: Type.Literal("ask"),
    round: Round,
    /** The user who asks. */
    by: Label,
    version: Version,
    method: Type.Union([
      Type.Literal("GET"),
      Type.Literal("POST"),
      Type.Literal("PUT"),
      Type.Literal("PATCH"),
      Type.Literal("DELETE"),
    ]),
    path: Type.String({ maxLength: 2000, pattern: "^/api/[A-Za-z0-9/_-]+(\\?[^#\\s]*)?$" }),
    ifMatch: OrNull(Type.String({ maxLength: 40 })),
    body: OrNull(Type.String()),
    /** The body is deflated and in base64: see packed-body.ts. */
    packed: Type.Optional(Type.Literal(true)),
  },
  closed,
);
/** Whoever holds the grant gives it back. */
export const Leave = Type.Object({ type: Type.Literal("leave"), round: Round, by: Label, version: Version }, closed);

export const Answer = Type.Object(
  {
    type: Type.Literal("answer"),
    version: Version,
    status: Type.Integer({ minimum: 200, maximum: 599 }),
    contentType: Type.String({ maxLength: 100 }),
    /** Headers that a page looks at. */
    etag: OrNull(Type.String({ maxLength: 100 })),
    disposition: OrNull(Type.String({ maxLength: 300 })),
    body: Type.String(),
    /** As of an `Ask`. */
    packed: Type.Optional(Type.Literal(true)),
  },
  closed,
);
/** The site's own API broke down over it, or its answer is more than a frame carries. */
export const Failed = Type.Object(
  { type: Type.Literal("failed"), why: Type.Union([Type.Literal("broken"), Type.Literal("large")]) },
  closed,
);
/** Nothing was done: the request was not of this round. Ask again with this one. */
export const NewRound = Type.Object({ type: Type.Literal("round"), round: Round }, closed);
export const Ended = Type.Object(
  { type: Type.Literal("ended"), why: Type.Union([Type.Literal("expired"), Type.Literal("revoked")]) },
  closed,
);
export const Busy = Type.Object({ type: Type.Literal("busy") }, closed);

export const Reply = Type.Union([Taken, Answer, Failed, NewRound, Ended, Busy]);
export const GrantRequest = Type.Union([Ask, Leave]);

export type Take = Static<typeof Take>;
export type Taken = Static<typeof Taken>;
export type Ask = Static<typeof Ask>;
export type Answer = Static<typeof Answer>;
export type Reply = Static<typeof Reply>;
export type GrantRequest = Static<typeof GrantRequest>;

/** null: it is not what was agreed. */
export function readMessage<S extends TSchema>(schema: S, text: string): Static<S> | null {
  try {
    const value: unknown = JSON.parse(text);
    return Value.Check(schema, value) ? value : null;
  } catch {
    return null;
  }
}
