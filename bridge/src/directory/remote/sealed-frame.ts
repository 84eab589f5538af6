/**
 * What two Neolias say to each other over a control service that can neither read nor change it: AES-256-GCM (NIST SP
 * 800-38D) under keys that HKDF-SHA256 (RFC 5869) derives from a secret of both, one for each direction. A frame is
 *
 *     version (1) | exchange (16) | IV (12) | tag (16) | ciphertext
 *
 * The exchange is random, made by who asks and repeated in the reply; with the version, the direction and the grant it
 * is authenticated, so that a frame is no other's reply, no other grant's, and never its own echo.
 */
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";

/** Of the frame and of what is in it; a Neolia speaks one. */
export const FRAME_VERSION = 1;
const EXCHANGE_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEAD_BYTES = 1 + EXCHANGE_BYTES;
export const FRAME_OVERHEAD = HEAD_BYTES + IV_BYTES + TAG_BYTES;

export type Direction = "request" | "reply";

/** Whose frames: the secret of both ends, 32 bytes, and the grant that it belongs to. */
export interface FrameKey {
  secret: Buffer;
  grantId: string;
}

export interface OpenFrame {
  exchange: Buffer;
  content: string;
}

export function newExchange(): Buffer {
  return randomBytes(EXCHANGE_BYTES);
}

export function sealFrame(key: FrameKey, direction: Direction, exchange: Buffer, content: string): Buffer {
  const head = Buffer.concat([Buffer.of(FRAME_VERSION), exchange]);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyOf(key, direction), iv);
  cipher.setAAD(boundTo(key, direction, head));
  const text = Buffer.concat([cipher.update(content, "utf8"), cipher.final()]);
  return Buffer.concat([head, iv, cipher.getAuthTag(), text]);
}

/** null: of another key, grant or direction, or changed on its way. */
export function openFrame(key: FrameKey, direction: Direction, frame: Buffer): OpenFrame | null {
  if (frame.length < FRAME_OVERHEAD || frame[0] !== FRAME_VERSION) return null;
  const head = frame.subarray(0, HEAD_BYTES);
  const iv = frame.subarray(HEAD_BYTES, HEAD_BYTES + IV_BYTES);
  const tag = frame.subarray(HEAD_BYTES + IV_BYTES, FRAME_OVERHEAD);
  try {
    const decipher = createDecipheriv("aes-256-gcm", keyOf(key, direction), iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(boundTo(key, direction, head));
    decipher.setAuthTag(tag);
    const text = Buffer.concat([decipher.update(frame.subarray(FRAME_OVERHEAD)), decipher.final()]);
    return { exchange: head.subarray(1), content: text.toString("utf8") };
  } catch {
    return null;
  }
}

/** What a Neolia answers that does not speak the version asked: its own, and nothing else. */
export function versionFrame(): Buffer {
  return Buffer.of(FRAME_VERSION);
}

/** What control lets frames through by. It tells nothing of the keys. */
export function relayToken({ secret, grantId }: FrameKey): string {
  return derive(secret, `neolia remote relay ${grantId}`).toString("base64url");
}

/** SHA-256 hex: all of a token that control ever keeps. */
export function relayHash(key: FrameKey): string {
  return createHash("sha256").update(relayToken(key)).digest("hex");
}

function keyOf({ secret, grantId }: FrameKey, direction: Direction): Buffer {
  return derive(secret, `neolia remote ${direction} ${grantId}`);
}

function boundTo({ grantId }: FrameKey, direction: Direction, head: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`neolia remote ${direction} ${grantId} `), head]);
}

function derive(secret: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", purpose, 32));
}
