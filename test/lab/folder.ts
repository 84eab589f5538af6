import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of this lab's own. `NEOLIA_KEEP=1` keeps it after the run, for reading logs. */
export function labFolder(name: string): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `neolia-${name}-`));
  return {
    path,
    remove: () => {
      if (process.env.NEOLIA_KEEP !== "1") rmSync(path, { recursive: true, force: true });
    },
  };
}
