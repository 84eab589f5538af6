/** How much room the disk of the database has. */
import { statfsSync } from "node:fs";

/** Bytes that we may still write in this folder; null: the system does not tell. */
export function freeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
