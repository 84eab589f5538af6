/** What goes along when a building, a flat, a door or an account is removed; shown before, and told after. */
import type { AccountType } from "../../../infra/control/src/wire.ts";
import type { Removal } from "../api/directory.ts";
import { AppError } from "../events/errors.ts";
import type { AccountRow } from "../store/account-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import type { DirectoryContext } from "./edit.ts";
import { globMatches } from "./glob.ts";
import { siteOf } from "./lookup.ts";
import { TEST_ACCOUNT } from "./names.ts";
import { canMatchNumber } from "./number-kinds.ts";

export function unitsRemoval(context: DirectoryContext, siteId: string, units: readonly UnitRow[]): Removal {
  const { store, now } = context;
  const gone = new Set(units.map((unit) => unit.id));
  const accounts = store.accounts.ofUnits([...gone]);
  const names = new Set([...units.map(({ name }) => name), ...accounts.map(({ username }) => username)]);
  return {
    units: units.filter(({ kind }) => kind === "residential").map(({ label }) => label),
    doors: units.filter(({ kind }) => kind === "door").map(({ label }) => label),
    accounts: accounts.map(({ label }) => label),
    rules: store.rules.countOf([...gone]),
    targetsLost: targetsLost(store, siteId, names, gone),
    callersLost: callersLost(store, siteId, accounts, gone),
    loggedOut: registeredOf(context, accounts),
    callsEnded: store.calls.activeCalls({ siteId, unitIds: [...gone] }).length,
    members: store.members.countOf([...gone]),
    pairings: store.pairings.open().filter(({ unitId, expiresAtMs }) => expiresAtMs > now() && gone.has(unitId)).length,
    kept: kept(store, [...gone]),
  };
}

/**
 * The account of test rings goes with the last of a site, within its edit: an emptied site can be removed, and the VPS hears
 * of it before. It is made anew when it is needed.
 */
export function leaveNoTestAccount({ store }: DirectoryContext, siteId: string): void {
  // First, and most often last: a site with buildings has too many accounts to be looked through at each removal.
  if (store.buildings.list(siteId).length > 0) return;
  const accounts = store.accounts.list({ siteId });
  if (accounts.some(({ username }) => username !== TEST_ACCOUNT)) return;
  for (const { id } of accounts) store.accounts.remove(id);
}

/** A line takes its menu and its orders along: that is asked on the line's own page, never by the way. Throws UNIT_HAS_LINE. */
export function refuseLines(store: Store, units: readonly UnitRow[]): void {
  const lines = units.filter(({ id }) => store.lines.byUnit(id) !== null).map(({ label }) => label);
  if (lines.length === 0) return;
  throw new AppError("UNIT_HAS_LINE", "a telephone line takes its orders here: remove the line first", {
    details: { lines },
  });
}

export function accountRemoval(context: DirectoryContext, account: AccountRow): Removal {
  const { store, now } = context;
  const { siteId, username, label } = account;
  // The door of the same name stays and can still be a target, though nothing rings there.
  const names = new Set(store.units.byName(siteId, username) ? [] : [username]);
  return {
    units: [],
    doors: [],
    accounts: [label],
    rules: 0,
    targetsLost: targetsLost(store, siteId, names, new Set()),
    callersLost: callersLost(store, siteId, [account], new Set()),
    loggedOut: registeredOf(context, [account]),
    callsEnded: callsOf(store, account),
    members: 0,
    pairings: store.pairings.open().filter((one) => one.accountId === account.id && one.expiresAtMs > now()).length,
    kept: [],
  };
}

function registeredOf({ registrations }: DirectoryContext, accounts: readonly AccountRow[]): number {
  return accounts.filter((account) => registrations.of(account).state === "registered").length;
}

/** Of a device that rings or talks: another one of the unit may have the call, so one that is answered counts only here. */
function callsOf(store: Store, { siteId, username }: AccountRow): number {
  return store.calls
    .activeCalls({ siteId })
    .filter(({ caller, answeredBy }) => caller.name === username || answeredBy?.name === username).length;
}

/** The call log outlives what it speaks of. */
function kept(store: Store, unitIds: string[]): Removal["kept"] {
  const calls = store.calls.countOf(unitIds);
  return calls === 0 ? [] : [{ kind: "calls", count: calls, days: null }];
}

/** Units whose rules send calls to one of the names, and which stay themselves. */
function targetsLost(
  store: Store,
  siteId: string,
  names: ReadonlySet<string>,
  gone: ReadonlySet<string>,
): Removal["targetsLost"] {
  const { domain } = siteOf(store, siteId);
  const uris = [...names].map((name) => `sip:${name}@${domain}`);
  const ids = store.rules.withTarget(siteId, uris).flatMap(({ unitId }) => (gone.has(unitId) ? [] : [unitId]));
  return labelsOf(store, ids);
}

/** Units that stay and have a rule that was for these callers and is for nobody then: it can never fire. */
function callersLost(
  store: Store,
  siteId: string,
  accounts: readonly AccountRow[],
  gone: ReadonlySet<string>,
): Removal["callersLost"] {
  const leaving = accounts.filter(({ enabled }) => enabled);
  const left = new Set(accounts.map(({ username }) => username));
  const staying = (of?: { type: AccountType }) =>
    store.accounts.enabledNames(siteId, of).filter((name) => !left.has(name));
  const numbersStay = staying({ type: "gateway" }).length > 0;
  const patterns = new Map<string, boolean>();
  let names: string[] | null = null;
  const losesAll = (pattern: string): boolean => {
    const isForNumbers = canMatchNumber(pattern);
    // Numbers come with the calls of gateways.
    const fits = ({ username, type }: AccountRow) =>
      globMatches(pattern, username) || (isForNumbers && type === "gateway");
    if (!leaving.some(fits) || (isForNumbers && numbersStay)) return false;
    names ??= staying();
    return !names.some((name) => globMatches(pattern, name));
  };
  const ids = store.rules.forSome(siteId).flatMap(({ unitId, sourcePattern }) => {
    if (gone.has(unitId)) return [];
    const loses = patterns.get(sourcePattern) ?? losesAll(sourcePattern);
    patterns.set(sourcePattern, loses);
    return loses ? [unitId] : [];
  });
  return labelsOf(store, ids);
}

function labelsOf(store: Store, ids: readonly string[]): string[] {
  const units = [...new Set(ids)].flatMap((id) => store.units.get(id) ?? []);
  // Two buildings may have a 401 each.
  const isShared = (label: string) => units.filter((unit) => unit.label === label).length > 1;
  return units.map(({ label, buildingId }) =>
    isShared(label) ? `${label} (${store.buildings.get(buildingId)?.name ?? ""})` : label,
  );
}
