/**
 * Memory and CPU of the bundled bridge in the whole system: idle, and while a call of the sample house runs.
 *
 * Resident memory counts what the kernel mapped of Node's program file as well, and that hangs on how the file came
 * into the page cache: the same Node that does nothing has 43 MB when the file was just written (as after an
 * installation) and 63 MB when it was read with a large read-ahead. So Node is run from a copy that was just written,
 * and measured alone beside the bridge.
 */
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Rule } from "../../bridge/src/api/directory.ts";
import { NODE_ENVIRONMENT, NODE_FLAGS } from "../../bridge/src/node-flags.ts";
import { labFolder } from "../lab/folder.ts";
import { type Lab, startLab } from "../lab/lab.ts";
import { cpuMs, rssMb } from "./cpu.ts";
import { round } from "./figures.ts";

export interface BridgeFigures {
  idleRssMb: number;
  callRssMb: number;
  /** Idle, once a rule of the site has hours: then the site's clock is computed. */
  scheduleRssMb: number;
  /** Node with the same flags that does nothing. */
  nodeRssMb: number;
  /** Share of one core, percent. */
  idleCpuPercent: number;
  callCpuPercent: number;
}

const WINDOW_MS = 10_000;

export async function measureBridge(): Promise<BridgeFigures> {
  const root = join(import.meta.dirname, "../..");
  execFileSync(process.execPath, [join(root, "bridge/build.ts")], { stdio: "pipe" });
  const folder = labFolder("bench-node");
  const node = join(folder.path, "node");
  copyFileSync(process.execPath, node);
  const nodeRssMb = await memoryOfNode(node);
  const lab = await startLab({ bridgeNode: node });
  try {
    const door = await lab.startDoorStation(lab.toneFile(440));
    await lab.startMobile("401", { hz: 1000, answer: "auto" });
    await delay(20_000); // its start has cost what it costs
    const idle = await watch(lab.bridge.pid);
    await door.dial("unit401");
    await door.waitFor("CALL_ESTABLISHED");
    const call = await watch(lab.bridge.pid);
    await door.hangUp();
    await giveHours(lab);
    await delay(5_000);
    return {
      idleRssMb: idle.rssMb,
      callRssMb: call.rssMb,
      scheduleRssMb: round(rssMb(lab.bridge.pid), 1),
      nodeRssMb,
      idleCpuPercent: idle.cpuPercent,
      callCpuPercent: call.cpuPercent,
    };
  } finally {
    await lab.stop();
    folder.remove();
  }
}

async function memoryOfNode(node: string): Promise<number> {
  const idle = spawn(node, [...NODE_FLAGS, "--eval", "setInterval(() => {}, 1000)"], {
    env: NODE_ENVIRONMENT,
    stdio: "ignore",
  });
  await delay(2_000);
  const memory = round(rssMb(idle.pid ?? 0), 1);
  idle.kill();
  return memory;
}

/** Everyone may be rung on Mondays only. */
async function giveHours(lab: Lab): Promise<void> {
  const rules = await lab.api.get<Rule[]>(`/api/rules?siteId=${lab.house.site.id}`);
  for (const { id } of rules) {
    await lab.api.patch(`/api/rules/${id}`, { schedule: [{ fromMinute: 0, toMinute: 1440 }] });
  }
  await lab.directoryLive();
}

async function watch(pid: number): Promise<{ rssMb: number; cpuPercent: number }> {
  const before = cpuMs(pid);
  await delay(WINDOW_MS);
  return { rssMb: round(rssMb(pid), 1), cpuPercent: round(((cpuMs(pid) - before) / WINDOW_MS) * 100, 2) };
}
