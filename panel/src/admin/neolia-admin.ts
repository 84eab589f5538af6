import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import type { Directory, Site } from "../data/directory.ts";
import { fetchRemoteSites, type RemoteSite } from "../data/remote.ts";
import type { Host } from "../host/host.ts";
import { type AdminLocalizer, adminLocalizer } from "../localize/admin.ts";
import type { PanelModel, PanelState } from "../model.ts";
import type { Admin } from "./admin.ts";
import { hasOpenDialog, setDialogsAside } from "./components/admin-dialog.ts";
import { adminStyle } from "./components/admin-style.ts";
import "./components/admin-toast.ts";
import type { AdminToast } from "./components/admin-toast.ts";
import { focusIsLost, visibleHeadings } from "./components/focus.ts";
import { siteChip } from "./components/live-chip.ts";
import { isOver, remoteFailureText } from "./pages/remote-page.ts";
import "./pages/sites-page.ts";
import "./pages/welcome-page.ts";
import { type Place, pathOf, placeOf } from "./place.ts";
import { problemText } from "./problem-text.ts";
import { RemoteSiteModel } from "./remote-site-model.ts";
import { SECTIONS } from "./sections.ts";
import { shellStyle } from "./shell-style.ts";

const SITE_KEY = "neolia.adminSite";
/** A page may have to load before it has its heading. */
const LOOKS = 20;
const LOOK_MS = 50;

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
  /** null: not known yet. */
  @state() private remoteSites: readonly RemoteSite[] | null = null;
  private remote: RemoteSiteModel | null = null;
  /** The address at which somebody has typed last: their text stays on the screen, whatever becomes of the site. */
  private typedAt: string | null = null;
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
    this.attendRemote(this.keyOf(placeOf(this.path)));
  }

  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get("path");
    if (before !== undefined || focusIsLost()) void this.followFocus(before ?? this.path);
  }

  /**
   * To the heading of the page that was opened: it is read out, and Tab goes on from there. Within a section only when
   * what had the focus is gone, as a list is that gives way to one of its rows.
   */
  private async followFocus(before: string): Promise<void> {
    const { path } = this;
    const isNew = placeOf(before)?.section !== placeOf(path)?.section;
    for (let look = 0; look < LOOKS; look++) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      if (this.path !== path || this.calling || hasOpenDialog()) return;
      if (!isNew && !focusIsLost()) return;
      const headings = visibleHeadings(this.renderRoot);
      const heading = isNew ? headings[0] : headings.at(-1);
      heading?.focus();
      if (heading !== undefined) return;
    }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.loadRemoteSites();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    setDialogsAside(false);
    this.remote?.stop();
    this.remote = null;
  }

  private loadRemoteSites = async (): Promise<void> => {
    try {
      this.remoteSites = await fetchRemoteSites(this.model.api);
    } catch (error) {
      this.remoteSites ??= [];
      this.toasts?.show({ text: problemText(error, this.t), failed: true });
    }
  };

  /** Which site the address asks for: the one it names, or the last one, or whichever there is. */
  private keyOf(place: Place | null): string | null {
    if (place === null || place.section === "sites") return null;
    const here = this.panel.directory?.sites[0]?.id ?? null;
    const last = localStorage.getItem(SITE_KEY);
    const known = [...(this.panel.directory?.sites ?? []), ...(this.remoteSites ?? [])].some(({ id }) => id === last);
    return place.siteId ?? (known ? last : (here ?? this.remoteSites?.[0]?.id ?? null));
  }

  /** Asks the site elsewhere that the address names, and no other. */
  private attendRemote(id: string | null): void {
    const site = this.remoteSites?.find((one) => one.id === id) ?? null;
    if (site !== null) localStorage.setItem(SITE_KEY, site.id);
    if (site === null ? this.remote === null : this.remote?.site.id === site.id) return;
    this.remote?.stop();
    this.remote = site === null ? null : new RemoteSiteModel(this.host, site, () => this.requestUpdate());
  }

  protected override render(): TemplateResult {
    const { directory } = this.panel;
    if (directory === null || this.remoteSites === null)
      return html`<p class="page" role="status">${this.t("home.loading")}</p>`;
    const place = placeOf(this.path) ?? { siteId: null, section: "", rest: [] };
    const { remote } = this;
    const site = remote === null ? this.siteOf(directory, place) : siteOver(remote);
    const admin = this.adminOf(remote?.directory ?? directory, site, place);
    return html`
      ${this.renderBar(admin)}
      <div class="body">
        ${admin.site === null ? nothing : this.renderNavigation(admin)}
        <div class="content" @input=${this.onInput}>${this.renderPage(admin)}</div>
      </div>
      <neolia-admin-toast .t=${this.t} .away=${this.calling}></neolia-admin-toast>
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
    const sites = this.panel.directory?.sites ?? [];
    const { remoteSites, place } = admin;
    const key = admin.remote?.id ?? admin.site?.id;
    if (place.section === "sites" || key === undefined) return html`<span class="title">${t("admin.title")}</span>`;
    // Who has one site has nothing to switch; a second one is made in the settings.
    if (sites.length + remoteSites.length === 1)
      return html`<span class="title">${admin.remote?.name ?? admin.site?.name}</span>`;
    const option = (id: string, name: string) => html`<option value=${id} .selected=${id === key}>${name}</option>`;
    return html`
      <label class="switcher">
        <span class="unseen">${t("admin.site")}</span>
        <select @change=${(event: Event) => this.switchSite(admin, event.target as HTMLSelectElement)}>
          ${sites.map(({ id, name }) => option(id, name))}
          ${
            remoteSites.length === 0
              ? nothing
              : html`<optgroup label=${t("remote.elsewhere")}>${remoteSites.map(({ id, name }) => option(id, name))}</optgroup>`
          }
          <option value="">${t("admin.allSites")}</option>
        </select>
      </label>
    `;
  }

  private renderNavigation(admin: Admin): TemplateResult {
    const { t } = this;
    return html`
      <nav class="no-print ${this.navOpen ? "open" : ""}" aria-label=${t("admin.menu")} @keydown=${this.onNavigationKey}>
        ${SECTIONS.filter(({ here }) => here !== true || admin.remote === null).map(
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
    if (this.remote !== null) {
      const { failure, directory, retry } = this.remote;
      const isLost = failure !== null && isOver(failure) && this.typedAt !== this.path;
      if (isLost || directory === null || site === null) {
        return html`<neolia-remote-page .admin=${admin} .failure=${failure} .retry=${retry.bind(this.remote)}></neolia-remote-page>`;
      }
    }
    if (site === null && place.siteId !== null) {
      return html`<div class="page"><h1 tabindex="-1">${this.t("site.gone")}</h1>
        <div><button class="accent" @click=${() => admin.openSite(null)}>${this.t("admin.allSites")}</button></div></div>`;
    }
    if (site === null) return html`<neolia-welcome-page .admin=${admin}></neolia-welcome-page>`;
    const section = SECTIONS.find(({ id }) => id === place.section) ?? SECTIONS[0];
    if (section === undefined) return html``;
    // Nothing of one site is left on the page of another.
    const key = admin.remote?.id ?? site.id;
    return html`${this.remote === null ? nothing : this.renderElsewhere(this.remote)} ${keyed(key, section.page({ ...admin, site }))}`;
  }

  /** What was shown last stays while the site is away, and what was typed also when the permission is over. */
  private renderElsewhere({ site: { expiresAtMs }, failure, retry }: RemoteSiteModel): TemplateResult {
    if (failure !== null) {
      const told = remoteFailureText(failure, this.t);
      return html`<div class="elsewhere no-print" role="alert">${icon("outbound")}
        <span>${isOver(failure) ? this.t("remote.typedStays", { told }) : told}</span>
        ${isOver(failure) ? nothing : html`<button @click=${retry.bind(this.remote)}>${this.t("remote.retry")}</button>`}</div>`;
    }
    const time = new Intl.DateTimeFormat(this.locale, { dateStyle: "medium", timeStyle: "short" }).format(expiresAtMs);
    return html`<p class="elsewhere no-print">${icon("outbound")} <span>${this.t("remote.note", { time })}</span></p>`;
  }

  /** null also for an address of a site that is not there: it opens no other one in its place. */
  private siteOf({ sites }: Directory, place: Place): Site | null {
    const key = this.keyOf(place);
    const site = sites.find(({ id }) => id === key) ?? null;
    if (site !== null && site.id === place.siteId) localStorage.setItem(SITE_KEY, site.id);
    return site;
  }

  private adminOf(directory: Directory, site: Site | null, place: Place): Admin {
    const { remote } = this;
    const key = remote?.site.id ?? site?.id ?? null;
    const pathTo = (section: string, rest: string[]): string => pathOf({ siteId: key, section, rest });
    return {
      t: this.t,
      api: remote?.api ?? this.model.api,
      panel: remote?.panelState(this.panel) ?? this.panel,
      directory,
      site,
      remote: remote?.site ?? null,
      remoteSites: this.remoteSites ?? [],
      remoteSitesChanged: this.loadRemoteSites,
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
        remote?.retry();
        this.toasts?.show({ text: problemText(error, this.t), failed: true });
      },
      pageUrl: remote === null ? pageUrlOf(this.host) : remote.pageUrl,
      onMessage: (listener) => (remote ?? this.model).onMessage(listener),
    };
  }

  private switchSite(admin: Admin, select: HTMLSelectElement): void {
    const { value } = select;
    // It names the site that is shown, until another one is.
    select.value = admin.remote?.id ?? admin.site?.id ?? "";
    admin.openSite(value === "" ? null : value);
  }

  /** A plain click stays in the page; with a modifier key the browser opens the link as it is used to. */
  private follow(event: MouseEvent, open: () => void): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
    void this.closeNavigation();
  }

  private onInput = (): void => {
    this.typedAt = this.path;
  };

  private toggleNavigation = (): void => {
    if (this.navOpen) void this.closeNavigation();
    else this.navOpen = true;
  };

  private onNavigationKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && this.navOpen) void this.closeNavigation();
  };

  /** Whoever was in it is at the button that opens it again, unless a page was opened. */
  private async closeNavigation(): Promise<void> {
    this.navOpen = false;
    await this.updateComplete;
    if (focusIsLost()) this.renderRoot.querySelector<HTMLElement>(".pages")?.focus();
  }

  private toggleSidebar = (): void => {
    this.dispatchEvent(new CustomEvent("hass-toggle-menu", { bubbles: true, composed: true }));
  };

  private leave = (): void => {
    this.host.goTo("", "push");
  };
}

/** null: what is there is not known yet. */
function siteOver({ directory }: RemoteSiteModel): Site | null {
  return directory?.sites[0] ?? null;
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
