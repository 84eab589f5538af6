/** Long lists, a page at a time: behind a cursor, or at a place. Rows and their order are in memory; see `RowList`. */
import type { Database } from "better-sqlite3";
import type { UnitLine } from "../api/page.ts";
import type { AccountRow } from "./account-store.ts";
import { firstWhere, type ListedRow, RowList, type Wanted } from "./row-list.ts";
import { compareBytes, searchWords } from "./text.ts";
import { touchedRows } from "./touched-rows.ts";
import type { UnitKind } from "./unit-store.ts";

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
type ListedUnit = ListedRow & UnitKey & { siteId: string; kind: UnitKind };
type ListedAccount = ListedRow & AccountKey & Pick<AccountRow, "siteId" | "unitId" | "type">;

export function pageStore(db: Database): PageStore {
  // In one statement, as a page has a hundred of them; joined to its building it takes SQLite five times as long.
  const unit = db.prepare<[string], UnitColumns>(`SELECT unit.id, unit.site_id AS siteId, building_id AS buildingId,
    label AS number, unit.name, do_not_disturb AS doNotDisturb, unit.version, unit.revision,
    (SELECT name FROM building WHERE id = building_id) AS buildingName,
    (SELECT json_group_array(username) FROM account WHERE unit_id = unit.id) AS usernames,
    (SELECT count(*) FROM member WHERE unit_id = unit.id) AS members,
    (SELECT count(*) FROM rule WHERE unit_id = unit.id) AS rules
    FROM unit WHERE id = ?`);
  /** Flats and doors: who asks for a building's devices asks for those of its doors too. */
  const units = kept<ListedUnit, UnitKey>(db, {
    table: "unit",
    moves: "building.sort_key",
    select: `SELECT unit.id, building.sort_key AS buildingKey, building_id AS buildingId, unit.sort_key AS sortKey,
      search_text AS text, unit.site_id AS siteId, kind FROM unit JOIN building ON building.id = building_id`,
    order: ["buildingKey", "buildingId", "sortKey", "id"],
  });
  const accounts = kept<ListedAccount, AccountKey>(db, {
    table: "account",
    select: `SELECT id, username, search_text AS text, site_id AS siteId, unit_id AS unitId, type FROM account`,
    order: ["username", "id"],
  });

  /** Rows of a site that is still being restored are none yet. */
  const siteIds = db.prepare<[], string>("SELECT id FROM site").pluck();
  const ofUnit = db.prepare<[string], string>("SELECT id FROM account WHERE unit_id = ?").pluck();

  return {
    units: ({ siteId, buildingId, search }, wanted) => {
      const sites = siteIds.all();
      const after = keyOf(wanted.cursor, { id: "", buildingKey: "", buildingId: "", sortKey: "" });
      return units.page(search, after, wanted, {
        key: JSON.stringify([siteId, buildingId, sites]),
        isWanted: (row) => {
          if (!sites.includes(row.siteId)) return false;
          if (row.kind !== "residential" || (siteId !== undefined && row.siteId !== siteId)) return false;
          return buildingId === undefined || row.buildingId === buildingId;
        },
      });
    },
    accounts: ({ siteId, buildingId, unitId, type, search, usernames }, wanted) => {
      const after = keyOf(wanted.cursor, { id: "", username: "" });
      const names = usernames && new Set(usernames.names);
      const homes = buildingId === undefined ? null : units.list();
      const sites = siteIds.all();
      const isWanted = (row: ListedAccount) => {
        if (!sites.includes(row.siteId)) return false;
        if (siteId !== undefined && row.siteId !== siteId) return false;
        if (type !== undefined && row.type !== type) return false;
        if (names && names.has(row.username) !== usernames?.among) return false;
        return homes === null || homes.get(row.unitId ?? "")?.buildingId === buildingId;
      };
      const key = names || homes ? null : JSON.stringify([siteId, type, sites]);
      const among = unitId === undefined ? null : ofUnit.all(unitId);
      return accounts.page(search, after, wanted, { key, isWanted }, among);
    },
    unit: (id) => {
      const found = unit.get(id);
      if (!found) return null;
      const usernames = JSON.parse(found.usernames) as string[];
      return { ...found, usernames, accounts: usernames.length, doNotDisturb: found.doNotDisturb === 1 };
    },
  };
}

interface KeptList<Row extends ListedRow, Key> {
  /** As the table is now. */
  list(): RowList<Row>;
  /** `after` null: the cursor is none of ours. `among`: only these ids; null: all. */
  page(
    search: string | undefined,
    after: Key | null,
    at: PageWanted,
    wanted: Wanted<Row>,
    among?: readonly string[] | null,
  ): IdPage | null;
}

/** `moves`: a column of another table on which the order hangs. `order`: the columns of the order, in which no two rows are alike. */
function kept<Row extends ListedRow & Key, Key extends object>(
  db: Database,
  {
    table,
    moves,
    select,
    order,
  }: { table: string; moves?: `${string}.${string}`; select: string; order: (keyof Key & string)[] },
): KeptList<Row, Key> {
  const all = db.prepare<[], Row>(`SELECT * FROM (${select}) ORDER BY ${order.join(", ")}`);
  const one = db.prepare<[string], Row>(`SELECT * FROM (${select}) WHERE id = ?`);
  const touched = touchedRows(db, { table, all: moves });
  const compare = (a: Key, b: Key): number => {
    for (const column of order) {
      const difference = compareBytes(String(a[column]), String(b[column]));
      if (difference !== 0) return difference;
    }
    return 0;
  };
  const rows = new RowList<Row>(compare);

  function list(): RowList<Row> {
    const ids = touched.take();
    if (ids === "all") rows.fill(all.all());
    else {
      for (const id of ids) {
        const row = one.get(id);
        if (row) rows.put(row);
        else rows.remove(id);
      }
    }
    return rows;
  }

  return {
    list,
    page: (search, after, { limit, offset, cursor }, wanted, among = null) => {
      if (!after) return null;
      const words = searchWords(search);
      const found = among ? list().findAmong(among, words, wanted) : list().find(words, wanted);
      const behind = cursor === undefined ? 0 : rows.behind((row) => compare(row, after));
      const start = offset + (behind === 0 ? 0 : firstWhere(found.length, (at) => (found[at] as number) >= behind));
      const page = Array.from(found.subarray(start, start + limit), (position) => rows.at(position) as Row);
      const last = start + limit < found.length ? page.at(-1) : undefined;
      const next = last ? Buffer.from(JSON.stringify(Object.keys(after).map((name) => last[name as keyof Key]))) : null;
      return { ids: page.map(({ id }) => id), next: next?.toString("base64url") ?? null, total: found.length };
    },
  };
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
