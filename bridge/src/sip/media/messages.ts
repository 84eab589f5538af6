/** What the main thread and the media worker tell each other. A call is a number that the main thread chose. */
import type { G711Codec } from "../../audio/g711.ts";
import type { MasterKey } from "./srtp.ts";

/** What both sides agreed on in SDP. */
export interface MediaAgreement {
  codec: G711Codec;
  /** Payload type of RFC 4733 events; null: none. */
  dtmfType: number | null;
  remote: { address: string; port: number };
  /** Keys of SDES; null: plain RTP (tests). */
  keys: { local: MasterKey; remote: MasterKey } | null;
  /** false while the other side has us on hold, or wants nothing from us. */
  receives: boolean;
  sends: boolean;
}

export interface ClipPlayed {
  id: string;
  /** Bytes that went into packets. */
  played: number;
  /** To its last byte. */
  complete: boolean;
}

export type MediaCommand =
  | { type: "open"; call: number }
  | { type: "agree"; call: number; agreement: MediaAgreement }
  | { type: "start"; call: number }
  | { type: "play"; call: number; clip: string; sound: Uint8Array; last: boolean }
  | { type: "flush"; call: number; ticket: number }
  /** What is heard comes in pieces of this length, no longer packet by packet. */
  | { type: "gather"; call: number; bytes: number }
  /** Each hears the other from now on, and the main thread hears neither; null: no longer. */
  | { type: "join"; call: number; other: number | null }
  | { type: "close"; call: number };

export type MediaEvent =
  | { type: "opened"; call: number; port: number }
  | { type: "heard"; call: number; sound: Uint8Array }
  | { type: "key"; call: number; key: string }
  | { type: "played"; call: number; clip: ClipPlayed }
  | { type: "flushed"; call: number; ticket: number; clips: ClipPlayed[] }
  /** Nothing comes any more, or it comes again: whoever ends the call now ends one that was broken. */
  | { type: "starved"; call: number; starved: boolean }
  /** No packet for a while, or none came at all: the call is over. */
  | { type: "silent"; call: number }
  | { type: "failed"; call: number }
  | { type: "closed"; call: number; figures: MediaFigures };

/** Of one call, for the log. */
export interface MediaFigures {
  packetsIn: number;
  packetsOut: number;
  refused: number;
  /** Packets that were left out because of a stall. */
  skipped: number;
  /** Behind its time left a packet at most, and all but a hundredth. */
  latestMs: number;
  lateP99Ms: number;
  /** Between two packets, all but a hundredth: 20 ms would be perfect. */
  gapP99Ms: number;
}
