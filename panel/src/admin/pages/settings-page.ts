import { css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import type { AdminKey } from "../../localize/admin.ts";
import { adminStyle } from "../components/admin-style.ts";
import "../components/access-part.ts";
import "../components/backup-part.ts";
import "../components/hand-over-part.ts";
import "../components/import-part.ts";
import "../components/native-part.ts";
import { AdminPage } from "./admin-page.ts";

const PARTS = ["import", "backup", "handOver", "access", "native"] as const;

/** What is done once in a while: files in and out, backup, hand-over, this device, the API's description. */
@customElement("neolia-settings-page")
export class SettingsPage extends AdminPage {
  static override styles = [
    shared,
    adminStyle,
    css`
      .parts {
        display: grid;
        gap: 12px;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 260px), 1fr));
      }
      .card {
        align-content: space-between;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t, place } = this.admin;
    const part = this.parts().find((known) => known === place.rest[0]);
    if (part === undefined) return this.renderParts();
    return html`
      <div class="page">
        <div class="end no-print">
          <button class="icon quiet" aria-label=${t("log.back")} @click=${this.back}>${icon("back")}</button>
          <h1 tabindex="-1">${t(`settings.${part}`)}</h1>
        </div>
        ${this.renderPart(part)}
      </div>
    `;
  }

  private renderPart(part: (typeof PARTS)[number]): TemplateResult {
    const { admin } = this;
    switch (part) {
      case "import":
        return html`<neolia-import-part .admin=${admin}></neolia-import-part>`;
      case "backup":
        return html`<neolia-backup-part .admin=${admin}></neolia-backup-part>`;
      case "handOver":
        return html`<neolia-hand-over-part .admin=${admin}></neolia-hand-over-part>`;
      case "access":
        return html`<neolia-access-part .admin=${admin}></neolia-access-part>`;
      case "native":
        return html`<neolia-native-part .admin=${admin}></neolia-native-part>`;
    }
  }

  private renderParts(): TemplateResult {
    const { t, api, open, openDevice, openSite, remote } = this.admin;
    const here = (part: () => TemplateResult): TemplateResult | typeof nothing => (remote === null ? part() : nothing);
    const card = (title: AdminKey, hint: AdminKey, way: TemplateResult): TemplateResult => html`
      <section class="card" aria-label=${t(title)}><div><h2>${t(title)}</h2><p class="muted">${t(hint)}</p></div><div>${way}</div></section>
    `;
    return html`
      <div class="page">
        <h1 tabindex="-1">${t("nav.settings")}</h1>
        <div class="parts">
          ${this.parts().map((part) =>
            card(
              `settings.${part}`,
              `settings.${part}Hint`,
              html`<button aria-label=${t("label.of", { what: t("settings.openDevice"), of: t(`settings.${part}`) })} @click=${() => open("settings", part)}>${t("settings.openDevice")}</button>`,
            ),
          )}
          ${card(
            "settings.sites",
            "settings.sitesHint",
            html`<button aria-label=${t("label.of", { what: t("settings.openDevice"), of: t("settings.sites") })} @click=${() => openSite(null)}>${t("settings.openDevice")}</button>`,
          )}
          ${here(() =>
            card(
              "settings.device",
              "settings.deviceHint",
              html`<button aria-label=${t("label.of", { what: t("settings.openDevice"), of: t("settings.device") })} @click=${openDevice}>${t("settings.openDevice")}</button>`,
            ),
          )}
          ${here(() =>
            card(
              "settings.api",
              "settings.apiHint",
              html`<a class="button" target="_blank" rel="noreferrer" href=${new URL("api/docs", api.baseUrl).href}>${t("settings.openApi")}</a>`,
            ),
          )}
        </div>
      </div>
    `;
  }

  private parts(): (typeof PARTS)[number][] {
    const { slug, remote, pageUrl } = this.admin;
    return PARTS.filter((part) => {
      if (part === "native") return slug !== null && remote === null;
      if (part === "backup") return remote === null || remote.backups;
      // The printed pages lead to the Neolia of the site.
      if (part === "handOver") return pageUrl !== null;
      return part === "import" || remote === null;
    });
  }

  private back = (): void => {
    this.admin.open("settings");
  };
}
