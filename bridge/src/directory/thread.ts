/** Threads for what takes a large site long, while others are served. */
import { once } from "node:events";
import { extname } from "node:path";
import { Worker, type WorkerOptions } from "node:worker_threads";

/** Those of this folder; each is built as a file of its own. */
export type ThreadName = "backup" | "restore" | "snapshot";

/** Ends with the thread. Throws what the thread does, and an error of Node's when it takes more memory than it may. */
export async function inThread<Job, News>(
  name: ThreadName,
  job: Job,
  hear: (news: News) => void,
  options: Pick<WorkerOptions, "transferList" | "resourceLimits"> = {},
): Promise<void> {
  // Beside this file from source, beside the bundle in the app's image.
  const file = new URL(`./${name}-thread${extname(import.meta.filename)}`, import.meta.url);
  const thread = new Worker(file, { workerData: job, ...options });
  thread.on("message", hear);
  await once(thread, "exit");
}
