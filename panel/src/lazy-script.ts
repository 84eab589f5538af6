/** Pages with a script of their own: whoever never opens them never loads it. */
export class LazyScript {
  private current: "not-asked" | "loading" | "here" | "failed" = "not-asked";
  private readonly fetch: () => Promise<unknown>;
  private readonly changed: () => void;

  constructor(fetch: () => Promise<unknown>, changed: () => void) {
    this.fetch = fetch;
    this.changed = changed;
  }

  get state(): "loading" | "here" | "failed" {
    return this.current === "not-asked" ? "loading" : this.current;
  }

  /** `before`: a script comes through Home Assistant's session, which may have ended since the page was loaded. */
  async load(before: () => Promise<void>): Promise<void> {
    if (this.current !== "not-asked") return;
    this.current = "loading";
    await before();
    this.current = await this.fetch().then(
      () => "here",
      () => "failed",
    );
    this.changed();
  }
}
