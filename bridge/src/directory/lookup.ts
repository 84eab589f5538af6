/** What the directory holds under an id, or the error that says that there is nothing. */
import type { Building, Site } from "../api/directory.ts";
import { AppError, type ErrorCode } from "../events/errors.ts";
import type { AccountRow } from "../store/account-store.ts";
import type { RuleRow } from "../store/rule-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitKind, UnitRow } from "../store/unit-store.ts";

export const siteOf = (store: Pick<Store, "sites">, id: string): Site => found(store.sites.get(id), "UNKNOWN_SITE", id);
export const buildingOf = (store: Store, id: string): Building =>
  found(store.buildings.get(id), "UNKNOWN_BUILDING", id);
export const accountOf = (store: Store, id: string): AccountRow => found(store.accounts.get(id), "UNKNOWN_ACCOUNT", id);
export const ruleOf = (store: Store, id: string): RuleRow => found(store.rules.get(id), "UNKNOWN_RULE", id);
export const flatOf = (store: Store, id: string): UnitRow => unitOf(store, id, "residential", "UNKNOWN_UNIT");
export const doorOf = (store: Store, id: string): UnitRow => unitOf(store, id, "door", "UNKNOWN_DOOR");

function unitOf(store: Store, id: string, kind: UnitKind, code: ErrorCode): UnitRow {
  const unit = store.units.get(id);
  return found(unit?.kind === kind ? unit : null, code, id);
}

function found<T>(value: T | null, code: ErrorCode, id: string): T {
  if (value === null) throw new AppError(code, `there is nothing under the id ${id}`);
  return value;
}
