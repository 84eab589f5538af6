/** The processor first, for a thread whose lateness is heard. */
import { execFile } from "node:child_process";
import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";

/** Of this thread alone, before the process's others and what else runs on the machine. */
const PRIORITY = -10;
/** The least of real time: before everything that has none. */
const REAL_TIME_PRIORITY = "1";

/**
 * Puts the thread that calls this before all others: a priority, and real time where the limit RLIMIT_RTPRIO or the right
 * CAP_SYS_NICE and util-linux's `chrt` allow it (Node cannot ask for it itself). A scheduler that weighs lets whoever
 * runs finish a slice of some milliseconds first; real time does not wait for that. Where neither is allowed, or on no
 * Linux, nothing changes.
 */
export function comeFirst(): void {
  let thread: string;
  try {
    // proc(5): "<process>/task/<thread>".
    thread = readlinkSync("/proc/thread-self").split("/").at(-1) ?? "";
  } catch {
    return;
  }
  try {
    // Linux takes the number of a thread for setpriority(2).
    setPriority(Number(thread), PRIORITY);
  } catch {
    // No right to it; real time may still be allowed.
  }
  // What this thread starts is not to be real time as well.
  const asked = execFile("chrt", ["--reset-on-fork", "--rr", "--pid", REAL_TIME_PRIORITY, thread], () => undefined);
  asked.unref();
}
