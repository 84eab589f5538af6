import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { shared } from "../../components/style.ts";
import type { Site } from "../../data/directory.ts";
import { counted } from "../../localize/admin.ts";
import type { Admin } from "../admin.ts";
import "../components/admin-dialog.ts";
import { adminStyle } from "../components/admin-style.ts";
import { liveChip } from "../components/live-chip.ts";
import "../components/site-form.ts";

/** Every site of this app: the switcher with room, and where a new one is made. */
@customElement("neolia-sites-page")
export class SitesPage extends LitElement {
  @property({ attribute: false }) admin!: Admin;
  @state() private adding = false;

  static override styles = [shared, adminStyle];

  protected override render(): TemplateResult {
    const { admin } = this;
    const { t } = admin;
    return html`
      <div class="page">
        <div class="bar">
          <h1 tabindex="-1">${t("site.list")}</h1>
          <button class="accent" @click=${this.add}>${t("site.new")}</button>
        </div>
        <ul class="rows">${repeat(admin.directory.sites, (site) => site.id, this.renderSite)}</ul>
        ${
          this.adding
            ? html`<neolia-admin-dialog .t=${t} .heading=${t("site.new")} @closed=${this.close}>
                <neolia-site-form .admin=${admin}></neolia-site-form>
              </neolia-admin-dialog>`
            : nothing
        }
      </div>
    `;
  }

  private renderSite = (site: Site): TemplateResult => {
    const { admin } = this;
    const { t, directory } = admin;
    const units = directory.units.filter(({ siteId }) => siteId === site.id).length;
    const buildings = directory.buildings.filter(({ siteId }) => siteId === site.id).length;
    return html`
      <li>
        <div>
          <h2>${site.name}</h2>
          <p class="muted">${[site.address, site.domain].filter(Boolean).join(" · ")}</p>
          <p class="muted">${counted(t, "count.buildings", buildings)} · ${counted(t, "count.units", units)}</p>
        </div>
        <div class="end">
          ${liveChip(admin, { siteId: site.id, revision: site.revision })}
          <button aria-label=${`${t("admin.open")}: ${site.name}`} @click=${() => admin.openSite(site.id)}>
            ${t("admin.open")}
          </button>
        </div>
      </li>
    `;
  };

  private add = (): void => {
    this.adding = true;
  };

  private close = (): void => {
    this.adding = false;
  };
}
