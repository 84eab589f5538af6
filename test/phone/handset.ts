/**
 * The sound of a telephone: sends G.711 as a gateway does (a packet each 20 ms, silence between words), remembers what it
 * hears and when, and can be a bad line.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { decodeG711, encodeG711, type G711Codec } from "../../bridge/src/audio/g711.ts";

const TYPE = { pcmu: 0, pcma: 8 } as const;
const COMFORT_NOISE = 13;
const SILENCE = { pcmu: 0xff, pcma: 0xd5 } as const;

export interface Impairment {
  /** Share of packets that are lost. */
  loss?: number;
  /** Share of packets that swap places with the next one. */
  swap?: number;
  /** Share of packets that come twice. */
  twice?: number;
}

export interface HeardPacket {
  atMs: number;
  sequence: number;
  timestamp: number;
  marker: boolean;
  payload: Buffer;
}

export class Handset {
  readonly port: number;
  readonly codec: G711Codec;
  readonly heard: HeardPacket[] = [];
  impairment: Impairment = {};
  /** Of sound in each packet sent: a multiple of 10. */
  packetMs = 20;
  /** Between words only a description of the noise is sent, now and then (RFC 3389). */
  comfortNoise = false;
  /** Between words nothing is sent at all (RFC 3551 section 4.1). */
  suppressesSilence = false;
  /** A room that is heard all the time, 8 kHz, again and again. */
  background: Int16Array | null = null;
  /** Told for each packet heard. */
  onPacket: (packet: HeardPacket) => void = () => {};
  private readonly socket: Socket;
  private remote: { address: string; port: number } | null = null;
  private timer: NodeJS.Timeout | undefined;
  private queue: { sound: Buffer; offset: number; started: () => void; done: () => void }[] = [];
  private held: Buffer | null = null;
  private sequence = Math.floor(Math.random() * 60_000);
  private timestamp = Math.floor(Math.random() * 2 ** 31);
  private ssrc = Math.floor(Math.random() * 2 ** 32);
  private pressedAt: number | null = null;
  private random = 1;
  private roomAt = 0;
  private sending = true;

  private constructor(socket: Socket, codec: G711Codec) {
    this.socket = socket;
    this.codec = codec;
    this.port = socket.address().port;
    socket.on("message", (packet) => this.read(packet));
    socket.on("error", () => {});
  }

  static async open(codec: G711Codec = "pcma"): Promise<Handset> {
    const socket = createSocket("udp4");
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return new Handset(socket, codec);
  }

  /** An offer; also what `Call` of the lab's SIP agent asks for. */
  sdp(direction = "sendrecv", address = "127.0.0.1"): string {
    const type = TYPE[this.codec];
    return [
      "v=0",
      `o=- ${this.port} 1 IN IP4 127.0.0.1`,
      "s=-",
      `c=IN IP4 ${address}`,
      "t=0 0",
      `m=audio ${this.port} RTP/AVP ${type} ${COMFORT_NOISE} 101`,
      `a=rtpmap:${type} ${this.codec.toUpperCase()}/8000`,
      "a=rtpmap:101 telephone-event/8000",
      "a=fmtp:101 0-15",
      `a=ptime:${this.packetMs}`,
      `a=${direction}`,
      "",
    ].join("\r\n");
  }

  /** Takes the other side's address from its SDP, and begins to send. */
  connect(sdp: string): void {
    const address = /^c=IN IP4 (\S+)/m.exec(sdp)?.[1];
    const port = Number(/^m=audio (\d+)/m.exec(sdp)?.[1] ?? 0);
    if (!address || port === 0) return;
    this.remote = { address, port };
    if (this.timer) return;
    const startedAt = performance.now();
    let ticks = 0;
    this.timer = setInterval(() => {
      for (; ticks * this.packetMs < performance.now() - startedAt; ticks++) this.tick();
    }, 5);
  }

  /** Says the sound. Resolves when its last packet is out; `started` is told with the first. */
  say(sound: Buffer, started: () => void = () => {}): Promise<void> {
    return new Promise((done) => this.queue.push({ sound, offset: 0, started, done }));
  }

  /** Goes on as another sender, as after a transfer in the gateway: another SSRC, other counters. */
  becomeAnother(): void {
    this.ssrc = (this.ssrc + 1) >>> 0;
    this.sequence = (this.sequence + 20_000) & 0xffff;
    this.timestamp = (this.timestamp + 2 ** 30) >>> 0;
  }

