/** The real Linphone (its command line) that knows nothing but an address to fetch its configuration from. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./until.ts";

export interface LinphoneOptions {
  /** An empty folder of its own; made if missing. */
  folder: string;
  provisioningUrl: string;
  /** The CA of the lab, PEM. */
  caFile: string;
}

export class Linphone {
  private readonly child: ChildProcess;
  private readonly folder: string;
  private said = "";

  constructor({ folder, provisioningUrl, caFile }: LinphoneOptions) {
    this.folder = folder;
    mkdirSync(join(folder, ".local/share/linphone"), { recursive: true });
    const settings = ["[sip]", `root_ca=${caFile}`, "sip_port=-1", "sip_tcp_port=-1", "sip_tls_port=-1"];
    writeFileSync(this.file, [...settings, "[misc]", `config-uri=${provisioningUrl}`, ""].join("\n"));
    this.child = spawn("linphonec", ["-c", this.file], {
      env: { ...process.env, HOME: folder, XDG_DATA_HOME: "", XDG_CONFIG_HOME: "" },
      stdio: ["pipe", "pipe", "pipe"],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (bytes: Buffer) => {
        this.said += bytes.toString();
      });
    }
    // It may be gone when it is told to quit.
    this.child.stdin?.on("error", () => undefined);
    this.child.on("error", (error) => {
      this.said += `\n${String(error)}`;
    });
  }

  /** Waits until it has printed this since the last call. */
  async says(pattern: RegExp): Promise<void> {
    await until(() => pattern.test(this.said), { what: `Linphone to say ${pattern}\n${this.said}`, timeoutMs: 60_000 });
    this.said = "";
  }

  command(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Speaks what is in one WAV file and keeps what it hears in another, instead of a sound card. */
  useFiles(spoken: string, heard: string): void {
    this.command("soundcard use files");
    this.command(`play ${spoken}`);
    this.command(`record ${heard}`);
  }

  /** Its settings as it keeps them; written when it ends. */
  settings(): string {
    return readFileSync(this.file, "utf8");
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, "exit");
    this.command("quit");
    const timer = setTimeout(() => this.child.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(timer);
  }

  private get file(): string {
    return join(this.folder, "linphonerc");
  }
}
