/** A file that somebody else holds for a while (a backup, an administrator) delays what Kamailio writes, and loses nothing. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { DOMAIN, House, ringing, status } from "../door/house.ts";
import { around } from "../lab/around.ts";
import { until } from "../lab/until.ts";

let house: House;
around(
  async () => {
    house = await House.open();
  },
  () => house?.close(),
);
afterEach(() => house.clear());

/** Below Kamailio's busy timeout of 2 s. */
const HELD_MS = 1_500;
const FREE_MS = 600;

/** Holds the file's write lock most of the time until `enough`. */
async function hold(file: string, enough: () => boolean): Promise<void> {
  const db = new Database(join(house.edge.values.dataFolder, file), { timeout: 5_000 });
  try {
    while (!enough()) {
      db.exec("BEGIN IMMEDIATE");
      await delay(HELD_MS);
      db.exec("ROLLBACK");
      await delay(FREE_MS);
    }
  } finally {
    db.close();
  }
}

function rows(file: string, table: string): number {
  const db = new Database(join(house.edge.values.dataFolder, file), { readonly: true });
  try {
    return Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  } finally {
    db.close();
  }
}

test("a call that is answered while outbox.db is held comes back after a kill", async () => {
  const door = await house.device("door");
  const mobile = await house.device("mobile401");
  const call = await door.call("unit401");
  const answered = await ringing(mobile);
  await until(() => house.story().includes("ringing mobile401"), { what: "the ringing event" });
  let over = false;
  const held = hold("outbox.db", () => over);
  answered.answer(200);
  assert.equal(await status(call), 200);
  over = true;
  await held;
  await house.edge.killKamailio();
  await house.edge.startKamailio();
  assert.equal((await answered.hangup()).status, 200);
  assert.equal((await call.endedByPeer).method, "BYE");
  assert.deepEqual(await house.finished(), ["invited", "ringing mobile401", "answered mobile401", "ended callee"]);
});

test("a call that nobody answers is told, though outbox.db is held when its time is over", async () => {
  house.rules({ unit: "unit401", ringSeconds: 4 });
  const door = await house.device("door");
  const mobile = await house.device("mobile401");
  const call = await door.call("unit401");
  await ringing(mobile);
  await until(() => house.story().includes("ringing mobile401"), { what: "the ringing event" });
  let over = false;
  const held = hold("outbox.db", () => over);
  assert.equal(await status(call), 408);
  over = true;
  await held;
  assert.deepEqual(await house.finished(), ["invited", "ringing mobile401", "failed 408"]);
  assert.doesNotMatch(house.edge.kamailioLog(), /database is locked/);
});

test("a registration is kept, though location.db is held", async () => {
  const mobile = await house.agent("mobile401");
  let over = false;
  const held = hold("location.db", () => over);
  assert.equal((await mobile.register()).status, 200);
  over = true;
  await held;
  assert.equal(rows("location.db", `location WHERE domain = '${DOMAIN}'`), 1);
});