  /** Its next packets have these numbers. */
  numberFrom(sequence: number): void {
    this.sequence = sequence & 0xffff;
  }

  /** Nothing is sent any more, as by a phone that died. */
  pause(): void {
    this.sending = false;
  }

  resume(): void {
    this.sending = true;
  }

  /** Presses a key for 100 ms (RFC 4733), its end three times. */
  press(key: string): void {
    const event = "0123456789*#".indexOf(key);
    // Two keys never begin at one time: that would be one key.
    const at = this.timestamp === this.pressedAt ? this.timestamp + 1 : this.timestamp;
    this.pressedAt = at;
    for (const [duration, end] of [
      [160, 0],
      [480, 0],
      [800, 0x80],
      [800, 0x80],
      [800, 0x80],
    ] as const) {
      const payload = Buffer.from([event, end | 10, duration >> 8, duration & 0xff]);
      this.transmit(this.packet(payload, 101, at));
    }
  }

  /** All payloads heard from packet `from` on, one after the other. */
  sound(from = 0): Buffer {
    return Buffer.concat(this.heard.slice(from).map(({ payload }) => payload));
  }

  close(): void {
    clearInterval(this.timer);
    this.socket.close();
  }

  private tick(): void {
    const length = this.packetMs * 8;
    const frame = Buffer.alloc(length, SILENCE[this.codec]);
    const first = this.queue[0];
    if (first) {
      if (first.offset === 0) first.started();
      first.sound.copy(frame, 0, first.offset);
      first.offset += length;
      if (first.offset >= first.sound.length) {
        this.queue.shift();
        first.done();
      }
    }
    this.addRoom(frame);
    this.timestamp = (this.timestamp + length) >>> 0;
    if (!this.sending || (this.suppressesSilence && !first)) return;
    if (!this.comfortNoise || first) this.impair(this.packet(frame, TYPE[this.codec], this.timestamp));
    else if (this.timestamp % (10 * length) < length) {
      this.transmit(this.packet(Buffer.from([70]), COMFORT_NOISE, this.timestamp));
    }
  }

  private addRoom(frame: Buffer): void {
    const { background } = this;
    if (!background) return;
    const speech = decodeG711(frame, this.codec);
    for (let i = 0; i < frame.length; i++) {
      const room = background[(this.roomAt + i) % background.length] ?? 0;
      speech[i] = Math.max(-32_768, Math.min(32_767, (speech[i] ?? 0) + room));
    }
    this.roomAt += frame.length;
    frame.set(encodeG711(speech, this.codec));
  }

  private packet(payload: Buffer, type: number, timestamp: number): Buffer {
    this.sequence = (this.sequence + 1) & 0xffff;
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = type;
    header.writeUInt16BE(this.sequence, 2);
    header.writeUInt32BE(timestamp, 4);
    header.writeUInt32BE(this.ssrc, 8);
    return Buffer.concat([header, payload]);
  }

  private impair(packet: Buffer): void {
    const { loss = 0, swap = 0, twice = 0 } = this.impairment;
    if (this.chance() < loss) return;
    if (this.held) {
      this.transmit(packet);
      this.transmit(this.held);
      this.held = null;
      return;
    }
    if (this.chance() < swap) {
      this.held = packet;
      return;
    }
    this.transmit(packet);
    if (this.chance() < twice) this.transmit(packet);
  }

  private transmit(packet: Buffer): void {
    if (this.remote) this.socket.send(packet, this.remote.port, this.remote.address);
  }

  /** A fixed sequence, so that a test's bad line is the same bad line each time. */
  private chance(): number {
    this.random = (Math.imul(this.random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.random / 2 ** 32;
  }

  private read(packet: Buffer): void {
    if (packet.length < 13 || ((packet[1] ?? 0) & 0x7f) !== TYPE[this.codec]) return;
    const heard: HeardPacket = {
      atMs: performance.now(),
      sequence: packet.readUInt16BE(2),
      timestamp: packet.readUInt32BE(4),
      marker: ((packet[1] ?? 0) & 0x80) !== 0,
      payload: packet.subarray(12),
    };
    this.heard.push(heard);
    this.onPacket(heard);
  }
}
