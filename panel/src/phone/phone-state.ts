/** What the phone of this browser tells, and what it may be told to do. */
import type { CallInfo, CallState } from "./call-machine.ts";
import type { ConnectionState } from "./connection-machine.ts";
import type { InterruptedCall } from "./interrupted-call.ts";
import type { MicrophoneState } from "./microphone.ts";
import type { RingtoneState } from "./ringtone.ts";

export interface PhoneState {
  /** `leader`: this tab is the phone. `follower`: another tab is, and this one shows and steers it. */
  role: "starting" | "leader" | "follower";
  connection: ConnectionState;
  call: CallState;
  /** Rings behind `call`, which is on. */
  waiting: CallInfo | null;
  microphone: MicrophoneState;
  ringtone: RingtoneState;
  /** The call that the page took along when it went away; null after two minutes, or once another call is on. */
  interrupted: InterruptedCall | null;
}

/** What a person does; any tab may, the leader carries it out. */
export type PhoneCommand =
  | { type: "answer" }
  | { type: "decline" }
  | { type: "hang-up" }
  | { type: "silence" }
  | { type: "mute"; muted: boolean }
  | { type: "digit"; digit: string }
  | { type: "dial"; name: string; displayName: string | null }
  | { type: "dismiss" }
  /** Ends the call and answers the one that waits. */
  | { type: "take-waiting" }
  | { type: "decline-waiting" }
  /** The microphone once more, in mid-call. */
  | { type: "try-microphone" };

/** A probe runs on a registration that holds until shown otherwise. */
export function isRegistered(connection: ConnectionState): boolean {
  return connection.phase === "registered" || connection.phase === "probing";
}
