/**
 * Who is at a site, as its rules are judged by: of one unit asked of the store name by name, of a whole site read at once, as
 * a statement for each unit takes a large site seconds.
 */
import type { AccountRow } from "../store/account-store.ts";
import { firstWhere } from "../store/row-list.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";

export interface Roster {
  /** The site's, lower-case. */
  domain: string;
  unit(id: string): RosterUnit | null;
  unitNamed(name: string): RosterUnit | null;
  account(username: string): RosterAccount | null;
  /** Whether it is a telephone line. */
  isLine(unitId: string): boolean;
  /** By user name. */
  accountsOf(unitId: string): readonly RosterAccount[];
  /** User names of enabled accounts, sorted: of gateways, and of all that start so. */
  gateways(): readonly string[];
  startingWith(start: string): readonly string[];
  /** Whether there are more enabled accounts than so many. */
  hasMoreThan(many: number): boolean;
}

export type RosterUnit = Pick<UnitRow, "id" | "kind" | "name">;
type RosterAccount = Pick<AccountRow, "username" | "enabled" | "type">;

/** null: there is no such site, or not all of it is there yet. */
export function rosterByName({ sites, units, accounts, lines }: Store, siteId: string): Roster | null {
  const site = sites.get(siteId);
  return (
    site && {
      domain: site.domain,
      unit: (id) => units.get(id),
      unitNamed: (name) => units.byName(siteId, name),
      account: (username) => accounts.byUsername(siteId, username),
      isLine: (unitId) => lines.byUnit(unitId) !== null,
      accountsOf: (unitId) => accounts.list({ unitId }),
      gateways: () => accounts.enabledNames(siteId, { type: "gateway" }),
      startingWith: (start) => accounts.enabledNames(siteId, { start }),
      hasMoreThan: (many) => accounts.moreEnabledThan(siteId, many),
    }
  );
}

/** The same, and all units' ids, sorted. */
export function rosterAtOnce(store: Store, siteId: string): (Roster & { unitIds: readonly string[] }) | null {
  const site = store.sites.get(siteId);
  if (!site) return null;
  const units = store.units.names(siteId);
  const accounts = store.accounts.names(siteId);
  const lines = new Set(store.lines.list(siteId).map(({ unitId }) => unitId));
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const byName = new Map(units.map((unit) => [unit.name, unit]));
  const byUsername = new Map(accounts.map((account) => [account.username, account]));
  const byUnit = Map.groupBy(accounts, ({ unitId }) => unitId);
  const enabled = accounts.filter((account) => account.enabled);
  const namesOf = (some: readonly RosterAccount[]) => some.map(({ username }) => username);
  const everybody = namesOf(enabled);
  const gateways = namesOf(enabled.filter(({ type }) => type === "gateway"));
  return {
    ...{ domain: site.domain, unitIds: [...byId.keys()].toSorted() },
    unit: (id) => byId.get(id) ?? null,
    unitNamed: (name) => byName.get(name) ?? null,
    account: (username) => byUsername.get(username) ?? null,
    isLine: (unitId) => lines.has(unitId),
    accountsOf: (unitId) => byUnit.get(unitId) ?? [],
    gateways: () => gateways,
    startingWith: (start) => {
      const at = (position: number) => everybody[position] as string;
      const from = firstWhere(everybody.length, (position) => at(position) >= start);
      const count = firstWhere(everybody.length - from, (position) => !at(from + position).startsWith(start));
      return everybody.slice(from, from + count);
    },
    hasMoreThan: (many) => everybody.length > many,
  };
}
