import { LitElement } from "lit";
import { property } from "lit/decorators.js";
import type { SiteAdmin } from "../admin.ts";

/** Shows rows as they are now: fetched anew whenever the directory changes. */
export abstract class DirectoryWatch extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  private unsubscribe: (() => void) | null = null;

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
}
