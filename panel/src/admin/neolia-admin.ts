import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import type { Directory, Site } from "../data/directory.ts";
import type { Host } from "../host/host.ts";
import { type AdminLocalizer, adminLocalizer } from "../localize/admin.ts";
import type { PanelModel, PanelState } from "../model.ts";
import type { Admin } from "./admin.ts";
import { setDialogsAside } from "./components/admin-dialog.ts";
import { adminStyle } from "./components/admin-style.ts";
import "./components/admin-toast.ts";
import type { AdminToast } from "./components/admin-toast.ts";
import { siteChip } from "./components/live-chip.ts";
import "./pages/sites-page.ts";
import "./pages/welcome-page.ts";
import { type Place, pathOf, placeOf } from "./place.ts";
import { problemText } from "./problem-text.ts";
import { SECTIONS } from "./sections.ts";
import { shellStyle } from "./shell-style.ts";

const SITE_KEY = "neolia.adminSite";

/**
 * The installer's side: navigation, the site switcher, and the page that the address asks for. It is loaded when an
 * administrator opens it, and stays in the page while a call is on the screen, so that no half-filled form is lost.
 */
@customElement("neolia-admin")
export class NeoliaAdmin extends LitElement {
  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) model!: PanelModel;
  @property({ attribute: false }) panel!: PanelState;
  @property() locale = "en";
  @property() path = "/admin";
  /** Home Assistant's sidebar is out of sight: the bar has the button that opens it. */
  @property({ type: Boolean }) menu = false;
  /** A call is on the screen. */
  @property({ type: Boolean }) calling = false;
  @state() private navOpen = false;
  @query("neolia-admin-toast") private readonly toasts!: AdminToast | null;
  private t: AdminLocalizer = adminLocalizer("en");

  static override styles = [
    shared,
    adminStyle,
    shellStyle,
    css`
      :host([hidden]) {
        display: none;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (this.t.locale !== this.locale) this.t = adminLocalizer(this.locale);
    if (changed.has("calling")) setDialogsAside(this.calling);
    if (changed.has("path")) this.navOpen = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    setDialogsAside(false);
  }

  protected override render(): TemplateResult {
    const { directory } = this.panel;
    if (directory === null) return html`<p class="page" role="status">${this.t("home.loading")}</p>`;
    const place = placeOf(this.path) ?? { siteId: null, section: "", rest: [] };
    const site = this.siteOf(directory, place);
    const admin = this.adminOf(directory, site, place);
    return html`
      ${this.renderBar(admin)}
      <div class="body">
        ${site === null ? nothing : this.renderNavigation(admin)}
        <div class="content">${this.renderPage(admin)}</div>
      </div>
      <neolia-admin-toast .t=${this.t}></neolia-admin-toast>
    `;
  }

  private renderBar(admin: Admin): TemplateResult {
    const { t } = this;
    return html`
      <header class="bar no-print">
        ${
          this.menu
            ? html`<button class="icon quiet" aria-label=${t("bar.menu")} @click=${this.toggleSidebar}>${icon("menu")}</button>`
            : nothing
        }
        ${
          admin.site === null
            ? nothing
            : html`<button class="icon quiet pages" aria-label=${t("admin.menu")} aria-expanded=${this.navOpen ? "true" : "false"}
                @click=${this.toggleNavigation}>${icon(this.navOpen ? "close" : "overview")}</button>`
        }
        ${this.renderSwitcher(admin)}
        ${admin.site === null ? nothing : html`<span class="site-live">${siteChip(admin, admin.site)}</span>`}
        <button class="leave" @click=${this.leave}>${icon("bell")} <span>${t("admin.leave")}</span></button>
      </header>
    `;
  }

  private renderSwitcher(admin: Admin): TemplateResult {
    const { t } = this;
    const { sites } = admin.directory;
    if (admin.site === null) return html`<span class="title">${t("admin.title")}</span>`;
    const site = admin.site;
    return html`
      <label class="switcher">
        <span class="unseen">${t("admin.site")}</span>
        <select @change=${(event: Event) => this.switchSite(admin, event.target as HTMLSelectElement)}>
          ${sites.map((known) => html`<option value=${known.id} ?selected=${known.id === site.id}>${known.name}</option>`)}
          <option value="">${t("admin.allSites")}</option>
        </select>
      </label>
    `;
  }

  private renderNavigation(admin: Admin): TemplateResult {
    const { t } = this;
    return html`
      <nav class="no-print ${this.navOpen ? "open" : ""}" aria-label=${t("admin.menu")}>
        ${SECTIONS.map(
          (section) => html`
            <a href=${`#${admin.href(section.id)}`} aria-current=${section.id === admin.place.section ? "page" : nothing}
              @click=${(event: MouseEvent) => this.follow(event, () => admin.open(section.id))}>
              ${icon(section.icon)} <span>${t(section.title)}</span>
            </a>
          `,
        )}
      </nav>
      ${this.navOpen ? html`<button class="scrim no-print" aria-label=${t("admin.closeMenu")} @click=${this.toggleNavigation}></button>` : nothing}
    `;
  }

  private renderPage(admin: Admin): TemplateResult {
    const { site, place } = admin;
    if (place.section === "sites") return html`<neolia-sites-page .admin=${admin}></neolia-sites-page>`;
    if (site === null) return html`<neolia-welcome-page .admin=${admin}></neolia-welcome-page>`;
    const section = SECTIONS.find(({ id }) => id === place.section) ?? SECTIONS[0];
    return section === undefined ? html`` : section.page({ ...admin, site });
  }

  private siteOf({ sites }: Directory, { siteId, section }: Place): Site | null {
    if (section === "sites") return null;
    const wanted = siteId ?? localStorage.getItem(SITE_KEY);
    const site = sites.find(({ id }) => id === wanted) ?? sites[0] ?? null;
    if (site !== null && site.id === siteId) localStorage.setItem(SITE_KEY, site.id);
    return site;
  }

  private adminOf(directory: Directory, site: Site | null, place: Place): Admin {
    const pathTo = (section: string, rest: string[]): string => pathOf({ siteId: site?.id ?? null, section, rest });
    return {
      t: this.t,
      api: this.model.api,
      panel: this.panel,
      directory,
      site,
      place,
      slug: this.host.slug,
      href: (section, ...rest) => pathTo(section, rest),
      open: (section, ...rest) => this.host.goTo(pathTo(section, rest), "push"),
      openSite: (siteId) =>
        this.host.goTo(pathOf({ siteId, section: siteId === null ? "sites" : "", rest: [] }), "push"),
      openDevice: () => this.host.goTo("/device", "push"),
      toast: (toast) => this.toasts?.show(toast),
      fail: (error) => {
        void this.model.lookAgain();
        this.toasts?.show({ text: problemText(error, this.t), failed: true });
      },
      pageUrl: pageUrlOf(this.host),
      onMessage: (listener) => this.model.onMessage(listener),
    };
  }

  private switchSite(admin: Admin, select: HTMLSelectElement): void {
    const { value } = select;
    if (value === "") select.value = admin.site?.id ?? "";
    admin.openSite(value === "" ? null : value);
  }

  /** A plain click stays in the page; with a modifier key the browser opens the link as it is used to. */
  private follow(event: MouseEvent, open: () => void): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.navOpen = false;
    open();
  }

  private toggleNavigation = (): void => {
    this.navOpen = !this.navOpen;
  };

  private toggleSidebar = (): void => {
    this.dispatchEvent(new CustomEvent("hass-toggle-menu", { bubbles: true, composed: true }));
  };

  private leave = (): void => {
    this.host.goTo("", "push");
  };
}

function pageUrlOf(host: Host): string {
  if (host.kind === "standalone") return host.baseUrl;
  const { origin, pathname } = host.kind === "ingress" ? locationAround() : location;
  const { path } = host.look;
  return origin + (path !== "" && pathname.endsWith(path) ? pathname.slice(0, -path.length) : pathname);
}

/** The frame and Home Assistant's page have one origin; a frame that stands elsewhere may not look. */
function locationAround(): Location {
  try {
    return window.parent.location.origin === location.origin ? window.parent.location : location;
  } catch {
    return location;
  }
}
