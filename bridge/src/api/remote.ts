/** Managing a site from another Neolia: what its administrator allows, and what the other one sees. */
import { type Static, Type } from "typebox";
import { Id, Label } from "./directory.ts";

const closed = { additionalProperties: false } as const;
const TimeOrNull = Type.Union([Type.Integer(), Type.Null()]);

/** Where a page stands: http or https, without user, query and fragment; empty: not known. */
const PageUrl = Type.String({
  maxLength: 300,
  pattern: "^(https?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?(/[!$-;=@-~]*)?)?$",
});

/** `POST /api/grants` → 201 GrantWithCode. Ninety days at most. */
export const NewGrant = Type.Object(
  {
    siteId: Id,
    /** Whom it is for: "Dupont Electric". It stands in the audit log. */
    label: Label,
    hours: Type.Integer({ minimum: 1, maximum: 2160 }),
    /** May also take out backups and lists with logins (HA1). */
    backups: Type.Boolean(),
    /** Where wall panels open this Neolia: the QR codes that the installer makes lead there. Left out: they get a short code. */
    pageUrl: Type.Optional(PageUrl),
  },
  closed,
);
/** `GET /api/grants?siteId=`: newest first, those that ended within the last 30 days too. `DELETE /api/grants/:id` ends one at once. */
export const Grant = Type.Object({
  id: Id,
  siteId: Id,
  label: Label,
  backups: Type.Boolean(),
  pageUrl: PageUrl,
  state: Type.Union([
    /** The invitation waits to be taken. */
    Type.Literal("invited"),
    Type.Literal("active"),
    /** Nobody took the invitation in time, or the grant's time is over. */
    Type.Literal("expired"),
    Type.Literal("revoked"),
  ]),
  createdAtMs: Type.Integer(),
  /** The invitation can be taken until then, once. */
  invitedToMs: Type.Integer(),
  expiresAtMs: Type.Integer(),
  takenAtMs: TimeOrNull,
  /** As the other Neolia calls itself. */
  takenBy: Type.String(),
  usedAtMs: TimeOrNull,
  /** Who used it last, as the other Neolia calls its user. */
  usedBy: Type.String(),
});
/** `code` is in this reply only. */
export const GrantWithCode = Type.Interface([Grant], { code: Type.String() });

/** `GET /api/visit`: what the site says to whoever manages it from elsewhere. To anybody else it is 404. */
export const Visit = Type.Object({
  siteId: Id,
  label: Label,
  backups: Type.Boolean(),
  pageUrl: PageUrl,
  /** Another word whenever a device of the site comes or goes: who shows devices asks for them anew. Empty: nobody can say. */
  connections: Type.String(),
});

/** `POST /api/remote-sites` → 201 RemoteSite: takes an invitation. */
export const NewRemoteSite = Type.Object(
  {
    code: Type.String({ minLength: 1, maxLength: 1000 }),
    /** What the site is told about who manages it: "Dupont Electric". */
    by: Label,
  },
  closed,
);
/**
 * `GET /api/remote-sites`: sites elsewhere that this Neolia may manage. Everything of such a site is asked for and
 * changed under `/api/remote-sites/:id/at/…`, with the paths, bodies and replies of this API. `DELETE` ends the grant.
 */
export const RemoteSite = Type.Object({
  id: Id,
  /** The site's id over there. */
  siteId: Id,
  name: Type.String(),
  domain: Type.String(),
  backups: Type.Boolean(),
  addedAtMs: Type.Integer(),
  expiresAtMs: Type.Integer(),
  /** Of Neolia over there, as last heard; null: not since the start. */
  version: Type.Union([Type.String(), Type.Null()]),
});

export type NewGrant = Static<typeof NewGrant>;
export type Grant = Static<typeof Grant>;
export type GrantWithCode = Static<typeof GrantWithCode>;
export type Visit = Static<typeof Visit>;
export type NewRemoteSite = Static<typeof NewRemoteSite>;
export type RemoteSite = Static<typeof RemoteSite>;
