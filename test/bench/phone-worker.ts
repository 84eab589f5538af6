/** A telephone in a thread of its own, so that its times are the wire's and not those of a busy test: short beeps out, every packet in. */
import { createSocket } from "node:dgram";
import { parentPort, workerData } from "node:worker_threads";

const { everyMs } = workerData as { everyMs: number };
const FRAME = 160;
const SILENCE = 0xd5;
/** 1 kHz in A-law: eight samples a period. */
const BEEP = Buffer.from(
  Array.from({ length: FRAME }, (_, i) => [0xd5, 0xa2, 0xa9, 0xa2, 0xd5, 0x22, 0x29, 0x22][i % 8] ?? 0),
);
const now = (): number => performance.timeOrigin + performance.now();

const sent: number[] = [];
const heard: number[] = [];
const arrivals: number[] = [];
let remote: { address: string; port: number } | null = null;
let loud = false;

const socket = createSocket("udp4");
socket.on("message", (packet) => {
  const atMs = now();
  arrivals.push(atMs);
  const speaks = packet.subarray(12).some((byte) => byte !== SILENCE);
  if (speaks && !loud) heard.push(atMs);
  loud = speaks;
});
socket.bind(0, "127.0.0.1", () => parentPort?.postMessage({ type: "open", port: socket.address().port }));

let ticks = 0;
let startedAt = 0;
const ssrc = Math.floor(Math.random() * 2 ** 32);
function tick(): void {
  if (!remote) return;
  const packet = Buffer.alloc(12 + FRAME, SILENCE);
  const beeps = everyMs > 0 && ticks > 50 && (ticks * 20) % everyMs === 0;
  if (beeps) BEEP.copy(packet, 12);
  packet[0] = 0x80;
  packet[1] = 8;
  packet.writeUInt16BE(ticks & 0xffff, 2);
  packet.writeUInt32BE((ticks * FRAME) >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
  if (beeps) sent.push(now());
  socket.send(packet, remote.port, remote.address);
  ticks += 1;
  setTimeout(tick, Math.max(0, startedAt + ticks * 20 - performance.now()));
}

parentPort?.on("message", (message: { type: "connect"; address: string; port: number } | { type: "stop" }) => {
  if (message.type === "connect") {
    remote = { address: message.address, port: message.port };
    startedAt = performance.now();
    tick();
    return;
  }
  remote = null;
  parentPort?.postMessage({ type: "times", sent, heard, arrivals });
  socket.close();
  parentPort?.close();
});
