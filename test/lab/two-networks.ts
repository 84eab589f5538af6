/**
 * A device that moves from one network to another, as a phone does from Wi-Fi to mobile data: a network namespace with
 * two links to this machine, of which one is up. Behind both the server has the same address.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { asRoot } from "./as-root.ts";
import { Program } from "./process.ts";
import { until } from "./until.ts";

/** Benchmark range (RFC 2544): no route leads there. A /30 for each link; `number` keeps labs apart. */
const address = (link: 0 | 1 | 2, number: number, host: 1 | 2) => `198.18.${link * 64 + number}.${host}`;

export class TwoNetworks {
  /** Where this machine is reached from both networks. */
  readonly server: string;
  private readonly number: number;
  private readonly device: Program;
  private readonly devicePid: number;
  private readonly faded = new Set<0 | 1>();
  private readonly blocked = new Set<"in" | "out">();

  private constructor(number: number, device: Program) {
    this.number = number;
    this.device = device;
    this.devicePid = Number(/^\d+$/m.exec(device.log())?.[0]);
    this.server = address(2, number, 1);
  }

  /**
   * `number`: 0 to 63, free on this machine. The device begins on the first network. Waits, for five minutes at most, until no
   * browser of a test runs: Chromium drops what it is loading when any address of the machine changes (ERR_NETWORK_CHANGED).
   */
  static async start(number: number, folder: string): Promise<TwoNetworks> {
    await until(() => !browserRuns(), { timeoutMs: 300_000, everyMs: 500, what: "no browser" }).catch(() => undefined);
    const [command = "", ...args] = [...unshared(), "sh", "-c", "echo $$; exec sleep infinity"];
    const logFile = join(folder, "device.log");
    const device = await Program.start({
      command,
      args,
      logFile,
      ready: () => /^\d+$/m.test(readFileSync(logFile, "utf8")),
    });
    const networks = new TwoNetworks(number, device);
    try {
      networks.link(0);
      networks.link(1);
      root("ip", "address", "add", `${networks.server}/32`, "dev", networks.linkName(0));
      networks.within("ip", "link", "set", "lo", "up");
      networks.join(0);
      return networks;
    } catch (error) {
      await networks.stop();
      throw error;
    }
  }

  /** What is put before a command to run it on the device. */
  get prefix(): string[] {
    return [
      "nsenter",
      ...(isRoot() ? [] : ["--user", "--preserve-credentials"]),
      "--net",
      "--target",
      String(this.devicePid),
    ];
  }

  /** From one network to the other, as the device itself notices it: the first is gone, then the second is there. */
  move(from: 0 | 1, to: 0 | 1): void {
    this.within("ip", "address", "flush", "dev", `net${from}`);
    this.within("ip", "link", "set", `net${from}`, "down");
    this.join(to);
  }

  /** The same without a word to the device: it keeps its address there, but nothing comes back to it. */
  fade(from: 0 | 1, to: 0 | 1): void {
    root("ip", "route", "add", "blackhole", `${address(from, this.number, 2)}/32`);
    this.faded.add(from);
    this.within("ip", "route", "replace", "default", "via", address(to, this.number, 1));
  }

  /** The network by which a call's packets reach the device. */
  async busy(): Promise<0 | 1> {
    const before = [this.packetsTo(0), this.packetsTo(1)] as const;
    const since = (link: 0 | 1) => this.packetsTo(link) - before[link];
    await until(() => Math.abs(since(0) - since(1)) > 50, { timeoutMs: 30_000, what: "one network to carry the call" });
    return since(0) > since(1) ? 0 : 1;
  }

  private packetsTo(link: 0 | 1): number {
    return Number(readFileSync(`/sys/class/net/${this.linkName(link)}/statistics/tx_packets`, "utf8"));
  }

  /** No UDP goes this way any more, as behind a firewall; TCP does. `out`: from the device. */
  blockUdp(way: "in" | "out"): void {
    this.udp("add", way);
    this.blocked.add(way);
  }

  unblockUdp(way: "in" | "out"): void {
    this.udp("delete", way);
    this.blocked.delete(way);
  }

  /** The links go with the namespace. */
  async stop(): Promise<void> {
    for (const way of this.blocked) if (way === "in") this.unblockUdp(way);
    await this.device.stop();
    for (const link of this.faded) this.heal(link);
  }

  private udp(change: "add" | "delete", way: "in" | "out"): void {
    const rule = (to: string) => ["ip", "rule", change, "to", to, "ipproto", "udp", "blackhole"];
    if (way === "out") this.within(...rule(this.server));
    else for (const link of [0, 1] as const) root(...rule(address(link, this.number, 2)));
  }

  /** What faded carries packets both ways again. */
  heal(link: 0 | 1): void {
    root("ip", "route", "delete", "blackhole", `${address(link, this.number, 2)}/32`);
    this.faded.delete(link);
  }

  /** One more network; new connections take it. */
  join(link: 0 | 1): void {
    this.within("ip", "link", "set", `net${link}`, "up");
    this.within("ip", "address", "add", `${address(link, this.number, 2)}/30`, "dev", `net${link}`);
    this.within("ip", "route", "replace", "default", "via", address(link, this.number, 1));
  }

  private link(link: 0 | 1): void {
    const name = this.linkName(link);
    root("ip", "link", "add", name, "type", "veth", "peer", "name", `net${link}`, "netns", String(this.devicePid));
    root("ip", "address", "add", `${address(link, this.number, 1)}/30`, "dev", name);
    root("ip", "link", "set", name, "up");
  }

  private linkName(link: 0 | 1): string {
    return `neolia${this.number}-${link}`;
  }

  private within(...command: string[]): void {
    const [program = "", ...args] = [...this.prefix, ...command];
    execFileSync(program, args, { stdio: "pipe" });
  }
}

/** Whether a browser that Playwright started runs on this machine. */
function browserRuns(): boolean {
  return readdirSync("/proc").some((pid) => /^\d+$/.test(pid) && commandOf(pid).includes("--remote-debugging-pipe"));
}

/** Empty of a process that has ended. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function unshared(): string[] {
  return isRoot() ? ["unshare", "--net"] : ["unshare", "--map-root-user", "--net"];
}

function root(...command: string[]): void {
  const [program = "", ...args] = asRoot(command);
  execFileSync(program, args, { stdio: "pipe" });
}
