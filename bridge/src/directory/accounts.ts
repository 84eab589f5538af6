import type { AccountType } from "../../../infra/control/src/wire.ts";
import type { Account, AccountPatch, AccountWithPassword, DeviceInfo, NewAccount, Removal } from "../api/directory.ts";
import { AppError } from "../events/errors.ts";
import { type AccountFilter, type AccountRow, NO_DEVICE_INFO } from "../store/account-store.ts";
import type { Store } from "../store/store.ts";
import { tidy } from "../store/text.ts";
import type { UnitRow } from "../store/unit-store.ts";
import {
  type DirectoryContext,
  edit,
  isTaken,
  refuseNumber,
  refuseStale,
  refuseTaken,
  type SeenVersion,
} from "./edit.ts";
import { accountOf, doorOf, flatOf, siteOf } from "./lookup.ts";
import { accountName, ha1Of, newPassword, TEST_ACCOUNT } from "./names.ts";
import { accountRemoval, leaveNoTestAccount } from "./removal.ts";
import { sipCard } from "./sip-card.ts";

export interface Accounts {
  list(filter: AccountFilter): Account[];
  get(id: string): Account;
  create(account: NewAccount): AccountWithPassword;
  update(id: string, patch: AccountPatch, seen: SeenVersion): Account;
  /** A new password; the old one is void as soon as the VPS knows. */
  renewPassword(id: string): AccountWithPassword;
  removal(id: string): Removal;
  remove(id: string, seen: SeenVersion): Removal;
}

export function accounts(context: DirectoryContext): Accounts {
  const { store, audit } = context;
  const shown = (row: AccountRow) => toAccount(context, row);
  const removal = (id: string) => {
    return accountRemoval(context, accountOf(store, id));
  };
  return {
    list: (filter) => {
      // Those of a site that is still being restored are none yet.
      const siteIds = new Set(store.sites.list().map(({ id }) => id));
      const rows = store.accounts.list(filter).filter(({ siteId }) => siteIds.has(siteId));
      return rows.map(shown);
    },
    get: (id) => shown(accountOf(store, id)),
    create: ({ siteId, type, label, username, unitId, doorId, deviceInfo }) => {
      siteOf(store, siteId);
      return edit(context, siteId, () => {
        const unit = placeOf(store, siteId, type, unitId ?? null, doorId ?? null);
        const made = makeAccount(context, { siteId, unit, username, type, label, deviceInfo });
        audit.note({ ...noteOf(made), verb: "added", after: withoutSecrets(made) });
        return made;
      });
    },
    update: (id, patch, seen) =>
      edit(context, accountOf(store, id).siteId, () => {
        const before = accountOf(store, id);
        refuseStale(seen, before, shown);
        const { deviceInfo = before.deviceInfo } = patch;
        store.accounts.update({ ...before, ...patch, deviceInfo: tidyInfo(deviceInfo) });
        const after = shown(accountOf(store, id));
        audit.note({ ...noteOf(after), verb: "changed", before: shown(before), after });
        return after;
      }),
    renewPassword: (id) =>
      edit(context, accountOf(store, id).siteId, () => {
        const account = accountOf(store, id);
        const password = newPassword();
        store.accounts.update({ ...account, ha1: ha1Of(account.username, domainOf(store, account), password) });
        audit.note({ ...noteOf(account), verb: "password-renewed" });
        return withPassword(context, accountOf(store, id), password);
      }),
    removal,
    remove: (id, seen) =>
      edit(context, accountOf(store, id).siteId, () => {
        const account = accountOf(store, id);
        refuseStale(seen, account, shown);
        const gone = removal(id);
        store.accounts.remove(id);
        leaveNoTestAccount(context, account.siteId);
        audit.note({ ...noteOf(account), verb: "removed", before: shown(account) });
        return gone;
      }),
  };
}

