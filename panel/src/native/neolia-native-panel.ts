/**
 * What an installer copies into Home Assistant's `www` folder for a native panel (`panel_custom`): it opens a session
 * for the app as the user who is logged in, loads the panel from the app through it, and hands it what Home Assistant
 * sets. It knows nothing else of Neolia, so that it need not be copied again when the app is updated.
 */

import { findSlug, openIngress } from "../host/ingress-session.ts";
import type { NativeProperties } from "../host/native-host.ts";
import { languageOf } from "../language.ts";

const TEXTS = {
  en: {
    wait: "Opening Neolia…",
    missing:
      "Neolia was not found. Name it in this panel's configuration: slug: <what the address bar shows after /app/>.",
    unauthorized: "Home Assistant does not let you open Neolia. Ask your installer.",
    failed: "Neolia does not answer. Trying again.",
  },
  fr: {
    wait: "Ouverture de Neolia…",
    missing:
      "Neolia est introuvable. Indiquez-le dans la configuration de ce panneau : slug: <ce que l’adresse montre après /app/>.",
    unauthorized: "Home Assistant ne vous laisse pas ouvrir Neolia. Demandez à votre installateur.",
    failed: "Neolia ne répond pas. Nouvel essai en cours.",
  },
};

const RETRY_MS = 3_000;

class NeoliaNativePanel extends HTMLElement {
  private properties: Partial<NativeProperties> = {};
  private panelElement: HTMLElement | null = null;
  private opening = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  set hass(hass: NativeProperties["hass"]) {
    this.take({ hass });
  }

  set narrow(narrow: boolean) {
    this.take({ narrow });
  }

  set route(route: NativeProperties["route"]) {
    this.take({ route });
  }

  set panel(panel: NativeProperties["panel"]) {
    this.take({ panel });
  }

  connectedCallback(): void {
    this.style.display = "block";
    void this.open();
  }

  disconnectedCallback(): void {
    clearTimeout(this.timer);
  }

  private take(change: Partial<NativeProperties>): void {
    Object.assign(this.properties, change);
    if (this.panelElement !== null) Object.assign(this.panelElement, change);
    else if (this.isConnected) void this.open();
  }

  private async open(): Promise<void> {
    const { hass, panel } = this.properties;
    if (hass === undefined || this.opening || this.panelElement !== null) return;
    clearTimeout(this.timer);
    this.opening = true;
    this.say("wait");
    try {
      const slug = panel?.config?.slug ?? findSlug(hass);
      if (slug === null) {
        this.tryAgain("missing");
      } else {
        await load(await openIngress((message) => hass.callWS(message), slug));
        this.show();
      }
    } catch (error) {
      this.tryAgain(reasonOf(error));
    } finally {
      this.opening = false;
    }
  }

  private tryAgain(why: "missing" | "unauthorized" | "failed"): void {
    this.say(why);
    if (this.isConnected) this.timer = setTimeout(() => void this.open(), RETRY_MS);
  }

  private show(): void {
    const element = document.createElement("neolia-panel");
    Object.assign(element, this.properties);
    this.replaceChildren(element);
    this.panelElement = element;
  }

  private say(text: keyof (typeof TEXTS)["en"]): void {
    const line = document.createElement("p");
    line.setAttribute("role", "status");
    line.style.cssText = "margin:0;padding:40px;color:var(--primary-text-color)";
    line.lang = languageOf([this.properties.hass?.language ?? "en"]);
    line.dir = "ltr";
    line.textContent = TEXTS[languageOf([line.lang])][text];
    this.replaceChildren(line);
  }
}

let attempts = 0;
let loaded: string | null = null;

/** The panel's module. A browser remembers a module that failed to load: another attempt has another address. */
async function load(url: string): Promise<void> {
  if (loaded === url) return;
  const attempt = attempts++;
  await import(`${url}neolia-panel.js${attempt === 0 ? "" : `?attempt=${attempt}`}`);
  loaded = url;
}

function reasonOf(error: unknown): "unauthorized" | "failed" {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return code === "unauthorized" ? "unauthorized" : "failed";
}

// Home Assistant loads the file again each time that the panel is opened.
if (customElements.get("neolia-native-panel") === undefined) {
  customElements.define("neolia-native-panel", NeoliaNativePanel);
}
