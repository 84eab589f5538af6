/** What the stand-in's model does: given what it heard and what its tools said, the content of its next response. */
import type { SessionConfig } from "./client-events.ts";

export interface Occasion {
  /** The caller's turn that this answers, 8 kHz; null: `response.create`. */
  turn: Int16Array | null;
  /** Outputs of tool calls since the last response, oldest first. */
  outputs: readonly { name: string; output: string }[];
  /** Of `response.create`. */
  instructions: string | null;
  session: SessionConfig;
}

export type Part =
  | { say: string /** Other words in the transcript than in the sound. */; transcript?: string }
  /** Sound as it is, in the session's format. */
  | { sound: Buffer; transcript: string }
  | { tool: string; args: unknown };

export interface Brain {
  /** An empty list: a response without content. `heard`: what a transcription would read; null for none. */
  respond(occasion: Occasion): Promise<{ parts: readonly Part[]; heard?: string | null }>;
}
