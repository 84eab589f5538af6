/**
 * The order desk as the phone sees it. The voice model proposes by calling tools; the desk decides, prices, stores and
 * says. Whoever speaks (model, clip, scripted test) goes through this interface and through nothing else.
 *
 * The life of a call:
 *
 *     admit(…) → open(…) → { callTool | callerTurn | playedToEnd | heard | said }* → end(…)
 *
 * Every method is synchronous: when it returns, what it did is on disk.
 */
import type { Line } from "../api/line.ts";
import type { CallCloseReason, Cart, Language, OrderState } from "../api/order.ts";

export interface OrderDesk {
  /** What becomes of a call to a line, decided before it is answered. */
  admit(arrival: Arrival): Admission;
  /** The line that a call is for, whether or not it takes calls now; null: none. */
  line(arrival: Arrival): Line | null;
  /** What the lines of a site say first, open or closed, as they are set now. */
  firstWords(siteId: string): readonly Sentence[];
  /** Opens the draft of a call that is about to be answered; the same call again is the same draft. Throws UNKNOWN_LINE. */
  open(call: NewOrderCall): OrderCall;
  /** What the model must know: how to take an order here, and the menu with its ids. */
  briefing(lineId: string, language: Language): string;
  /** Of the dishes and options on the menu, in all its languages. */
  names(lineId: string): readonly string[];
}

export interface Arrival {
  siteId: string;
  /** SIP name of the gateway's account that brings the call, else of the unit that was called. */
  via: string;
}

export type Admission =
  | { kind: "answer"; line: Line; language: Language; greeting: Sentence }
  /** Closed: say it and hang up. */
  | { kind: "after-hours"; line: Line; language: Language; message: Sentence }
  /** Refuse with 503, so that the next rule rings people at once. */
  | { kind: "people"; reason: "unknown-line" | "people" | "paused" };

export interface NewOrderCall {
  callId: string;
  lineId: string;
  /** null: withheld. */
  callerNumber: string | null;
  language: Language;
}

/** One sentence (or several in a row) that is said as it stands. */
export interface Sentence {
  text: string;
  language: Language;
  /** The amounts that it states, in its order: what is spoken must state these and no others. */
  cents: readonly number[];
  /** Word for word: by a clip, or by the model with its transcript verified before it is heard. */
  exact: boolean;
  /** Give it to `playedToEnd` once its last audio was really played. null: nobody waits for it. */
  mark: string | null;
}

/** A tool as the Realtime API takes it (`session.tools`). */
export interface ToolDefinition {
  type: "function";
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
}

/** What the phone has to do with the call because of a tool. */
export type CallStep =
  | { type: "go-on" }
  /** Say the sentence, then transfer to people. `summary` is what they hear first. */
  | { type: "hand-over"; reason: HandOverReason; summary: Sentence }
  /** Say the sentence to its end, then hang up. */
  | { type: "hang-up"; reason: CallCloseReason };

export type HandOverReason = "asked" | "misunderstood" | "angry" | "emergency" | "staff" | "too-large" | "failed";

/** The reply to a tool call: serialise `forModel` as the tool's output, then have `say` spoken. */
export interface ToolAnswer {
  ok: boolean;
  /** Why not, for the model: a closed list of words, e.g. `sold_out`, `not_read_back`. */
  problem: string | null;
  state: OrderState;
  cart: Cart;
  totalCents: number;
  say: Sentence;
  /** The tools from now on; send them with the next session.update when they differ from before. */
  tools: readonly ToolDefinition[];
  step: CallStep;
  /** JSON: ok, problem, state, cart, total, the sentence to say, and what was asked for. */
  forModel: string;
}

/** What staff want with a running call, or what changed under it. */
export type CallCommand =
  /** Staff pressed it (`by` is their name), or the caller spoke of an emergency. */
  | { type: "take-over"; by: string; say: Sentence; summary: Sentence }
  | { type: "hang-up"; by: string }
  /** Tools or briefing are different now (something sold out, back, or a new menu). */
  | { type: "menu-changed" };

export interface OrderCall {
  readonly callId: string;
  readonly lineId: string;
  readonly language: Language;
  state(): OrderState;
  cart(): Cart;
  tools(): readonly ToolDefinition[];
  /** What to say after the model's session was lost and made anew: built from the order, not from the transcript. */
  recap(): { briefing: string; say: Sentence };
  /** Said before people take the call: caller, cart, what is missing. */
  summary(): Sentence;
  /**
   * Runs a tool. `args` is what the model sent, parsed or not: anything may be in it. The same `toolCallId` again
   * returns the stored answer and does nothing. Throws only STORE_UNAVAILABLE (hand the call over then).
   */
  callTool(name: string, args: unknown, toolCallId: string): ToolAnswer;
  /** The sentence with this mark was played to its last byte; a mark that nobody waits for is ignored. */
  playedToEnd(mark: string): void;
  /** The caller has spoken a turn. One that began while the read-back was still played answers nothing. */
  callerTurn(turn: { beganAtMs: number }): void;
  /** The caller speaks another language: sentences come in it from now on. */
  speak(language: Language): void;
  /** For the transcript. Never logged. Words of an emergency come back as a `take-over` command. */
  heard(text: string): void;
  said(text: string): void;
  note(text: string): void;
  /** Nothing usable was understood. The second time in a row it is a hand-over. */
  misunderstood(): CallStep;
  /** For what the phone itself decides (model failed, silence): notes why people get the call. */
  handOver(reason: HandOverReason): { say: Sentence; summary: Sentence };
  /** A message that the caller left, as a WAV file of at most 2 MB; kept with the draft until that is done with. */
  attachMessage(wav: Buffer): void;
  /** A person was rung and has the call: nobody else can take it. */
  personCame(): void;
  /** People were rung and nobody answered: whoever took the call over does not have it, and the next one may. */
  nobodyCame(): void;
  onCommand(listener: (command: CallCommand) => void): () => void;
  /** Exactly once has an effect. What the model cost goes with it, in cents. */
  end(end: { reason: CallCloseReason; costCents: number }): void;
}
