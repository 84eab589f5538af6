/** What the pages of a site share: the site's things as a property, and a call back when they changed. */
import { LitElement, type PropertyValues } from "lit";
import { property } from "lit/decorators.js";
import type { PanelMessage } from "../../../../bridge/src/api/live.ts";
import type { SiteAdmin } from "../admin.ts";
import { connectionsOf } from "../components/registration.ts";

export abstract class AdminPage extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  private unsubscribe: (() => void) | null = null;
  private shownSiteId: string | null = null;
  private connections = "";

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.admin !== undefined) this.attend();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
    this.unsubscribe = null;
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    if (this.unsubscribe === null && this.isConnected) this.attend();
    const { connections } = this;
    this.connections = connectionsOf(this.admin);
    if (this.admin.site.id !== this.shownSiteId) {
      this.shownSiteId = this.admin.site.id;
      this.siteChosen();
    } else if (this.connections !== connections) this.connectionsChanged();
  }

  /** Shown for the first time, or another site was chosen. */
  protected siteChosen(): void {}

  /** Rows of this site were edited, here or by somebody else. */
  protected directoryChanged(): void {}

  /** A device came or went, or nobody can say any more. */
  protected connectionsChanged(): void {}

  /** Anything that the bridge pushed. */
  protected pushed(_message: PanelMessage): void {}

  private attend(): void {
    this.unsubscribe = this.admin.onMessage((message) => {
      if (message.type === "directory" && message.siteId === this.admin.site.id) this.directoryChanged();
      this.pushed(message);
    });
  }
}
