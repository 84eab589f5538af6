/** Room on the disk, looked for before anything is started: a full one makes every program fail in words of its own. */
import { statfsSync } from "node:fs";
import { tmpdir } from "node:os";

/** What a demo writes in its first hour, and as much again. */
const NEEDED_MB = 300;

/** Throws one plain sentence when the temporary folder has too little room. */
export function checkRoom(folder = tmpdir()): void {
  const { bavail, bsize } = statfsSync(folder);
  const freeMb = Math.floor((bavail * bsize) / 1e6);
  if (freeMb >= NEEDED_MB) return;
  throw new Error(
    `The disk is full: ${folder} has ${freeMb} MB left and the demo needs ${NEEDED_MB}. Make room, or set TMPDIR to another folder.`,
  );
}

/** What a failure says to a person: a disk that ran full meanwhile is told as such, whoever met it. */
export function sayFailure(error: Error): string {
  const full = /ENOSPC|no space left|database or disk is full|SQLITE_FULL/i.test(error.message);
  return full ? `The disk ran full: ${tmpdir()} has no room left.` : error.message;
}
