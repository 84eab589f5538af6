/** Flats, doors, devices and lines that were written: what the rest of the house is told of row by row. */
import type { Database } from "better-sqlite3";
import { touchedRows } from "./touched-rows.ts";
import type { UnitKind } from "./unit-store.ts";

export interface EditedRow {
  noun: UnitKind | "account" | "line";
  siteId: string;
  id: string;
  /** SIP name; empty of a line, which is rung by the name of its unit. */
  name: string;
  /** The flat or door that it is, or belongs to. A row that was moved is told twice: of where it was, and of where it is. */
  unitId: string | null;
}

export interface EditedRows {
  /**
   * Rows of all sites that were inserted, changed or removed since they were last taken; "all" at first, after more than a few, and
   * when a building was renamed. For one who takes them.
   */
  take(): EditedRow[] | "all";
}

type Row = "NEW" | "OLD";

export function editedRows(db: Database): EditedRows {
  const edited = (table: string, told: (row: Row) => string[], all?: "building.name") =>
    touchedRows(db, { table, all, taker: `edited_${table}`, told: (row) => `json_array(${told(row).join(", ")})` });
  const tables = [
    edited(
      "unit",
      (row) => [`${row}.kind`, `${row}.site_id`, `${row}.id`, `${row}.name`, `${row}.id`],
      "building.name",
    ),
    edited("account", (row) => ["'account'", `${row}.site_id`, `${row}.id`, `${row}.username`, `${row}.unit_id`]),
    edited("line", (row) => ["'line'", `${row}.site_id`, `${row}.id`, "''", `${row}.unit_id`]),
  ];
  return {
    take: () => {
      const taken = tables.map((table) => table.take());
      return taken.some((rows) => rows === "all") ? "all" : taken.flatMap((rows) => [...rows].map(rowOf));
    },
  };
}

function rowOf(told: string): EditedRow {
  const [noun, siteId, id, name, unitId] = JSON.parse(told) as [
    EditedRow["noun"],
    string,
    string,
    string,
    string | null,
  ];
  return { noun, siteId, id, name, unitId };
}
