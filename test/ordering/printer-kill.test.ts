/** SIGKILL while a ticket is printed, at each note of it and half way through: it comes out whole, and a second time only as a copy. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { EscPosPrinter } from "../fakes/escpos-printer.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { reopenedRestaurant, restaurant } from "./restaurant.ts";

const folder = labFolder("printer-kill");
let kitchen: EscPosPrinter;
let ports: PortBlock;
let lineId: string;

before(async () => {
  ports = await reservePorts();
  kitchen = new EscPosPrinter();
  await kitchen.plugIn(ports.base);
  const luigi = await restaurant({ folder: folder.path });
  luigi.settings({ printer: { host: "127.0.0.1", port: ports.base }, ordersPerSlot: 100, hours: [] });
  lineId = luigi.line.id;
  luigi.close();
});
after(() => {
  kitchen.unplug();
  ports.release();
  folder.remove();
});

function order(callId: string): void {
  const luigi = reopenedRestaurant(folder.path, lineId);
  const { tool, heardAndAnswered } = luigi.call(callId);
  tool("add_item", { item_id: "tiramisu", quantity: 2 });
  tool("set_details", { name: "Paul", pickup_time: "asap" });
  heardAndAnswered(tool("read_back"));
  assert.equal(tool("confirm_order").state, "committed");
  luigi.close();
}

/** Ends when nothing waits, or when it is killed at the boundary or by `killedWhen`. */
async function print(boundary: number, killedWhen?: () => Promise<unknown>): Promise<boolean> {
  const program = join(import.meta.dirname, "print-child.ts");
  const child = spawn(process.execPath, ["--no-warnings", program, folder.path, String(boundary)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  child.stdout.on("data", () => child.kill("SIGKILL"));
  if (killedWhen) {
    await killedWhen();
    child.kill("SIGKILL");
  }
  const [code, signal] = (await ended) as [number | null, string | null];
  assert.ok(code === 0 || signal === "SIGKILL", `${code} ${signal}`);
  return signal === "SIGKILL";
}

/** Whole tickets since: of each whether it says that it is a copy. */
const copies = (from: number): boolean[] =>
  kitchen.tickets
    .slice(from)
    .map((ticket) => ticket.toString("latin1"))
    .filter((text) => /Total/.test(text))
    .map((text) => /COPIE/.test(text));

test("killed before and after each note of a ticket: it is printed, and what is printed twice is a copy", {
  timeout: 120_000,
}, async () => {
  let boundary = 0;
  for (; ; boundary++) {
    const from = kitchen.tickets.length;
    order(`killed at ${boundary}`);
    const wasKilled = await print(boundary);
    await print(-1);
    const printed = copies(from);
    assert.ok(printed.length >= 1, `boundary ${boundary}: nothing was printed`);
    assert.deepEqual(
      printed.slice(1),
      printed.slice(1).map(() => true),
      `boundary ${boundary}`,
    );
    assert.ok(printed.length <= 2, `boundary ${boundary}: ${printed.length} tickets`);
    if (!wasKilled) break;
  }
  assert.equal(boundary, 4);
});

test("killed while the ticket is on its way: the whole one that follows says that it may be a copy", {
  timeout: 120_000,
}, async () => {
  kitchen.answers = false;
  kitchen.hangs = true;
  order("half way");
  const from = kitchen.tickets.length;
  const { visits } = kitchen;
  await print(-1, () =>
    until(() => kitchen.visits > visits && kitchen.heldBack().some((held) => held.includes("Total")), {
      what: "the ticket on its way",
    }),
  );
  kitchen.hangs = false;
  kitchen.answers = true;
  await print(-1);
  assert.deepEqual(copies(from), [true]);
});
