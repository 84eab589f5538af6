/** Starts a real program for a test or the demo, keeps its output in a file, and ends it by its own pid. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { atOwnEnd, bequeath } from "./own-end.ts";
import { until } from "./until.ts";
import { watchLog } from "./witness.ts";

/** For a small machine's first start; a program that dies is noticed at once. */
const READY_TIMEOUT_MS = 45_000;

export interface ProgramOptions {
  /** Path or name on PATH. */
  command: string;
  args: string[];
  /** stdout and stderr go here, appended. */
  logFile: string;
  /** Resolves true once the program serves. Asked every 20 ms; the program's early death fails at once. */
  ready: () => boolean | Promise<boolean>;
  /** How long `ready` may take, ms; 45 s. */
  readyTimeoutMs?: number;
  env?: Record<string, string>;
  cwd?: string;
}

export class Program {
  readonly pid: number;
  readonly logFile: string;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, logFile: string) {
    this.child = child;
    this.pid = child.pid ?? 0;
    this.logFile = logFile;
  }

  /** Starts the program and waits until it serves. Throws with the last lines of its log if it does not. */
  static async start(options: ProgramOptions): Promise<Program> {
    mkdirSync(dirname(options.logFile), { recursive: true });
    const log = createWriteStream(options.logFile, { flags: "a" });
    watchLog(options.logFile);
    await once(log, "open");
    const child = spawn(options.command, options.args, {
      // A group of its own: Ctrl-C in the terminal reaches this process alone, which then ends things in order.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.env },
      cwd: options.cwd,
    });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    let spawnError: Error | null = null;
    child.on("error", (error) => {
      spawnError = error;
    });
    const program = new Program(child, options.logFile);
    // However this process ends, the program is told to end as well, also one that a test has frozen.
    const forget = atOwnEnd(() => {
      program.signal("SIGTERM");
      program.signal("SIGCONT");
    });
    const takeBack = program.pid === 0 ? () => {} : bequeath("program", program.pid);
    child.once("exit", () => {
      forget();
      takeBack();
    });
    try {
      await until(
        async () => {
          if (spawnError) throw spawnError;
          if (!program.running) throw new Error(`${options.command} ended at once (code ${child.exitCode})`);
          return await options.ready();
        },
        { timeoutMs: options.readyTimeoutMs ?? READY_TIMEOUT_MS, what: `${options.command} to serve` },
      );
    } catch (error) {
      await program.stop("SIGKILL");
      throw new Error(`${(error as Error).message}\n${tail(options.logFile)}`, { cause: error });
    }
    return program;
  }

  get running(): boolean {
    return this.pid !== 0 && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends a signal without waiting (SIGSTOP, SIGCONT, SIGHUP). */
  signal(signal: NodeJS.Signals): void {
    if (this.running) this.child.kill(signal);
  }

  /** Ends the program and waits for it; SIGKILL after `graceMs`. A second call does nothing. */
  async stop(signal: NodeJS.Signals = "SIGTERM", graceMs = 5_000): Promise<void> {
    if (!this.running) return;
    const ended = once(this.child, "exit");
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill("SIGKILL"), graceMs);
    await ended;
    clearTimeout(timer);
  }

  /** The whole log so far. */
  log(): string {
    return readFileSync(this.logFile, "utf8");
  }
}

function tail(file: string): string {
  return readFileSync(file, "utf8").split("\n").slice(-25).join("\n");
}
