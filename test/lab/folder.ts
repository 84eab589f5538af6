import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of this lab's own, in the machine's or another root's temporary folder. `NEOLIA_KEEP=1` keeps it after the run, for reading logs. */
export function labFolder(name: string, root = ""): { path: string; remove(): void } {
  const path = mkdtempSync(join(root, tmpdir(), `neolia-${name}-`));
  return {
    path,
    remove: () => {
      if (process.env.NEOLIA_KEEP !== "1") rmSync(path, { recursive: true, force: true });
    },
  };
}
