/** Looks again every so often, for as long as its element is on the page. */
import type { ReactiveController } from "lit";

export class LookAgain implements ReactiveController {
  private readonly everyMs: number;
  private readonly look: () => void;
  private timer: ReturnType<typeof setInterval> | undefined;

  /** For `addController`: the element's own life begins and ends it. */
  constructor(everyMs: number, look: () => void) {
    this.everyMs = everyMs;
    this.look = look;
  }

  hostConnected(): void {
    this.timer = setInterval(this.look, this.everyMs);
  }

  hostDisconnected(): void {
    clearInterval(this.timer);
  }
}
