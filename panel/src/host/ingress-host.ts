/**
 * The app's page in Home Assistant's frame. Home Assistant tells the frame its route by messages; language and theme it
 * does not tell, so they are read from the page around, which has the same origin.
 */
import { localeOf } from "../language.ts";
import { fragmentPath, setFragmentPath } from "./fragment.ts";
import { type Hass, type Host, Listeners, type Look, localeOfHass } from "./host.ts";
import { findSlug, IngressSession } from "./ingress-session.ts";
import { copyFonts, copyTheme } from "./theme.ts";

interface FrameProperties {
  type: "home-assistant/properties";
  route?: { prefix?: string; path?: string };
}

export class IngressHost implements Host {
  readonly kind = "ingress";
  readonly baseUrl = new URL(".", document.baseURI).href;
  private readonly listeners = new Listeners();
  /** Home Assistant's page; null when the frame does not stand in one. */
  private readonly around = pageAround();
  private session: IngressSession | null = null;
  private route = { prefix: "", path: "" };
  private callOver: (() => void) | null = null;

  constructor() {
    window.addEventListener("message", this.onMessage);
    window.addEventListener("pagehide", () => this.inCall(false));
    window.addEventListener("hashchange", () => this.listeners.tell());
    window.addEventListener("languagechange", () => this.listeners.tell());
    this.say({ type: "home-assistant/subscribe-properties" });
    const root = this.around?.documentElement;
    if (root === undefined) return;
    const follow = (): void => {
      copyTheme(root);
      this.listeners.tell();
    };
    follow();
    copyFonts(root.ownerDocument);
    // A theme is written into the page's style, the language into its `lang`.
    new MutationObserver(follow).observe(root, {
      attributes: true,
      attributeFilter: ["style", "lang", "class"],
    });
  }

  get look(): Look {
    const hass = this.hass();
    return {
      locale: hass === null ? localeOf(navigator.languages) : localeOfHass(hass),
      theme: hass === null ? "system" : hass.themes.darkMode ? "dark" : "light",
      // Home Assistant puts a header with its menu button above the frame, and pads the frame.
      menu: false,
      safeArea: "none",
      path: this.route.prefix === "" ? fragmentPath() : this.route.path,
    };
  }

  subscribe(listener: () => void): () => void {
    return this.listeners.add(listener);
  }

  get slug(): string | null {
    const hass = this.hass();
    return hass === null ? null : findSlug(hass);
  }

  /** Home Assistant does that by itself within a minute; a ringing door should not wait for it. */
  async renewSession(): Promise<boolean> {
    const hass = this.hass();
    const { slug } = this;
    if (hass === null || slug === null) return false;
    this.session ??= new IngressSession((message) => (this.hass() ?? hass).callWS(message), slug);
    return await this.session.renew();
  }

  goTo(path: string, how: "push" | "replace" = "replace"): void {
    if (this.look.path === path) return;
    const { prefix } = this.route;
    if (prefix === "") {
      // Not told where the frame stands (opened by itself, or an older Home Assistant): its own address says it.
      setFragmentPath(path, how);
      this.listeners.tell();
    } else {
      this.say({ type: "home-assistant/navigate", path: prefix + path, options: { replace: how === "replace" } });
    }
  }

  bringUp(): void {
    // The frame goes with the page that shows it: whoever sees us sees the panel.
  }

  /**
   * A Core that starts knows its apps later than its page is connected again; the page takes our frame away meanwhile, and
   * a call would end with it. So Home Assistant's connection, should it break, waits for the end of the call, by the means
   * that it has for hidden tabs (ADR 13).
   */
  inCall(running: boolean): void {
    if (running === (this.callOver !== null)) return;
    this.callOver?.();
    this.callOver = null;
    if (!running) return;
    const over = new Promise<void>((resolve) => {
      this.callOver = resolve;
    });
    this.hass()?.connection?.suspendReconnectUntil?.(over);
  }

  private say(message: object): void {
    window.parent.postMessage(message, location.origin);
  }

  private onMessage = (event: MessageEvent<FrameProperties>): void => {
    if (event.source !== window.parent || event.data?.type !== "home-assistant/properties") return;
    const { prefix = "", path = "" } = event.data.route ?? {};
    if (prefix === this.route.prefix && path === this.route.path) return;
    this.route = { prefix, path };
    this.listeners.tell();
  };

  private hass(): Hass | null {
    return this.around?.querySelector<HTMLElement & { hass?: Hass }>("home-assistant")?.hass ?? null;
  }
}

function pageAround(): Document | null {
  try {
    return window.parent === window ? null : window.parent.document;
  } catch {
    return null;
  }
}
