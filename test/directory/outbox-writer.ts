/** Writes call events as Kamailio does: one committed row each, from another connection than control's. */
import { randomBytes } from "node:crypto";
import Database from "better-sqlite3";

export class OutboxWriter {
  private readonly db: Database.Database;

  constructor(dataFolder: string) {
    this.db = new Database(`${dataFolder}/outbox.db`);
  }

  /** Appends `count` events of a domain, each of its own call, in one transaction; returns their ids. */
  write(domain: string, count = 1, { atMs = Date.now(), kind = "invited" } = {}): number[] {
    const insert = this.db.prepare(
      "INSERT INTO call_event (at_ms, domain, call_id, kind, caller, callee, unit) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    return this.db.transaction(() =>
      Array.from({ length: count }, () => {
        const callId = randomBytes(16).toString("hex");
        return Number(insert.run(atMs, domain, callId, kind, "door-1", "unit401", "unit401").lastInsertRowid);
      }),
    )();
  }

  /** Deletes up to and with this id, save the newest row. */
  trim(through: number): void {
    this.db.prepare("DELETE FROM call_event WHERE id <= ? AND id < (SELECT max(id) FROM call_event)").run(through);
  }

  close(): void {
    this.db.close();
  }
}
