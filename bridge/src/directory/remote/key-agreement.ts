/**
 * How an invitation becomes a grant: both ends make an X25519 pair (RFC 7748) for this once and send its public half in
 * frames sealed with the invitation's secret. The grant's key comes from both halves and that secret, so whoever finds
 * the invitation later cannot read what was recorded, and whoever stands in between without it takes no part.
 */
import { createPublicKey, diffieHellman, generateKeyPairSync, hkdfSync, type KeyObject } from "node:crypto";

export interface KeyHalf {
  privateKey: KeyObject;
  /** SPKI, DER, base64. */
  publicKey: string;
}

export function newKeyHalf(): KeyHalf {
  const { privateKey, publicKey } = generateKeyPairSync("x25519");
  return { privateKey, publicKey: publicKey.export({ type: "spki", format: "der" }).toString("base64") };
}

/** The two public halves in the order in which they were sent. */
export interface Agreement {
  own: KeyHalf;
  asked: string;
  answered: string;
  /** Secret and id of the invitation. */
  secret: Buffer;
  grantId: string;
}

/** 32 bytes, the same at both ends. Throws for what is no X25519 key. */
export function agreedKey({ own, asked, answered, secret, grantId }: Agreement): Buffer {
  const other = own.publicKey === asked ? answered : asked;
  const publicKey = createPublicKey({ key: Buffer.from(other, "base64"), format: "der", type: "spki" });
  if (publicKey.asymmetricKeyType !== "x25519") throw new Error("not an X25519 key");
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey });
  return Buffer.from(hkdfSync("sha256", shared, secret, `neolia remote grant ${grantId} ${asked} ${answered}`, 32));
}
