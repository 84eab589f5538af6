/** The panel's page with all that it needs: the real edge, the bridge's stand-in, Chromium, and a door to ring it. */
import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";
import type { Browser, BrowserContext } from "playwright-core";
import { around } from "../lab/around.ts";
import { type ChromiumOptions, newProfile, type PageOptions, startChromium } from "../lab/chromium.ts";
import { defaultPassword, type Edge, ha1, startEdge } from "../lab/edge.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { content, type Desk, DOMAIN, SEED, startDesk } from "./desk.ts";

export class Stage {
  readonly edge: Edge;
  readonly desk: Desk;
  readonly browser: Browser;
  /** The door station: `stage.door.call("unit401")` rings the panel. */
  readonly door: SipAgent;
  /** What a test opened; closed after it, the newest first. */
  readonly opened: { close(): unknown }[] = [];

  private constructor(edge: Edge, desk: Desk, browser: Browser, door: SipAgent) {
    this.edge = edge;
    this.desk = desk;
    this.browser = browser;
    this.door = door;
  }

  static async start(): Promise<Stage> {
    const edge = await startEdge();
    edge.seedDirectory(SEED);
    const uri = `wss://localhost:${edge.values.wssPort}`;
    const desk = await startDesk(uri, (user) => ha1(user, DOMAIN, defaultPassword(user)));
    const browser = await startChromium({ certificateFile: edge.values.certificateFile });
    const user = "entrance";
    const account = { user, domain: DOMAIN, password: defaultPassword(user) };
    const door = await SipAgent.open({ port: edge.values.sipPort, ...account });
    assert.equal((await door.register()).status, 200);
    return new Stage(edge, desk, browser, door);
  }

  /** A device of its own. */
  async profile(options: PageOptions = {}, browser: Browser = this.browser): Promise<BrowserContext> {
    const context = await newProfile(browser, options);
    context.setDefaultTimeout(30_000);
    this.opened.push(context);
    return context;
  }

  /** A browser of its own, for what only a switch decides. */
  async browserWith(options: ChromiumOptions): Promise<BrowserContext> {
    const browser = await startChromium({ certificateFile: this.edge.values.certificateFile, ...options });
    this.opened.push(browser);
    return await this.profile({ microphone: options.microphone ?? "granted" }, browser);
  }

  /** The sample site as it was. */
  reset(): void {
    const { caFile, values } = this.edge;
    const server = { sipUri: `wss://localhost:${values.wssPort}`, caFile };
    Object.assign(this.desk.bridge.content, content(), { server });
  }

  async closeOpened(): Promise<void> {
    for (const thing of this.opened.splice(0).reverse()) await thing.close();
  }

  async stop(): Promise<void> {
    this.door.close();
    await this.browser.close();
    await this.desk.stop();
    await this.edge.stop();
  }
}

/** The stage of the test file that called `onStage`, from the first test on. */
export let stage: Stage;

/** One stage for a whole test file: each test finds the sample site as it was, and nobody else's pages. */
export function onStage(): void {
  around(
    async () => {
      stage = await Stage.start();
    },
    () => stage?.stop(),
  );
  beforeEach(() => stage.reset());
  afterEach(() => stage.closeOpened());
}
