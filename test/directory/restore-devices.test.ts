/**
 * The site's machine is dead: its backup goes into an empty Neolia on another machine, through the page. The door station,
 * the phone and the wall panel that were logged in before go on; nobody touches them.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import type { Account, Rule, Site, Unit } from "../../bridge/src/api/directory.ts";
import type { LiveState } from "../../bridge/src/api/live.ts";
import type { PairingWithSecret } from "../../bridge/src/api/pairing.ts";
import { findTone } from "../lab/audio.ts";
import { type Bridge, type BridgeApi, startBridge } from "../lab/bridge.ts";
import { builtPanel } from "../lab/built.ts";
import { newProfile, recordRemote, startChromium } from "../lab/chromium.ts";
import { DOMAIN, type Lab, startLab } from "../lab/lab.ts";
import type { SipPhone } from "../lab/sip-phone.ts";
import { until } from "../lab/until.ts";

const PANEL_HZ = 880;
const PHONE_HZ = 660;
const DOOR_HZ = 440;

let lab: Lab;
let browser: Browser;
let second: Bridge | null = null;
before(async () => {
  lab = await startLab({ bridgeEnv: { NEOLIA_PANEL: builtPanel() } });
  browser = await startChromium({ sound: lab.toneFile(PANEL_HZ), certificateFile: lab.edge.values.certificateFile });
});
after(async () => {
  await browser?.close();
  await second?.stop();
  await lab?.stop();
});

test("after a restore on another machine the door rings panel and phone as before, and both talk with it", {
  timeout: 300_000,
}, async () => {
  const { site } = lab.house;
  const unit = lab.unit("401");
  const phone = await lab.startMobile("401", { hz: PHONE_HZ });
  const door = await lab.startDoorStation(lab.toneFile(DOOR_HZ));
  const pairing = await lab.api.post<PairingWithSecret>("/api/pairings", {
    ...{ kind: "panel", unitId: unit.id, label: "Hall" },
  });
  const panel = await (await newProfile(browser)).newPage();
  panel.setDefaultTimeout(30_000);
  await panel.goto(`${lab.bridge.url}/#${pairing.fragment}`);
  await ready(panel);
  await ring(door, panel, phone);

  const admin = await openAdmin(lab.bridge, site);
  const [file] = await Promise.all([
    admin.waitForEvent("download"),
    admin.getByRole("button", { name: "Save a backup" }).click(),
  ]);
  const path = await file.path();
  const text = readFileSync(path, "utf8");
  const before = await described(lab.api);
  await admin.close();

  await lab.bridge.kill();
  const token = (await lab.control.cli("site", "renew", DOMAIN)).trim();
  assert.equal(text.includes(token), false);

  second = await startBridge({
    folder: join(lab.folder, "second"),
    port: Number(new URL(lab.bridge.url).port),
    control: { url: `https://localhost:${lab.edge.values.controlPort}`, token, caFile: lab.edge.caFile },
    sipUri: `wss://localhost:${lab.edge.values.wssPort}`,
    mqtt: { url: lab.broker.url },
    env: { NEOLIA_PANEL: builtPanel() },
  });
  const api = await second.api();
  const person = await openAdmin(second, null);
  await person.getByLabel("Backup file").setInputFiles(path);
  await person.getByRole("button", { name: "Restore this site" }).click();
  await person.getByRole("heading", { name: site.name, level: 1 }).waitFor();
  await until(async () => (await api.get<LiveState>("/api/state")).provisioning.every(isLive), {
    what: "the VPS to have the restored directory",
  });

  await until(async () => (await registered(api)).length === 3, { what: "all three devices to be seen registered" });
  await ready(panel);
  await ring(door, panel, phone);
  assert.deepEqual(await described(api), before);
});

const isLive = ({ revision, liveRevision }: { revision: number; liveRevision: number }) => revision === liveRevision;
const registered = async (api: BridgeApi) =>
  (await api.get<Account[]>("/api/accounts")).filter(({ registration }) => registration.state === "registered");

/** What an installer sees of the site, without what is counted anew. */
async function described(api: BridgeApi): Promise<unknown> {
  const bare = <Row extends object>(rows: Row[]) =>
    rows.map((row) => ({ ...row, version: 0, revision: 0, registration: null }));
  // A bridge makes its own for test rings, at night or when asked.
  const isDevice = ({ username }: Account) => username !== "neolia-test";
  return {
    sites: bare(await api.get<Site[]>("/api/sites")),
    units: bare(await api.get<Unit[]>("/api/units")),
    accounts: bare((await api.get<Account[]>("/api/accounts")).filter(isDevice)),
    rules: bare(await api.get<Rule[]>("/api/rules")),
  };
}

async function openAdmin(bridge: Bridge, site: Site | null): Promise<Page> {
  const context = await newProfile(browser, { viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(bridge.pageUrl);
  await page.locator("neolia-setup-view, neolia-home-view").first().waitFor();
  await page.goto(`${bridge.url}/#/admin${site === null ? "" : `/${site.id}/settings/backup`}`);
  return page;
}

async function ready(panel: Page): Promise<void> {
  const close = panel.getByRole("button", { name: "Close" });
  await until(
    async () => {
      if (await close.isVisible()) await close.click({ timeout: 500 }).catch(() => {});
      return await panel.getByText("Ready to ring").isVisible();
    },
    { what: "the panel to be ready" },
  );
}

/** The door calls twice: the panel answers, then the phone; each hears the door and the door hears it. */
async function ring(door: SipPhone, panel: Page, phone: SipPhone): Promise<void> {
  for (const who of ["panel", "phone"] as const) {
    for (const one of [door, phone]) one.mark();
    await door.dial("unit401");
    const incoming = panel.locator("neolia-incoming-view");
    await Promise.all([phone.waitFor("CALL_INCOMING"), incoming.waitFor()]);
    if (who === "panel") await incoming.getByRole("button", { name: "Answer" }).click();
    else await phone.accept();
    await door.waitFor("CALL_ESTABLISHED");
    if (who === "panel") {
      await until(async () => findTone(await recordRemote(panel, 1_200), DOOR_HZ).found, { what: "the panel to hear" });
    } else {
      await phone.waitFor("CALL_ESTABLISHED");
      await until(() => findTone(phone.heard(), DOOR_HZ).found, { what: "the phone to hear the door" });
    }
    await until(() => findTone(door.heard(), who === "panel" ? PANEL_HZ : PHONE_HZ).found, {
      what: `the door to hear the ${who}`,
    });
    await door.hangUp();
    await ready(panel);
  }
}
