/**
 * SDP (RFC 8866) as far as one audio stream of G.711 needs it, with SDES keys (RFC 4568). An SDP body holds the keys of the
 * call: it is never logged.
 */
import type { G711Codec } from "../audio/g711.ts";
import { MASTER_KEY_BYTES, type MasterKey } from "./media/srtp.ts";

const SUITE = "AES_CM_128_HMAC_SHA1_80";
const PAYLOAD_TYPE = { pcmu: 0, pcma: 8 } as const;
const DTMF_TYPE = 101;

type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";
const DIRECTIONS: readonly Direction[] = ["sendrecv", "sendonly", "recvonly", "inactive"];

/** The other side's stream. */
export interface RemoteAudio {
  address: string;
  port: number;
  protocol: "RTP/SAVP" | "RTP/AVP";
  codec: G711Codec;
  dtmfType: number | null;
  direction: Direction;
  crypto: { tag: string; key: MasterKey } | null;
  /** Their other streams, which we do not take: the m= lines before this one and after it. */
  before: readonly string[];
  after: readonly string[];
}

export interface LocalAudio {
  address: string;
  port: number;
  key: MasterKey;
  sessionId: number;
  version: number;
}

/**
 * The first stream that we speak: G.711, and SRTP with the one suite when it wants SRTP. Throws when there is none.
 * `preferred`: what the call speaks already, taken wherever in the list it stands.
 */
export function readAudio(sdp: string, preferred: G711Codec | null = null): RemoteAudio {
  const [session = [], ...sections] = sectionsOf(sdp);
  let refusal = new Error("no audio is offered");
  for (const [index, section] of sections.entries()) {
    if (!section[0]?.startsWith("m=audio ")) continue;
    try {
      const others = sections.map((other) => other[0] ?? "").toSpliced(index, 1);
      return { ...readStream(section, session, preferred), before: others.slice(0, index), after: others.slice(index) };
    } catch (error) {
      refusal = error as Error;
    }
  }
  throw refusal;
}

