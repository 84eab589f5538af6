/** A phone call as the voice needs it. The phone's own calls have this shape; the two folders do not know each other. */
import type { G711Codec } from "../audio/g711.ts";

export interface CallLeg {
  readonly callId: string;
  readonly callerNumber: string | null;
  /** SIP name that was called. */
  readonly callee: string;
  /** null: no codec that we speak; the call can only be refused. */
  readonly codec: G711Codec | null;
  readonly ended: boolean;
  listen(listener: CallLegListener): void;
  answer(): void;
  refuse(status: 486 | 488 | 503): void;
  hangUp(): void;
  /** Queues a piece of sound; `last` when none of this clip follows. */
  play(clip: string, g711: Uint8Array, last: boolean): void;
  /** Silence at once; what was played of each clip that was not over. */
  flush(): Promise<PlayedClip[]>;
  /** From now on what is heard comes in pieces of `ms`, no longer packet by packet. */
  gather(ms: number): void;
  /** Each of the two hears the other from now on. */
  join(other: CallLeg): void;
}

export interface CallLegListener {
  answered(): void;
  heard(g711: Uint8Array): void;
  key(key: string): void;
  played(clip: PlayedClip): void;
  held(held: boolean): void;
  /** Exactly once. */
  ended(end: CallLegEnd): void;
}

export interface PlayedClip {
  id: string;
  /** Bytes that went into packets. */
  played: number;
  /** To its last byte. */
  complete: boolean;
}

export interface CallLegEnd {
  by: "them" | "us" | "silence" | "media";
  answered: boolean;
}
