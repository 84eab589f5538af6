/**
 * Take over and Hang up, pressed on two tablets while a real caller and the assistant speak: Chromium, the bridge, Kamailio, RTPEngine.
 * What the caller hears, who gets the call, and what the other tablet sees of it.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import type { HistoryPage } from "../../bridge/src/api/board.ts";
import type { AccountWithPassword } from "../../bridge/src/api/directory.ts";
import { decodeG711, encodeG711 } from "../../bridge/src/audio/g711.ts";
import { around } from "../lab/around.ts";
import { newProfile, startChromium } from "../lab/chromium.ts";
import { DOMAIN } from "../lab/lab.ts";
import type { Call } from "../lab/sip/call.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { readCaseFolder } from "./case-folder.ts";
import { Handset } from "./handset.ts";
import { LineLab } from "./line-lab.ts";
import { ScriptedModel } from "./scripted-model.ts";
import { speak } from "./speech.ts";

const SCRIPT = readCaseFolder(join(import.meta.dirname, "calls")).cases.find(({ id }) => id.startsWith("01"));
let lab: LineLab;
let browser: Browser;
let staff: SipAgent;
let ear: Handset;
let handset: Handset;
let call: Call;
let hungUp: boolean;
let tablets: Page[];
let contexts: BrowserContext[];

around(
  async () => {
    lab = await LineLab.start({ brain: () => new ScriptedModel(() => SCRIPT ?? null) });
    const { api, house, edge } = lab.lab;
    const { username: user, password } = await api.post<AccountWithPassword>("/api/accounts", {
      ...{ siteId: house.site.id, unitId: lab.restaurant.line.unitId, type: "mobile", label: "Kitchen" },
    });
    await lab.lab.directoryLive();
    staff = await SipAgent.open({ user, password, domain: DOMAIN, port: edge.values.sipPort });
    staff.policy = { final: null };
    assert.equal((await staff.register()).status, 200);
    browser = await startChromium();
  },
  async () => {
    await browser?.close();
    staff?.close();
    await lab?.stop();
  },
);

beforeEach(async () => {
  staff.incoming.length = 0;
  [ear, handset] = [await Handset.open(), await Handset.open()];
  contexts = [];
  tablets = [await tablet(), await tablet()];
  hungUp = false;
  call = await lab.dial(handset);
  assert.equal((await call.final).status, 200);
  for (const page of tablets) await card(page).waitFor();
});
afterEach(async () => {
  await callerHangsUp();
  for (const page of tablets) await card(page).waitFor({ state: "detached" });
  for (const context of contexts) await context.close();
  ear.close();
  handset.close();
});

async function tablet(): Promise<Page> {
  const context = await newProfile(browser, { viewport: { width: 1280, height: 800 }, locale: "en-GB" });
  contexts.push(context);
  const { url } = lab.lab.bridge;
  const [name = "", value = ""] = lab.lab.api.cookie.split("=");
  await context.addCookies([{ name, value, url }]);
  const page = await context.newPage();
  await page.goto(`${url}/#/desk/${lab.restaurant.line.id}/board`);
  await page.locator("neolia-kitchen-board h1").waitFor({ state: "attached" });
  return page;
}

const card = (page: Page): Locator => page.locator("neolia-live-call .order");
const takeOver = (page: Page): Locator => card(page).getByRole("button", { name: "Take over" });
const told = (page: Page, text: string): Locator => page.locator("neolia-admin-toast").getByText(text);
async function hangUp(page: Page): Promise<void> {
  await card(page).getByRole("button", { name: "Hang up" }).click();
  await page.locator("neolia-live-call neolia-admin-dialog").getByRole("button", { name: "Hang up" }).click();
}
async function callerHangsUp(): Promise<void> {
  if (!hungUp && !call.isEndedByPeer) await call.hangup();
  hungUp = true;
}
const lastReason = async () =>
  (await lab.lab.api.get<HistoryPage>(`/api/lines/${lab.restaurant.line.id}/history`)).calls[0]?.reason;

const isLoud = (payload: Buffer): boolean => decodeG711(payload, "pcma").some((sample) => Math.abs(sample) > 260);
const speaks = (at: Handset, what: string) =>
  until(() => at.heard.slice(-5).filter(({ payload }) => isLoud(payload)).length > 2, { what });

/** Whoever is rung answers, hears the summary to its end, and then the caller. */
async function talk(): Promise<void> {
  const incoming = await until(() => staff.incoming[0], { what: "staff to be rung" });
  incoming.answer(200, { rtp: ear });
  await until(() => ear.heard.filter(({ payload }) => isLoud(payload)).length > 20, { what: "the summary" });
  const sound = encodeG711(await speak("Bonjour, vous m'entendez ?", { name: "fr" }), "pcma");
  const before = ear.heard.length;
  for (const page of tablets) await card(page).getByRole("status").waitFor();
  await until(
    async () => {
      await handset.say(sound);
      return ear.heard.slice(before).filter(({ payload }) => isLoud(payload)).length > 60;
    },
    { what: "the caller at staff" },
  );
}

