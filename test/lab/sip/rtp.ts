/** A plain RTP endpoint (RFC 3550, PCMA) that plays one tone and remembers what it hears. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

const RATE = 8000;
const FRAME = 160; // 20 ms

/** The sound of one side of a call, as signalling needs it. */
export interface SoundPeer {
  /** Its offer or answer. */
  sdp(): string;
  /** Takes the other side's address from its SDP. */
  connect(sdp: string): void;
}

/** One even RTP port on loopback with a tone generator and a recorder. */
export class RtpPeer {
  readonly address: string;
  readonly port: number;
  /** Time (performance.now) of the first packet received, NaN before. */
  firstAt = Number.NaN;
  /** Packets received and sent since the start. */
  received = 0;
  sent = 0;
  private readonly socket: Socket;
  private readonly heard: number[] = [];
  private remote: { address: string; port: number } | null = null;
  private timer: NodeJS.Timeout | null = null;

  private constructor(socket: Socket, address: string) {
    this.socket = socket;
    this.address = address;
    this.port = socket.address().port;
    socket.on("message", (packet) => this.read(packet));
    socket.on("error", () => {});
  }

  static async open(address = "127.0.0.1"): Promise<RtpPeer> {
    for (;;) {
      const socket = createSocket("udp4");
      socket.bind(0, address);
      await once(socket, "listening");
      if (socket.address().port % 2 === 0) return new RtpPeer(socket, address);
      socket.close();
    }
  }

  /** An offer or answer: PCMA and telephone-event, sendrecv. */
  sdp(): string {
    return [
      "v=0",
      `o=- ${this.port} 1 IN IP4 ${this.address}`,
      "s=-",
      `c=IN IP4 ${this.address}`,
      "t=0 0",
      `m=audio ${this.port} RTP/AVP 8 101`,
      "a=rtpmap:8 PCMA/8000",
      "a=rtpmap:101 telephone-event/8000",
      "a=fmtp:101 0-15",
      "a=ptime:20",
      "a=sendrecv",
      "",
    ].join("\r\n");
  }

  /** Takes the other side's address from its SDP. */
  connect(sdp: string): void {
    const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
    const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1] ?? 0);
    this.remote = address && port > 0 ? { address, port } : null;
  }

  /** Plays a sine of `hz` until `close`, one packet each 20 ms on average. */
  play(hz: number): void {
    if (this.timer) clearInterval(this.timer);
    const startedAt = performance.now();
    let frames = 0;
    const ssrc = Math.floor(Math.random() * 2 ** 32);
    this.timer = setInterval(() => {
      for (; frames < (performance.now() - startedAt) / 20; frames++) {
        const packet = Buffer.alloc(12 + FRAME);
        packet.writeUInt16BE(0x8008 | (frames === 0 ? 0x80 : 0), 0);
        packet.writeUInt16BE(frames & 0xffff, 2);
        packet.writeUInt32BE((frames * FRAME) % 2 ** 32, 4);
        packet.writeUInt32BE(ssrc, 8);
        for (let i = 0; i < FRAME; i++) {
          packet[12 + i] = toAlaw(12_000 * Math.sin((2 * Math.PI * hz * (frames * FRAME + i)) / RATE));
        }
        if (!this.remote) continue;
        this.socket.send(packet, this.remote.port, this.remote.address);
        this.sent++;
      }
    }, 10);
  }

  /** Sends nothing any more, as a device that died. */
  pause(): void {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
  }

  /** Share (0–1) of the power heard in the last `ms` that lies at `hz` (Goertzel). */
  share(hz: number, ms = 500): number {
    const samples = this.heard.slice(-(ms * RATE) / 1000);
    if (samples.length < RATE / 10) return 0;
    const factor = 2 * Math.cos((2 * Math.PI * hz) / RATE);
    let [s1, s2, power] = [0, 0, 0];
    for (const sample of samples) {
      [s1, s2] = [sample + factor * s1 - s2, s1];
      power += sample * sample;
    }
    const at = s1 * s1 + s2 * s2 - factor * s1 * s2;
    return power === 0 ? 0 : (2 * at) / (samples.length * power);
  }

  close(): void {
    if (this.timer) clearInterval(this.timer);
    this.socket.close();
  }

  private read(packet: Buffer): void {
    if (packet.length < 13 || ((packet[1] ?? 0) & 0x7f) !== 8) return;
    if (this.received++ === 0) this.firstAt = performance.now();
    for (const byte of packet.subarray(12)) this.heard.push(fromAlaw(byte));
    if (this.heard.length > 60 * RATE) this.heard.splice(0, 30 * RATE);
  }
}

/** 16-bit linear to A-law (ITU-T G.711). */
function toAlaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(Math.trunc(sample)), 32_767) >> 3;
  let exponent = 0;
  while (magnitude >> (exponent + 5) > 0) exponent++;
  const mantissa = exponent < 1 ? (magnitude >> 1) & 0x0f : (magnitude >> exponent) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

function fromAlaw(byte: number): number {
  const value = byte ^ 0x55;
  const exponent = (value >> 4) & 0x07;
  const mantissa = value & 0x0f;
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return value & 0x80 ? magnitude : -magnitude;
}

/** An offer or answer for tests without sound: its port is the discard port. */
export function silentSdp(address: string): string {
  const lines = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", `c=IN IP4 ${address}`, "t=0 0", "m=audio 9 RTP/AVP 8", ""];
  return lines.join("\r\n");
}
