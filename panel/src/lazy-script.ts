/** Between two attempts. */
const RETRY_MS = 3_000;
/** So many attempts in vain, and another one in this document is unlikely to help. */
const STUCK_AFTER = 3;

export interface LazyScriptEvents {
  /** `state` may be another one, or it is time to ask for it again. */
  changed(): void;
  /** Several attempts failed: its file may have another name since an update, or the browser keeps the failure in mind. */
  stuck(): void;
}

/**
 * Pages with a script of their own: whoever never opens them never loads it. One that did not arrive is asked for again
 * as long as `load` is called, because a panel on a wall has nobody who presses "reload".
 */
export class LazyScript {
  private current: "not-asked" | "loading" | "here" = "not-asked";
  private failures = 0;
  private readonly fetch: () => Promise<unknown>;
  private readonly on: LazyScriptEvents;

  constructor(fetch: () => Promise<unknown>, on: LazyScriptEvents) {
    this.fetch = fetch;
    this.on = on;
  }

  /** `failed`: the last attempt came to nothing; another one follows. */
  get state(): "loading" | "here" | "failed" {
    if (this.current === "here") return "here";
    return this.failures > 0 ? "failed" : "loading";
  }

  /**
   * To be called whenever the script is wanted; does nothing while an attempt is on or not yet due. `before`: a script
   * comes through Home Assistant's session, which may have ended since the page was loaded.
   */
  async load(before: () => Promise<void>): Promise<void> {
    if (this.current !== "not-asked") return;
    this.current = "loading";
    await before();
    try {
      await this.fetch();
      this.current = "here";
    } catch {
      setTimeout(() => {
        this.current = "not-asked";
        this.on.changed();
      }, RETRY_MS);
      if (++this.failures >= STUCK_AFTER) this.on.stuck();
    }
    this.on.changed();
  }
}
