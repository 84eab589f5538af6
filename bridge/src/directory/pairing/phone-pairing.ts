/** A phone's invitation: its account, and the document that Linphone fetches. */
import { setTimeout as delay } from "node:timers/promises";
import type { TurnCredentials } from "../../../../infra/control/src/wire.ts";
import { AppError } from "../../events/errors.ts";
import type { AccountRow } from "../../store/account-store.ts";
import type { PairingRow } from "../../store/pairing-store.ts";
import { makeAccount } from "../accounts.ts";
import { type DirectoryContext, edit } from "../edit.ts";
import { accountOf, flatOf, siteOf } from "../lookup.ts";
import { ha1Of, newPassword } from "../names.ts";
import type { DocumentPost } from "./document-post.ts";
import { linphoneConfig } from "./linphone-config.ts";

export interface PhonePairing {
  /** Null `account`: one is made. */
  create(row: PairingRow, account: AccountRow | null): Promise<{ row: PairingRow; url: string }>;
  /** null: not yet, or the VPS cannot say now. */
  fetchedAtMs(row: PairingRow): Promise<number | null>;
  withdraw(row: PairingRow): Promise<void>;
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

  async function send(row: PairingRow, account: AccountRow, ha1: string): Promise<{ id: string; url: string }> {
    const { siteId, username, label } = account;
    const { hostname, port } = new URL(sip.uri ?? "");
    const content = linphoneConfig({
      ...{ username, ha1, label, domain: siteOf(store, siteId).domain },
      ...{ host: hostname, tlsPort: Number(port || 443), turn: await turnLogin(account) },
    });
    const document = { mediaType: "application/xml; charset=utf-8", fileName: null, content };
    return post.post(siteId, "linphone", document, row.expiresAtMs);
  }

  return {
    newLogin,
    undo,
    create: async (row, known) => {
      if (sip.uri === null || !post.isThere(row.siteId)) {
        throw new AppError("VPS_NOT_CONFIGURED", "a phone fetches its configuration from the VPS, and there is none");
      }
      const made = store.transaction(() => {
        const accountId = known?.id ?? makePhone(row).id;
        const stored: PairingRow = { ...row, accountId, madeAccount: known === null };
        store.pairings.insert(stored);
        audit.note({
          siteId: row.siteId,
          noun: "pairing",
          verb: "added",
          rowId: row.id,
          label: `${row.label} (phone)`,
        });
        return stored;
      });
      const account = accountOf(store, made.accountId ?? "");
      const { ha1 } = newLogin(account);
      try {
        // A phone that is known works on until the new login is on its way.
        if (known === null) edit(context, row.siteId, () => store.accounts.update({ ...account, ha1 }));
        const { id, url } = await send(made, account, ha1);
        store.pairings.setDocument(row.id, id);
        if (known) edit(context, row.siteId, () => store.accounts.update({ ...accountOf(store, account.id), ha1 }));
        return { row: { ...made, documentId: id }, url };
      } catch (error) {
        undo(made);
        throw error;
      }
    },
    fetchedAtMs: async ({ siteId, documentId }) => {
      if (documentId === null) return null;
      try {
        return (await post.status(siteId, documentId)).usedAtMs;
      } catch {
        // The VPS is away: it is asked again.
        return null;
      }
    },
    withdraw: ({ siteId, documentId }) => post.withdraw(siteId, documentId ?? ""),
  };

  function makePhone({ siteId, unitId, label }: PairingRow) {
    return edit(context, siteId, () => {
      return makeAccount(context, { siteId, unit: flatOf(store, unitId), type: "mobile", label });
    });
  }
}
