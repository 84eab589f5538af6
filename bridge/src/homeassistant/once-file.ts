/** Remembers by a file in the data folder that something was done once. */
import { existsSync, writeFileSync } from "node:fs";
import type { OnceOnly } from "./supervisor.ts";

export function onceFile(path: string): OnceOnly {
  return {
    isDone: () => existsSync(path),
    markDone: () => writeFileSync(path, ""),
  };
}
