/** The three places the panel lives in, and what each tells it: address of the bridge, language, theme, width. */
import { localeOf } from "./language.ts";

export interface Host {
  kind: "standalone" | "ingress" | "home-assistant";
  /** Absolute, ends with a slash. */
  baseUrl: string;
  /** A language that the panel speaks, with its region: fr-CA. */
  locale: string;
  /** `system`: as the browser prefers. */
  theme: "light" | "dark" | "system";
  /** Home Assistant's sidebar is hidden, or the window is small. */
  narrow: boolean;
}

/** The part of Home Assistant's `hass` object that the panel reads. */
export interface Hass {
  language: string;
  themes: { darkMode: boolean };
}

/** Told by Home Assistant's panel contract: `panel.config.base_url` names the app's ingress address. */
export interface PanelInfo {
  config: { base_url?: string } | null;
}

/** The host as it is now. Standalone and ingress pages are both served by the bridge itself. */
export function describeHost(hass: Hass | null, panel: PanelInfo | null, narrow: boolean): Host {
  if (hass !== null) {
    return {
      kind: "home-assistant",
      baseUrl: new URL(panel?.config?.base_url ?? ".", document.baseURI).href,
      locale: localeOf([hass.language]),
      theme: hass.themes.darkMode ? "dark" : "light",
      narrow,
    };
  }
  return {
    kind: location.pathname.includes("/hassio_ingress/") ? "ingress" : "standalone",
    baseUrl: new URL(".", document.baseURI).href,
    locale: localeOf(navigator.languages),
    theme: "system",
    narrow,
  };
}
