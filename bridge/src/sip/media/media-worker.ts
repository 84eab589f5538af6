/** The media worker: the sound of all calls, in a thread that a slow disk or a large page does not hold up. */
import { parentPort, receiveMessageOnPort } from "node:worker_threads";
import { comeFirst } from "./come-first.ts";
import { MediaCall } from "./media-call.ts";
import type { MediaCommand, MediaEvent } from "./messages.ts";
import { Pacer } from "./pacer.ts";

const calls = new Map<number, MediaCall>();
const pacer = new Pacer(takeWaiting);

const report = (event: MediaEvent): void => {
  // A sound is made for its message alone: it moves instead of being copied.
  if (event.type === "heard") parentPort?.postMessage(event, [event.sound.buffer as ArrayBuffer]);
  else parentPort?.postMessage(event);
};

parentPort?.on("message", take);

/** What came while this thread slept, and would else be looked at after the packets that it is meant for. */
function takeWaiting(): void {
  if (!parentPort) return;
  for (let next = receiveMessageOnPort(parentPort); next; next = receiveMessageOnPort(parentPort)) take(next.message);
}

function take(command: MediaCommand): void {
  if (command.type === "open") {
    calls.set(command.call, new MediaCall(command.call, report));
    return;
  }
  const call = calls.get(command.call);
  if (call) obey(call, command);
}

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
    case "gather":
      call.gather(command.bytes);
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

// A packet that is late is heard, a page that is late is not.
comeFirst();
