/**
 * Home Assistant's own panel list (`panel_custom`): the element stands in Home Assistant's page, gets `hass` as a
 * property, and reaches the bridge by a session of its own (see native/neolia-native-panel.ts, which loaded us).
 */
import { type Hass, type Host, Listeners, type Look, localeOfHass } from "./host.ts";
import { findSlug, IngressSession } from "./ingress-session.ts";

/** What Home Assistant sets on a panel's element. */
export interface NativeProperties {
  hass: Hass;
  /** There is no room for the sidebar beside the panel. */
  narrow: boolean;
  route: { prefix: string; path: string } | null;
  panel: { config: NativeConfig | null } | null;
}

interface NativeConfig {
  slug?: string;
  _panel_custom?: { handle_safe_area?: boolean };
}

export class NativeHost implements Host {
  readonly kind = "native";
  /** The bridge served this module, through ingress. */
  readonly baseUrl = new URL(".", import.meta.url).href;
  private readonly listeners = new Listeners();
  private properties: NativeProperties;
  private session: IngressSession | null = null;
  private shown: Look;

  constructor(properties: NativeProperties) {
    this.properties = properties;
    this.shown = this.look;
    this.sessionOf()?.keepAlive();
  }

  /** Home Assistant sets `hass` at every change of any state: only what the panel shows is passed on. */
  take(change: Partial<NativeProperties>): void {
    this.properties = { ...this.properties, ...change };
    const { look } = this;
    if (JSON.stringify(look) === JSON.stringify(this.shown)) return;
    this.shown = look;
    this.listeners.tell();
  }

  get look(): Look {
    const { hass, narrow, route, panel } = this.properties;
    const sidebarHidden = narrow || hass.dockedSidebar === "always_hidden";
    return {
      locale: localeOfHass(hass),
      theme: hass.themes.darkMode ? "dark" : "light",
      menu: sidebarHidden && hass.kioskMode !== true,
      // Home Assistant pads panels that do not say that they do it themselves.
      safeArea: panel?.config?._panel_custom?.handle_safe_area === true ? "variables" : "none",
      path: route?.path ?? "",
    };
  }

  /** null: its sidebar entry is off and the configuration does not name it. */
  get slug(): string | null {
    return this.properties.panel?.config?.slug ?? findSlug(this.properties.hass);
  }

  subscribe(listener: () => void): () => void {
    return this.listeners.add(listener);
  }

  async renewSession(): Promise<boolean> {
    return (await this.sessionOf()?.renew()) ?? false;
  }

  goTo(path: string, how: "push" | "replace" = "replace"): void {
    const { route } = this.properties;
    if (route === null || route.path === path) return;
    if (how === "push") history.pushState(null, "", route.prefix + path);
    else history.replaceState(history.state, "", route.prefix + path);
    window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace: how === "replace" } }));
  }

  bringUp(): void {
    const { route } = this.properties;
    if (route === null) return;
    history.pushState(null, "", route.prefix);
    window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace: false } }));
  }

  private sessionOf(): IngressSession | null {
    const { slug } = this;
    if (slug === null) return null;
    this.session ??= new IngressSession((message) => this.properties.hass.callWS(message), slug);
    return this.session;
  }
}