test("Take over while the assistant speaks: it is silent at once, the caller is told, staff talk; the other tablet sees who, and hangs up for both", async () => {
  await speaks(handset, "the greeting");
  await takeOver(tablets[0] as Page).click();
  for (const page of tablets) {
    await card(page).getByText("admin takes this call").waitFor();
    assert.ok(await takeOver(page).isDisabled());
    await card(page).getByText("quelqu'un de l'équipe prend votre appel").waitFor();
  }
  await talk();
  assert.equal(staff.incoming.length, 1);
  await hangUp(tablets[1] as Page);
  await until(() => call.isEndedByPeer, { what: "the caller's end" });
  await staff.incoming[0]?.endedByPeer;
  for (const page of tablets) await card(page).waitFor({ state: "detached" });
});

test("Take over while the caller speaks, on two tablets in one moment: one has it, the other is told that somebody was faster, staff are rung once", async () => {
  await speaks(handset, "the greeting");
  await until(() => handset.heard.slice(-50).every(({ payload }) => !isLoud(payload)), {
    timeoutMs: 30_000,
    what: "the greeting's end",
  });
  const speaking = handset.say(
    encodeG711(await speak("Bonjour, je voudrais commander s'il vous plaît, alors voyons", { name: "fr" }), "pcma"),
  );
  // Both are on their way before either arrives.
  let pressed = 0;
  for (const page of tablets) {
    await page.route("**/command", async (route) => {
      pressed += 1;
      await until(() => pressed === 2, { what: "the other press" });
      await route.continue();
    });
  }
  await Promise.all(tablets.map((page) => takeOver(page).click()));
  const faster = (page: Page) => told(page, "Somebody else was faster").count();
  await until(async () => (await Promise.all(tablets.map(faster))).reduce((sum, n) => sum + n, 0) === 1, {
    what: "one of them to be told",
  });
  for (const page of tablets) await card(page).getByText("admin takes this call").waitFor();
  await speaking;
  await talk();
  assert.equal(staff.incoming.length, 1);
  await callerHangsUp();
  await staff.incoming[0]?.endedByPeer;
  await until(async () => (await lastReason()) === "handed-over", { what: "the call in the history" });
});

test("somebody answers the line's telephone without Take over: both tablets say that somebody talks, and nobody else can take it", async () => {
  await speaks(handset, "the greeting");
  handset.press("0");
  await talk();
  for (const page of tablets) {
    await card(page).getByText("Somebody of the staff is talking with the caller").waitFor();
    assert.ok(await takeOver(page).isDisabled());
  }
});

test("Take over in the moment in which the caller hangs up: the tablet says that the call is over, nobody is rung", async () => {
  await speaks(handset, "the greeting");
  const [first] = tablets as [Page];
  // Its board is held back, as on a slow way: it still shows the call.
  const route = "**/command";
  await first.route(route, async (going) => {
    await callerHangsUp();
    await until(async () => (await lab.board()).calls.length === 0, { what: "the end at the bridge" });
    await going.continue();
  });
  await takeOver(first).click();
  await told(first, "The call is over").waitFor();
  assert.equal(staff.incoming.length, 0);
});

test("Hang up while the caller speaks: the caller's line is ended, both tablets are free of it, and the history names staff", async () => {
  await speaks(handset, "the greeting");
  const speaking = handset.say(encodeG711(await speak("Bonjour, bonjour, bonjour", { name: "fr" }), "pcma"));
  await hangUp(tablets[1] as Page);
  await until(() => call.isEndedByPeer, { what: "the caller's end" });
  await speaking;
  for (const page of tablets) await card(page).waitFor({ state: "detached" });
  await until(async () => (await lastReason()) === "staff-hung-up", { what: "the reason" });
});

test("Take over while the model is lost: staff get the call, once, and the tablets do not go on showing the assistant", async () => {
  await speaks(handset, "the greeting");
  for (const session of lab.service.sessions) session.cut();
  await takeOver(tablets[0] as Page).click();
  await talk();
  assert.equal(staff.incoming.length, 1);
  for (const page of tablets) await card(page).getByText("handed to people").waitFor();
});
