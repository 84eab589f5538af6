/** A disk that really runs full in mid-call (a small tmpfs): what was not stored is not told, and what was told is there. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { AppError } from "../../bridge/src/events/errors.ts";
import { asRoot } from "../lab/as-root.ts";
import { labFolder } from "../lab/folder.ts";
import { type Restaurant, restaurant } from "./restaurant.ts";

const folder = labFolder("full-disk");
const ballast = join(folder.path, "ballast");
let luigi: Restaurant;

const run = (...command: string[]): void => {
  const [program = "", ...args] = asRoot(command);
  execFileSync(program, args);
};
before(() => run("mount", "-t", "tmpfs", "-o", "size=8m,mode=0777", "tmpfs", folder.path));
after(() => {
  run("umount", folder.path);
  folder.remove();
});
beforeEach(async () => {
  luigi = await restaurant({ folder: join(folder.path, "data") });
});
afterEach(() => {
  makeRoom();
  luigi.close();
  rmSync(join(folder.path, "data"), { recursive: true });
});

/** To the last byte. */
function fill(): void {
  const fd = openSync(ballast, "w");
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
  } finally {
    closeSync(fd);
  }
}
const makeRoom = (): void => rmSync(ballast, { force: true });
const isRefusal = (error: unknown): boolean => error instanceof AppError && error.code === "STORE_UNAVAILABLE";
const board = () => luigi.ordering.boards.board(luigi.line.id);

test("what the caller adds on a full disk is refused, not forgotten afterwards; with room again the call goes on where it was", () => {
  const { tool, upToReadBack, heardAndAnswered } = luigi.call("call");
  fill();
  let told = 0;
  // The log's own room is used up first.
  assert.throws(() => {
    for (let n = 0; n < 500; n++) told = tool("add_item", { item_id: "cola", quantity: 1 }).totalCents;
  }, isRefusal);
  assert.equal(luigi.ordering.desk.live("call")?.cart().totalCents, told);
  assert.equal(board().calls[0]?.cart.totalCents, told);
  makeRoom();
  heardAndAnswered(upToReadBack());
  assert.equal(tool("confirm_order").state, "committed");
  assert.equal(board().orders.length, 1);
});

test("a yes on a full disk is no order that anybody was told of: it is placed once there is room, or left as a draft", () => {
  const { call, tool, upToReadBack, heardAndAnswered } = luigi.call("call");
  heardAndAnswered(upToReadBack());
  fill();
  assert.throws(() => {
    for (let n = 0; n < 500; n++) luigi.ordering.lines.pause(luigi.line.id, { paused: n % 2 === 0 });
  }, isRefusal);
  assert.throws(() => tool("confirm_order"), isRefusal);
  assert.equal(board().orders.length, 0);
  assert.throws(() => call.end({ reason: "handed-over", costCents: 1 }), isRefusal);
  makeRoom();
  luigi.ordering.desk.recover();
  const { orders, drafts, calls } = board();
  assert.deepEqual([orders.length + drafts.length, calls.length], [1, 0]);
  assert.equal((orders[0] ?? drafts[0])?.cart.totalCents, 2_700);
});
