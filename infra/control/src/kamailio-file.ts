/** Reads one of the SQLite files that Kamailio writes. It is opened read-only; nothing here can change it. */
import { statSync } from "node:fs";
import Database from "better-sqlite3";

type Value = string | number;

export class KamailioFile {
  private readonly path: string;
  private readonly statements = new Map<string, Database.Statement<Value[]>>();
  private db: Database.Database | null = null;
  private inode = 0n;

  constructor(path: string) {
    this.path = path;
  }

  /** The rows of a query; null while the file cannot be read (missing, being replaced, locked by its recovery). */
  all<T>(sql: string, ...values: Value[]): T[] | null {
    try {
      return this.statement(sql).all(...values) as T[];
    } catch (error) {
      if (error instanceof Database.SqliteError || error instanceof MissingFile) return null;
      throw error;
    }
  }

  close(): void {
    this.statements.clear();
    this.db?.close();
    this.db = null;
  }

  private statement(sql: string): Database.Statement<Value[]> {
    const db = this.open();
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = db.prepare<Value[]>(sql);
    this.statements.set(sql, statement);
    return statement;
  }

  /** The open file, opened anew when another one has taken its place (a rebuilt VPS). */
  private open(): Database.Database {
    const inode = statSync(this.path, { bigint: true, throwIfNoEntry: false })?.ino ?? 0n;
    if (this.db !== null && inode === this.inode) return this.db;
    this.close();
    if (inode === 0n) throw new MissingFile();
    this.inode = inode;
    this.db = new Database(this.path, { readonly: true, fileMustExist: true, timeout: 1_000 });
    this.db.pragma("query_only = ON");
    return this.db;
  }
}

class MissingFile extends Error {}
