/** The canonical form of a directory: the same content gives the same hash, in whatever order it was listed. */
import { createHash } from "node:crypto";
import type { DirectoryPut } from "./wire.ts";

/** Everything of a `PUT` but its revision. */
export type DirectoryContent = Omit<DirectoryPut, "revision">;

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The content with every list in order and every object's keys in one order. */
export function canonicalContent(content: DirectoryContent): DirectoryContent {
  return {
    units: content.units
      .map(({ name, kind, doNotDisturb }) => ({ name, kind, ...(doNotDisturb && { doNotDisturb }) }))
      .sort((a, b) => byBytes(a.name, b.name)),
    accounts: content.accounts
      .map(({ username, ha1, type, unit, enabled }) => ({ username, ha1, type, unit, enabled }))
      .sort((a, b) => byBytes(a.username, b.username)),
    rules: content.rules
      .map(({ unit, position, sourcePattern, action, target, ringSeconds, windows, enabled }) => ({
        unit,
        position,
        sourcePattern,
        action,
        target,
        ringSeconds,
        windows: windows
          .map(({ fromMinute, toMinute }) => ({ fromMinute, toMinute }))
          .sort((a, b) => a.fromMinute - b.fromMinute || a.toMinute - b.toMinute),
        enabled,
      }))
      .sort((a, b) => byBytes(a.unit, b.unit) || a.position - b.position),
    clock: content.clock
      .map(({ fromUnix, offsetSeconds }) => ({ fromUnix, offsetSeconds }))
      .sort((a, b) => a.fromUnix - b.fromUnix),
  };
}

/** A part of the content that belongs together; `clock` is empty in most parts. */
type Part = Omit<DirectoryContent, "clock"> & { clock?: DirectoryContent["clock"] };

const MODULUS = 1n << 256n;

/**
 * 64 hex digits over canonical content: the sum of its rows' SHA-256, so that a change of one row changes the hash by that row
 * and a large directory need not be read for it. Both sides are ours: it tells mistakes, not attacks.
 */
export function hashContent(canonical: DirectoryContent): string {
  return hex(sumOf(canonical));
}

/** The hash of a content in which `before` has become `after`; both canonical. */
export function changedHash(hash: string, before: Part, after: Part): string {
  return hex(BigInt(`0x${hash}`) - sumOf(before) + sumOf(after));
}

function sumOf({ units, accounts, rules, clock = [] }: Part): bigint {
  let sum = 0n;
  for (const [kind, rows] of Object.entries({ units, accounts, rules, clock })) {
    for (const row of rows) sum += rowHash(`${kind} ${JSON.stringify(row)}`);
  }
  return sum;
}

function rowHash(text: string): bigint {
  return BigInt(`0x${createHash("sha256").update(text).digest("hex")}`);
}

function hex(sum: bigint): string {
  return (((sum % MODULUS) + MODULUS) % MODULUS).toString(16).padStart(64, "0");
}
