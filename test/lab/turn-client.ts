/** A small TURN client for tests (RFC 8489, RFC 8656) over UDP: allocates, asks for permissions, reads the error codes. */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { until } from "./until.ts";

export type TurnMethod = "allocate" | "refresh" | "createPermission" | "channelBind" | "binding" | "connect";

/** Attribute type and value, without padding. */
export type Attribute = readonly [type: number, value: Buffer];

export interface TurnReply {
  /** 0 for success, else the error code (401, 403, 437, …). */
  code: number;
  attributes: Attribute[];
}

const METHODS: Record<TurnMethod, number> = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  createPermission: 0x008,
  channelBind: 0x009,
  connect: 0x00a,
};
const COOKIE = 0x2112a442;
const USERNAME = 0x0006;
const INTEGRITY = 0x0008;
const ERROR_CODE = 0x0009;
const CHANNEL_NUMBER = 0x000c;
const LIFETIME = 0x000d;
const PEER = 0x0012;
const DATA = 0x0013;
const REALM = 0x0014;
const NONCE = 0x0015;
const RELAYED = 0x0016;
const REQUESTED_FAMILY = 0x0017;
const REQUESTED_TRANSPORT = 0x0019;
const SEND_INDICATION = 0x0016;

/** A login for coturn, as control mints it. */
export interface TurnLogin {
  username: string;
  credential: string;
}

