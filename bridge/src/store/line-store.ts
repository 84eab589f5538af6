/** Phone lines, their menus and what is sold out. */
import type { Database } from "better-sqlite3";
import type { LineSettings } from "../api/line.ts";
import type { Menu } from "../api/menu.ts";

export interface LineRow {
  id: string;
  siteId: string;
  unitId: string;
  gatewayAccountId: string | null;
  settings: LineSettings;
  pausedUntilMs: number | null;
}

export interface LineStore {
  list(siteId?: string): LineRow[];
  get(id: string): LineRow | null;
  byUnit(unitId: string): LineRow | null;
  byGateway(accountId: string): LineRow | null;
  insert(line: LineRow): void;
  /** Settings and pause. */
  update(line: LineRow): void;
  remove(id: string): void;
  /** Revision 0 and an empty menu when there is none yet. Frozen: many get the same one. */
  menu(lineId: string): { revision: number; menu: Menu };
  /** 0 when there is no menu yet. */
  menuRevision(lineId: string): number;
  /** Returns the new revision. */
  putMenu(lineId: string, menu: Menu): number;
  soldOut(lineId: string): string[];
  setSoldOut(lineId: string, menuId: string, soldOut: boolean, atMs: number): void;
}

/** Menus that are kept as they were read; a large one takes a megabyte. */
const MOST_READ = 4;

interface Columns extends Omit<LineRow, "settings"> {
  settings: string;
}

const SELECT = `SELECT id, site_id AS siteId, unit_id AS unitId, gateway_account_id AS gatewayAccountId, settings,
  paused_until_ms AS pausedUntilMs FROM line`;

export function lineStore(db: Database): LineStore {
  const list = db.prepare<{ siteId: string | null }, Columns>(
    `${SELECT} WHERE (@siteId IS NULL OR site_id = @siteId) ORDER BY id`,
  );
  const get = db.prepare<[string], Columns>(`${SELECT} WHERE id = ?`);
  const byUnit = db.prepare<[string], Columns>(`${SELECT} WHERE unit_id = ?`);
  const byGateway = db.prepare<[string], Columns>(`${SELECT} WHERE gateway_account_id = ?`);
  const insert = db.prepare<Columns>(`
    INSERT INTO line (id, site_id, unit_id, gateway_account_id, settings, paused_until_ms)
    VALUES (@id, @siteId, @unitId, @gatewayAccountId, @settings, @pausedUntilMs)`);
  const update = db.prepare<Columns>(
    "UPDATE line SET settings = @settings, paused_until_ms = @pausedUntilMs WHERE id = @id",
  );
  const remove = db.prepare<[string]>("DELETE FROM line WHERE id = ?");
  const menu = db.prepare<[string], { revision: number; document: string }>(
    "SELECT revision, document FROM menu WHERE line_id = ?",
  );
  const menuRevision = db.prepare<[string], number>("SELECT revision FROM menu WHERE line_id = ?").pluck();
  const putMenu = db.prepare<[string, string], { revision: number }>(`
    INSERT INTO menu (line_id, revision, document) VALUES (?, 1, ?)
    ON CONFLICT (line_id) DO UPDATE SET revision = revision + 1, document = excluded.document RETURNING revision`);
  const soldOut = db.prepare<[string], { menuId: string }>(
    "SELECT menu_id AS menuId FROM sold_out WHERE line_id = ? ORDER BY menu_id",
  );
  const addSoldOut = db.prepare<[string, string, number]>(
    "INSERT INTO sold_out (line_id, menu_id, since_ms) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  // Read at every turn of every call, and long: what is written as it was before is not parsed again.
  const read = new Map<string, { document: string; menu: Menu }>();
  const parsed = (lineId: string, document: string): Menu => {
    const before = read.get(lineId);
    if (before?.document === document) return before.menu;
    const found = frozen(JSON.parse(document) as Menu);
    if (read.size >= MOST_READ) read.clear();
    read.set(lineId, { document, menu: found });
    return found;
  };
  const removeSoldOut = db.prepare<[string, string]>("DELETE FROM sold_out WHERE line_id = ? AND menu_id = ?");
  return {
    list: (siteId) => list.all({ siteId: siteId ?? null }).map(fromColumns),
    get: (id) => found(get.get(id)),
    byUnit: (unitId) => found(byUnit.get(unitId)),
    byGateway: (accountId) => found(byGateway.get(accountId)),
    insert: (line) => void insert.run(toColumns(line)),
    update: (line) => void update.run(toColumns(line)),
    remove: (id) => void remove.run(id),
    menu: (lineId) => {
      const row = menu.get(lineId);
      if (!row) return { revision: 0, menu: { categories: [], items: [], groups: [] } };
      return { revision: row.revision, menu: parsed(lineId, row.document) };
    },
    menuRevision: (lineId) => menuRevision.get(lineId) ?? 0,
    putMenu: (lineId, document) => putMenu.get(lineId, JSON.stringify(document))?.revision ?? 0,
    soldOut: (lineId) => soldOut.all(lineId).map(({ menuId }) => menuId),
    setSoldOut: (lineId, menuId, isOut, atMs) =>
      void (isOut ? addSoldOut.run(lineId, menuId, atMs) : removeSoldOut.run(lineId, menuId)),
  };
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

function found(row: Columns | undefined): LineRow | null {
  return row ? fromColumns(row) : null;
}

function toColumns(line: LineRow): Columns {
  return { ...line, settings: JSON.stringify(line.settings) };
}

function fromColumns(row: Columns): LineRow {
  return { ...row, settings: JSON.parse(row.settings) as LineSettings };
}
