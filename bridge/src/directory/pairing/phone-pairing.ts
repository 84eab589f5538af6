/**
 * A phone's invitation: its account, and the document that Linphone fetches. An account that a phone has already keeps
 * its login until another one comes for the new one (`handOver`).
 */
import { setTimeout as delay } from "node:timers/promises";
import type { DocumentStatus, TurnCredentials } from "../../../../infra/control/src/wire.ts";
import { AppError } from "../../events/errors.ts";
import type { AccountRow } from "../../store/account-store.ts";
import type { PairingRow } from "../../store/pairing-store.ts";
import { makeAccount } from "../accounts.ts";
import { type DirectoryContext, edit } from "../edit.ts";
import { accountOf, flatOf, siteOf } from "../lookup.ts";
import { ha1Of, newPassword } from "../names.ts";
import type { DocumentPost } from "./document-post.ts";
import { linphoneConfig } from "./linphone-config.ts";
import { PAIRING_MS } from "./pairing-time.ts";

export interface PhonePairing {
  /** Null `account`: one is made. */
  create(row: PairingRow, account: AccountRow | null): Promise<{ row: PairingRow; url: string }>;
  /** What has become of its document; null: the VPS cannot say now. */
  status(row: PairingRow): Promise<DocumentStatus | null>;
  /** A phone has come and waits for its login: the account gets it, and whoever had the old one is logged out. */
  handOver(row: PairingRow): void;
  /** Whether its account has been registered. */
  isSeen(row: PairingRow): boolean;
  /** Without the VPS it cannot be fetched in vain either: what is in it is no login any more. */
  withdrawDocument(row: PairingRow): Promise<void>;
  /** Nobody came: what was made for the pairing goes again, and the pairing is over. */
  undo(row: PairingRow): void;
  /** A password that nobody keeps, and its HA1. */
  newLogin(account: Pick<AccountRow, "siteId" | "username">): { password: string; ha1: string };
}

/** The VPS hears of a new account within a second. */
const TURN_TRIES = 20;
const TURN_WAIT_MS = 150;
/** A phone is set up once; its TURN login reaches our own media relay and nothing else. */
const TURN_LIFETIME_S = 366 * 24 * 3_600;

export function phonePairing(context: DirectoryContext, post: DocumentPost): PhonePairing {
  const { store, now, audit, sip } = context;

  function newLogin({ siteId, username }: Pick<AccountRow, "siteId" | "username">) {
    const password = newPassword();
    return { password, ha1: ha1Of(username, siteOf(store, siteId).domain, password) };
  }

  function undo(row: PairingRow): void {
    store.transaction(() => {
      store.pairings.withdraw(row.id, now());
      const account = row.accountId === null ? null : store.accounts.get(row.accountId);
      if (!row.madeAccount || !account || store.seen.get(account.id)) return;
      edit(context, row.siteId, () => store.accounts.remove(account.id));
    });
  }

  /** Null while the VPS has no TURN; throws when the VPS is away. */
  async function turnLogin({ siteId, username }: AccountRow): Promise<TurnCredentials | null> {
    for (let tries = 1; ; tries++) {
      try {
        const login = await post.turn(siteId, username, TURN_LIFETIME_S);
        return login.urls.length > 0 ? login : null;
      } catch (error) {
        const isNew = error instanceof AppError && error.code === "UNKNOWN_ACCOUNT";
        if (!isNew || tries === TURN_TRIES) throw error;
        await delay(TURN_WAIT_MS);
      }
    }
  }

  async function send(account: AccountRow, ha1: string): Promise<{ id: string; url: string }> {
    const { siteId, username, label } = account;
    const { hostname, port } = new URL(sip.uri ?? "");
    const content = linphoneConfig({
      ...{ username, ha1, label, domain: siteOf(store, siteId).domain },
      ...{ host: hostname, tlsPort: Number(port || 443), turn: await turnLogin(account) },
    });
    const document = { mediaType: "application/xml; charset=utf-8", fileName: null, content };
    const terms = { kind: "linphone" as const, validMs: PAIRING_MS, logins: [{ username, ha1 }] };
    return post.post(siteId, document, terms);
  }

  /** The account, and the login that the phone gets. */
  function prepare(row: PairingRow, known: AccountRow | null): { row: PairingRow; ha1: string } {
    if (known === null) {
      const { id: accountId, ha1 } = makePhone(row);
      return { row: { ...row, accountId, madeAccount: true }, ha1 };
    }
    const { ha1 } = newLogin(known);
    return { row: { ...row, accountId: known.id, nextHa1: ha1 }, ha1 };
  }

  function makePhone({ siteId, unitId, label }: PairingRow): AccountRow {
    return edit(context, siteId, () => {
      const { id } = makeAccount(context, { siteId, unit: flatOf(store, unitId), type: "mobile", label });
      return accountOf(store, id);
    });
  }

  return {
    newLogin,
    undo,
    create: async (row, known) => {
      if (sip.uri === null || !post.isThere(row.siteId)) {
        throw new AppError("VPS_NOT_CONFIGURED", "a phone fetches its configuration from the VPS, and there is none");
      }
      const { siteId, unitId, id: rowId, label } = row;
      const noted = { siteId, noun: "pairing", rowId, label: `${label} (phone)` } as const;
      const { row: made, ha1 } = store.transaction(() => {
        const prepared = prepare(row, known);
        store.pairings.insert(prepared.row);
        audit.note({ ...noted, verb: "added", after: { unitId } });
        return prepared;
      });
      try {
        const { id, url } = await send(accountOf(store, made.accountId ?? ""), ha1);
        store.pairings.setDocument(row.id, id);
        return { row: { ...made, documentId: id }, url };
      } catch (error) {
        store.transaction(() => {
          if (known === null) undo(made);
          else store.pairings.withdraw(row.id, now());
          audit.note({ ...noted, verb: "withdrawn" });
        });
        throw error;
      }
    },
    status: async ({ siteId, documentId }) => {
      if (documentId === null) return null;
      try {
        return await post.status(siteId, documentId);
      } catch {
        // The VPS is away: it is asked again.
        return null;
      }
    },
    handOver: ({ siteId, accountId, nextHa1 }) => {
      if (nextHa1 === null) return;
      edit(context, siteId, () => {
        store.accounts.update({ ...accountOf(store, accountId ?? ""), ha1: nextHa1 });
      });
    },
    isSeen: ({ accountId }) => accountId !== null && store.seen.get(accountId) !== null,
    withdrawDocument: async ({ siteId, documentId }) => {
      if (documentId === null) return;
      await post.withdraw(siteId, documentId).catch(() => undefined);
    },
  };
}
