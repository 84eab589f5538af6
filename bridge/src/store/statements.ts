/** Statements that are made of what is asked for: a condition that could be left out keeps SQLite from the index that fits. */
import type { Database, Statement } from "better-sqlite3";

export type Parameters = Record<string, string | number | null>;
export type Statements<Row> = (sql: string) => Statement<Parameters, Row>;

/** By their text, each prepared when it is first asked for. */
export function statements<Row>(db: Database): Statements<Row> {
  const known = new Map<string, Statement<Parameters, Row>>();
  return (sql) => {
    const statement = known.get(sql) ?? db.prepare<Parameters, Row>(sql);
    known.set(sql, statement);
    return statement;
  };
}
