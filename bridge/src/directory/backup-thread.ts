/** A thread that reads one site for its backup, and says the file in pieces: see backup.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { openSiteReader } from "../store/site-reader.ts";
import type { BackupJob } from "./backup.ts";
import { backupText } from "./backup-text.ts";

const MESSAGE = 256 * 1024;
const { folder, ...order } = workerData as BackupJob;
const reader = openSiteReader(folder);
const say = (text: string) => {
  const piece = new TextEncoder().encode(text);
  parentPort?.postMessage(piece, [piece.buffer]);
};
try {
  let text = "";
  for (const piece of backupText(reader, order)) {
    text += piece;
    if (text.length < MESSAGE) continue;
    say(text);
    text = "";
  }
  say(text);
} finally {
  reader.close();
}
