/** Where the panel stands, and what that place tells it: one implementation for each of the three places. */

import { localeOf } from "../language.ts";

/** How it should look, and what the address asks for; read anew after each change. */
export interface Look {
  /** A language that the panel speaks, with its region: fr-CA. */
  locale: string;
  /** `system`: as the browser prefers. */
  theme: "light" | "dark" | "system";
  /** Home Assistant's sidebar is out of sight and nothing else opens it: the panel shows a button that does. */
  menu: boolean;
  /** Who keeps clear of notches and rounded corners: the browser's values, Home Assistant's, or nobody but it. */
  safeArea: "browser" | "variables" | "none";
  /** What the address asks for below the panel's own: "" or "/call/<call id>". */
  path: string;
}

export interface Host {
  readonly kind: "standalone" | "ingress" | "native";
  /** Where the bridge's paths begin: absolute, with a slash at its end. */
  readonly baseUrl: string;
  /** What Home Assistant calls the app; null where there is no Home Assistant, or it does not say. */
  readonly slug: string | null;
  readonly look: Look;
  /** Calls back at each change of the look. Returns its unsubscribe. */
  subscribe(listener: () => void): () => void;
  /**
   * Home Assistant's session has ended: makes a new one. False when it could not be made, and where there is none to
   * make: then a person has to sign in.
   */
  renewSession(): Promise<boolean>;
  /** Changes what the address asks for; `push` makes an entry in the history to come back from. Default: replace. */
  goTo(path: string, how?: "push" | "replace"): void;
  /** Leads whoever is on another page of Home Assistant to the panel. */
  bringUp(): void;
  /** A call rings or runs, or does so no more; for the host that could lose it with its page. */
  inCall?(running: boolean): void;
}

/** The part of Home Assistant's `hass` object that the panel uses. */
export interface Hass {
  language: string;
  /** How the user wants times: as the language or the system has it, or by a clock of 12 or 24 hours. */
  locale?: { time_format: "language" | "system" | "12" | "24" };
  themes: { darkMode: boolean };
  /** Sidebar and header are hidden. */
  kioskMode?: boolean;
  dockedSidebar?: "docked" | "always_hidden" | "auto";
  panels?: Record<string, { component_name: string; config: Record<string, unknown> | null }>;
  /** Home Assistant's own connection to Core (home-assistant-js-websocket). */
  connection?: { suspendReconnectUntil?(over: Promise<void>): void };
  callWS<Result>(message: { type: string; [field: string]: unknown }): Promise<Result>;
}

/** The user's language, with the clock that they chose: en, fr-CA, en-u-hc-h23. */
export function localeOfHass({ language, locale }: Hass): string {
  const tag = localeOf([language]);
  switch (locale?.time_format) {
    case "12":
      return `${tag}-u-hc-h12`;
    case "24":
      return `${tag}-u-hc-h23`;
    case "language":
    case "system":
    case undefined:
      return tag;
  }
}

/** Who hears of changes; shared by the three hosts. */
export class Listeners {
  private readonly listeners = new Set<() => void>();

  add(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
