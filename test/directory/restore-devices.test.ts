/**
 * The site's machine is dead: its backup goes into an empty Neolia on another machine, through the page. The door station,
 * the phone and the wall panel that were logged in before go on; nobody touches them. The door rings them meanwhile too.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Browser, Page } from "playwright-core";
import type { Job } from "../../bridge/src/api/bulk.ts";
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
/** Of a site that takes some seconds to be restored, on a quick machine too, so that a call has time for it. */
const UNITS = 9_000;
/** Longer than any answer of a bridge that goes on serving while it restores, on a machine that is slow as well. */
const HELD_UP_MS = 10_000;

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

test("during a restore on another machine and after it the door rings panel and phone as before, and both talk with it", {
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

  await load(lab.api, site, "units", ["building,number", ...numbers.map((n) => `Large,${n}`)]);
  await load(lab.api, site, "accounts", [
    "username,type,label,place",
    ...numbers.map((n) => `wall${n},panel,Wall,unit${n}`),
  ]);

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
  await watchProgress(person);
  await person.getByLabel("Backup file").setInputFiles(path);
  const restore = person.getByRole("button", { name: "Restore this site" });
  await restore.waitFor();
  await assertProgress(person);
  await restore.click();
  const longestAnswer = watchAnswers(api);
  await person.getByRole("status").filter({ hasText: "Checking" }).waitFor();
  if (SHOTS) await person.screenshot({ path: join(SHOTS, "restore-progress.png") });
  // The bridge that the page of the panel has come back to knows neither panel nor site yet.
  const rung = ring(door, panel, phone);
  await panel.locator("neolia-incoming-view").waitFor();
  assert.deepEqual(await api.get<Site[]>("/api/sites"), []);
  await rung;
  await person.getByRole("heading", { name: site.name, level: 1 }).waitFor();
  await assertProgress(person);
  const heldUpMs = await longestAnswer();
  assert.ok(heldUpMs < HELD_UP_MS, `the bridge answers within ${Math.round(heldUpMs)} ms`);
  await until(async () => (await api.get<LiveState>("/api/state")).provisioning.every(isLive), {
    what: "the VPS to have the restored directory",
  });

  await until(async () => (await registered(api)).length === 3, { what: "all three devices to be seen registered" });
  await ready(panel);
  await ring(door, panel, phone);
  assert.deepEqual(await described(api), before);
});

const SHOTS = process.env.NEOLIA_SHOTS;
const numbers = Array.from({ length: UNITS }, (_, at) => 1_000 + at);
/** What the page says of each step, in their order; it asks twice a second, and may not come upon the short ones. */
const STEPS = [
  "1/5 Sending the file…",
  "2/5 Reading the file…",
  "3/5 Checking the file. A large site takes a minute or more; calls go on meanwhile.",
  "4/5 Writing…",
];

async function load(api: BridgeApi, { id: siteId }: Site, kind: string, lines: string[]): Promise<void> {
  const { id } = await api.post<Job>("/api/imports", { siteId, kind, csv: lines.join("\n"), dryRun: false });
  await until(async () => (await api.get<Job>(`/api/jobs/${id}`)).state === "done", {
    what: `the import of ${kind}`,
    timeoutMs: 60_000,
  });
}

/** Notes what the bar and the words beside it say. */
async function watchProgress(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(globalThis, { progressSeen: seen });
    const look = (root: Document | ShadowRoot): void => {
      const bar = root.querySelector("progress");
      const told = bar && `${bar.value}/${bar.max} ${bar.previousElementSibling?.textContent ?? ""}`;
      if (told !== null && seen.at(-1) !== told) seen.push(told);
      for (const { shadowRoot } of root.querySelectorAll("*")) if (shadowRoot) look(shadowRoot);
    };
    setInterval(() => look(document), 20);
  });
}

/** It went forward only, and said what takes long. */
async function assertProgress(page: Page): Promise<void> {
  const seen = await page.evaluate(() => (globalThis as unknown as { progressSeen: string[] }).progressSeen.splice(0));
  assert.deepEqual(
    seen,
    STEPS.filter((step) => seen.includes(step)),
  );
  assert.ok(seen.includes(STEPS[0] ?? "") && seen.includes(STEPS[2] ?? ""), seen.join("\n"));
  assert.equal(await page.locator("progress").count(), 0, "the bar goes when it is over");
}

/** Asks the bridge again and again; in the end, how long the longest answer took. */
function watchAnswers(api: BridgeApi): () => Promise<number> {
  let isOver = false;
  const asked = (async () => {
    let longestMs = 0;
    while (!isOver) {
      const startedMs = performance.now();
      // A test that has ended has stopped the bridge.
      if ((await api.get("/api/backups/restore").catch(() => null)) === null) return longestMs;
      longestMs = Math.max(longestMs, performance.now() - startedMs);
      await delay(20);
    }
    return longestMs;
  })();
  return () => {
    isOver = true;
    return asked;
  };
}

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
