/** As after a busy evening, without playing it: copies of an order that a call has made, on the boards of all lines. */
import { join } from "node:path";
import Database from "better-sqlite3";
import type { LineLab } from "../phone/line-lab.ts";

type Row = Record<string, string | number | null>;

/** Writes `count` of them, with their calls, beside the bridge that runs. Throws when no order was made yet. */
export function fillBoards(lab: LineLab, count: number): void {
  const db = new Database(join(lab.lab.bridge.dataFolder, "neolia.db"));
  const insert = (table: string, row: Row): void => {
    const names = Object.keys(row);
    db.prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (@${names.join(", @")})`).run(row);
  };
  try {
    const order = db.prepare<[], Row>("SELECT * FROM customer_order LIMIT 1").get();
    const call = db.prepare<[Row[string]], Row>("SELECT * FROM order_call WHERE id = ?").get(order?.call_id ?? null);
    if (!order || !call) throw new Error("no call has ended in an order: there is nothing to fill the boards with");
    db.transaction(() => {
      for (let copy = 0; copy < count; copy++) {
        const { line } = lab.restaurants[copy % lab.restaurants.length] ?? lab.restaurant;
        const caller = { line_id: line.id, caller_number: `+3363900${String(copy).padStart(4, "0")}` };
        const callId = `${call.id}-${copy}`;
        insert("order_call", { ...call, ...caller, id: callId });
        const id = String(order.id).slice(0, -5) + String(copy).padStart(5, "0");
        insert("customer_order", { ...order, ...caller, id, call_id: callId, number: 1_000 + copy });
      }
    })();
  } finally {
    db.close();
  }
}
