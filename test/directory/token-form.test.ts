/** An installer brings a second site to the server in the panel: the token goes in once, and is never to be read again. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Site } from "../../bridge/src/api/directory.ts";
import { around } from "../lab/around.ts";
import { type Bridge, type BridgeApi, startBridge } from "../lab/bridge.ts";
import { builtPanel } from "../lab/built.ts";
import { newProfile, startChromium } from "../lab/chromium.ts";
import type { Control } from "../lab/control.ts";
import { startControlAlone } from "../lab/control-alone.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { inspect } from "../panel/inspect.ts";
import { go, settled } from "./admin-desk.ts";

const A = "a.sip.test";
const B = "b.sip.test";

let control: Control;
let bridge: Bridge;
let api: BridgeApi;
let browser: Awaited<ReturnType<typeof startChromium>>;
const stops: (() => unknown)[] = [];
around(
  async () => {
    const folder = labFolder("token-form");
    stops.push(() => folder.remove());
    const ports = await reservePorts();
    stops.push(() => ports.release());
    const alone = await startControlAlone("token-form-control");
    stops.push(alone.stop);
    ({ control } = alone);
    const access = { url: control.url, token: await control.addSite(A), caFile: null };
    bridge = await startBridge({
      folder: folder.path,
      port: ports.base,
      control: access,
      env: { NEOLIA_PANEL: builtPanel() },
    });
    stops.push(() => bridge.stop());
    api = await bridge.api();
    browser = await startChromium();
    stops.push(() => browser.close());
  },
  async () => {
    for (const stop of stops.toReversed()) await stop();
  },
);

test("a second site is brought to the server by its token, in the panel and without a restart", async () => {
  const zone = { address: "", timeZone: "Europe/Paris" };
  const own = await api.post<Site>("/api/sites", { name: "Alpha", domain: A, ...zone });
  const site = await api.post<Site>("/api/sites", { name: "Beta", domain: B, ...zone });
  const token = await control.addSite(B);
  const profile = await newProfile(browser, { viewport: { width: 390, height: 844 }, reducedMotion: "reduce" });
  const page = await profile.newPage();
  await page.goto(bridge.pageUrl);
  await page.locator("neolia-setup-view, neolia-home-view").first().waitFor();
  await go(page, `/${site.id}`);
  await settled(page);
  // The other site's link is up, and this page does not take it for its own.
  const missing = page.getByText("The server does not know this site yet: enter its token.");
  await missing.waitFor();
  const field = page.getByLabel("Token of the site");
  assert.equal(await field.getAttribute("type"), "password");
  await inspect(page, "token-form");

  await field.fill(`neolia_${"x".repeat(43)}`);
  await page.getByRole("button", { name: "Use this token" }).click();
  await page
    .getByText("The server does not know this token. Copy it as it was printed, or have a new one made.")
    .waitFor();
  await field.fill("short");
  await page.getByRole("button", { name: "Use this token" }).click();
  await until(async () => (await field.getAttribute("aria-invalid")) === "true", { what: "the field to be marked" });

  await field.fill(token);
  await page.getByRole("button", { name: "Use this token" }).click();
  await page.getByText("The server takes the token. Changes go out now.").waitFor();
  await page.getByText("Live", { exact: true }).first().waitFor();
  await missing.waitFor({ state: "detached" });
  assert.equal(await field.inputValue(), "");
  assert.equal((await page.content()).includes(token), false);
  await go(page, `/${site.id}/audit`);
  await page.getByText("Token of the site").filter({ visible: true }).first().waitFor();
  await go(page, `/${own.id}`);
  await page.getByRole("heading", { name: own.name, level: 1 }).waitFor();
  await settled(page);
  assert.equal(await missing.count(), 0);
});
