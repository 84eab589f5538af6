/** The page whose scripts did not arrive, from the real bridge with its policy: a panel on a wall has nobody who reloads it. */
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { Bridge } from "../lab/bridge.ts";
import { builtPanel } from "../lab/built.ts";
import { newProfile, startChromium } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";

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