/** The 4 or 16 bytes of an address, and its STUN family (1 or 2). IPv6 may embed dotted IPv4. */
export function addressBytes(address: string): { family: 1 | 2; bytes: Buffer } {
  if (!address.includes(":")) return { family: 1, bytes: Buffer.from(address.split(".").map(Number)) };
  const dotted = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const plain = dotted
    ? address.slice(0, dotted.index) +
      Buffer.from(dotted.slice(1).map(Number))
        .toString("hex")
        .replace(/(.{4})(.{4})/, "$1:$2")
    : address;
  const [left = "", right] = plain.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const tail = right === undefined ? [] : groups(right);
  const zeros = right === undefined ? 0 : 8 - groups(left).length - tail.length;
  const all = [...groups(left), ...Array<string>(zeros).fill("0"), ...tail];
  if (all.length !== 8) throw new Error(`no address: ${address}`);
  return { family: 2, bytes: Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex") };
}

export class TurnClient {
  /** The relayed address once `allocate` succeeded. */
  relayed: { address: string; port: number } | null = null;
  private readonly socket: Socket;
  private readonly server: { host: string; port: number };
  private readonly login: TurnLogin | null;
  private realm = "";
  private nonce: Buffer = Buffer.alloc(0);
  private readonly pending = new Map<string, (reply: TurnReply) => void>();
  /** Payloads that peers sent to the relayed address. */
  readonly data: Buffer[] = [];

  private constructor(socket: Socket, server: TurnClient["server"], login: TurnLogin | null) {
    this.socket = socket;
    this.server = server;
    this.login = login;
    socket.on("message", (packet) => this.read(packet));
    socket.on("error", () => {});
  }

  static async open(
    server: { host: string; port: number; localAddress?: string },
    login: TurnLogin | null,
  ): Promise<TurnClient> {
    const socket = createSocket("udp4");
    socket.bind(0, server.localAddress ?? "127.0.0.1");
    await once(socket, "listening");
    return new TurnClient(socket, server, login);
  }

  /** Allocates a relayed address, answering the challenge. `family` 2 asks for an IPv6 one (RFC 8656). */
  async allocate(family: 1 | 2 = 1): Promise<TurnReply> {
    const wanted: Attribute[] = [[REQUESTED_TRANSPORT, Buffer.from([17, 0, 0, 0])]];
    if (family === 2) wanted.push([REQUESTED_FAMILY, Buffer.from([2, 0, 0, 0])]);
    const reply = await this.request("allocate", wanted);
    const relayed = reply.attributes.find(([type]) => type === RELAYED)?.[1];
    if (reply.code === 0 && relayed) {
      const port = relayed.readUInt16BE(2) ^ (COOKIE >>> 16);
      const address = [4, 5, 6, 7].map((i) => (relayed[i] ?? 0) ^ ((COOKIE >>> (24 - 8 * (i - 4))) & 255)).join(".");
      this.relayed = { address, port };
    }
    return reply;
  }

  /** Asks for permission to exchange data with `address`. */
  async permit(...addresses: string[]): Promise<TurnReply> {
    return await this.request("createPermission", (transaction) =>
      addresses.map((address) => [PEER, peer(address, 9, transaction)] as const),
    );
  }

  /** Binds a channel to a peer. */
  async bindChannel(address: string, port: number, channel = 0x4000): Promise<TurnReply> {
    const number = Buffer.from([channel >> 8, channel & 255, 0, 0]);
    return await this.request("channelBind", (transaction) => [
      [CHANNEL_NUMBER, number],
      [PEER, peer(address, port, transaction)],
    ]);
  }

  /** Asks for a TCP connection to a peer (RFC 6062). */
  async connect(address: string, port: number): Promise<TurnReply> {
    return await this.request("connect", (transaction) => [[PEER, peer(address, port, transaction)]]);
  }

  /** Ends the allocation. */
  async release(): Promise<TurnReply> {
    return await this.request("refresh", [[LIFETIME, Buffer.alloc(4)]]);
  }

  /** Sends data to a peer without asking first whether that is permitted; nothing answers. */
  sendTo(address: string, port: number, data: Buffer): void {
    const transaction = randomBytes(12);
    this.socket.send(
      message(SEND_INDICATION, transaction, [
        [PEER, peer(address, port, transaction)],
        [DATA, data],
      ]),
      this.server.port,
      this.server.host,
    );
  }

  /** Sends data to a peer and gives the first data that comes back within 3 s. */
  async echo(address: string, port: number, text: string): Promise<string> {
    this.sendTo(address, port, Buffer.from(text));
    return String(await until(() => this.data.shift(), { timeoutMs: 3_000, what: "data through the relay" }));
  }

  /** Sends one request; answers a 401 or 438 once. Throws when nothing answers within 5 s. */
  async request(
    method: TurnMethod,
    attributes: readonly Attribute[] | ((transaction: Buffer) => readonly Attribute[]),
  ): Promise<TurnReply> {
    const first = await this.exchange(method, attributes);
    if ((first.code !== 401 && first.code !== 438) || this.login === null) return first;
    const value = (type: number): Buffer => first.attributes.find(([key]) => key === type)?.[1] ?? Buffer.alloc(0);
    const known = this.nonce;
    this.realm = value(REALM).toString();
    this.nonce = value(NONCE);
    if (this.nonce.length === 0 || (first.code === 401 && this.nonce.equals(known))) return first;
    return await this.exchange(method, attributes);
  }

  close(): void {
    this.socket.close();
  }

  private async exchange(
    method: TurnMethod,
    attributes: readonly Attribute[] | ((transaction: Buffer) => readonly Attribute[]),
  ): Promise<TurnReply> {
    const transaction = randomBytes(12);
    const all = [...(typeof attributes === "function" ? attributes(transaction) : attributes)];
    let key: Buffer | null = null;
    if (this.login && this.nonce.length > 0) {
      const { username, credential } = this.login;
      all.push([USERNAME, Buffer.from(username)], [REALM, Buffer.from(this.realm)], [NONCE, this.nonce]);
      key = createHash("md5").update(`${username}:${this.realm}:${credential}`).digest();
    }
    const packet = message(METHODS[method], transaction, all, key);
    const id = transaction.toString("hex");
    return await new Promise((resolve, reject) => {
      const send = (): void => this.socket.send(packet, this.server.port, this.server.host);
      const repeat = setInterval(send, 500);
      const end = (): void => {
        clearInterval(repeat);
        clearTimeout(limit);
        this.pending.delete(id);
      };
      const limit = setTimeout(() => {
        end();
        reject(new Error(`no answer to ${method} within 5 s`));
      }, 5000);
      this.pending.set(id, (reply) => {
        end();
        resolve(reply);
      });
      send();
    });
  }

  private read(packet: Buffer): void {
    if (packet.length < 20 || packet.readUInt32BE(4) !== COOKIE) return;
    const attributes: Attribute[] = [];
    for (let at = 20; at + 4 <= packet.length; ) {
      const length = packet.readUInt16BE(at + 2);
      attributes.push([packet.readUInt16BE(at), packet.subarray(at + 4, at + 4 + length)]);
      at += 4 + length + ((4 - (length % 4)) % 4);
    }
    const payload = attributes.find(([type]) => type === DATA)?.[1];
    if (payload) this.data.push(payload);
    const error = attributes.find(([type]) => type === ERROR_CODE)?.[1];
    const code = error ? (error[2] ?? 0) * 100 + (error[3] ?? 0) : 0;
    this.pending.get(packet.toString("hex", 8, 20))?.({ code, attributes });
  }
}

/** XOR-PEER-ADDRESS. */
function peer(address: string, port: number, transaction: Buffer): Buffer {
  const { family, bytes } = addressBytes(address);
  const mask = Buffer.concat([Buffer.from("2112a442", "hex"), transaction]);
  const value = Buffer.alloc(4 + bytes.length);
  value[1] = family;
  value.writeUInt16BE((port ^ (COOKIE >>> 16)) & 0xffff, 2);
  for (const [i, byte] of bytes.entries()) value[4 + i] = byte ^ (mask[i] ?? 0);
  return value;
}

/** One STUN message; with `key`, MESSAGE-INTEGRITY comes last. */
function message(
  type: number,
  transaction: Buffer,
  attributes: readonly Attribute[],
  key: Buffer | null = null,
): Buffer {
  const body = Buffer.concat(attributes.map(([kind, value]) => attribute(kind, value)));
  const head = Buffer.alloc(20);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(body.length + (key ? 24 : 0), 2);
  head.writeUInt32BE(COOKIE, 4);
  transaction.copy(head, 8);
  const packet = Buffer.concat([head, body]);
  if (!key) return packet;
  return Buffer.concat([packet, attribute(INTEGRITY, createHmac("sha1", key).update(packet).digest())]);
}

function attribute(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + Math.ceil(value.length / 4) * 4);
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(value.length, 2);
  value.copy(padded, 4);
  return padded;
}
