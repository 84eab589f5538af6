/** Free ports for a lab, so that two labs run side by side. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

const BLOCK = 400;
const FIRST = 20_000;
const BLOCKS = 30;

/**
 * Folder of the locks; one a user, because nobody may write into another one's. Not in `TMPDIR`: the ports are the
 * machine's, and labs with temporary folders of their own would take one another's.
 */
const LOCKS = `/tmp/neolia-lab-ports-${process.getuid?.() ?? 0}`;

/**
 * A block of 400 consecutive ports on loopback below the ephemeral range, reserved by a lock file until `release`:
 * offsets 0–99 for services, 100–299 for RTPEngine, 300–399 for coturn's relays.
 */
export interface PortBlock {
  base: number;
  /** Of the block on this machine, from 0. */
  number: number;
  release(): void;
}

/** Reserves a block. The lock of a process that is gone is taken over. Throws when none is left. */
export async function reservePorts(): Promise<PortBlock> {
  mkdirSync(LOCKS, { recursive: true });
  const start = Math.floor(Math.random() * BLOCKS);
  for (let i = 0; i < 2 * BLOCKS; i++) {
    const number = (start + i) % BLOCKS;
    const base = FIRST + number * BLOCK;
    const lock = join(LOCKS, String(number));
    if (!take(lock)) continue;
    if (await allFree(base)) return { base, number, release: () => rmSync(lock, { force: true }) };
    rmSync(lock, { force: true });
  }
  throw new Error(`no free block of ${BLOCK} ports between ${FIRST} and ${FIRST + BLOCKS * BLOCK}`);
}

/** Who has reserved a block: a pid, null when nobody has. The process may be gone. */
export function lockOf(number: number): number | null {
  try {
    return Number(readFileSync(join(LOCKS, String(number)), "utf8"));
  } catch {
    return null;
  }
}

/** Creates the lock file with our pid in it; false when a living process holds it. */
function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    const holder = Number(readFileSync(lock, { encoding: "utf8", flag: "a+" }));
    if (holder > 0 && !alive(holder)) rmSync(lock, { force: true });
    return false;
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function allFree(base: number): Promise<boolean> {
  for (const offset of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 100, 101, 300]) {
    if (!(await free(base + offset))) return false;
  }
  return true;
}

async function free(port: number): Promise<boolean> {
  const tcp = createServer();
  const udp = createSocket("udp4");
  try {
    tcp.listen(port, "127.0.0.1");
    await once(tcp, "listening");
    udp.bind(port, "127.0.0.1");
    await once(udp, "listening");
    return true;
  } catch {
    return false;
  } finally {
    tcp.close();
    try {
      udp.close();
    } catch {
      // never bound
    }
  }
}
