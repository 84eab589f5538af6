/** What a site's administrator allows to another Neolia: made, listed, ended. See docs/adr/0012. */
import { createHash } from "node:crypto";
import type { Grant, GrantWithCode, NewGrant, Visit } from "../../api/remote.ts";
import { AppError } from "../../events/errors.ts";
import type { GrantRow } from "../../store/grant-store.ts";
import { byItself } from "../audit.ts";
import type { DirectoryContext } from "../edit.ts";
import { siteOf } from "../lookup.ts";
import { newInvitationSecret, writeInvitation } from "./invitation.ts";
import { relayHash } from "./sealed-frame.ts";

export interface Grants {
  /** Throws UNKNOWN_SITE, VPS_NOT_CONFIGURED, VPS_UNREACHABLE. */
  create(request: NewGrant): GrantWithCode;
  list(siteId: string): Grant[];
  /** Whether what is done by it may still be done. */
  holds(id: string): boolean;
  /** What whoever uses it is told. Throws UNKNOWN_GRANT. */
  visit(id: string): Visit;
  /** At once. Idempotent. Throws UNKNOWN_GRANT. */
  revoke(id: string): void;
  /** Ends those whose time is over for good: a clock that is set back brings none of them back. */
  endExpired(): void;
  /** The data was restored from a copy: what was revoked since would be back. */
  revokeAll(): void;
  /** What the control service lets frames through by. Ended ones too: only the site says why it ended. */
  relayed(siteId: string): { id: string; tokenHash: string }[];
}

const HOUR_MS = 3_600_000;
/** An invitation is meant to be taken now; a day allows for a mail that is read tomorrow. */
const INVITED_MS = 24 * HOUR_MS;
/** How long an ended grant is listed, and answered. */
const REMEMBERED_MS = 30 * 24 * HOUR_MS;

/** Where installers reach a site: the control service's address. Throws VPS_NOT_CONFIGURED and VPS_UNREACHABLE. */
export type RelayUrl = (siteId: string) => string;

export function grants(context: DirectoryContext, relayUrl: RelayUrl): Grants {
  const { store, bus, now, newId, audit, registrations } = context;

  function found(id: string): GrantRow {
    const row = store.grants.get(id);
    if (!row) throw new AppError("UNKNOWN_GRANT", "there is no such permission");
    return row;
  }

  function connectionsOf(siteId: string): string {
    const here = registrations.usernames(siteId);
    return here === null
      ? ""
      : createHash("sha256")
          .update([...here.keys()].toSorted().join())
          .digest("base64url");
  }

  /** Nobody ends them: their time does, or the start after a restore. */
  function endAll(end: () => GrantRow[], verb: "expired" | "withdrawn"): void {
    store.transaction(() => {
      const ended = end();
      byItself(() => {
        for (const row of ended) audit.note({ ...noteOf(row), verb });
      });
      const siteIds = new Set(ended.map(({ siteId }) => siteId));
      store.afterCommit(() => {
        for (const siteId of siteIds) bus.emit("grantsChanged", { siteId });
      });
    });
  }

  return {
    create: ({ siteId, label, hours, backups, pageUrl = "" }) => {
      const site = siteOf(store, siteId);
      const controlUrl = relayUrl(site.id);
      const expiresAtMs = now() + hours * HOUR_MS;
      const row: GrantRow = {
        ...{ id: newId(), siteId, label, backups, pageUrl, secret: newInvitationSecret() },
        ...{ createdAtMs: now(), invitedToMs: Math.min(now() + INVITED_MS, expiresAtMs), expiresAtMs },
        ...{ takenAtMs: null, takenBy: "", usedAtMs: null, usedBy: "", revokedAtMs: null },
      };
      store.transaction(() => {
        store.grants.trim(now() - REMEMBERED_MS);
        store.grants.insert(row);
        audit.note({ ...noteOf(row), verb: "added", after: { hours, backups, pageUrl } });
        store.afterCommit(() => bus.emit("grantsChanged", { siteId }));
      });
      return { ...shown(row, now()), code: writeInvitation({ controlUrl, grantId: row.id, secret: row.secret }) };
    },
    list: (siteId) => store.grants.list(siteOf(store, siteId).id).map((row) => shown(row, now())),
    holds: (id) => {
      const row = store.grants.get(id);
      return row !== null && endOf(row, now()) === null;
    },
    visit: (id) => {
      const { siteId, label, backups, pageUrl } = found(id);
      return { siteId, label, backups, pageUrl, connections: connectionsOf(siteId) };
    },
    revoke: (id) => {
      const row = found(id);
      if (row.revokedAtMs !== null) return;
      store.transaction(() => {
        store.grants.revoke(id, now());
        audit.note({ ...noteOf(row), verb: "withdrawn" });
        store.afterCommit(() => bus.emit("grantsChanged", { siteId: row.siteId }));
      });
    },
    endExpired: () => endAll(() => store.grants.endExpired(now()), "expired"),
    revokeAll: () => endAll(() => store.grants.revokeAll(now()), "withdrawn"),
    relayed: (siteId) =>
      store.grants.list(siteId).map(({ id, secret }) => ({ id, tokenHash: relayHash({ grantId: id, secret }) })),
  };
}

/** Why a grant is over; null: it is not. An invitation that nobody took ends earlier. */
export function endOf(row: GrantRow, nowMs: number): "expired" | "revoked" | null {
  const until = row.takenAtMs === null ? Math.min(row.invitedToMs, row.expiresAtMs) : row.expiresAtMs;
  if ((row.revokedAtMs ?? nowMs) >= until) return "expired";
  return row.revokedAtMs === null ? null : "revoked";
}

export function noteOf({ id, siteId, label }: GrantRow) {
  return { siteId, noun: "grant", rowId: id, label };
}

function shown({ secret: _secret, revokedAtMs, ...row }: GrantRow, nowMs: number): Grant {
  const end = endOf({ ...row, secret: _secret, revokedAtMs }, nowMs);
  return { ...row, state: end ?? (row.takenAtMs === null ? "invited" : "active") };
}
