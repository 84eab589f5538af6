/**
 * Who has been silent for how long in a call. A caller who says nothing is asked whether they are there, and then told goodbye; a
 * caller who waits for an answer hears that it is coming. While they have us on hold, nobody waits for anybody.
 */
import type { ConversationLimits } from "./conversation-limits.ts";

export interface SilenceWatchOptions {
  limits: Pick<ConversationLimits, "silenceMs" | "answerMs">;
  /** Nothing is being said to the caller. */
  isQuiet(): boolean;
  askIfThere(): void;
  /** They were asked, and said nothing. `pressedKeys`: somebody is there who cannot or will not speak. */
  nobodyThere(pressedKeys: boolean): void;
  /** The caller's turn is over, and nothing of an answer is heard yet. */
  answerIsLate(): void;
}

export class SilenceWatch {
  private readonly options: SilenceWatchOptions;
  private turnOpen = false;
  private held = false;
  private asked = false;
  private pressedKeys = false;
  private silence: NodeJS.Timeout | undefined;
  private lateness: NodeJS.Timeout | undefined;

  constructor(options: SilenceWatchOptions) {
    this.options = options;
  }

  /** They have us on hold: music is no caller, and nobody hears us. */
  get onHold(): boolean {
    return this.held;
  }

  turnBegan(): void {
    this.turnOpen = true;
    this.asked = false;
    this.stop();
  }

  turnEnded(): void {
    this.turnOpen = false;
    this.answered();
    if (!this.held) this.lateness = setTimeout(() => this.options.answerIsLate(), this.options.limits.answerMs);
  }

  /** The caller hears something, or will not get an answer to this turn. */
  answered(): void {
    clearTimeout(this.lateness);
  }

  /** Everything was said: it is the caller's turn. */
  quiet(): void {
    clearTimeout(this.silence);
    if (this.turnOpen || this.held) return;
    this.silence = setTimeout(() => this.nobodySpeaks(), this.options.limits.silenceMs);
  }

  key(): void {
    this.pressedKeys = true;
  }

  hold(held: boolean): void {
    this.held = held;
    if (held) this.stop();
    else if (this.options.isQuiet()) this.quiet();
  }

  /** The session that was listening is gone: what it heard the beginning of has no end. */
  forgetTurn(): void {
    this.turnOpen = false;
  }

  /** Until the next turn, or until all is said. */
  stop(): void {
    clearTimeout(this.silence);
    this.answered();
  }

  private nobodySpeaks(): void {
    if (this.turnOpen || !this.options.isQuiet()) return;
    if (this.asked) {
      this.options.nobodyThere(this.pressedKeys);
      return;
    }
    this.asked = true;
    this.options.askIfThere();
  }
}
