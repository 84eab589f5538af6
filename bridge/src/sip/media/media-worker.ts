/** The media worker: the sound of all calls, in a thread that a slow disk or a large page does not hold up. */
import { readlinkSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";
import { MediaCall } from "./media-call.ts";
import type { MediaCommand, MediaEvent } from "./messages.ts";
import { Pacer } from "./pacer.ts";

/** Of this thread alone, before the process's others and what else runs on the machine. */
const PRIORITY = -10;

const calls = new Map<number, MediaCall>();
const pacer = new Pacer();

const report = (event: MediaEvent): void => {
  // A sound is made for its message alone: it moves instead of being copied.
  if (event.type === "heard") parentPort?.postMessage(event, [event.sound.buffer as ArrayBuffer]);
  else parentPort?.postMessage(event);
};

parentPort?.on("message", (command: MediaCommand) => {
  if (command.type === "open") {
    calls.set(command.call, new MediaCall(command.call, report));
    return;
  }
  const call = calls.get(command.call);
  if (call) obey(call, command);
});

function obey(call: MediaCall, command: Exclude<MediaCommand, { type: "open" }>): void {
  switch (command.type) {
    case "agree":
      call.agree(command.agreement);
      return;
    case "start":
      pacer.add(call);
      return;
    case "play":
      call.play(command.clip, command.sound, command.last);
      return;
    case "flush":
      call.flush(command.ticket);
      return;
    case "join": {
      const other = command.other === null ? null : (calls.get(command.other) ?? null);
      call.join(other);
      return;
    }
    case "close":
      pacer.remove(call);
      calls.delete(command.call);
      for (const other of calls.values()) other.forget(call);
      report({ type: "closed", call: command.call, figures: call.close() });
  }
}

/** A packet that is late is heard, a page that is late is not. Where it is not allowed, it stays as it is. */
function comeFirst(): void {
  try {
    // proc(5): "<process>/task/<thread>". Linux takes the number of a thread for setpriority(2).
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    if (thread > 0) setPriority(thread, PRIORITY);
  } catch {
    // No right to it, or no Linux.
  }
}

comeFirst();
