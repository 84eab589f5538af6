/** Long lists, a page at a time: `GET /api/units/page` and `GET /api/accounts/page`. */
import { type Static, type TSchema, Type } from "typebox";
import { Account, Id, Unit } from "./directory.ts";

const closed = { additionalProperties: false } as const;

const paging = {
  siteId: Type.Optional(Id),
  buildingId: Type.Optional(Id),
  /** Words that must all occur, in any order; case and accents do not matter. */
  search: Type.Optional(Type.String({ maxLength: 80 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
  /** `next` of the page before. */
  cursor: Type.Optional(Type.String({ maxLength: 400 })),
  /** Rows to leave out, from the cursor or the beginning on: for who jumps to a place instead of reading on. */
  offset: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000 })),
};
export const UnitPageQuery = Type.Object(paging, closed);
export const AccountPageQuery = Type.Object(
  {
    ...paging,
    /** A unit's or a door's. */
    unitId: Type.Optional(Id),
    type: Type.Optional(Account.properties.type),
    /** Only those that are (not) registered. */
    registered: Type.Optional(Type.Union([Type.Literal("yes"), Type.Literal("no")])),
  },
  closed,
);

/** A unit as an installer's list shows it, in the order in which people count: 2 before 10. */
export const UnitLine = Type.Interface([Unit], {
  buildingName: Type.String(),
  accounts: Type.Integer(),
  /** null: the VPS is away, and nobody can say. */
  registered: Type.Union([Type.Integer(), Type.Null()]),
  members: Type.Integer(),
  rules: Type.Integer(),
});
/** An account with the words for where it is; null: it belongs to none. */
export const AccountLine = Type.Interface([Account], {
  buildingName: Type.Union([Type.String(), Type.Null()]),
  /** Number of the unit or label of the door. */
  placeLabel: Type.Union([Type.String(), Type.Null()]),
});

export const UnitPage = pageOf(UnitLine);
export const AccountPage = pageOf(AccountLine);

function pageOf<Row extends TSchema>(row: Row) {
  return Type.Object({
    rows: Type.Array(row),
    /** null: this was the last page. */
    next: Type.Union([Type.String(), Type.Null()]),
    /** Rows of all pages together. */
    total: Type.Integer(),
  });
}

export type UnitPageQuery = Static<typeof UnitPageQuery>;
export type AccountPageQuery = Static<typeof AccountPageQuery>;
export type UnitLine = Static<typeof UnitLine>;
export type AccountLine = Static<typeof AccountLine>;
export type UnitPage = Static<typeof UnitPage>;
export type AccountPage = Static<typeof AccountPage>;
