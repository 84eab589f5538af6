/** Memory and CPU of the bundled bridge in the whole system: idle, and while a call of the sample house runs. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startLab } from "../lab/lab.ts";
import { cpuMs, rssMb } from "./cpu.ts";
import { round } from "./figures.ts";

export interface BridgeFigures {
  idleRssMb: number;
  callRssMb: number;
  /** Share of one core, percent. */
  idleCpuPercent: number;
  callCpuPercent: number;
}

const WINDOW_MS = 10_000;

export async function measureBridge(): Promise<BridgeFigures> {
  const root = join(import.meta.dirname, "../..");
  execFileSync(process.execPath, [join(root, "bridge/build.ts")], { stdio: "pipe" });
  const lab = await startLab({ bridgeMain: join(root, "bridge/dist/main.js") });
  try {
    const door = await lab.startDoorStation(lab.toneFile(440));
    await lab.startMobile("401", { hz: 1000, answer: "auto" });
    await delay(5_000); // the start is over
    const idle = await watch(lab.bridge.pid);
    await door.dial("unit401");
    await door.waitFor("CALL_ESTABLISHED");
    const call = await watch(lab.bridge.pid);
    await door.hangUp();
    return {
      idleRssMb: idle.rssMb,
      callRssMb: call.rssMb,
      idleCpuPercent: idle.cpuPercent,
      callCpuPercent: call.cpuPercent,
    };
  } finally {
    await lab.stop();
  }
}

async function watch(pid: number): Promise<{ rssMb: number; cpuPercent: number }> {
  const before = cpuMs(pid);
  await delay(WINDOW_MS);
  return { rssMb: round(rssMb(pid), 1), cpuPercent: round(((cpuMs(pid) - before) / WINDOW_MS) * 100, 2) };
}