interface AccountFields {
  siteId: string;
  unit: UnitRow | null;
  /** Left out: made from the type, for a door from the door's name. */
  username?: string | undefined;
  type: AccountType;
  label: string;
  deviceInfo?: DeviceInfo | undefined;
}

/** Adds an account within an edit. The password is in the result and nowhere else. */
export function makeAccount(
  context: DirectoryContext,
  { siteId, unit, username, type, label, deviceInfo = NO_DEVICE_INFO }: AccountFields,
): AccountWithPassword {
  const { store, now, newId } = context;
  const name = username ?? (type === "door" && unit ? unit.name : accountName(type, isTaken(context, siteId)));
  refuseNumber(name, "username");
  // A door and its station share their name; everything else must differ.
  const isTest = type === "bridge" && name === TEST_ACCOUNT && !store.accounts.alike(siteId, name);
  if (unit?.name !== name && !isTest) refuseTaken(context, siteId, name, "username");
  const password = newPassword();
  const id = newId();
  store.accounts.insert({
    id,
    siteId,
    unitId: unit?.id ?? null,
    username: name,
    type,
    label,
    ha1: ha1Of(name, siteOf(store, siteId).domain, password),
    enabled: true,
    createdAtMs: now(),
    deviceInfo: tidyInfo(deviceInfo),
  });
  return withPassword(context, accountOf(store, id), password);
}

function tidyInfo({ vendor, model, mac, note }: DeviceInfo): DeviceInfo {
  return { vendor: tidy(vendor), model: tidy(model), mac, note: tidy(note) };
}

/** Panels and mobiles live in a flat, a door's station in its door, gateways and the bridge nowhere. */
export function placeOf(
  store: Store,
  siteId: string,
  type: AccountType,
  unitId: string | null,
  doorId: string | null,
): UnitRow | null {
  const needs = type === "door" ? "doorId" : type === "panel" || type === "mobile" ? "unitId" : null;
  if ((unitId !== null) !== (needs === "unitId") || (doorId !== null) !== (needs === "doorId")) {
    const place = needs ? `${needs} and nothing else` : "neither unitId nor doorId";
    throw new AppError("ACCOUNT_PLACE", `an account of type ${type} takes ${place}`);
  }
  const unit = unitId !== null ? flatOf(store, unitId) : doorId !== null ? doorOf(store, doorId) : null;
  if (unit && unit.siteId !== siteId) throw new AppError("ACCOUNT_PLACE", "the unit or door belongs to another site");
  if (unit?.kind === "door" && store.accounts.list({ unitId: unit.id }).length > 0) {
    throw new AppError("ACCOUNT_PLACE", "the door already has its station's account");
  }
  return unit;
}

function withPassword(context: DirectoryContext, row: AccountRow, password: string): AccountWithPassword {
  const account = toAccount(context, row);
  return { ...account, password, card: sipCard(context.sip, account.domain, account.username, password) };
}

function domainOf(store: Store, { siteId }: AccountRow): string {
  return siteOf(store, siteId).domain;
}

function withoutSecrets({ password: _password, card: _card, ...account }: AccountWithPassword): Account {
  return account;
}

function noteOf({ id, siteId, label, username }: Pick<Account, "id" | "siteId" | "label" | "username">) {
  return { siteId, noun: "account", rowId: id, label: `${label} (${username})` };
}

export function toAccount({ store, registrations }: DirectoryContext, row: AccountRow): Account {
  const { id, siteId, username, type, label, enabled, createdAtMs, unitId, deviceInfo, version, revision } = row;
  const isDoor = unitId !== null && store.units.get(unitId)?.kind === "door";
  return {
    id,
    siteId,
    username,
    domain: domainOf(store, row),
    type,
    label,
    unitId: isDoor ? null : unitId,
    doorId: isDoor ? unitId : null,
    enabled,
    createdAtMs,
    deviceInfo,
    registration: registrations.of(row),
    version,
    revision,
  };
}
