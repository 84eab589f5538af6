/** What goes wrong, or is slow, in one session of the stand-in. */
export interface Behaviour {
  /** The HTTP upgrade is refused with this status. */
  refuse?: 401 | 403 | 429 | 503;
  /** Nothing is ever sent. */
  mute?: boolean;
  /** Before session.updated, ms; Infinity: never. */
  updateDelayMs?: number;
  /** The update is confirmed, but with another format than asked for. */
  wrongFormat?: boolean;
  /** From the end of a turn to the first sound, ms. */
  thinkMs?: number;
  /** How much faster than speech sound is sent; Infinity: in one burst. */
  speed?: number;
  /** The connection is cut (no close frame) in the middle of the n-th response's sound, from 1. */
  cutInResponse?: number;
  /** The session ends as after its longest time, in the n-th response. */
  expireInResponse?: number;
  /** From the n-th response on nothing more is sent, the connection stays. */
  silentFromResponse?: number;
  /** The n-th response fails with this code. */
  failResponse?: { number: number; code: string };
  /** Each tool call comes twice, with the same id. */
  doubleCalls?: boolean;
  /** Transcriptions of the caller come this much later, ms; several in the wrong order. */
  transcriptionDelayMs?: number;
  /** Each event comes twice. */
  duplicateEvents?: boolean;
}
