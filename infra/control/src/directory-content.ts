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

/** SHA-256 hex over the JSON of canonical content. */
export function hashContent(canonical: DirectoryContent): string {
  return createHash("sha256").update(JSON.stringify(canonical)).digest("hex");
}
