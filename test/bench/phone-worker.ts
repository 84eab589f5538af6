/**
 * Telephones in a thread of their own, so that their times are the wire's and not those of a busy test: short beeps out, every
 * packet in. All of them share one clock: a thread each would be late because of the others.
 */
import { createSocket, type Socket } from "node:dgram";
import { parentPort } from "node:worker_threads";
import { comeFirst } from "../../bridge/src/sip/media/come-first.ts";

export type PhoneCommand =
  /** `everyMs`: between two beeps; 0: none. */
  | { type: "open"; phone: number; everyMs: number }
  | { type: "connect"; phone: number; address: string; port: number }
  /** Answered once nothing has been heard for so long, after something was. */
  | { type: "quiet"; phone: number; forMs: number }
  | { type: "stop"; phone: number };
export type PhoneAnswer =
  | { type: "opened"; phone: number; port: number }
  | { type: "quiet"; phone: number }
  | ({ type: "stopped"; phone: number } & PhoneTimes);

/** Ms of the wall clock, with fractions: the same for all threads and processes of the machine. */
export interface PhoneTimes {
  sent: number[];
  heard: number[];
  arrivals: number[];
}

const FRAME = 160;
const TICK_MS = 20;
const SILENCE = 0xd5;
/** 1 kHz in A-law: eight samples a period. */
const BEEP = Buffer.from(
  Array.from({ length: FRAME }, (_, i) => [0xd5, 0xa2, 0xa9, 0xa2, 0xd5, 0x22, 0x29, 0x22][i % 8] ?? 0),
);
const now = (): number => performance.timeOrigin + performance.now();

class Phone {
  readonly socket: Socket = createSocket("udp4");
  readonly times: PhoneTimes = { sent: [], heard: [], arrivals: [] };
  private readonly everyMs: number;
  private readonly ssrc = Math.floor(Math.random() * 2 ** 32);
  private remote: { address: string; port: number } | null = null;
  private loud = false;
  private loudAtMs: number | null = null;
  private ticks = 0;

  constructor(everyMs: number) {
    this.everyMs = everyMs;
    this.socket.on("message", (packet) => this.take(packet));
  }

  connect(address: string, port: number): void {
    this.remote = { address, port };
  }

  wasQuietFor(ms: number): boolean {
    return this.loudAtMs !== null && now() - this.loudAtMs > ms;
  }

  tick(): void {
    if (!this.remote) return;
    const packet = Buffer.alloc(12 + FRAME, SILENCE);
    const beeps = this.everyMs > 0 && this.ticks > 50 && (this.ticks * TICK_MS) % this.everyMs === 0;
    if (beeps) BEEP.copy(packet, 12);
    packet[0] = 0x80;
    packet[1] = 8;
    packet.writeUInt16BE(this.ticks & 0xffff, 2);
    packet.writeUInt32BE((this.ticks * FRAME) >>> 0, 4);
    packet.writeUInt32BE(this.ssrc, 8);
    if (beeps) this.times.sent.push(now());
    this.socket.send(packet, this.remote.port, this.remote.address);
    this.ticks += 1;
  }

  private take(packet: Buffer): void {
    const atMs = now();
    this.times.arrivals.push(atMs);
    const speaks = packet.subarray(12).some((byte) => byte !== SILENCE);
    if (speaks && !this.loud) this.times.heard.push(atMs);
    this.loud = speaks;
    if (speaks) this.loudAtMs = atMs;
  }
}

// What is measured is when packets come, not when a thread that had to wait looks at them.
comeFirst();
const phones = new Map<number, Phone>();
const startedAt = performance.now();
let ticks = 0;
function tick(): void {
  for (const phone of phones.values()) phone.tick();
  ticks += 1;
  setTimeout(tick, Math.max(0, startedAt + ticks * TICK_MS - performance.now()));
}
tick();

function answer(message: PhoneAnswer): void {
  parentPort?.postMessage(message);
}

parentPort?.on("message", (command: PhoneCommand) => {
  const { phone: id } = command;
  if (command.type === "open") {
    const phone = new Phone(command.everyMs);
    phones.set(id, phone);
    phone.socket.bind(0, "127.0.0.1", () => answer({ type: "opened", phone: id, port: phone.socket.address().port }));
    return;
  }
  const phone = phones.get(id);
  if (command.type === "connect") phone?.connect(command.address, command.port);
  else if (command.type === "quiet") {
    const looking = setInterval(() => {
      if (phone?.wasQuietFor(command.forMs) === false) return;
      clearInterval(looking);
      answer({ type: "quiet", phone: id });
    }, TICK_MS);
  } else if (phone) {
    phones.delete(id);
    phone.socket.close();
    answer({ type: "stopped", phone: id, ...phone.times });
  }
});
