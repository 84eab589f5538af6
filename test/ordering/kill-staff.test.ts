/** SIGKILL while people pause the line, sell out a dish, take a call over and get a message: each of it is whole, or not there. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { labFolder } from "../lab/folder.ts";
import { reopenedRestaurant, restaurant } from "./restaurant.ts";

const STEPS = ["paused", "sold out", "open", "back", "handed over", "message"];

interface Told {
  did: string[];
  opened: boolean;
  total: number;
  boundaries: number | null;
}

const folder = labFolder("kill-staff");
let lineId: string;
before(async () => {
  const luigi = await restaurant({ folder: folder.path });
  lineId = luigi.line.id;
  luigi.close();
});
after(() => folder.remove());

/** How many boundaries there are; null: it was killed before its end. */
async function killedAt(boundary: number): Promise<number | null> {
  const callId = `call ${boundary}`;
  const told = await run(callId, boundary);
  check(callId, told, `boundary ${boundary} after ${told.did.at(-1)}`);
  return told.boundaries;
}

async function run(callId: string, boundary: number): Promise<Told> {
  const program = join(import.meta.dirname, "kill-child.ts");
  const args = ["--no-warnings", program, folder.path, lineId, callId, "staff", String(boundary)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const told: Told = { did: [], opened: false, total: 0, boundaries: null };
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line) as Record<string, unknown>;
    if (message.at === "boundary") child.kill("SIGKILL");
    if (message.opened === true) told.opened = true;
    if (typeof message.totalCents === "number") told.total = message.totalCents;
    if (typeof message.did === "string") told.did.push(message.did);
    if (typeof message.boundaries === "number") told.boundaries = message.boundaries;
  }
  await ended;
  return told;
}

/** What was told is there; of the step after it, all or nothing. */
function check(callId: string, { did, opened, total }: Told, when: string): void {
  const luigi = reopenedRestaurant(folder.path, lineId);
  try {
    const next = STEPS[did.length];
    const has = (what: string): boolean => did.includes(what);
    const isPaused = luigi.ordering.lines.get(lineId).pausedUntilMs !== null;
    if (next !== "paused" && next !== "open") assert.equal(isPaused, has("paused") && !has("open"), when);
    const isSoldOut = luigi.ordering.menus.get(lineId).soldOut.includes("tiramisu");
    if (next !== "sold out" && next !== "back") assert.equal(isSoldOut, has("sold out") && !has("back"), when);
    const drafts = luigi.ordering.boards.board(lineId).drafts.filter((draft) => draft.callId === callId);
    assert.equal(drafts.length, opened ? 1 : 0, when);

    if (opened) assert.equal(drafts[0]?.callerNumber, "+33639980178", when);
    if (total > 0) assert.equal(drafts[0]?.cart.totalCents, total, when);
    const message = luigi.store.orderCalls.message(callId);
    if (has("message")) assert.ok(message, when);
    if (message) assert.ok(message.equals(Buffer.alloc(1_500_000, callId)), when);
    // For the next one.
    luigi.ordering.lines.pause(lineId, { paused: false });
    luigi.ordering.menus.setSoldOut(lineId, "tiramisu", false);
  } finally {
    luigi.close();
  }
}

test("killed at every boundary of a pause, a dish that sells out, a hand-over and a message: nothing told is lost, nothing is half", {
  timeout: 300_000,
}, async () => {
  const boundaries = (await killedAt(-1)) ?? 0;
  assert.ok(boundaries > 20, `${boundaries} boundaries`);
  for (let boundary = 0; boundary < boundaries; boundary++) await killedAt(boundary);
});
