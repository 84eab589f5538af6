/**
 * A document for one device, sealed by the site and opened by whoever brings its token: until then the VPS cannot read
 * it. Id and key are derived from the token apart (HKDF-SHA256, RFC 5869), so that the one does not tell the other.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

export interface Document {
  mediaType: string;
  /** For a download; null: shown as it is. */
  fileName: string | null;
  content: string;
}

/** 32 random bytes as base64url. */
export const TOKEN_PATTERN = /^[A-Za-z0-9_-]{43}$/;
const IV_BYTES = 12;
const TAG_BYTES = 16;

export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/** 32 hex digits: what the VPS knows the document by. */
export function documentId(token: string): string {
  return derive(token, "id", 16).toString("hex");
}

/** AES-256-GCM (NIST SP 800-38D) as base64: IV, tag, ciphertext. */
export function seal(document: Document, token: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", derive(token, "key", 32), iv);
  const text = Buffer.concat([cipher.update(JSON.stringify(document), "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString("base64");
}

/** null: it was sealed with another token, or changed on its way. */
export function open(sealed: string, token: string): Document | null {
  const bytes = Buffer.from(sealed, "base64");
  try {
    const decipher = createDecipheriv("aes-256-gcm", derive(token, "key", 32), bytes.subarray(0, IV_BYTES));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    return JSON.parse(text.toString("utf8")) as Document;
  } catch {
    return null;
  }
}

function derive(token: string, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync("sha256", Buffer.from(token, "base64url"), "", `neolia document ${purpose}`, bytes));
}
