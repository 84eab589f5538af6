/** A call into the line, from a SIP peer to the kitchen's board: Kamailio, RTPEngine, the bridge, the stand-in, the order desk. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { CallerErased, HistoryPage } from "../../bridge/src/api/board.ts";
import type { AccountWithPassword } from "../../bridge/src/api/directory.ts";
import { around } from "../lab/around.ts";
import { DOMAIN } from "../lab/lab.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import type { NamedCase } from "./call-case.ts";
import { playCase } from "./caller.ts";
import { readCaseFolder } from "./case-folder.ts";
import { Handset } from "./handset.ts";
import { LineLab } from "./line-lab.ts";
import { ScriptedModel } from "./scripted-model.ts";

const CASES = readCaseFolder(join(import.meta.dirname, "calls")).cases;
let running: NamedCase | null = null;
let lab: LineLab;
around(
  async () => {
    lab = await LineLab.start({ brain: () => new ScriptedModel(() => running) });
  },
  () => lab?.stop(),
);

function caseOf(id: string): NamedCase {
  const found = CASES.find((one) => one.id.startsWith(id));
  assert.ok(found, id);
  return found;
}

async function play(script: NamedCase, number: string) {
  running = script;
  try {
    return await playCase({
      script,
      dial: (handset) => lab.dial(handset, number),
      setSoldOut: async (menuId, soldOut) => {
        await lab.lab.api.put(`/api/lines/${lab.restaurant.line.id}/stock/${menuId}`, { soldOut });
      },
    });
  } finally {
    running = null;
  }
}

test("a caller orders two pizzas, hears them read back, says yes, and they are on the board", {
  timeout: 120_000,
}, async () => {
  const report = await play(caseOf("01"), "+33639980001");
  assert.equal(report.status, 200);
  assert.ok(Number.isFinite(report.firstWordsMs), "the assistant begins");
  const order = await until(async () => (await lab.board()).orders[0], { what: "the order on the board" });
  assert.equal(order.cart.totalCents, 2100);
  assert.equal(order.name, "Durand");
  assert.equal(order.callerNumber, "+33639980001");
  assert.deepEqual(
    lab.service.sessions.flatMap(({ refused }) => refused),
    [],
  );
});

test("a caller who wants a person gets one: staff hear what it is about, then both hear each other", {
  timeout: 120_000,
}, async () => {
  const { api, edge } = lab.lab;
  const staffAccount = await api.post<AccountWithPassword>("/api/accounts", {
    siteId: lab.lab.house.site.id,
    unitId: lab.restaurant.line.unitId,
    type: "mobile",
    label: "Kitchen",
  });
  await lab.lab.directoryLive();
  const { username: user, password } = staffAccount;
  const staff = await SipAgent.open({ user, password, domain: DOMAIN, port: edge.values.sipPort });
  const [ear, handset] = [await Handset.open(), await Handset.open()];
  try {
    staff.policy = { final: null };
    assert.equal((await staff.register()).status, 200);
    const call = await lab.dial(handset, "+33639980002");
    assert.equal((await call.final).status, 200);
    await until(() => handset.heard.some(({ payload }) => loud(payload)), { what: "the notice" });
    handset.press("0");
    const incoming = await until(() => staff.incoming[0], { what: "staff to be rung" });
    incoming.answer(200, { rtp: ear });
    await until(() => ear.heard.filter(({ payload }) => loud(payload)).length > 25, { what: "the summary" });
    await until(() => ear.heard.slice(-40).every(({ payload }) => !loud(payload)), {
      timeoutMs: 30_000,
      what: "the summary's end",
    });
    // Said again and again: staff may still be hearing the summary.
    const [fromCaller, fromStaff] = [tone(3), tone(7)];
    const talking = { on: true };
    const talk = (phone: Handset, sound: Buffer): Promise<void> | undefined =>
      talking.on ? phone.say(sound).then(() => talk(phone, sound)) : undefined;
    void talk(handset, fromCaller);
    void talk(ear, fromStaff);
    await until(() => ear.sound().includes(fromCaller.subarray(3200, 4000)), {
      timeoutMs: 30_000,
      what: "the caller at staff",
    });
    await until(() => handset.sound().includes(fromStaff.subarray(3200, 4000)), { what: "staff at the caller" });
    talking.on = false;
    await call.hangup();
    await incoming.endedByPeer;
    const page = await api.get<HistoryPage>(`/api/lines/${lab.restaurant.line.id}/history`);
    assert.equal(page.calls.find(({ callerNumber }) => callerNumber === "+33639980002")?.reason, "handed-over");
  } finally {
    staff.close();
    ear.close();
    handset.close();
  }
});

test("a caller who is erased stands in no file any more: not at the site, not on the VPS, not in free space, logs or what the broker keeps", async () => {
  const written = (): string[] =>
    [lab.lab.folder, dirname(lab.lab.edge.values.dataFolder)]
      .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
      .filter((file) => file.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((file) => existsSync(file) && readFileSync(file).includes("639980002"));
  assert.ok(written().some((file) => file.includes("outbox.db")));
  assert.ok(written().some((file) => file.includes("neolia.db")));
  assert.deepEqual(
    written().filter((file) => !file.includes(".db")),
    [],
    "no log has it to begin with",
  );
  const retained = await lab.lab.broker.listen("#");
  const erased = await lab.lab.api.post<CallerErased>("/api/callers/erase", { callerNumber: "0639980002" });
  assert.equal(erased.vps, "done");
  assert.deepEqual(written(), []);
  assert.ok(!retained.messages.some(({ topic, payload }) => `${topic} ${payload}`.includes("639980002")));
  await retained.close();
  await lab.lab.control.stop();
  const later = await lab.lab.api.post<CallerErased>("/api/callers/erase", { callerNumber: "0639980002" });
  assert.equal(later.vps, "away");
  await lab.lab.control.start();
});

test("neither keys nor numbers nor words stand in the bridge's log", () => {
  const log = lab.lab.bridge.log();
  assert.doesNotMatch(log, /inline:|a=crypto|600000001|600000002|margherita|Durand/i);
});

test("the relay's media threads do not wait for the processor where the machine allows it, and run all the same where not", () => {
  const { rtpenginePid } = lab.lab.edge;
  const policies = readdirSync(`/proc/${rtpenginePid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${rtpenginePid}/task/${thread}/stat`, "utf8");
    // Field 41 of proc_pid_stat(5), the name before them left out: 2 is SCHED_RR.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[38];
  });
  const allowed = spawnSync("chrt", ["--rr", "1", "true"]).status === 0;
  assert.equal(policies.includes("2"), allowed);
});

const loud = (payload: Buffer) => payload.some((byte) => byte !== 0xd5);

/** A second of sound in which no packet is like another. */
function tone(step: number): Buffer {
  return Buffer.from(Array.from({ length: 8000 }, (_, i) => (Math.imul(i * step, 2_654_435_761) >>> 13) & 0xff));
}
