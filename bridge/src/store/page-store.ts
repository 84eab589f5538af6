/**
 * Long lists, a page at a time: by keyset, so that reading on costs the same at each page; or at a place, whose rows
 * before it are counted in the index, or those behind it where they are fewer. A first page and the count of the rest
 * read the list once together.
 */
import type { Database } from "better-sqlite3";
import type { UnitLine } from "../api/page.ts";
import type { AccountRow } from "./account-store.ts";
import { allOf, type Parameters, type Statements, statements } from "./statements.ts";
import { searchOf } from "./text.ts";

export interface PageFilter {
  siteId?: string | undefined;
  buildingId?: string | undefined;
  unitId?: string | undefined;
  type?: AccountRow["type"] | undefined;
  search?: string | undefined;
  /** Only accounts of these SIP names, or only others. */
  usernames?: { names: readonly string[]; among: boolean } | undefined;
}

export interface PageWanted {
  limit: number;
  /** Rows to leave out behind the cursor. */
  offset: number;
  cursor: string | undefined;
}

/** Ids of one page in order. `next` continues after the last of them; null: there are no more. */
export interface IdPage {
  ids: string[];
  next: string | null;
  total: number;
}

/** A unit with the numbers of what is in it, and the SIP names of its accounts. */
export interface FoundUnit extends Omit<UnitLine, "registered"> {
  usernames: string[];
}
type UnitColumns = Omit<FoundUnit, "usernames" | "accounts" | "doNotDisturb"> & {
  usernames: string;
  doNotDisturb: number;
};

export interface PageStore {
  /** Flats by building and number. Null: the cursor is none of ours. */
  units(filter: PageFilter, wanted: PageWanted): IdPage | null;
  /** Accounts by SIP name. */
  accounts(filter: PageFilter, wanted: PageWanted): IdPage | null;
  /** null: there is no such unit. */
  unit(id: string): FoundUnit | null;
}

const UNITS = "FROM building CROSS JOIN unit ON unit.building_id = building.id AND unit.kind = 'residential'";
const ACCOUNTS = "FROM account";
const UNIT_ORDER = "building.sort_key, building.id, unit.sort_key, unit.id";
const ACCOUNT_ORDER = "account.username, account.id";
const UNIT_WORD = "instr(unit.search_text, %)";
/** A device is found by its flat or door as well. */
const ACCOUNT_WORD = "instr(account.search_text, %)";

interface UnitKey {
  id: string;
  buildingKey: string;
  buildingId: string;
  sortKey: string;
}
interface AccountKey {
  id: string;
  username: string;
}

export function pageStore(db: Database): PageStore {
  const units = statements<UnitKey>(db);
  const accounts = statements<AccountKey>(db);
  const counts = statements<{ n: number }>(db);
  // In one statement, as a page has a hundred of them; joined to its building it takes SQLite five times as long.
  const unit = db.prepare<[string], UnitColumns>(`SELECT unit.id, unit.site_id AS siteId, building_id AS buildingId,
    label AS number, unit.name, do_not_disturb AS doNotDisturb, unit.version, unit.revision,
    (SELECT name FROM building WHERE id = building_id) AS buildingName,
    (SELECT json_group_array(username) FROM account WHERE unit_id = unit.id) AS usernames,
    (SELECT count(*) FROM member WHERE unit_id = unit.id) AS members,
    (SELECT count(*) FROM rule WHERE unit_id = unit.id) AS rules
    FROM unit WHERE id = ?`);

  return {
    units: (filter, wanted) => {
      const after = keyOf(wanted.cursor, { id: "", buildingKey: "", buildingId: "", sortKey: "" });
      if (!after) return null;
      const where = unitsWhere(filter);
      const parameters = parametersOf(filter);
      const { buildingId: inBuilding, ...rest } = after;
      const behind = `building.sort_key >= @buildingKey
        AND (${UNIT_ORDER}) > (@buildingKey, @inBuilding, @sortKey, @id)`;
      const select = `SELECT unit.id, building.sort_key AS buildingKey, building.id AS buildingId,
        unit.sort_key AS sortKey ${UNITS} ${pageWhere(where, behind, wanted)}`;
      return read<UnitKey>(wanted, {
        count: () => countOf(counts, `${UNITS} WHERE ${where}`, parameters),
        countBehind: ({ buildingId, ...key }) =>
          countOf(counts, `${UNITS} WHERE ${where} AND ${behind}`, { ...parameters, ...key, inBuilding: buildingId }),
        rows: (direction, taken) =>
          units(`${select} ORDER BY ${ordered(UNIT_ORDER, direction)} ${TAKEN}`).all({
            ...{ ...parameters, ...rest, inBuilding },
            ...taken,
          }),
      });
    },
    accounts: (filter, wanted) => {
      const after = keyOf(wanted.cursor, { id: "", username: "" });
      if (!after) return null;
      const where = accountsWhere(filter);
      const parameters = parametersOf(filter);
      const behind = `(${ACCOUNT_ORDER}) > (@username, @id)`;
      const select = `SELECT account.id, account.username ${ACCOUNTS} ${pageWhere(where, behind, wanted)}`;
      return read<AccountKey>(wanted, {
        count: () => countOf(counts, `${ACCOUNTS} WHERE ${where}`, parameters),
        countBehind: (key) => countOf(counts, `${ACCOUNTS} WHERE ${where} AND ${behind}`, { ...parameters, ...key }),
        rows: (direction, taken) =>
          accounts(`${select} ORDER BY ${ordered(ACCOUNT_ORDER, direction)} ${TAKEN}`).all({
            ...{ ...parameters, ...after },
            ...taken,
          }),
      });
    },
    unit: (id) => {
      const found = unit.get(id);
      if (!found) return null;
      const usernames = JSON.parse(found.usernames) as string[];
      return { ...found, usernames, accounts: usernames.length, doNotDisturb: found.doNotDisturb === 1 };
    },
  };
}

