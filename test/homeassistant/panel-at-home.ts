/** A person at Neolia inside Home Assistant's frontend: by the sidebar's entry (a frame), or in a native panel. */
import type { Browser, BrowserContext, Frame, FrameLocator, Page } from "playwright-core";
import { findTone } from "../lab/audio.ts";
import { recordRemote } from "../lab/chromium.ts";
import { until } from "../lab/until.ts";
import { type BrowserOptions, newPageAs } from "./browser.ts";
import { type DoorHouse, NATIVE_PATH } from "./door-house.ts";
import type { Person } from "./onboarding.ts";

const LISTEN_MS = 1_200;

export type Way = "frame" | "native";

/** What a page and a frame have in common for whoever looks for a button. */
type Root = Page | FrameLocator;

export interface PanelOptions extends BrowserOptions {
  way?: Way;
  /** Below the panel's own address. */
  path?: string;
  /** Keeps what the app sends. */
  record?: boolean;
  /** Home Assistant asks for the password first. */
  loggedOut?: boolean;
  /** What runs in every document before it loads. */
  scripts?: string[];
  /** Where Home Assistant is reached. Default: at Core's own address. */
  url?: string;
}

export class PanelAtHome {
  readonly page: Page;
  /** Where Neolia's elements are found. */
  readonly root: Root;
  readonly way: Way;
  /** Everything that the page was sent by the app, bodies and WebSocket messages. */
  readonly received: string[] = [];

  private readonly base: string;
  private origin = "";

  private constructor(page: Page, way: Way, base: string) {
    this.page = page;
    this.way = way;
    this.base = base;
    this.root = way === "frame" ? page.frameLocator("iframe") : page;
  }

  static async open(
    browser: Browser,
    house: Pick<DoorHouse, "home">,
    person: Person,
    options: PanelOptions = {},
  ): Promise<PanelAtHome> {
    const { home } = house;
    const { way = "frame", path = "", loggedOut = false, scripts = [], url = home.core.url } = options;
    const base = way === "frame" ? `/app/${home.supervisor.slug}` : NATIVE_PATH;
    const page = await newPageAs(browser, { url }, loggedOut ? null : person, options);
    for (const content of scripts) await page.addInitScript({ content });
    const panel = new PanelAtHome(page, way, base);
    if (options.record === true) panel.record();
    await page.goto(url + base + path);
    return panel;
  }

  /**
   * Another tab of the same browser, which nobody has touched yet, in place of this one; with the panel in it or not.
   * @param way the one that belongs to `path`
   */
  async reopen(path = this.base, withPanel = true, way = this.way): Promise<PanelAtHome> {
    const page = await this.context.newPage();
    const { origin } = new URL(this.page.url());
    await this.page.close();
    const panel = new PanelAtHome(page, way, way === this.way ? this.base : path);
    const registering = withPanel ? panel.registering() : null;
    await page.goto(origin + path);
    await registering;
    return panel;
  }

  /**
   * Resolves when the panel's phone is at work. To be awaited before anything is looked for in the page: Playwright's
   * looking counts as a person's touch.
   */
  async registering(): Promise<void> {
    await this.page.waitForEvent("websocket", {
      predicate: (socket) => socket.url().startsWith("wss:"),
      timeout: 60_000,
    });
  }

  /** The window is closed, for the panel's part; `goTo` opens it again. */
  async visitNothing(): Promise<void> {
    this.origin = new URL(this.page.url()).origin;
    await this.page.goto("about:blank");
  }

  /** Opens an address below the panel's, as from outside. */
  async goTo(path: string): Promise<void> {
    await this.page.goto(this.origin + this.base + path);
  }

  /** Home Assistant leads to an address below the panel's, as it does when a notification is tapped. */
  async follow(path: string): Promise<void> {
    await this.visit(this.base + path);
  }

  /** Home Assistant leads to any page of its own. */
  async visit(path: string): Promise<void> {
    await this.page.evaluate((address) => {
      history.pushState(null, "", address);
      window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace: false } }));
    }, path);
  }

  /** Chooses a unit as on first use, and waits until the panel can ring. */
  async setUp(house: DoorHouse, unit: string): Promise<void> {
    await this.setUpOnly(unit);
    await house.live();
    await this.ready();
  }

  /** Chooses a unit as on first use. */
  async setUpOnly(unit: string): Promise<void> {
    await this.root.locator("neolia-setup-view label", { hasText: unit }).click();
    await this.root.locator("neolia-setup-view button.accent").first().click();
  }

  async ready(): Promise<void> {
    const close = this.root.getByRole("button", { name: "Close" });
    await until(
      async () => {
        if (await close.isVisible()) await close.click({ timeout: 500 }).catch(() => {});
        return await this.root.locator("neolia-home-view .status.good").isVisible();
      },
      { timeoutMs: 60_000, what: "the panel to be ready to ring" },
    );
  }

  /** Waits until it rings; the text names who rings. */
  async rings(timeoutMs = 45_000): Promise<string> {
    await this.root.locator("neolia-incoming-view h1").waitFor({ timeout: timeoutMs });
    return await this.root.locator("neolia-incoming-view h1").innerText();
  }

  async answer(): Promise<void> {
    await this.root.locator("neolia-incoming-view").getByRole("button", { name: "Answer" }).click();
    await this.root.locator("neolia-call-view .time").waitFor({ timeout: 45_000 });
  }

  /** Waits until the other side's tone is heard. */
  async hears(hz: number): Promise<void> {
    const found = async () => findTone(await recordRemote(this.frame, LISTEN_MS), hz).found;
    await until(found, { what: `${hz} Hz at the panel` });
  }

  async hangUp(): Promise<void> {
    await this.root.locator("neolia-call-view button.stop").click();
  }

  /** The document that Neolia runs in. */
  get frame(): Frame {
    const frames = this.page.frames();
    const frame = frames.find((one) => one.url().includes("/api/hassio_ingress/"));
    return this.way === "frame" && frame !== undefined ? frame : this.page.mainFrame();
  }

  /** Everything that this browser holds for this person: the whole document with its shadow trees, and all storage. */
  async holds(): Promise<string> {
    return (await this.frame.evaluate(EVERYTHING)) as string;
  }

  get context(): BrowserContext {
    return this.page.context();
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  private record(): void {
    this.page.on("response", (response) => {
      if (!response.url().includes("hassio_ingress")) return;
      response.text().then(
        (text) => this.received.push(`${response.url()} ${text}`),
        () => undefined,
      );
    });
    this.page.on("websocket", (socket) => {
      socket.on("framereceived", ({ payload }) => {
        if (socket.url().includes("hassio_ingress")) this.received.push(`${socket.url()} ${payload.toString()}`);
      });
    });
  }
}

/** Runs in the page. */
const EVERYTHING = `(async () => {
  const parts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
  const look = (root) => {
    parts.push(root.innerHTML ?? "");
    for (const element of root.querySelectorAll("*")) {
      if ("value" in element) parts.push(String(element.value));
      if (element.shadowRoot) look(element.shadowRoot);
    }
  };
  look(document.documentElement);
  for (const { name } of await indexedDB.databases()) parts.push(name);
  return parts.join("\\n");
})()`;
