/** The board's connection leads nowhere any more, and nobody told the browser (a router that forgot it, another network). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPanel } from "../../panel/build.ts";
import { testApp } from "../directory/app.ts";
import { makeHouse } from "../directory/house.ts";
import { newProfile, startChromium } from "../lab/chromium.ts";
import { cuttable } from "../lab/cuttable.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";
import { addSampleLine, takeOrder } from "./sample-evening.ts";

const SIGN = "Connection lost.";

test("a board whose connection went silent says so within a minute, comes back, and shows the order of meanwhile", async (t) => {
  const folder = labFolder("desk-silence");
  t.after(folder.remove);
  await buildPanel({ outFolder: folder.path });
  const ports = await reservePorts();
  t.after(() => ports.release());
  const way = await cuttable(ports.base);
  t.after(() => way.close());
  const api = await testApp({ panelFolder: folder.path, port: way.port });
  t.after(() => api.close());
  await api.app.listen({ host: "127.0.0.1", port: ports.base });
  const house = await makeHouse(api);
  const lineId = await addSampleLine(api, house.building.id);
  const browser = await startChromium();
  t.after(() => browser.close());
  const context = await newProfile(browser, { locale: "en-GB" });
  const [name = "", value = ""] = api.cookie.split("=");
  const url = `http://localhost:${way.port}`;
  await context.addCookies([{ name, value, url }]);
  const page = await context.newPage();
  await page.clock.install();
  await page.goto(`${url}/#/desk/${lineId}/board`);
  await page.getByText("No new order", { exact: true }).waitFor();

  // The tablet itself knows that its network is gone: nobody waits a minute for a word about that.
  const shownAt = await page.evaluate(() =>
    new Date().toLocaleTimeString("en-GB", { timeZone: "Europe/Paris", timeStyle: "short" }),
  );
  await context.setOffline(true);
  await page.getByText(new RegExp(`${SIGN}.*${shownAt}`)).waitFor();
  await context.setOffline(false);
  await page.getByText(SIGN).waitFor({ state: "detached" });

  way.silence();
  takeOrder({ ordering: api.ordering, lineId }, "meanwhile");
  const before = way.opened();
  await page.clock.fastForward(40_000);
  assert.equal(await page.getByText(SIGN).count(), 0, "it may be only quiet");
  await page.clock.fastForward(20_000);
  await page.getByRole("button", { name: "Accept", exact: true }).waitFor();
  assert.ok(way.opened() > before);
  assert.equal(await page.getByText(SIGN).count(), 0);
});
