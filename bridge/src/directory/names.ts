/** SIP names and passwords that the bridge makes. */
import { createHash, randomInt } from "node:crypto";
import type { AccountType } from "../../../infra/control/src/wire.ts";

/** SIP name of the account that test calls come from, at every site. Its calls are in no log and ring nobody's phone twice. */
export const TEST_ACCOUNT = "neolia-test";

const NAME_LENGTH = 40;
// Without characters that people mix up when they type a password into a door station: 0 O, 1 l I.
const READABLE = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const PASSWORD_LENGTH = 20;

/** A flat's SIP name: 401 → unit401, Reception → reception; with -2, -3, … when taken. */
export function unitName(number: string, isTaken: (name: string) => boolean): string {
  return placeName("unit", number, isTaken);
}

/** A door's, and so its station's, SIP name: Entrée Nord → entree-nord, 2 → door2. */
export function doorName(label: string, isTaken: (name: string) => boolean): string {
  return placeName("door", label, (name) => isTaken(name) || looksLikeNumber(name));
}

/** The free SIP name that is closest to what somebody typed. */
export function plainName(text: string, isTaken: (name: string) => boolean): string {
  const plain = text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+|-+$/g, "");
  return free(plain === "" ? "unit" : /^[0-9]+$/.test(plain) ? `unit${plain}` : plain, isTaken);
}

/** An account's SIP name: panel-k3x9ab. */
export function accountName(type: AccountType, isTaken: (name: string) => boolean): string {
  for (;;) {
    const name = `${type}-${randomText("abcdefghjkmnpqrstuvwxyz23456789", 6)}`;
    if (!isTaken(name)) return name;
  }
}

/** A gateway may present such a name as the caller's number, so no account may have it. */
export function looksLikeNumber(name: string): boolean {
  return /^[0-9]{3,15}$/.test(name) || name === "anonymous";
}

/** About 116 bits, easy to read out and to type. */
export function newPassword(): string {
  return randomText(READABLE, PASSWORD_LENGTH);
}

/** MD5(username:realm:password), RFC 2617 section 3.2.2.2: what digest servers may keep instead of the password. */
export function ha1Of(username: string, domain: string, password: string): string {
  return createHash("md5").update(`${username}:${domain}:${password}`).digest("hex");
}

function free(base: string, isTaken: (name: string) => boolean): string {
  let name = base.slice(0, NAME_LENGTH);
  for (let n = 2; isTaken(name); n++) name = `${base.slice(0, NAME_LENGTH - 1 - String(n).length)}-${n}`;
  return name;
}

function placeName(kind: "unit" | "door", text: string, isTaken: (name: string) => boolean): string {
  const slug = slugOf(text);
  return free(/^[a-z]/.test(slug) ? slug : `${kind}${slug}`, isTaken);
}

function slugOf(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function randomText(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
}
