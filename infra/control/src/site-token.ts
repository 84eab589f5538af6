/** Bearer tokens of sites. The token itself exists only at the site; the VPS stores its SHA-256. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A new token: 256 random bits, with a prefix that secret scanners can look for. */
export function newSiteToken(): string {
  return `neolia_${randomBytes(32).toString("base64url")}`;
}

/** SHA-256 hex. Fast hashing is enough: a token is random, not a password. */
export function hashSiteToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Compares two hashes of equal length in constant time. */
export function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The token of an `Authorization: Bearer …` header (RFC 6750 section 2.1), or null. */
export function bearerToken(header: string | undefined): string | null {
  return /^Bearer ([A-Za-z0-9._~+/-]{1,200}=*)$/i.exec(header ?? "")?.[1] ?? null;
}
