/** What goes along when a building, a flat, a door or an account is removed; shown before, and told after. */
import type { Removal } from "../api/directory.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { siteOf } from "./lookup.ts";

export function unitsRemoval(store: Store, siteId: string, units: readonly UnitRow[]): Removal {
  const gone = new Set(units.map((unit) => unit.id));
  const accounts = store.accounts.list({ siteId }).filter(({ unitId }) => unitId !== null && gone.has(unitId));
  const rules = store.rules.list({ siteId });
  const names = new Set([...units.map(({ name }) => name), ...accounts.map(({ username }) => username)]);
  return {
    units: units.filter(({ kind }) => kind === "residential").map(({ name }) => name),
    doors: units.filter(({ kind }) => kind === "door").map(({ name }) => name),
    accounts: accounts.map(({ username }) => username),
    rules: rules.filter(({ unitId }) => gone.has(unitId)).length,
    targetsLost: targetsLost(store, siteId, names, gone),
  };
}

export function accountRemoval(store: Store, siteId: string, username: string): Removal {
  // The door of the same name stays and can still be a target, though nothing rings there.
  const names = new Set(store.units.byName(siteId, username) ? [] : [username]);
  return {
    units: [],
    doors: [],
    accounts: [username],
    rules: 0,
    targetsLost: targetsLost(store, siteId, names, new Set()),
  };
}

/** Units whose rules send calls to one of the names, and which stay themselves. */
function targetsLost(
  store: Store,
  siteId: string,
  names: ReadonlySet<string>,
  gone: ReadonlySet<string>,
): Removal["targetsLost"] {
  const { domain } = siteOf(store, siteId);
  const uris = new Set([...names].map((name) => `sip:${name}@${domain}`));
  const units = store.rules
    .list({ siteId })
    .filter(({ unitId, targetSipUri }) => !gone.has(unitId) && targetSipUri !== null && uris.has(targetSipUri))
    .map(({ unitId }) => store.units.get(unitId)?.name ?? "");
  return [...new Set(units)];
}
