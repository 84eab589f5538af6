/** The two secrets of an invitation: a token for a link, a short code for fingers. Kept only as hashes. */
import { createHash, randomInt } from "node:crypto";
import { newToken } from "../../../../infra/control/src/sealed-document.ts";

/** Without what people mix up: 0 O, 1 I L. 8 of 31 are 40 bits, for 15 minutes and ten tries a minute. */
const ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const LENGTH = 8;

export interface PairingSecret {
  token: string;
  /** K7MP-2XQ9. */
  code: string;
}

export function newPairingSecret(): PairingSecret {
  const code = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
  return { token: newToken(), code: `${code.slice(0, 4)}-${code.slice(4)}` };
}

/** SHA-256 hex; a code in lower case or without its dash is the same code. */
export function hashOfSecret(secret: string): string {
  return createHash("sha256")
    .update(isShortCode(secret) ? plain(secret) : secret)
    .digest("hex");
}

/** Whether it can be a code for fingers, and not the token of a link. */
export function isShortCode(secret: string): boolean {
  return plain(secret).length === LENGTH;
}

function plain(secret: string): string {
  return secret.replaceAll("-", "").toUpperCase();
}