function unitsWhere({ siteId, buildingId, search }: PageFilter): string {
  return allOf([
    siteId !== undefined && "building.site_id = @siteId",
    buildingId !== undefined && "building.id = @buildingId",
    searchOf(search).condition(UNIT_WORD),
  ]);
}

function accountsWhere({ siteId, buildingId, unitId, type, search, usernames }: PageFilter): string {
  return allOf([
    siteId !== undefined && "account.site_id = @siteId",
    buildingId !== undefined && "account.unit_id IN (SELECT id FROM unit WHERE building_id = @buildingId)",
    unitId !== undefined && "account.unit_id = @unitId",
    type !== undefined && "account.type = @type",
    usernames && `account.username ${usernames.among ? "" : "NOT"} IN (SELECT value FROM json_each(@names))`,
    searchOf(search).condition(ACCOUNT_WORD),
  ]);
}

const TAKEN = "LIMIT @limit OFFSET @offset";

function pageWhere(where: string, behind: string, { cursor }: PageWanted): string {
  return `WHERE ${where} ${cursor === undefined ? "" : `AND ${behind}`}`;
}

/** Which rows of an order, or of its reverse. */
interface Taken {
  limit: number;
  offset: number;
}

interface List<Key> {
  count(): number;
  /** Rows of the list after this one. */
  countBehind(key: Key): number;
  rows(direction: "ASC" | "DESC", taken: Taken): Key[];
}

function ordered(columns: string, direction: "ASC" | "DESC"): string {
  return columns
    .split(", ")
    .map((column) => `${column} ${direction}`)
    .join(", ");
}

/** One more row than a page holds tells whether there is another page. */
function read<Key extends { id: string }>({ limit, offset, cursor }: PageWanted, list: List<Key>): IdPage {
  if (cursor !== undefined || offset === 0) {
    const found = list.rows("ASC", { limit: limit + 1, offset });
    const last = found.length > limit ? found.at(-1) : undefined;
    const rest = () => (last ? list.countBehind(last) : 0);
    const total = cursor === undefined ? found.length + rest() : list.count();
    return pageOf(found.slice(0, limit), last !== undefined, total);
  }
  const total = list.count();
  const behind = total - offset - limit;
  if (offset < total / 2) return pageOf(list.rows("ASC", { limit, offset }), behind > 0, total);
  const taken = { limit: Math.max(0, limit + Math.min(0, behind)), offset: Math.max(0, behind) };
  return pageOf(list.rows("DESC", taken).reverse(), behind > 0, total);
}

function countOf(counts: Statements<{ n: number }>, from: string, parameters: Parameters): number {
  return counts(`SELECT count(*) AS n ${from}`).get(parameters)?.n ?? 0;
}

function parametersOf({ siteId, buildingId, unitId, type, search, usernames }: PageFilter): Parameters {
  return {
    ...{ siteId: siteId ?? null, buildingId: buildingId ?? null, unitId: unitId ?? null, type: type ?? null },
    names: usernames ? JSON.stringify(usernames.names) : null,
    ...searchOf(search).parameters,
  };
}

function pageOf<Key extends { id: string }>(page: readonly Key[], hasMore: boolean, total: number): IdPage {
  const last = hasMore ? page.at(-1) : undefined;
  const next = last ? Buffer.from(JSON.stringify(Object.values(last))).toString("base64url") : null;
  return { ids: page.map(({ id }) => id), next, total };
}

/** The key that a cursor stands for, in the order of `first`'s fields; `first` without a cursor; null: it is no cursor. */
function keyOf<Key extends object>(cursor: string | undefined, first: Key): Key | null {
  if (cursor === undefined) return first;
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    const names = Object.keys(first);
    if (!Array.isArray(values) || values.length !== names.length) return null;
    if (!values.every((value) => typeof value === "string")) return null;
    return Object.fromEntries(names.map((name, at) => [name, values[at]])) as Key;
  } catch {
    return null;
  }
}
