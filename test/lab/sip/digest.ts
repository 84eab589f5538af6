/** Digest answers for test peers (RFC 2617 as SIP uses it: MD5, qop=auth). */
import { createHash } from "node:crypto";

export interface Challenge {
  realm: string;
  nonce: string;
  /** Empty when the server asks for none. */
  qop: string;
  opaque: string;
  stale: boolean;
}

/** Lower-case hex MD5. */
export function md5(text: string): string {
  return createHash("md5").update(text).digest("hex");
}

/** HA1 = MD5(user:realm:password). */
export function ha1Of(user: string, realm: string, password: string): string {
  return md5(`${user}:${realm}:${password}`);
}

/** Reads the value of WWW-Authenticate or Proxy-Authenticate. */
export function readChallenge(value: string): Challenge {
  const field = (name: string): string => {
    const match = new RegExp(`[\\s,]${name}=(?:"([^"]*)"|([^,\\s]*))`, "i").exec(value);
    return match?.[1] ?? match?.[2] ?? "";
  };
  return {
    realm: field("realm"),
    nonce: field("nonce"),
    qop: field("qop").split(",")[0] ?? "",
    opaque: field("opaque"),
    stale: field("stale").toLowerCase() === "true",
  };
}

/** The value of Authorization or Proxy-Authorization. `nc` counts the uses of this nonce from 1. */
export function answerChallenge(
  challenge: Challenge,
  who: { user: string; ha1: string },
  request: { method: string; uri: string; nc?: number; cnonce?: string },
): string {
  const nc = (request.nc ?? 1).toString(16).padStart(8, "0");
  const cnonce = request.cnonce ?? md5(String(Math.random())).slice(0, 16);
  const ha2 = md5(`${request.method}:${request.uri}`);
  const withQop = challenge.qop !== "";
  const response = withQop
    ? md5(`${who.ha1}:${challenge.nonce}:${nc}:${cnonce}:${challenge.qop}:${ha2}`)
    : md5(`${who.ha1}:${challenge.nonce}:${ha2}`);
  const parts = [
    `username="${who.user}"`,
    `realm="${challenge.realm}"`,
    `nonce="${challenge.nonce}"`,
    `uri="${request.uri}"`,
    `response="${response}"`,
    "algorithm=MD5",
  ];
  if (withQop) parts.push(`qop=${challenge.qop}`, `nc=${nc}`, `cnonce="${cnonce}"`);
  if (challenge.opaque) parts.push(`opaque="${challenge.opaque}"`);
  return `Digest ${parts.join(", ")}`;
}
