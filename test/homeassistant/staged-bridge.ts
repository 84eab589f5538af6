/** The staged app as the Supervisor would start it, but on loopback and with the stand-in beside it. */
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stageApp } from "../../addon/build.ts";
import type { SupervisorStandIn } from "../fakes/supervisor.ts";
import { builtBridge, builtPanel } from "../lab/built.ts";
import { Program } from "../lab/process.ts";

export interface StagedBridge {
  logFile: string;
  /** Resident memory at this moment, bytes. */
  memory(): number;
  restart(): Promise<void>;
  /** Starts it again after a stop. */
  start(): Promise<void>;
  /** Told as the Supervisor tells it. */
  stop(): Promise<void>;
}

/** @param folder gets the app, its data and its log */
export async function startStagedBridge(
  folder: string,
  port: number,
  supervisor: SupervisorStandIn,
  env: Record<string, string> = {},
): Promise<StagedBridge> {
  const app = join(folder, "app");
  const data = join(folder, "data");
  // The app's own user must get in, as it does in the image.
  chmodSync(folder, 0o755);
  mkdirSync(data, { recursive: true });
  builtBridge();
  await stageApp(app, builtPanel());
  const logFile = join(folder, "app.log");
  const start = () =>
    Program.start({
      command: process.execPath,
      args: [join(app, "start.js")],
      cwd: app,
      env: {
        NODE_NO_WARNINGS: "1",
        // Each house has its copy of the app: what is compiled of it serves nobody else.
        NODE_DISABLE_COMPILE_CACHE: "1",
        NEOLIA_DATA: data,
        NEOLIA_PORT: String(port),
        SUPERVISOR_TOKEN: supervisor.appToken,
        NEOLIA_SUPERVISOR_URL: `http://${supervisor.address}`,
        NEOLIA_SUPERVISOR_ADDRESS: "127.0.0.1",
        ...env,
      },
      logFile,
      ready: () =>
        fetch(`http://127.0.0.1:${port}/api/health`).then(
          ({ ok }) => ok,
          () => false,
        ),
    });
  let program = await start();
  return {
    logFile,
    memory: () => 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${program.pid}/status`, "utf8"))?.[1]),
    restart: async () => {
      await program.stop();
      program = await start();
    },
    start: async () => {
      program = await start();
    },
    stop: () => program.stop(),
  };
}