/** The lines before the first stream, then those of each stream. */
function sectionsOf(sdp: string): string[][] {
  const sections: string[][] = [[]];
  for (const line of sdp.split(/\r?\n/)) {
    if (line.startsWith("m=")) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections;
}

function readStream(
  section: readonly string[],
  session: readonly string[],
  preferred: G711Codec | null,
): Omit<RemoteAudio, "before" | "after"> {
  const media = /^m=audio (\d+) (RTP\/S?AVP) (.*)$/.exec(section[0] ?? "");
  const [, port = "0", protocol = "", list = ""] = media ?? [];
  if (!media || Number(port) === 0) throw new Error("no audio is offered");
  // A list may be empty: then it is no list of 0.
  const types = list
    .split(" ")
    .filter((type) => /^\d+$/.test(type))
    .map(Number);
  const codec = preferred && types.includes(PAYLOAD_TYPE[preferred]) ? preferred : codecOf(types);
  if (!codec) throw new Error("no G.711 is offered");
  const value = (name: string) => lineOf(section, name) ?? lineOf(session, name);
  const address = /^IN IP4 (\S+)$/.exec(value("c=") ?? "")?.[1];
  if (!address) throw new Error("no IPv4 address is offered");
  const crypto = cryptoOf(section);
  if (protocol === "RTP/SAVP" && !crypto) throw new Error(`SRTP without ${SUITE} is offered`);
  return {
    address,
    port: Number(port),
    protocol: protocol === "RTP/SAVP" ? "RTP/SAVP" : "RTP/AVP",
    codec,
    dtmfType: dtmfOf(section, types),
    direction:
      DIRECTIONS.find((direction) => section.includes(`a=${direction}`) || session.includes(`a=${direction}`)) ??
      "sendrecv",
    crypto: protocol === "RTP/SAVP" ? crypto : null,
  };
}

/** The answer to an offer: its codec, its protocol, its direction mirrored; every other stream is refused in its place (RFC 3264 section 6). */
export function writeAnswer(remote: RemoteAudio, local: LocalAudio): string {
  const { codec, dtmfType, crypto } = remote;
  return write(local, {
    protocol: remote.protocol,
    codecs: [codec],
    dtmfType,
    direction: mirrored(remote.direction),
    crypto: crypto ? cryptoLine(crypto.tag, local.key) : null,
    before: remote.before,
    after: remote.after,
  });
}

/** An offer of both laws with SRTP, for a call that we place. */
export function writeOffer(local: LocalAudio, codecs: readonly G711Codec[]): string {
  return write(local, {
    protocol: "RTP/SAVP",
    codecs,
    dtmfType: DTMF_TYPE,
    direction: "sendrecv",
    crypto: cryptoLine("1", local.key),
    before: [],
    after: [],
  });
}

/** May they hear us, may we hear them, as `direction` of the other side says. */
export function ways(direction: Direction): { sends: boolean; receives: boolean } {
  return {
    sends: direction === "sendrecv" || direction === "recvonly",
    receives: direction === "sendrecv" || direction === "sendonly",
  };
}

interface Stream {
  protocol: string;
  codecs: readonly G711Codec[];
  dtmfType: number | null;
  direction: Direction;
  crypto: string | null;
  before: readonly string[];
  after: readonly string[];
}

function write(local: LocalAudio, stream: Stream): string {
  const { protocol, codecs, dtmfType, direction, crypto, before, after } = stream;
  const types = [...codecs.map((codec) => PAYLOAD_TYPE[codec]), ...(dtmfType === null ? [] : [dtmfType])];
  return [
    "v=0",
    `o=- ${local.sessionId} ${local.version} IN IP4 ${local.address}`,
    "s=-",
    `c=IN IP4 ${local.address}`,
    "t=0 0",
    ...before.map(refused),
    `m=audio ${local.port} ${protocol} ${types.join(" ")}`,
    ...codecs.map((codec) => `a=rtpmap:${PAYLOAD_TYPE[codec]} ${codec.toUpperCase()}/8000`),
    ...(dtmfType === null ? [] : [`a=rtpmap:${dtmfType} telephone-event/8000`, `a=fmtp:${dtmfType} 0-15`]),
    "a=ptime:20",
    `a=${direction}`,
    ...(crypto === null ? [] : [crypto]),
    ...after.map(refused),
    "",
  ].join("\r\n");
}

/** A stream that we do not take has port 0. */
function refused(media: string): string {
  return media.replace(/^(m=\S+) \d+/, "$1 0");
}

function mirrored(direction: Direction): Direction {
  if (direction === "sendonly") return "recvonly";
  if (direction === "recvonly") return "sendonly";
  return direction;
}

function lineOf(lines: readonly string[], start: string): string | undefined {
  return lines.find((line) => line.startsWith(start))?.slice(start.length);
}

function codecOf(types: readonly number[]): G711Codec | null {
  const first = types.find((type) => type === PAYLOAD_TYPE.pcma || type === PAYLOAD_TYPE.pcmu);
  if (first === undefined) return null;
  return first === PAYLOAD_TYPE.pcma ? "pcma" : "pcmu";
}

function dtmfOf(section: readonly string[], types: readonly number[]): number | null {
  for (const line of section) {
    const type = /^a=rtpmap:(\d+) telephone-event\/8000/i.exec(line)?.[1];
    if (type !== undefined && types.includes(Number(type))) return Number(type);
  }
  return null;
}

function cryptoOf(section: readonly string[]): RemoteAudio["crypto"] {
  for (const line of section) {
    const [, tag, inline] = new RegExp(`^a=crypto:(\\d+) ${SUITE} inline:([A-Za-z0-9+/=]+)`).exec(line) ?? [];
    const key = inline === undefined ? null : Buffer.from(inline, "base64");
    if (tag !== undefined && key?.length === MASTER_KEY_BYTES) return { tag, key };
  }
  return null;
}

function cryptoLine(tag: string, key: MasterKey): string {
  return `a=crypto:${tag} ${SUITE} inline:${Buffer.from(key).toString("base64")}`;
}
