/** How long a conversation waits, lasts and may cost. */
export interface ConversationLimits {
  /** The whole call with the model. */
  longestMs: number;
  /** Of silence until the caller is asked, and as long again until the end. */
  silenceMs: number;
  /** From the end of the caller's turn until they hear that an answer is coming. */
  answerMs: number;
  /** What the service may cost in one call. */
  mostCents: number;
  /** For a new session in the middle of a call. */
  reconnectMs: number;
  /** For the caller's words, when what the model answers hangs on them. */
  unreadMs: number;
}

export const LIMITS: ConversationLimits = {
  longestMs: 10 * 60_000,
  silenceMs: 9_000,
  answerMs: 2_500,
  mostCents: 300,
  reconnectMs: 1_500,
  unreadMs: 2_000,
};
