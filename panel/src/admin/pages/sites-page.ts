import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { shared } from "../../components/style.ts";
import type { Site } from "../../data/directory.ts";
import { type RemoteSite, removeRemoteSite } from "../../data/remote.ts";
import { counted } from "../../localize/admin.ts";
import type { Admin } from "../admin.ts";
import "../components/admin-dialog.ts";
import { adminStyle } from "../components/admin-style.ts";
import { wordsMatch } from "../components/list-source.ts";
import { liveChip } from "../components/live-chip.ts";
import "../components/remote-site-form.ts";
import "../components/site-form.ts";

/** Sites that need no search. */
const AT_A_GLANCE = 8;

/** Every site of this app: the switcher with room, and where a new one is made. */
@customElement("neolia-sites-page")
export class SitesPage extends LitElement {
  @property({ attribute: false }) admin!: Admin;
  @state() private adding: "here" | "remote" | null = null;
  @state() private search = "";
  @state() private removing: RemoteSite | null = null;

  static override styles = [shared, adminStyle];

  protected override render(): TemplateResult {
    const { admin } = this;
    const { t } = admin;
    // A search that is not shown any more hides nothing.
    const search = this.isLong ? this.search : "";
    const sites = admin.directory.sites.filter((one) => wordsMatch(search, `${one.name} ${one.address} ${one.domain}`));
    const elsewhere = admin.remoteSites.filter(({ name, domain }) => wordsMatch(search, `${name} ${domain}`));
    return html`
      <div class="page">
        <div class="bar">
          <h1 tabindex="-1">${t("site.list")}</h1>
          <button class="accent" @click=${() => this.show("here")}>${t("site.new")}</button>
        </div>
        ${this.renderSearch(sites.length + elsewhere.length)}
        ${sites.length === 0 ? nothing : html`<ul class="rows">${repeat(sites, (site) => site.id, this.renderSite)}</ul>`}
        <div class="bar">
          <h2>${t("remote.elsewhere")}</h2>
          <button @click=${() => this.show("remote")}>${t("remote.new")}</button>
        </div>
        ${
          admin.remoteSites.length === 0
            ? html`<p class="card">${t("remote.intro")}</p>`
            : html`<ul class="rows">${repeat(elsewhere, (site) => site.id, this.renderRemote)}</ul>`
        }
        ${
          this.adding === "remote"
            ? html`<neolia-admin-dialog .t=${t} .heading=${t("remote.new")} @closed=${this.close}>
                <neolia-remote-site-form .admin=${admin}></neolia-remote-site-form>
              </neolia-admin-dialog>`
            : nothing
        }
        ${this.removing === null ? nothing : this.renderRemoval(this.removing)}
        ${
          this.adding === "here"
            ? html`<neolia-admin-dialog .t=${t} .heading=${t("site.new")} @closed=${this.close}>
                <neolia-site-form .admin=${admin}></neolia-site-form>
              </neolia-admin-dialog>`
            : nothing
        }
      </div>
    `;
  }

  /** Once there are more than are seen at a glance. */
  private renderSearch(found: number): TemplateResult | typeof nothing {
    const { t } = this.admin;
    if (!this.isLong) return nothing;
    return html`
      <input type="search" autocomplete="off" maxlength="80" aria-label=${t("label.of", { what: t("list.search"), of: t("site.list") })}
        placeholder=${t("list.search")} .value=${this.search} @input=${this.onSearch} />
      <p class="muted" role="status">${found === 0 ? t("list.none", { search: this.search }) : counted(t, "list.count", found)}</p>
    `;
  }

  private get isLong(): boolean {
    const { directory, remoteSites } = this.admin;
    return directory.sites.length + remoteSites.length > AT_A_GLANCE;
  }

  private onSearch = (event: Event): void => {
    this.search = (event.target as HTMLInputElement).value;
  };

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
          <button aria-label=${t("label.of", { what: t("admin.open"), of: site.name })} @click=${() => admin.openSite(site.id)}>
            ${t("admin.open")}
          </button>
        </div>
      </li>
    `;
  };

  private renderRemote = (site: RemoteSite): TemplateResult => {
    const { t, openSite } = this.admin;
    const { id, name, domain, expiresAtMs, version } = site;
    const time = new Intl.DateTimeFormat(t.locale, { dateStyle: "medium", timeStyle: "short" }).format(expiresAtMs);
    return html`
      <li data-remote-site=${id}>
        <div>
          <h3>${name} <span class="chip">${t("remote.chip")}</span></h3>
          <p class="muted">${[domain, ...(version === null ? [] : [`Neolia ${version}`]), t("access.until", { time })].join(" · ")}</p>
        </div>
        <div class="end">
          <button class="danger" aria-label=${t("label.of", { what: t("remote.remove"), of: name })} @click=${() => this.askRemoval(site)}>${t("remote.remove")}</button>
          <button aria-label=${t("label.of", { what: t("admin.open"), of: name })} @click=${() => openSite(id)}>${t("admin.open")}</button>
        </div>
      </li>
    `;
  };

  private renderRemoval(site: RemoteSite): TemplateResult {
    const { t } = this.admin;
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t("remote.removeTitle", { name: site.name })} @closed=${() => this.askRemoval(null)}>
        <p>${t("remote.removeIntro")}</p>
        <div class="end">
          <button class="stop" @click=${() => void this.giveBack(site)}>${t("remote.removeNow")}</button>
          <button @click=${() => this.askRemoval(null)}>${t("form.cancel")}</button>
        </div>
      </neolia-admin-dialog>
    `;
  }

  private async giveBack(site: RemoteSite): Promise<void> {
    const { api, toast, fail, t, remoteSitesChanged } = this.admin;
    try {
      await removeRemoteSite(api, site.id);
      toast({ text: t("remote.removed", { name: site.name }) });
    } catch (error) {
      fail(error);
    }
    this.removing = null;
    await remoteSitesChanged();
  }

  private askRemoval(site: RemoteSite | null): void {
    this.removing = site;
  }

  private show(adding: "here" | "remote"): void {
    this.adding = adding;
  }

  private close = (): void => {
    this.adding = null;
  };
}
