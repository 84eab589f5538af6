/** Invitations for devices: made by an administrator, taken by a device, once, within 15 minutes. */
import type { NewPairing, Pairing, PairingClaim, PairingWithSecret } from "../../api/pairing.ts";
import type { Device } from "../../api/session.ts";
import { AppError } from "../../events/errors.ts";
import type { AccountRow } from "../../store/account-store.ts";
import type { PairingRow } from "../../store/pairing-store.ts";
import { provenAs } from "../audit.ts";
import type { Devices } from "../devices.ts";
import { type DirectoryContext, edit } from "../edit.ts";
import { accountOf, flatOf } from "../lookup.ts";
import { attempts } from "./attempts.ts";
import type { DocumentPost } from "./document-post.ts";
import { hashOfSecret, newPairingSecret } from "./pairing-secret.ts";
import { phonePairing } from "./phone-pairing.ts";

export interface Claimant {
  /** Who is counted for wrong codes: a user or an address. */
  key: string;
  /** A resident of Home Assistant, who is given the unit; null: an administrator, or nobody with a name. */
  resident: { userId: string; unitIds: readonly string[] } | null;
}

export interface Pairings {
  /** Throws UNKNOWN_UNIT, UNKNOWN_ACCOUNT, ACCOUNT_PLACE; for a phone VPS_NOT_CONFIGURED and VPS_UNREACHABLE. */
  create(request: NewPairing): Promise<PairingWithSecret>;
  list(filter: { siteId?: string | undefined; unitId?: string | undefined }): Pairing[];
  get(id: string): Pairing;
  withdraw(id: string): Promise<void>;
  /** Throws PAIRING_INVALID, for every reason alike, and TOO_MANY_ATTEMPTS. */
  claim(claim: PairingClaim, claimant: Claimant): Device;
  /** Looks what became of those that wait: fetched, or over. */
  look(): Promise<void>;
}

export const PAIRING_MS = 15 * 60_000;
const LISTED_MS = 24 * 3_600_000;

