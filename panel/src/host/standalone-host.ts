/** The page that the bridge serves by itself, on this machine. */
import { localeOf } from "../language.ts";
import { fragmentPath, setFragmentPath } from "./fragment.ts";
import { type Host, Listeners, type Look } from "./host.ts";

export class StandaloneHost implements Host {
  readonly kind = "standalone";
  readonly slug = null;
  readonly baseUrl = new URL(".", document.baseURI).href;
  private readonly listeners = new Listeners();

  constructor() {
    window.addEventListener("hashchange", () => this.listeners.tell());
    window.addEventListener("languagechange", () => this.listeners.tell());
  }

  get look(): Look {
    return {
      locale: localeOf(navigator.languages),
      theme: "system",
      menu: false,
      safeArea: "browser",
      path: fragmentPath(),
    };
  }

  subscribe(listener: () => void): () => void {
    return this.listeners.add(listener);
  }

  async renewSession(): Promise<boolean> {
    return false;
  }

  goTo(path: string, how: "push" | "replace" = "replace"): void {
    setFragmentPath(path, how);
    this.listeners.tell();
  }

  bringUp(): void {
    // The page is the panel.
  }
}
