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
import { untilLive } from "../until-live.ts";
import { attempts } from "./attempts.ts";
import type { DocumentPost } from "./document-post.ts";
import { hashOfSecret, isShortCode, newPairingSecret } from "./pairing-secret.ts";
import { PAIRING_MS, pairingTime } from "./pairing-time.ts";
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
  claim(claim: PairingClaim, claimant: Claimant): Promise<Device>;
  /** Looks what became of those that wait: fetched, or over. */
  look(): Promise<void>;
}

const LISTED_MS = 24 * 3_600_000;
/** The VPS has an edit within a second; a panel that is not answered for long is thought to be lost. */
const LIVE_MS = 3_000;
/** A phone whose document is gone may have it: control was restarted since. It registers within this time, ms. */
const LOST_MS = 30_000;

export function pairings(context: DirectoryContext, devices: Devices, post: DocumentPost): Pairings {
  const { store, bus, now, steady, newId, audit } = context;
  const limit = attempts(steady);
  const time = pairingTime(context);
  /** Since when documents are gone before their time, on the steady clock. */
  const lostAtMs = new Map<string, number>();
  const phone = phonePairing(context, post);
  /** Phones' links that a process before this one was killed over: nobody was shown them, and what was made for them goes. */
  const neverShown = new Set(
    store.pairings.open().flatMap(({ id, kind, documentId }) => (kind === "phone" && documentId === null ? [id] : [])),
  );
  const announce = (pairingId: string) => bus.emit("pairingChanged", { pairingId });

  function found(id: string): PairingRow {
    const row = store.pairings.get(id);
    if (!row) throw new AppError("UNKNOWN_PAIRING", "there is no such pairing");
    return row;
  }

  function createPanel(row: PairingRow, code: string, token: string): PairingWithSecret {
    store.transaction(() => {
      store.pairings.insert(row);
      audit.note({ ...noteOf(row), verb: "added", after: { unitId: row.unitId } });
    });
    return { ...shown(row), code, fragment: `pair=${token}`, httpsUrl: null, linphoneUrl: null };
  }

  function shown(row: PairingRow): Pairing {
    const { id, kind, siteId, unitId, accountId, label, createdAtMs, expiresAtMs, usedAtMs, withdrawnAtMs } = row;
    const over = time.isOver(row) ? "expired" : "waiting";
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
      if (row?.kind !== "panel") return invalid();
      // The answer to its first try may have been lost on the way: for the device that has it, the code is good on.
      const isOwn = row.usedAtMs !== null && store.devices.accountId(deviceId) === row.accountId;
      if (isOwn && !time.isOver(row)) return devices.get(deviceId) ?? invalid();
      if (shown(row).state !== "waiting" || isOrphan(row)) return invalid();
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

  /** It was made for an account that has been removed since. */
  function isOrphan({ accountId }: PairingRow): boolean {
    return accountId !== null && store.accounts.get(accountId) === null;
  }

  async function lookAt(row: PairingRow): Promise<void> {
    const status = row.kind === "phone" && !isOrphan(row) ? await phone.status(row) : null;
    const isTaken = status?.state === "used" || (status?.state === "asked" && row.nextHa1 !== null);
    if (isTaken) fetched(row);
    else if (time.isOver(row) || isOrphan(row) || neverShown.has(row.id)) end(row);
    else if (status?.state === "gone") lost(row);
  }

  /** A phone has taken its document, or waits for it until it is told that the login is its own. */
  function fetched(row: PairingRow): void {
    store.transaction(() => {
      // It may have been withdrawn while the VPS was asked.
      if (isOrphan(row) || !store.pairings.use(row.id, row.accountId ?? "", now())) return;
      phone.handOver(row);
      audit.note({ ...noteOf(row), verb: "paired" });
      store.afterCommit(() => announce(row.id));
    });
  }

  function lost(row: PairingRow): void {
    const sinceMs = lostAtMs.get(row.id) ?? steady();
    lostAtMs.set(row.id, sinceMs);
    if (row.madeAccount && phone.isSeen(row)) fetched(row);
    else if (steady() - sinceMs >= LOST_MS) end(row);
  }

  function end(row: PairingRow): void {
    lostAtMs.delete(row.id);
    phone.undo(row);
    announce(row.id);
  }

  /** An account has one code at a time: another one is made because the last one went astray. */
  async function withdrawAll(rows: readonly PairingRow[]): Promise<void> {
    for (const row of rows) await withdraw(row, true);
  }

  async function withdraw(row: PairingRow, keepAccount = false): Promise<void> {
    // A phone may have come since the last look: it keeps what it was given.
    if (row.kind === "phone") await lookAt(row);
    if (shown(found(row.id)).state !== "waiting") return;
    store.transaction(() => {
      if (!keepAccount) phone.undo(row);
      store.pairings.withdraw(row.id, now());
      audit.note({ ...noteOf(row), verb: "withdrawn" });
      store.afterCommit(() => announce(row.id));
    });
    await phone.withdrawDocument(row);
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
      const ofAccount = () => store.pairings.open().filter((one) => account && one.accountId === account.id);
      for (const row of ofAccount()) await lookAt(row);
      const others = ofAccount();
      const { token, code } = newPairingSecret();
      const row: PairingRow = {
        ...{ id: newId(), kind, siteId: unit.siteId, unitId, accountId, label },
        tokenHash: hashOfSecret(token),
        codeHash: kind === "panel" ? hashOfSecret(code) : null,
        // An account that was made for a code which nobody took is not kept for this one either.
        madeAccount: others.some((one) => one.madeAccount),
        ...{ nextHa1: null, documentId: null, usedAtMs: null, withdrawnAtMs: null },
        ...{ createdAtMs: now(), expiresAtMs: now() + PAIRING_MS },
      };
      store.pairings.trim(now() - LISTED_MS);
      time.begin(row.id);
      if (kind === "panel") {
        await withdrawAll(others);
        return createPanel(row, code, token);
      }
      const { url, row: made } = await phone.create(row, account);
      await withdrawAll(others);
      const linphoneUrl = `linphone-config:${url}`;
      return { ...shown(made), code: null, fragment: null, httpsUrl: url, linphoneUrl };
    },
    list: (filter) => store.pairings.list(filter, now() - LISTED_MS).map(shown),
    get: (id) => shown(found(id)),
    withdraw: async (id) => {
      const row = found(id);
      if (shown(row).state === "waiting") await withdraw(row);
    },
    claim: async (claim, claimant) => {
      // Nobody guesses the token of a link: whoever has one is not kept out by those who try codes.
      const isGuess = isShortCode(claim.secret);
      if (isGuess) limit.refuseTooMany(claimant.key);
      try {
        const takesOver = store.pairings.bySecret(hashOfSecret(claim.secret))?.accountId != null;
        const device = claimOnce(claim, claimant);
        // Its old login is being logged out, and who registers before that is done would be swept away with it.
        if (takesOver && post.isThere(device.siteId)) await untilLive(context, device.siteId, LIVE_MS);
        return device;
      } catch (error) {
        if (isGuess) limit.noteWrong(claimant.key);
        throw error;
      }
    },
    look: async () => {
      const looks = await Promise.allSettled(store.pairings.open().map(lookAt));
      const failed = looks.find((one) => one.status === "rejected");
      if (failed) throw failed.reason;
    },
  };
}

function invalid(): never {
  throw new AppError("PAIRING_INVALID", "this code or link is wrong, was used before, or is too old");
}

function noteOf({ id, siteId, label, kind }: PairingRow) {
  return { siteId, noun: "pairing", rowId: id, label: `${label} (${kind})` };
}
