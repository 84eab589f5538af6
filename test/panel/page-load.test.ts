/** The page whose scripts did not arrive, from the real bridge with its policy: a panel on a wall has nobody who reloads it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { Bridge } from "../lab/bridge.ts";
import { builtPanel } from "../lab/built.ts";
import { newProfile, startChromium } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";

const folder = labFolder("page-load");
let ports: PortBlock;
let bridge: Bridge;
let browser: Browser;

before(async () => {
  ports = await reservePorts();
  bridge = new Bridge({ folder: folder.path, port: ports.base, env: { NEOLIA_PANEL: builtPanel() } });
  await bridge.start();
  browser = await startChromium();
});

after(async () => {
  await browser?.close();
  await bridge?.stop();
  ports?.release();
  folder.remove();
});

/** A page of which the first request that fits breaks off. */
async function broken(what: RegExp, how: "connectionreset" | "internetdisconnected"): Promise<Page> {
  const page = await (await newProfile(browser)).newPage();
  await page.route(what, (route) => route.abort(how), { times: 1 });
  await page.goto(bridge.url);
  return page;
}

for (const [what, file] of [
  ["its script", /standalone\.js/],
  ["a part of its script", /chunk-\w+\.js/],
] as const) {
  test(`the page comes by itself after ${what} was cut off by a change of network`, async () => {
    const page = await broken(file, "internetdisconnected");
    await page.locator("neolia-session-view").waitFor();
  });
}

test("a part of an older build that is not there any more is looked for in the new one", async () => {
  const page = await (await newProfile(browser)).newPage();
  await page.route(/chunk-\w+\.js/, (route) => route.fulfill({ status: 404, body: "" }), { times: 1 });
  await page.goto(bridge.url);
  await page.locator("neolia-session-view").waitFor();
});

/** The desk's page, asked for by a signed-in administrator; its parts of the script wait until `release`. */
async function waitingDesk(): Promise<{ page: Page; release: () => Promise<void> }> {
  const page = await (await newProfile(browser)).newPage();
  await page.goto(bridge.pageUrl);
  await page.locator("neolia-setup-view").waitFor();
  let asked = (): void => {};
  const held = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/chunk-\w+\.js/, async (route) => {
    asked();
    await released;
    await route.continue().catch(() => undefined);
  });
  await page.evaluate(() => {
    (globalThis as { sameDocument?: boolean }).sameDocument = true;
    location.hash = "#/desk";
  });
  await held;
  return {
    page,
    release: async () => {
      release();
      await page.getByText("This page could not be loaded.").waitFor();
      await page.unroute(/chunk-\w+\.js/);
    },
  };
}

test("a page whose script was being loaded as the bridge was killed comes by itself when the bridge is back, without a reload", async () => {
  const { page, release } = await waitingDesk();
  await bridge.kill();
  await release();
  // Longer than a few attempts take.
  await page.waitForTimeout(6_000);
  await page.getByText("This page could not be loaded.").waitFor();
  await bridge.start();
  await page.getByRole("heading", { name: "There is no phone line yet" }).waitFor();
  assert.equal(await page.evaluate(() => (globalThis as { sameDocument?: boolean }).sameDocument), true);
});

test("a page whose script has another name since an update loads the page anew, once", async () => {
  const page = await (await newProfile(browser)).newPage();
  await page.goto(bridge.pageUrl);
  await page.locator("neolia-setup-view").waitFor();
  const entry = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  // What is loaded on demand is not there any more; what the page itself loads is.
  await page.route(/chunk-\w+\.js/, (route) =>
    entry.includes(route.request().url()) ? route.continue() : route.fulfill({ status: 404, body: "" }),
  );
  let documents = 0;
  page.on("request", (request) => {
    if (request.isNavigationRequest()) documents++;
  });
  await page.evaluate(() => {
    location.hash = "#/desk";
  });
  await until(() => documents === 1, { what: "the page to be loaded anew", timeoutMs: 30_000 });
  await page.getByText("This page could not be loaded.").waitFor();
  // As long as the attempts before took that led to the first time.
  await page.waitForTimeout(12_000);
  assert.equal(documents, 1);
  await page.unroute(/chunk-\w+\.js/);
  await page.getByRole("heading", { name: "There is no phone line yet" }).waitFor();
});
