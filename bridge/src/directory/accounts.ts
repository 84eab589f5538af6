import type { AccountType } from "../../../infra/control/src/wire.ts";
import type { Account, AccountPatch, AccountWithPassword, NewAccount, Removal } from "../api/directory.ts";
import { AppError } from "../events/errors.ts";
import type { AccountFilter, AccountRow } from "../store/account-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { type DirectoryContext, edit, isTaken, refuseTaken } from "./edit.ts";
import { accountOf, doorOf, flatOf, siteOf } from "./lookup.ts";
import { accountName, ha1Of, looksLikeNumber, newPassword } from "./names.ts";
import { accountRemoval } from "./removal.ts";

export interface Accounts {
  list(filter: AccountFilter): Account[];
  get(id: string): Account;
  create(account: NewAccount): AccountWithPassword;
  update(id: string, patch: AccountPatch): Account;
  /** A new password; the old one is void as soon as the VPS knows. */
  renewPassword(id: string): AccountWithPassword;
  removal(id: string): Removal;
  remove(id: string): Removal;
}

export function accounts(context: DirectoryContext): Accounts {
  const { store } = context;
  const removal = (id: string) => {
    const { siteId, username } = accountOf(store, id);
    return accountRemoval(store, siteId, username);
  };
  return {
    list: (filter) => store.accounts.list(filter).map((row) => toAccount(store, row)),
    get: (id) => toAccount(store, accountOf(store, id)),
    create: ({ siteId, type, label, username, unitId, doorId }) => {
      siteOf(store, siteId);
      return edit(context, siteId, () => {
        const unit = placeOf(store, siteId, type, unitId ?? null, doorId ?? null);
        return makeAccount(context, { siteId, unit, username, type, label });
      });
    },
    update: (id, patch) =>
      edit(context, accountOf(store, id).siteId, () => {
        const account = { ...accountOf(store, id), ...patch };
        store.accounts.update(account);
        return toAccount(store, account);
      }),
    renewPassword: (id) =>
      edit(context, accountOf(store, id).siteId, () => {
        const account = accountOf(store, id);
        const password = newPassword();
        const renewed = { ...account, ha1: ha1Of(account.username, siteOf(store, account.siteId).domain, password) };
        store.accounts.update(renewed);
        return { ...toAccount(store, renewed), password };
      }),
    removal,
    remove: (id) =>
      edit(context, accountOf(store, id).siteId, () => {
        const gone = removal(id);
        store.accounts.remove(id);
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
}

/** Adds an account within an edit. The password is in the result and nowhere else. */
export function makeAccount(
  context: DirectoryContext,
  { siteId, unit, username, type, label }: AccountFields,
): AccountWithPassword {
  const { store, now, newId } = context;
  const name = username ?? (type === "door" && unit ? unit.name : accountName(type, isTaken(context, siteId)));
  if (looksLikeNumber(name)) {
    throw new AppError("NAME_RESERVED", "an account's name must not look like a number that a gateway could present");
  }
  // A door and its station share their name; everything else must differ.
  if (unit?.name !== name) refuseTaken(context, siteId, name);
  const password = newPassword();
  const account: AccountRow = {
    id: newId(),
    siteId,
    unitId: unit?.id ?? null,
    username: name,
    type,
    label,
    ha1: ha1Of(name, siteOf(store, siteId).domain, password),
    enabled: true,
    createdAtMs: now(),
  };
  store.accounts.insert(account);
  return { ...toAccount(store, account), password };
}

/** Panels and mobiles live in a flat, a door's station in its door, gateways and the bridge nowhere. */
function placeOf(
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

function toAccount(store: Store, row: AccountRow): Account {
  const { id, siteId, username, type, label, enabled, createdAtMs, unitId } = row;
  const isDoor = unitId !== null && store.units.get(unitId)?.kind === "door";
  return {
    id,
    siteId,
    username,
    domain: siteOf(store, siteId).domain,
    type,
    label,
    unitId: isDoor ? null : unitId,
    doorId: isDoor ? unitId : null,
    enabled,
    createdAtMs,
  };
}
