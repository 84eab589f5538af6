/** A TURN client of a few messages (RFC 8656): logs in, asks for permissions, relays a datagram, reads error codes. */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { isIPv4 } from "node:net";

const MAGIC = 0x2112a442;
const Method = { allocate: 0x003, createPermission: 0x008, send: 0x006, data: 0x007 } as const;
const Attribute = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  peerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  transport: 0x0019,
} as const;

interface StunMessage {
  type: number;
  attributes: Map<number, Buffer>;
}

export interface TurnLogin {
  username: string;
  credential: string;
}

export class TurnClient {
  private readonly socket: Socket;
  private readonly port: number;
  private readonly login: TurnLogin;
  private realm: Buffer = Buffer.alloc(0);
  private nonce: Buffer = Buffer.alloc(0);

  constructor(port: number, login: TurnLogin) {
    this.port = port;
    this.login = login;
    this.socket = createSocket("udp4");
  }

  /** 0 when coturn gave an allocation, else its error code. */
  async allocate(): Promise<number> {
    const transport = attribute(Attribute.transport, Buffer.from([17, 0, 0, 0]));
    const challenge = await this.exchange(Method.allocate, [transport], false);
    if (errorOf(challenge) !== 401) return errorOf(challenge);
    this.realm = challenge.attributes.get(Attribute.realm) ?? this.realm;
    this.nonce = challenge.attributes.get(Attribute.nonce) ?? this.nonce;
    return errorOf(await this.exchange(Method.allocate, [transport], true));
  }

  /** 0 when coturn would relay to this address (IPv4 or IPv6 text), else its error code. */
  async permission(peer: string): Promise<number> {
    const transaction = randomBytes(12);
    return errorOf(
      await this.exchange(Method.createPermission, [peerAddress(peer, 9, transaction)], true, transaction),
    );
  }

  /** Sends a datagram to a peer through the relay and gives what comes back. */
  async echo(peer: string, port: number, text: string): Promise<string> {
    const answer = new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("nothing came back through the relay")), 3_000);
      this.socket.on("message", (datagram) => {
        const message = parse(datagram);
        if (message.type !== (Method.data | 0x0010)) return;
        clearTimeout(timer);
        resolve(message.attributes.get(Attribute.data)?.toString() ?? "");
      });
    });
    const transaction = randomBytes(12);
    const attributes = [peerAddress(peer, port, transaction), attribute(Attribute.data, Buffer.from(text))];
    this.socket.send(build(Method.send | 0x0010, transaction, attributes), this.port, "127.0.0.1");
    return await answer;
  }

  close(): void {
    this.socket.close();
  }

  private exchange(
    method: number,
    attributes: Buffer[],
    signed: boolean,
    transaction = randomBytes(12),
  ): Promise<StunMessage> {
    const request = signed ? this.sign(method, transaction, attributes) : build(method, transaction, attributes);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("coturn does not answer")), 5_000);
      const onMessage = (datagram: Buffer) => {
        if (!datagram.subarray(8, 20).equals(transaction)) return;
        clearTimeout(timer);
        this.socket.off("message", onMessage);
        resolve(parse(datagram));
      };
      this.socket.on("message", onMessage);
      this.socket.send(request, this.port, "127.0.0.1");
    });
  }

  /** Long-term credentials (RFC 8489 section 9.2): HMAC-SHA1 keyed with MD5(username:realm:password). */
  private sign(method: number, transaction: Buffer, attributes: Buffer[]): Buffer {
    const all = [
      ...attributes,
      attribute(Attribute.username, Buffer.from(this.login.username)),
      attribute(Attribute.realm, this.realm),
      attribute(Attribute.nonce, this.nonce),
    ];
    const key = createHash("md5")
      .update(`${this.login.username}:${this.realm.toString()}:${this.login.credential}`)
      .digest();
    const unsigned = build(method, transaction, all, 24);
    const mac = createHmac("sha1", key).update(unsigned).digest();
    return Buffer.concat([unsigned, attribute(Attribute.integrity, mac)]);
  }
}

function build(type: number, transaction: Buffer, attributes: Buffer[], following = 0): Buffer {
  const body = Buffer.concat(attributes);
  const head = Buffer.alloc(8);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(body.length + following, 2);
  head.writeUInt32BE(MAGIC, 4);
  return Buffer.concat([head, transaction, body]);
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

/** XOR-PEER-ADDRESS (RFC 8489 section 14.2): an IPv6 address is XORed with the transaction id too. */
function peerAddress(address: string, port: number, transaction: Buffer): Buffer {
  const bytes = isIPv4(address) ? Buffer.from(address.split(".").map(Number)) : ipv6Bytes(address);
  const value = Buffer.alloc(4 + bytes.length);
  value[1] = bytes.length === 4 ? 1 : 2;
  value.writeUInt16BE(port ^ (MAGIC >>> 16), 2);
  const mask = Buffer.concat([Buffer.from([0x21, 0x12, 0xa4, 0x42]), transaction]);
  bytes.forEach((byte, i) => {
    value[4 + i] = byte ^ (mask[i] ?? 0);
  });
  return attribute(Attribute.peerAddress, value);
}

function ipv6Bytes(address: string): Buffer {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text = dotted
    ? `${dotted[1]}${((Number(dotted[2]) << 8) | Number(dotted[3])).toString(16)}:${((Number(dotted[4]) << 8) | Number(dotted[5])).toString(16)}`
    : address;
  const [left = "", right] = text.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const head = groups(left);
  const tail = right === undefined ? [] : groups(right);
  const all = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  const bytes = Buffer.alloc(16);
  all.forEach((group, i) => {
    bytes.writeUInt16BE(group, 2 * i);
  });
  return bytes;
}

function parse(datagram: Buffer): StunMessage {
  const attributes = new Map<number, Buffer>();
  for (let at = 20; at + 4 <= datagram.length; ) {
    const length = datagram.readUInt16BE(at + 2);
    attributes.set(datagram.readUInt16BE(at), datagram.subarray(at + 4, at + 4 + length));
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return { type: datagram.readUInt16BE(0), attributes };
}

function errorOf({ attributes }: StunMessage): number {
  const value = attributes.get(Attribute.errorCode);
  return value === undefined ? 0 : (value[2] ?? 0) * 100 + (value[3] ?? 0);
}
