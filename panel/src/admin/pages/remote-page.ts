import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import { ApiError } from "../../data/api.ts";
import type { AdminLocalizer } from "../../localize/admin.ts";
import type { Admin } from "../admin.ts";
import { adminStyle } from "../components/admin-style.ts";
import { problemText } from "../problem-text.ts";

/** A site elsewhere that cannot be shown: not yet, not now, or not any more. */
@customElement("neolia-remote-page")
export class RemotePage extends LitElement {
  @property({ attribute: false }) admin!: Admin;
  /** null: it is being asked. */
  @property({ attribute: false }) failure: unknown = null;
  @property({ attribute: false }) retry: () => void = () => {};

  static override styles = [shared, adminStyle];

  protected override render(): TemplateResult {
    const { t, remote, openSite } = this.admin;
    const { failure } = this;
    return html`
      <div class="page">
        <h1 tabindex="-1">${remote?.name}</h1>
        ${
          failure === null
            ? html`<p role="status">${t("remote.asking")}</p><span class="skeleton"></span>`
            : html`
              <div class="note" role="alert"><p>${remoteFailureText(failure, t)}</p></div>
              <div class="end">
                ${isOver(failure) ? nothing : html`<button class="accent" @click=${this.retry}>${t("remote.retry")}</button>`}
                <button @click=${() => openSite(null)}>${t("admin.allSites")}</button>
              </div>
            `
        }
      </div>
    `;
  }
}

/** Why the site cannot be shown or asked. */
export function remoteFailureText(failure: unknown, t: AdminLocalizer): string {
  if (failure instanceof ApiError && failure.code === "GRANT_ENDED") {
    return t(failure.details.why === "expired" ? "remote.expired" : "remote.revoked");
  }
  return problemText(failure, t);
}

/** The permission will not come back. */
export function isOver(failure: unknown): boolean {
  return failure instanceof ApiError && failure.code === "GRANT_ENDED";
}
