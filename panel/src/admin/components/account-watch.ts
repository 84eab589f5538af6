import { LitElement, type PropertyValues } from "lit";
import { property } from "lit/decorators.js";
import type { SiteAdmin } from "../admin.ts";

/** Shows accounts as they are now: fetched anew when the directory changes, and when a device comes or goes. */
export abstract class AccountWatch extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  private unsubscribe: (() => void) | null = null;
  private seen = "";

  /** Id of what is shown. */
  protected abstract readonly shownId: string;
  protected abstract load(): Promise<void>;

  override connectedCallback(): void {
    super.connectedCallback();
    this.unsubscribe = this.admin.onMessage((message) => {
      if (message.type === "directory") void this.load();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    // Who is registered is pushed as ids; what the device calls itself has to be fetched.
    const registered = this.admin.panel.live.state?.registered ?? [];
    const seen = [this.shownId, ...registered].join();
    if (seen === this.seen) return;
    this.seen = seen;
    void this.load();
  }
}
