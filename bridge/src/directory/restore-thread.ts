/** A thread that looks at one backup: see restores.ts for what it is given and what it says. */
import { parentPort, workerData } from "node:worker_threads";
import { AppError } from "../events/errors.ts";
import { StoreError } from "../store/database.ts";
import { checkBackup, type RestoreCheck } from "./restore-check.ts";
import type { ThreadNews } from "./restores.ts";

const say = (news: ThreadNews) => parentPort?.postMessage(news);
try {
  say({ checked: checkBackup(workerData as RestoreCheck, (step) => say({ step })) });
} catch (error) {
  if (error instanceof AppError) {
    const { code, message, details } = error;
    say({ refused: { code, message, ...(details && { details }) } });
  } else if (error instanceof StoreError) say({ refused: { code: "STORE_UNAVAILABLE", message: error.message } });
  else throw error;
}
