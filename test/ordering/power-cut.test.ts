/**
 * What a power cut leaves of the files, put together sector by sector: whatever was answered before it is there. A disk
 * that keeps what it said it had is all that is asked for (synchronous = FULL).
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import Sqlite from "better-sqlite3";
import { labFolder } from "../lab/folder.ts";
import { reopenedRestaurant, restaurant } from "./restaurant.ts";

const SECTOR = 512;
const folder = labFolder("power-cut");
const data = join(folder.path, "data");
let lineId: string;

interface Files {
  db: Buffer;
  wal: Buffer;
}
const readFiles = (): Files => ({
  db: readFileSync(join(data, "neolia.db")),
  wal: readFileSync(join(data, "neolia.db-wal")),
});
/** The first order was answered. */
let first: Files;
/** The second one as well. */
let second: Files;
/** Then the log was written back into the file, and not yet begun anew. */
let writtenBack: Files;

before(async () => {
  const luigi = await restaurant({ folder: data, nowMs: Date.now() });
  lineId = luigi.line.id;
  luigi.settings({ hours: [] });
  const order = (callId: string): void => {
    const { tool, heardAndAnswered } = luigi.call(callId);
    tool("add_item", { item_id: "tiramisu", quantity: 1 });
    tool("set_details", { name: "Paul", pickup_time: "asap" });
    heardAndAnswered(tool("read_back"));
    assert.equal(tool("confirm_order").state, "committed");
  };
  order("first");
  first = readFiles();
  order("second");
  second = readFiles();
  const other = new Sqlite(join(data, "neolia.db"));
  other.pragma("wal_checkpoint(PASSIVE)");
  writtenBack = readFiles();
  other.close();
  luigi.close();
});
after(() => folder.remove());

let cuts = 0;
/** What the next process finds: calls of the orders and of the drafts. */
function afterCut({ db, wal }: Files): { orders: string[]; drafts: string[] } {
  const left = join(folder.path, `cut-${++cuts}`);
  mkdirSync(left);
  writeFileSync(join(left, "neolia.db"), db);
  writeFileSync(join(left, "neolia.db-wal"), wal);
  // The index of the log is no more than memory: after a power cut it holds anything.
  writeFileSync(join(left, "neolia.db-shm"), Buffer.alloc(32_768, cuts));
  const luigi = reopenedRestaurant(left, lineId);
  try {
    assert.equal(luigi.store.notice, null, "nothing was restored from a copy");
    const { orders, drafts } = luigi.ordering.boards.board(lineId);
    return { orders: orders.map(({ callId }) => callId), drafts: drafts.map(({ callId }) => callId) };
  } finally {
    luigi.close();
    rmSync(left, { recursive: true });
  }
}

test("the power goes while the next call is being written: the log ends anywhere, or in garbage, and the order that was answered is there", () => {
  const [from, to] = [first.wal.length, second.wal.length];
  assert.ok(to - from > 20 * 4096, `${to - from} bytes of the second call`);
  assert.deepEqual(first.db, second.db, "the log was not written back meanwhile");
  const seen = { none: 0, draft: 0, order: 0 };
  // 61 sectors: no multiple of a page, so that every part of one is an end once.
  for (let end = from; end <= to; end += 61 * SECTOR) {
    const whole = second.wal.subarray(0, end);
    const torn = Buffer.from(second.wal.subarray(0, Math.min(to, end + 8 * SECTOR)));
    torn.fill(0xa5, end);
    for (const wal of [whole, torn]) {
      const { orders, drafts } = afterCut({ db: second.db, wal });
      assert.ok(orders.includes("first"), `cut at ${end}`);
      const isOrder = orders.includes("second");
      const isDraft = drafts.includes("second");
      assert.ok(!(isOrder && isDraft), "one of both at most");
      seen[isOrder ? "order" : isDraft ? "draft" : "none"] += 1;
    }
  }
  assert.deepEqual(afterCut(second).orders.toSorted(), ["first", "second"]);
  assert.ok(seen.draft > 10, JSON.stringify(seen));
});

test("the power goes while the log is written back into the file: whichever sectors got there, both orders are there", () => {
  const { db: after } = writtenBack;
  assert.notDeepEqual(after, second.db);
  for (const every of [2, 3, 5, 7]) {
    const db = Buffer.from(after);
    for (let at = SECTOR * every; at < second.db.length; at += SECTOR * every) {
      second.db.copy(db, at, at, Math.min(at + SECTOR, second.db.length));
    }
    assert.deepEqual(afterCut({ db, wal: second.wal }).orders.toSorted(), ["first", "second"]);
  }
});
