/** The order desk's process is killed with SIGKILL at every boundary of its calls: nothing is lost, nothing doubled. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import type { OrderEventPayload } from "../../bridge/src/mqtt/order-announcer.ts";
import { labFolder } from "../lab/folder.ts";
import { reopenedRestaurant, restaurant } from "./restaurant.ts";

const CALLS = 50;
const folder = labFolder("kills");
let lineId: string;

/** What the desk told before it died: the ledger that the store is held against. */
interface Told {
  callId: string;
  opened: boolean;
  /** In order; the last one may have been followed by work that nobody heard of. */
  answers: { tool: string; state: string; totalCents: number }[];
  /** The same things are said as in the whole call. */
  alike: boolean;
  /** Boundaries of a whole call; null: it was killed before its end. */
  boundaries: number | null;
}

before(async () => {
  const luigi = await restaurant({ folder: folder.path });
  luigi.settings({ ordersPerSlot: 100 });
  lineId = luigi.line.id;
  luigi.close();
});
after(() => folder.remove());

async function runUntil(callId: string, variant: number | "twice", boundary: number): Promise<Told> {
  const child = spawn(
    process.execPath,
    [
      "--no-warnings",
      join(import.meta.dirname, "kill-child.ts"),
      folder.path,
      lineId,
      callId,
      String(variant),
      String(boundary),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const told: Told = { callId, opened: false, alike: variant === 0, answers: [], boundaries: null };
  const ended = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout })) {
    const message = JSON.parse(line) as {
      at?: string;
      opened?: boolean;
      boundaries?: number;
    } & Told["answers"][number];
    if (message.at === "boundary") child.kill("SIGKILL");
    else if (message.opened) told.opened = true;
    else if (message.boundaries !== undefined) told.boundaries = message.boundaries;
    else told.answers.push(message);
  }
  await ended;
  return told;
}

test(`${CALLS} calls, each killed at another boundary: 0 lost, 0 doubled`, { timeout: 540_000 }, async (t) => {
  const whole = await runUntil("whole", 0, -1);
  assert.ok(whole.boundaries !== null && whole.boundaries > 30, `${whole.boundaries} boundaries`);
  const boundaries = whole.boundaries;
  const ledger: Told[] = [whole];
  // Every boundary once, then the first ones again with other calls.
  for (let n = 0; n < Math.max(CALLS, boundaries); n++) {
    ledger.push(await runUntil(`call-${n}`, n < boundaries ? 0 : n, n % boundaries));
  }
  // Calls of other kinds, each killed somewhere else.
  for (let n = 1; n <= 6; n++) ledger.push(await runUntil(`other-${n}`, n, (n * 7) % boundaries));

  const luigi = reopenedRestaurant(folder.path, lineId);
  t.after(() => luigi.close());
  const { drafts, orders } = luigi.ordering.boards.board(lineId);
  const news = luigi.store.outbox
    .next(10_000)
    .map(({ payload }) => JSON.parse(payload) as OrderEventPayload)
    .filter(({ event_type }) => event_type === "new")
    .map(({ order_id }) => order_id);
  for (const { callId, opened, answers, alike } of ledger) {
    const placed = orders.filter((order) => order.callId === callId);
    const left = drafts.filter((draft) => draft.callId === callId);
    const last = answers.at(-1);
    assert.ok(placed.length <= 1, `${callId} was ordered ${placed.length} times`);
    if (last?.state === "committed") {
      assert.deepEqual(
        placed.map(({ cart }) => cart.totalCents),
        [last.totalCents],
        `${callId}: told and kept`,
      );
    } else if (opened) {
      // The yes was on disk, the caller had not heard of it.
      if (placed.length === 1) assert.equal(last?.tool, "read_back", callId);
      assert.equal(placed.length + left.length, 1, `${callId} is in the kitchen or a draft`);
    }
    if (left[0]) {
      assert.deepEqual([left[0].reason, left[0].callerNumber], ["interrupted", "+33639980178"]);
      const next = ledger[0]?.answers[answers.length];
      // What was told last, or one step further: the same kind of call shows what that step makes of the total.
      if (alike) assert.ok([last?.totalCents ?? 0, next?.totalCents].includes(left[0].cart.totalCents), callId);
    }
    assert.deepEqual(news.filter((id) => placed[0]?.id === id).length, placed.length, `${callId}: announced once`);
  }
  assert.equal(
    new Set(orders.map(({ number, committedAtMs }) => `${new Date(committedAtMs).getDate()} ${number}`)).size,
    orders.length,
  );
  assert.ok(drafts.length > 20 && orders.length > 3);
});

test("a call with two orders and one taken back between them, killed at each boundary: neither is lost or doubled", {
  timeout: 540_000,
}, async (t) => {
  const whole = await runUntil("twice", "twice", -1);
  const boundaries = whole.boundaries ?? 0;
  assert.ok(boundaries > 20, `${boundaries} boundaries`);
  const ledger: Told[] = [whole];
  for (let n = 0; n < boundaries; n++) ledger.push(await runUntil(`twice-${n}`, "twice", n));

  const luigi = reopenedRestaurant(folder.path, lineId);
  t.after(() => luigi.close());
  const { drafts, orders } = luigi.ordering.boards.board(lineId);
  /** What stands there after so many answers: the orders, and the draft of what is not over. Whoever takes an order back wants no call back. */
  const after = (count: number) => {
    const answers = whole.answers.slice(0, count);
    const placed = answers.filter(({ state }) => state === "committed").map(({ totalCents }) => totalCents);
    const { state = "", totalCents = 0 } = answers.at(-1) ?? {};
    return JSON.stringify({ placed, left: ["committed", "abandoned"].includes(state) ? [] : [totalCents] });
  };
  assert.equal(after(Number.POSITIVE_INFINITY), JSON.stringify({ placed: [1_550, 1_300], left: [] }));
  for (const { callId, answers } of ledger) {
    const ofCall = <Row extends { callId: string | null; cart: { totalCents: number } }>(rows: readonly Row[]) =>
      rows.filter((row) => row.callId === callId).map(({ cart }) => cart.totalCents);
    const there = JSON.stringify({ placed: ofCall(orders), left: ofCall(drafts) });
    // The last step may be on disk before anybody has heard of it.
    assert.ok(
      [after(answers.length), after(answers.length + 1)].includes(there),
      `${callId} after ${answers.at(-1)?.tool}: ${there}`,
    );
  }
});
