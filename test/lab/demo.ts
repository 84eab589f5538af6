/**
 * `npm run demo`: the whole system on this machine, one address to open, and a door station that rings.
 * `npm run demo -- --homeassistant`: the same in a real Home Assistant (see ../homeassistant/demo-home.ts).
 * `npm run demo -- --once`: the same without a person; the last line printed is a JSON verdict (see demo-once.ts).
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startHomeDemo } from "../homeassistant/demo-home.ts";
import { DOOR_HZ, holds, ringOnce } from "./demo-once.ts";
import { DoorBell } from "./door-bell.ts";
import { type Lab, startLab } from "./lab.ts";
import { startRingButton } from "./ring-button.ts";
import { checkRoom, sayFailure } from "./room.ts";
import type { SipPhone } from "./sip-phone.ts";
import { writeVisitor } from "./voice.ts";

const PAGE_PORT = 8200;
const IMPATIENT_AFTER_MS = 1_000;
const PARENT_LOOK_MS = 500;
/** More than a signal takes from the terminal to its handler here. */
const SIGNAL_MS = 50;

interface Demo {
  /** Until the person is done, or the verdict is there; the process's exit code. */
  run(): Promise<number>;
  stop(): Promise<void>;
}

function tell(what: string): void {
  console.log(`  ${what}`);
}

/** Starts the system and its door. `pagePort` undefined: a free one. `step` is told before each step, and may end it. */
async function start(
  mode: "person" | "once",
  pagePort: number | undefined,
  step: (what: string) => void,
): Promise<Demo> {
  const lab = await startLab({
    browsers: mode === "person" ? "ws" : "wss",
    demoPage: true,
    progress: step,
    ...(pagePort !== undefined && { pagePort }),
  });
  try {
    step("the door station");
    const door = mode === "person" ? await visitor(lab) : await lab.startDoorStation(lab.toneFile(DOOR_HZ));
    const bell = new DoorBell(door, "unit401", tell);
    const button = await startRingButton(lab.buttonPort, lab.bridge.url, () => bell.press());
    const stop = async () => {
      await button.stop();
      await lab.stop();
    };
    const once = async () => {
      const verdict = await ringOnce(lab, door, tell);
      await stop();
      console.log(JSON.stringify(verdict));
      return holds(verdict) ? 0 : 1;
    };
    return { run: mode === "once" ? once : () => serve(textOf(lab), bell), stop };
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

/** A visitor who speaks, and who answers when a panel calls the door. */
async function visitor(lab: Lab): Promise<SipPhone> {
  const sound = join(lab.folder, "visitor.wav");
  writeVisitor(sound, process.env.LANG?.startsWith("fr") ? "fr" : "en");
  return await lab.startDoorStation(sound, "auto");
}

async function startAtHome(): Promise<Demo> {
  const { text, bell, stop } = await startHomeDemo(tell);
  return { run: () => serve(text, bell), stop };
}

function textOf(lab: Lab): string {
  return `
Open this address in a browser on this machine:

  ${lab.bridge.pageUrl}

Choose unit 401 and allow the microphone, then ring the door.
Press r to ring, q or Ctrl-C to stop. (The page has a button that rings, too.)
`;
}

/** Waits for keys until the person is done. */
async function serve(text: string, bell: DoorBell): Promise<number> {
  console.log(text);
  const { stdin } = process;
  if (!stdin.isTTY) return await new Promise(() => {});
  stdin.setRawMode(true);
  for await (const keys of stdin) {
    for (const key of String(keys)) {
      if (key === "q" || key === "\u0003") return 0;
      if (key === "r") void bell.press().catch((error: Error) => tell(error.message));
    }
  }
  return 0;
}

async function inUse(port: number): Promise<boolean> {
  for (const host of ["127.0.0.1", "::1"]) {
    const socket = connect(port, host);
    try {
      await once(socket, "connect");
      return true;
    } catch {
      // Nobody listens there.
    } finally {
      socket.destroy();
    }
  }
  return false;
}

async function freePagePort(wish: string | undefined): Promise<number> {
  const port = Number(wish ?? PAGE_PORT);
  if (!Number.isInteger(port) || port < 1024 || port > 65_535) {
    throw new Error("--port takes a number from 1024 to 65535.");
  }
  if (await inUse(port)) {
    throw new Error(`Port ${port} is in use by another program; choose another: npm run demo -- --port 8300`);
  }
  return port;
}

/** Our parent and its parent: between npm and us there may be the shell that npm runs commands with. */
function npmAbove(): string {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/status`, "utf8");
    return `${process.ppid} ${/^PPid:\s*(\d+)/m.exec(stat)?.[1]}`;
  } catch {
    return "gone";
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { once: { type: "boolean" }, homeassistant: { type: "boolean" }, port: { type: "string" } },
  });
  if (values.homeassistant && (values.once || values.port)) {
    throw new Error("--homeassistant takes no --once and no --port: its address is Home Assistant's.");
  }
  const pagePort = values.once || values.homeassistant ? undefined : await freePagePort(values.port);
  checkRoom();
  console.log("Neolia demo");
  // However the demo ends, what it started ends first. While it starts, that is before the start's next step.
  const ending: Promise<void>[] = [];
  const step = (what: string): void => {
    if (ending.length > 0) throw new Error("the start was ended");
    tell(`starting ${what}`);
  };
  const starting = values.homeassistant ? startAtHome() : start(values.once ? "once" : "person", pagePort, step);
  let endingSince = 0;
  const stop = async (): Promise<void> => {
    if (ending.length === 0) {
      endingSince = performance.now();
      ending.push(
        starting.then(
          (demo) => demo.stop(),
          () => {},
        ),
      );
    }
    await Promise.all(ending);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // A closed terminal ends the input, too, and npm passes on what the terminal has sent here already: only a later
      // signal is somebody who will not wait.
      if (ending.length > 0) {
        if (performance.now() - endingSince > IMPATIENT_AFTER_MS) process.exit(1);
        return;
      }
      tell("stopping");
      void stop().finally(() => process.exit(values.once ? 1 : 0));
    });
  }
  // npm that was killed tells nobody.
  const npm = process.env.npm_lifecycle_event === undefined ? "" : npmAbove();
  setInterval(() => {
    if (npm !== "" && npmAbove() !== npm && ending.length === 0) process.kill(process.pid, "SIGTERM");
  }, PARENT_LOOK_MS).unref();
  // Nobody may read any more when a terminal was closed; what was started has to end all the same.
  for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
  const demo = await starting.catch(async (error: Error) => {
    // Ctrl-C ends a program that the start waits for before it reaches us: then that is no failure.
    await delay(SIGNAL_MS);
    if (ending.length === 0) throw error;
  });
  try {
    if (!demo || ending.length > 0) return 1;
    const code = await demo.run();
    if (!values.once) tell("stopping");
    return code;
  } finally {
    await stop();
  }
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(`neolia: ${sayFailure(error)}`);
    process.exit(1);
  },
);
