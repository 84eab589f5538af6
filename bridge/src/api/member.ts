/** The people of the house, as Home Assistant knows them, and where they live. */
import { type Static, Type } from "typebox";
import { Id } from "./directory.ts";

/** Home Assistant's id of a user. */
export const UserId = Type.String({ pattern: "^[0-9a-f]{32}$" });

/** `GET /api/members`: everybody whom Home Assistant lets in, and who is still linked though it no longer does. */
export const Member = Type.Object({
  userId: Type.String(),
  /** null: Home Assistant does not know the user (any more), or cannot be asked now. */
  name: Type.Union([Type.String(), Type.Null()]),
  /** Sees everything, whatever the flats. */
  administrator: Type.Boolean(),
  /** Works at the restaurant's desk. */
  desk: Type.Boolean(),
  unitIds: Type.Array(Id),
  /** Grows with every edit; 0: there was none yet. Named in `If-Match` as that of any row. */
  version: Type.Integer({ minimum: 0 }),
});

/** `PUT /api/members/:userId` with `If-Match`: these flats and no others, and the desk or not; left out, that stays as it is. */
export const MemberPut = Type.Object(
  { unitIds: Type.Array(Id, { maxItems: 100 }), desk: Type.Optional(Type.Boolean()) },
  { additionalProperties: false },
);

export type Member = Static<typeof Member>;
export type MemberPut = Static<typeof MemberPut>;
