/** Who did what, when, from where. No secret is ever in it. */
import { type Static, Type } from "typebox";
import { Id } from "./directory.ts";

const closed = { additionalProperties: false } as const;

/** `GET /api/audit`: newest first; `GET /api/audit/export` takes the same query and gives CSV. */
export const AuditQuery = Type.Object(
  {
    siteId: Type.Optional(Id),
    /** site, building, unit, door, account, rule, device, member, pairing, backup, import, … */
    noun: Type.Optional(Type.String({ maxLength: 40 })),
    /** Words in who, what and which, all of them. */
    search: Type.Optional(Type.String({ maxLength: 80 })),
    fromMs: Type.Optional(Type.Integer({ minimum: 0 })),
    toMs: Type.Optional(Type.Integer({ minimum: 0 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    /** `next` of the page before. */
    before: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  closed,
);

export const AuditEntry = Type.Object({
  id: Type.Integer(),
  atMs: Type.Integer(),
  /** null: of no site, or of one that was removed. */
  siteId: Type.Union([Type.String(), Type.Null()]),
  /** Name of the person, or of the part of Neolia that did it by itself. */
  who: Type.String(),
  /** Home Assistant's id of the user; null standalone and for Neolia itself. */
  userId: Type.Union([Type.String(), Type.Null()]),
  /** Address of the browser, or the other site that manages this one. */
  from: Type.String(),
  noun: Type.String(),
  /** added, changed, removed, opened, exported, imported, restored, paired, signed-in, … */
  verb: Type.String(),
  rowId: Type.Union([Type.String(), Type.Null()]),
  /** What people call the thing, as it was then. */
  label: Type.String(),
  /** Field → what it was and became; secrets only as "changed". */
  changes: Type.Record(Type.String(), Type.Object({ from: Type.Unknown(), to: Type.Unknown() })),
});
export const AuditPage = Type.Object({
  entries: Type.Array(AuditEntry),
  next: Type.Union([Type.Integer(), Type.Null()]),
  /** Entries older than this are removed. */
  keptDays: Type.Integer(),
  /** Of more than this the oldest are removed, but none of the last 30 days. */
  keptEntries: Type.Integer(),
});

export type AuditQuery = Static<typeof AuditQuery>;
export type AuditEntry = Static<typeof AuditEntry>;
export type AuditPage = Static<typeof AuditPage>;