export function pairings(context: DirectoryContext, devices: Devices, post: DocumentPost): Pairings {
  const { store, bus, now, newId, audit } = context;
  const limit = attempts(now);
  const phone = phonePairing(context, post);
  const announce = (pairingId: string) => bus.emit("pairingChanged", { pairingId });

  function found(id: string): PairingRow {
    const row = store.pairings.get(id);
    if (!row) throw new AppError("UNKNOWN_PAIRING", "there is no such pairing");
    return row;
  }

  function createPanel(row: PairingRow, code: string, token: string): PairingWithSecret {
    store.transaction(() => {
      store.pairings.insert(row);
      audit.note({ ...noteOf(row), verb: "added" });
    });
    return { ...shown(row), code, fragment: `pair=${token}`, httpsUrl: null, linphoneUrl: null };
  }

  function shown(row: PairingRow): Pairing {
    const { id, kind, siteId, unitId, accountId, label, createdAtMs, expiresAtMs, usedAtMs, withdrawnAtMs } = row;
    const over = expiresAtMs <= now() ? "expired" : "waiting";
    const isWithdrawn = withdrawnAtMs !== null && withdrawnAtMs < expiresAtMs;
    const state = usedAtMs !== null ? "used" : isWithdrawn ? "withdrawn" : over;
    return { id, kind, siteId, unitId, accountId, label, state, createdAtMs, expiresAtMs, usedAtMs };
  }

  /** The device takes the place of whichever browser held the account before. */
  function takeOver(account: AccountRow, deviceId: string, userId: string | null): Device {
    return edit(context, account.siteId, () => {
      const before = devices.accountOf(deviceId);
      if (before && before.id !== account.id) store.accounts.remove(before.id);
      store.devices.removeOf(account.id);
      store.accounts.update({ ...account, ha1: phone.newLogin(account).ha1 });
      store.devices.insert(deviceId, account.id, userId);
      return devices.get(deviceId) ?? invalid();
    });
  }

  function claimOnce({ secret, deviceId }: PairingClaim, { resident }: Claimant): Device {
    return store.transaction(() => {
      const row = store.pairings.bySecret(hashOfSecret(secret));
      if (row?.kind !== "panel" || shown(row).state !== "waiting") return invalid();
      return provenAs(row.label, () => take(row, deviceId, resident));
    });
  }

  /** The rest of a claim, in its transaction. */
  function take(row: PairingRow, deviceId: string, resident: Claimant["resident"]): Device {
    const userId = resident?.userId ?? null;
    const device =
      row.accountId === null
        ? devices.put(deviceId, { unitId: row.unitId, label: row.label }, userId)
        : takeOver(accountOf(store, row.accountId), deviceId, userId);
    const accountId = store.devices.accountId(deviceId) ?? "";
    if (!store.pairings.use(row.id, accountId, now())) return invalid();
    if (resident && !resident.unitIds.includes(row.unitId)) {
      store.members.insert({ userId: resident.userId, unitId: row.unitId });
    }
    audit.note({ ...noteOf(row), verb: "paired", after: { username: device.sip.username } });
    store.afterCommit(() => announce(row.id));
    return device;
  }

  async function lookAt(row: PairingRow): Promise<void> {
    const fetchedAtMs = row.kind === "phone" ? await phone.fetchedAtMs(row) : null;
    if (fetchedAtMs !== null) {
      store.transaction(() => {
        if (store.pairings.use(row.id, row.accountId ?? "", fetchedAtMs)) {
          audit.note({ ...noteOf(row), verb: "paired" });
        }
      });
      announce(row.id);
    } else if (row.expiresAtMs <= now()) {
      phone.undo(row);
      announce(row.id);
    }
  }

  return {
    create: async ({ kind, unitId, label, accountId = null }) => {
      const unit = flatOf(store, unitId);
      const account = accountId === null ? null : accountOf(store, accountId);
      const type = kind === "panel" ? "panel" : "mobile";
      if (account && (account.type !== type || account.unitId !== unitId)) {
        throw new AppError("ACCOUNT_PLACE", `the account is no ${type} of this unit`, {
          fields: { accountId: "NOT_ALLOWED" },
        });
      }
      const { token, code } = newPairingSecret();
      const row: PairingRow = {
        ...{ id: newId(), kind, siteId: unit.siteId, unitId, accountId, label },
        tokenHash: hashOfSecret(token),
        codeHash: kind === "panel" ? hashOfSecret(code) : null,
        ...{ madeAccount: false, documentId: null, usedAtMs: null, withdrawnAtMs: null },
        ...{ createdAtMs: now(), expiresAtMs: now() + PAIRING_MS },
      };
      store.pairings.trim(now() - LISTED_MS);
      if (kind === "panel") return createPanel(row, code, token);
      const { url, row: made } = await phone.create(row, account);
      const linphoneUrl = `linphone-config:${url}`;
      return { ...shown(made), code: null, fragment: null, httpsUrl: url, linphoneUrl };
    },
    list: (filter) => store.pairings.list(filter, now() - LISTED_MS).map(shown),
    get: (id) => shown(found(id)),
    withdraw: async (id) => {
      const row = found(id);
      if (shown(row).state !== "waiting") return;
      if (row.documentId !== null) await phone.withdraw(row);
      store.transaction(() => {
        phone.undo(row);
        store.pairings.withdraw(id, now());
        audit.note({ ...noteOf(row), verb: "withdrawn" });
      });
      announce(id);
    },
    claim: (claim, claimant) => {
      limit.refuseTooMany(claimant.key);
      try {
        return claimOnce(claim, claimant);
      } catch (error) {
        limit.noteWrong(claimant.key);
        throw error;
      }
    },
    look: async () => {
      for (const row of store.pairings.open()) await lookAt(row);
    },
  };
}

function invalid(): never {
  throw new AppError("PAIRING_INVALID", "this code or link is wrong, was used before, or is too old");
}

function noteOf({ id, siteId, label, kind }: PairingRow) {
  return { siteId, noun: "pairing", rowId: id, label: `${label} (${kind})` };
}
