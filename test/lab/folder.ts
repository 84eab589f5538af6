import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atOwnEnd, bequeath } from "./own-end.ts";

/**
 * A folder of this lab's own, in the machine's or another root's temporary folder, gone at the latest soon after this process.
 * `NEOLIA_KEEP=1` keeps it after the run, for reading logs.
 */
export function labFolder(name: string, root = ""): { path: string; remove(): void } {
  const parent = join(root, tmpdir());
  mkdirSync(parent, { recursive: true });
  const path = mkdtempSync(join(parent, `neolia-${name}-`));
  const clear = (): void => {
    // A program that was told to end may still write for a moment.
    if (process.env.NEOLIA_KEEP !== "1") rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  };
  const forget = atOwnEnd(clear);
  const takeBack = process.env.NEOLIA_KEEP === "1" ? () => {} : bequeath("folder", path);
  return {
    path,
    remove: () => {
      forget();
      clear();
      takeBack();
    },
  };
}
