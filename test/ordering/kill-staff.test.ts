/** SIGKILL while people pause the line, sell out a dish, take a call over, get a message and cook: each of it is whole, or not there. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import type { OrderEventPayload } from "../../bridge/src/mqtt/order-announcer.ts";
import { labFolder } from "../lab/folder.ts";
import { reopenedRestaurant, restaurant } from "./restaurant.ts";

/** How an order goes through the kitchen; each step has its news on MQTT under this name. */
const NEWS = ["new", "cancelled", "reopened", "accepted", "ready", "gone"];
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
  luigi.settings({ printer: { host: "127.0.0.1", port: 9 } });
  luigi.close();
});
after(() => folder.remove());

/** How many boundaries there are; null: it was killed before its end. */
async function killedAt(boundary: number): Promise<number | null> {
  const callId = `call ${boundary}`;
  const told = await run(callId, "staff", boundary);
  check(callId, told, `boundary ${boundary} after ${told.did.at(-1)}`);
  return told.boundaries;
}

async function run(callId: string, variant: "staff" | "kitchen", boundary: number): Promise<Told> {
  const program = join(import.meta.dirname, "kill-child.ts");
  const args = ["--no-warnings", program, folder.path, lineId, callId, variant, String(boundary)];
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

/** The order stands where its news says, each told once; its draft is there when there is no order of it. */
function checkKitchen(callId: string, { did, opened }: Told, when: string): void {
  const luigi = reopenedRestaurant(folder.path, lineId);
  try {
    const order = luigi.store.orders.byCall(callId, 1);
    const news = luigi.store.outbox
      .next(10_000)
      .map(({ payload }) => JSON.parse(payload) as OrderEventPayload)
      .flatMap(({ order_id: id, event_type: type }) => (id === order?.id ? [type] : []));
    assert.ok(news.length === did.length || news.length === did.length + 1, `${when}: ${news}`);
    assert.deepEqual(news, NEWS.slice(0, news.length), when);
    const last = news.at(-1);
    assert.equal(order?.stage, last === "reopened" ? "new" : last, when);
    const { drafts } = luigi.ordering.boards.board(lineId);
    const isDraft = drafts.some((draft) => draft.callId === callId);
    if (opened) assert.equal(isDraft, last === undefined || last === "cancelled", when);
    const ticketsOf = luigi.store.orders.printJobs().filter(({ orderId }) => orderId === order?.id);
    assert.equal(ticketsOf.length, order ? 1 : 0, when);
  } finally {
    luigi.close();
  }
}

test("killed at every boundary of an order's way through the kitchen: where it stands and what was told of it are one, each news once", {
  timeout: 300_000,
}, async () => {
  const whole = await run("kitchen whole", "kitchen", -1);
  checkKitchen("kitchen whole", whole, "not killed");
  assert.deepEqual(whole.did, NEWS);
  const boundaries = whole.boundaries ?? 0;
  assert.ok(boundaries >= 3 * NEWS.length, `${boundaries} boundaries`);
  for (let boundary = 0; boundary < boundaries; boundary++) {
    const callId = `kitchen ${boundary}`;
    const told = await run(callId, "kitchen", boundary);
    checkKitchen(callId, told, `boundary ${boundary} after ${told.did.at(-1)}`);
  }
});
