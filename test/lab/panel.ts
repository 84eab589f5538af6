/** A person at a real panel in Chromium: opens the page, sets the device up, answers, hangs up, listens. */
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { findTone, type Sound } from "./audio.ts";
import { newProfile, recordRemote } from "./chromium.ts";
import type { Lab } from "./lab.ts";
import { until } from "./until.ts";

/** A busy machine is late, and only a failure waits as long. */
const PATIENCE_MS = 30_000;
const LISTEN_MS = 1_200;

export class Panel {
  readonly page: Page;
  private readonly context: BrowserContext;

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
  }

  /**
   * Opens the address that the bridge printed, chooses a unit of the sample house as on first use, and waits until the
   * panel is ready to ring.
   */
  static async open(browser: Browser, lab: Lab, unitNumber: string): Promise<Panel> {
    const context = await newProfile(browser);
    try {
      const panel = new Panel(context, await context.newPage());
      await panel.page.goto(lab.bridge.pageUrl);
      await panel.page.locator("neolia-setup-view label", { hasText: unitNumber }).click();
      await panel.page.locator("neolia-setup-view button.accent").first().click();
      // The VPS must know the new account before it can register.
      await lab.directoryLive();
      await panel.ready();
      return panel;
    } catch (error) {
      await context.close();
      throw error;
    }
  }

  /** Waits until the panel is idle at its home view and registered: only then can its call buttons be pressed. */
  async ready(timeoutMs = PATIENCE_MS): Promise<void> {
    const close = this.page.getByRole("button", { name: "Close" });
    await until(
      async () => {
        if (await close.isVisible()) await close.click({ timeout: 500 }).catch(() => {});
        return await this.page.locator("neolia-home-view button.go:enabled").first().isVisible();
      },
      { timeoutMs, what: "the panel to be idle and registered" },
    );
  }

  /** Waits until it rings; the text names who rings. */
  async rings(timeoutMs = PATIENCE_MS): Promise<string> {
    await this.incoming.waitFor({ timeout: timeoutMs });
    return await this.incoming.locator("h1").innerText();
  }

  get ringing(): Promise<boolean> {
    return this.incoming.isVisible();
  }

  /** Presses Answer and waits until the call time runs. */
  async answer(timeoutMs = PATIENCE_MS): Promise<void> {
    await this.pressAnswer();
    await this.talking(timeoutMs);
  }

  /** For an answer that comes to nothing. */
  async pressAnswer(): Promise<void> {
    await this.incoming.getByRole("button", { name: "Answer" }).click();
  }

  async decline(): Promise<void> {
    await this.incoming.getByRole("button", { name: "Decline" }).click();
  }

  /** Presses the call button of a door ("Entrance") or a neighbour ("Unit 402"). */
  async call(name: string): Promise<void> {
    await this.page.getByRole("button", { name: `Call ${name}`, exact: true }).click();
  }

  /** Waits until the call time runs. */
  async talking(timeoutMs = PATIENCE_MS): Promise<void> {
    await this.page.locator("neolia-call-view .time").waitFor({ timeout: timeoutMs });
  }

  /** Hangs up, or cancels the call that is being placed. */
  async hangUp(): Promise<void> {
    await this.page.locator("neolia-call-view button.stop").click();
  }

  /**
   * Waits until the call is over and returns what the panel says about it ("Call ended", "Declined", …). It says so for
   * a few seconds.
   */
  async ended(timeoutMs = PATIENCE_MS): Promise<string> {
    await this.page.getByRole("button", { name: "Close" }).waitFor({ timeout: timeoutMs });
    return await this.page.locator("neolia-call-view .line").first().innerText();
  }

  /** Waits until the other side's tone is heard. */
  async hears(hz: number): Promise<void> {
    const found = async () => findTone(await this.heard(LISTEN_MS), hz).found;
    await until(found, { what: `${hz} Hz at the panel` });
  }

  /** Records the other side for a while, out of the element that plays it to the person. */
  async heard(ms: number): Promise<Sound> {
    return await recordRemote(this.page, ms);
  }

  async close(): Promise<void> {
    await this.context.close();
  }

  private get incoming(): Locator {
    return this.page.locator("neolia-incoming-view");
  }
}
