/**
 * Long lists, a page at a time: by keyset, so that reading on costs the same at each page; or at a place, whose rows
 * before it are counted in the index.
 */
import type { Database } from "better-sqlite3";
import type { AccountRow } from "./account-store.ts";
import { hasWords, searchWords } from "./text.ts";

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

export interface UnitNumbers {
  accounts: number;
  members: number;
  rules: number;
}

export interface PageStore {
  /** Flats by building and number. Null: the cursor is none of ours. */
  units(filter: PageFilter, wanted: PageWanted): IdPage | null;
  /** Accounts by SIP name. */
  accounts(filter: PageFilter, wanted: PageWanted): IdPage | null;
  numbersOf(unitId: string): UnitNumbers;
}

const UNITS = `FROM building CROSS JOIN unit ON unit.building_id = building.id AND unit.kind = 'residential'
  WHERE (@siteId IS NULL OR building.site_id = @siteId) AND (@buildingId IS NULL OR building.id = @buildingId)
    AND ${hasWords("unit.search_text")}`;
const ACCOUNTS = `FROM account LEFT JOIN unit ON unit.id = account.unit_id
  WHERE (@siteId IS NULL OR account.site_id = @siteId) AND (@buildingId IS NULL OR unit.building_id = @buildingId)
    AND (@unitId IS NULL OR account.unit_id = @unitId) AND (@type IS NULL OR account.type = @type)
    AND (@names IS NULL OR (account.username IN (SELECT value FROM json_each(@names))) = @among)
    AND ${hasWords("(account.search_text || ' ' || coalesce(unit.search_text, ''))")}`;

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
  type Parameters = Record<string, string | number | null>;
  const units = db.prepare<Parameters, UnitKey>(`
    SELECT unit.id, building.sort_key AS buildingKey, building.id AS buildingId, unit.sort_key AS sortKey ${UNITS}
      AND building.sort_key >= @buildingKey
      AND (building.sort_key, building.id, unit.sort_key, unit.id) > (@buildingKey, @inBuilding, @sortKey, @id)
    ORDER BY building.sort_key, building.id, unit.sort_key, unit.id LIMIT @limit OFFSET @offset`);
  const unitCount = db.prepare<Parameters, { n: number }>(`SELECT count(*) AS n ${UNITS}`);
  // Most lists are not searched: then nothing but the index is read.
  const allUnits = db.prepare<Parameters, { n: number }>(`
    SELECT count(*) AS n FROM unit WHERE kind = 'residential' AND building_id IN (
      SELECT id FROM building WHERE (@siteId IS NULL OR site_id = @siteId) AND (@buildingId IS NULL OR id = @buildingId))`);
  const accounts = db.prepare<Parameters, AccountKey>(`
    SELECT account.id, account.username ${ACCOUNTS}
      AND account.username >= @username AND (account.username, account.id) > (@username, @id)
    ORDER BY account.username, account.id LIMIT @limit OFFSET @offset`);
  const accountCount = db.prepare<Parameters, { n: number }>(`SELECT count(*) AS n ${ACCOUNTS}`);
  const numbers = db.prepare<[string, string, string], UnitNumbers>(`SELECT
    (SELECT count(*) FROM account WHERE unit_id = ?) AS accounts,
    (SELECT count(*) FROM member WHERE unit_id = ?) AS members,
    (SELECT count(*) FROM rule WHERE unit_id = ?) AS rules`);

  return {
    units: (filter, { limit, offset, cursor }) => {
      const after = keyOf(cursor, { id: "", buildingKey: "", buildingId: "", sortKey: "" });
      if (!after) return null;
      const parameters = parametersOf(filter);
      const { buildingId: inBuilding, ...rest } = after;
      const found = units.all({ ...parameters, ...rest, inBuilding, limit: limit + 1, offset });
      const count = parameters.word1 === null ? allUnits.get(placeOf(filter)) : unitCount.get(parameters);
      return pageOf(found, limit, count?.n ?? 0);
    },
    accounts: (filter, { limit, offset, cursor }) => {
      const after = keyOf(cursor, { id: "", username: "" });
      if (!after) return null;
      const { usernames, unitId, type } = filter;
      const parameters = {
        ...parametersOf(filter),
        unitId: unitId ?? null,
        type: type ?? null,
        names: usernames ? JSON.stringify(usernames.names) : null,
        among: usernames?.among ? 1 : 0,
      };
      const found = accounts.all({ ...parameters, ...after, limit: limit + 1, offset });
      return pageOf(found, limit, accountCount.get(parameters)?.n ?? 0);
    },
    numbersOf: (unitId) => numbers.get(unitId, unitId, unitId) ?? { accounts: 0, members: 0, rules: 0 },
  };
}

function placeOf({ siteId, buildingId }: PageFilter) {
  return { siteId: siteId ?? null, buildingId: buildingId ?? null };
}

function parametersOf(filter: PageFilter) {
  return { ...placeOf(filter), ...searchWords(filter.search) };
}

function pageOf<Key extends { id: string }>(found: readonly Key[], limit: number, total: number): IdPage {
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
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
