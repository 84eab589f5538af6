/** What a schema cannot say about a directory: names that clash or lead nowhere. Pure. */
import type { DirectoryPut } from "./wire.ts";

export interface DirectoryConflict {
  problem:
    | "duplicate-unit"
    | "duplicate-account"
    | "duplicate-rule-position"
    | "duplicate-clock"
    | "name-is-unit-and-account"
    | "account-in-unknown-unit"
    | "rule-of-unknown-unit"
    | "rule-without-target"
    | "rule-with-needless-target"
    | "window-ends-before-it-starts";
  /** The unit or account concerned; for a clock its `fromUnix`. */
  name: string;
  /** The unit it is about, or the position of the rule, where that says more. */
  unit?: string;
  position?: number;
}

/** All conflicts of a directory; empty when it can be stored. */
export function findConflicts(put: DirectoryPut): DirectoryConflict[] {
  const conflicts: DirectoryConflict[] = [];
  const units = new Set<string>();
  for (const { name } of put.units) {
    if (units.has(name)) conflicts.push({ problem: "duplicate-unit", name });
    units.add(name);
  }

  const accounts = new Set<string>();
  for (const { username, unit } of put.accounts) {
    if (accounts.has(username)) conflicts.push({ problem: "duplicate-account", name: username });
    accounts.add(username);
    if (unit !== null && !units.has(unit)) conflicts.push({ problem: "account-in-unknown-unit", name: username, unit });
    // A callee is a unit's name or else an account's: the same word for two different things would hide the second.
    if (units.has(username) && unit !== username)
      conflicts.push({ problem: "name-is-unit-and-account", name: username });
  }

  const positions = new Set<string>();
  for (const { unit, position, action, target, windows } of put.rules) {
    const at = { name: unit, position };
    if (!units.has(unit)) conflicts.push({ problem: "rule-of-unknown-unit", ...at });
    const key = `${unit} ${position}`;
    if (positions.has(key)) conflicts.push({ problem: "duplicate-rule-position", ...at });
    positions.add(key);
    if (action === "ring" && target !== null) conflicts.push({ problem: "rule-with-needless-target", ...at });
    if (action !== "ring" && target === null) conflicts.push({ problem: "rule-without-target", ...at });
    if (windows.some((window) => window.toMinute <= window.fromMinute)) {
      conflicts.push({ problem: "window-ends-before-it-starts", ...at });
    }
  }

  const clock = new Set<number>();
  for (const { fromUnix } of put.clock) {
    if (clock.has(fromUnix)) conflicts.push({ problem: "duplicate-clock", name: String(fromUnix) });
    clock.add(fromUnix);
  }
  return conflicts;
}
