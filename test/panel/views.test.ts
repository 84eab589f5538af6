/** What a person sees and can do: every view, both languages, both themes, wall and telephone, keyboard alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { bundleGzipBytes } from "../../panel/build.ts";
import { builtPanel } from "../lab/built.ts";
import type { PageOptions } from "../lab/chromium.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { until } from "../lab/until.ts";
import { loggedCall, openPanel, TOKEN } from "./desk.ts";
import { inspect, onScreen } from "./inspect.ts";
import { onStage, stage } from "./stage.ts";

const WALL = { width: 1024, height: 600 };
const TELEPHONE = { width: 390, height: 844 };

onStage();

const LOOKS: { name: string; options: PageOptions; answer: string; ready: string }[] = [
  {
    name: "wall-en-light",
    options: { viewport: WALL, locale: "en-GB", colorScheme: "light" },
    answer: "Answer",
    ready: "Ready to ring",
  },
  {
    name: "wall-fr-dark",
    options: { viewport: WALL, locale: "fr-FR", colorScheme: "dark" },
    answer: "Répondre",
    ready: "Prêt à sonner",
  },
  {
    name: "phone-en-dark",
    options: { viewport: TELEPHONE, locale: "en-GB", colorScheme: "dark", hasTouch: true },
    answer: "Answer",
    ready: "Ready to ring",
  },
  {
    name: "phone-fr-light",
    options: { viewport: TELEPHONE, locale: "fr-FR", colorScheme: "light", hasTouch: true },
    answer: "Répondre",
    ready: "Prêt à sonner",
  },
];

for (const look of LOOKS) {
  test(`${look.name}: set-up, home, incoming, running call, keys, end and log are whole, legible and accessible`, async () => {
    const nowMs = Date.now();
    stage.desk.bridge.content.calls = [
      loggedCall(4, nowMs - 5 * 60_000),
      loggedCall(3, nowMs - 50 * 60_000, {
        reason: "answered-here",
        status: "completed",
        answeredAtMs: nowMs - 50 * 60_000 + 5_000,
        endedAtMs: nowMs - 48 * 60_000,
      }),
      loggedCall(2, nowMs - 26 * 3_600_000, { reason: "declined", status: "completed" }),
    ];
    const page = await (await stage.profile({ ...look.options, reducedMotion: "reduce" })).newPage();
    await page.goto(`${stage.desk.bridge.url}#token=${TOKEN}`);
    const setup = page.locator("neolia-setup-view");
    await setup.locator("label", { hasText: "401" }).click();
    await inspect(page, `${look.name}-1-setup`);
    await setup.locator("button.accent").first().click();
    await page.getByText(look.ready).waitFor();
    await inspect(page, `${look.name}-2-home`);

    await page.locator("neolia-home-view .tools button").first().click();
    await page.locator("neolia-log-view .missed").waitFor();
    await inspect(page, `${look.name}-3-log`);
    await page.keyboard.press("Escape");
    await page.locator("neolia-home-view").waitFor();

    const rtp = await RtpPeer.open();
    stage.opened.push(rtp);
    const call = await stage.door.call("unit401", { rtp });
    rtp.play(440);
    await page.getByRole("button", { name: look.answer }).waitFor();
    await inspect(page, `${look.name}-4-incoming`);
    await page.getByRole("button", { name: look.answer }).click();
    await page.locator("neolia-call-view .time").waitFor();
    await until(async () => (await page.locator("neolia-call-view .time").innerText()) !== "0:00", {
      what: "the clock",
    });
    await inspect(page, `${look.name}-5-call`);
    await page.keyboard.press("k");
    await page.locator("neolia-keypad").waitFor();
    await page.keyboard.press("#");
    await inspect(page, `${look.name}-6-keys`);
    await call.hangup();
    await page.locator("neolia-call-view .line").first().waitFor();
    await inspect(page, `${look.name}-7-ended`);
  });
}

for (const look of LOOKS) {
  test(`${look.name}: do-not-disturb is one tap, says so, and is ended where it says so`, async () => {
    const { bridge } = stage.desk;
    const page = await (await stage.profile({ ...look.options, reducedMotion: "reduce" })).newPage();
    await page.goto(`${bridge.url}#token=${TOKEN}`);
    await page.locator("neolia-setup-view label", { hasText: "401" }).click();
    await page.locator("neolia-setup-view button.accent").first().click();
    await page.getByText(look.ready).waitFor();
    const toggle = page.locator("neolia-home-view .tools button[aria-pressed]");
    await toggle.click();
    const notice = page.locator("[data-notice=do-not-disturb]");
    await notice.waitFor();
    assert.equal(bridge.content.units.find(({ number }) => number === "401")?.doNotDisturb, true);
    assert.equal(await toggle.getAttribute("aria-pressed"), "true");
    await inspect(page, `${look.name}-8-quiet`);
    await notice.getByRole("button").click();
    await notice.waitFor({ state: "detached" });
    await page.getByText(look.ready).waitFor();
    // Somebody else of the unit, or a switch in Home Assistant.
    bridge.content.units = bridge.content.units.map((unit) => ({ ...unit, doNotDisturb: unit.number === "401" }));
    bridge.push({ type: "directory", siteId: bridge.content.sites[0]?.id ?? "" });
    await notice.waitFor();
  });
}

test("the keyboard alone is enough: set up, answer with A, mute, keys, hang up, decline with D, silence with Escape", async () => {
  const page = await (await stage.profile()).newPage();
  await page.goto(`${stage.desk.bridge.url}#token=${TOKEN}`);
  await page.locator("neolia-setup-view").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.getByText("Ready to ring").waitFor();
  const rtp = await RtpPeer.open();
  stage.opened.push(rtp);
  const first = await stage.door.call("unit401", { rtp });
  rtp.play(440);
  await page.getByRole("button", { name: "Answer" }).waitFor();
  await page.keyboard.press("a");
  await page.locator("neolia-call-view .time").waitFor();
  await page.keyboard.press("m");
  await page.getByText("You are muted").waitFor();
  await page.keyboard.press("1");
  await page.getByText("Sent: 1").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("neolia-keypad").waitFor({ state: "detached" });
  await page.keyboard.press("h");
  assert.equal((await first.endedByPeer).method, "BYE");
  await page.keyboard.press("Escape");
  await page.locator("neolia-home-view").waitFor();
  const second = await stage.door.call("unit401");
  await page.getByRole("button", { name: "Silence the ringtone" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Ringtone silenced").waitFor();
  await page.keyboard.press("d");
  assert.equal((await second.final).status, 603);
});

test("the focus is on Answer when it rings, so Enter answers, and an Enter held down does not hang up again", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  const rtp = await RtpPeer.open();
  stage.opened.push(rtp);
  await stage.door.call("unit401", { rtp });
  rtp.play(440);
  await page.getByRole("button", { name: "Answer" }).waitFor();
  for (let i = 0; i < 10; i++) {
    await page.keyboard.down("Enter");
  }
  await page.keyboard.up("Enter");
  await page.locator("neolia-call-view .time").waitFor();
  await page.getByRole("button", { name: "Hang up" }).click();
});

test("a long name on a small wall panel leaves every button of a call on the screen", async () => {
  const [first] = stage.desk.bridge.content.doors;
  assert.ok(first);
  first.label = "Delivery and parking gate, rue de la République 118 bis";
  const page = await openPanel(await stage.profile({ viewport: { width: 800, height: 480 } }), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  const rtp = await RtpPeer.open();
  stage.opened.push(rtp);
  const call = await stage.door.call("unit401", { rtp });
  rtp.play(440);
  await page.getByRole("button", { name: "Answer" }).waitFor();
  await onScreen(page, "Answer", "Decline", "Silence the ringtone");
  await inspect(page, "long-1-incoming");
  // The page at twice its size: the name scrolls, and its beginning can be reached.
  await page.setViewportSize({ width: 400, height: 240 });
  await inspect(page, "long-1-incoming-zoomed");
  const top = await page.locator("neolia-incoming-view h1").evaluate((h1) => h1.getBoundingClientRect().top);
  assert.ok(top >= 0, `the name begins at ${top}`);
  await page.setViewportSize({ width: 800, height: 480 });
  await page.keyboard.press("a");
  await page.locator("neolia-call-view .time").waitFor();
  await page.keyboard.press("#");
  await onScreen(page, "Mute", "Keys", "Hang up", "Key 1", "Key hash");
  await inspect(page, "long-2-keys");
  await call.hangup();
});

test("on a telephone of 320 px nothing is cut off, and a Hebrew name reads from the right", async () => {
  const [first] = stage.desk.bridge.content.doors;
  const [unit] = stage.desk.bridge.content.units;
  assert.ok(first && unit);
  unit.number = "401 Verwaltungsgemeinschaftsvorsitz";
  first.label = "המדור לכניסה הראשית של הבניין 12 (A)";
  const page = await openPanel(await stage.profile({ viewport: { width: 320, height: 568 } }), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  await inspect(page, "narrow-1-home");
  const rtp = await RtpPeer.open();
  stage.opened.push(rtp);
  const call = await stage.door.call("unit401", { rtp });
  await page.getByRole("button", { name: "Answer" }).waitFor();
  await onScreen(page, "Answer", "Decline", "Silence the ringtone");
  await inspect(page, "narrow-2-incoming");
  const [start, end] = await page.locator("neolia-incoming-view h1").evaluate((h1) => {
    const text = [...h1.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.includes("("));
    const length = text?.textContent?.length ?? 0;
    return [0, length - 1].map((at) => {
      const range = document.createRange();
      range.setStart(text as Node, at);
      range.setEnd(text as Node, at + 1);
      const { left, top } = range.getBoundingClientRect();
      return { left, top };
    });
  });
  assert.ok(start && end && end.top > start.top && start.left > 160, JSON.stringify([start, end]));
  rtp.play(440);
  await page.keyboard.press("a");
  await page.locator("neolia-call-view .time").waitFor();
  await page.keyboard.press("k");
  await onScreen(page, "Mute", "Keys", "Hang up", "Key 1", "Key hash");
  await inspect(page, "narrow-3-keys");
  await call.hangup();
});

test("the home view begins at its top, wherever the set-up was scrolled to", async () => {
  const { units } = stage.desk.bridge.content;
  const [first] = units;
  assert.ok(first);
  const more = Array.from({ length: 60 }, (_, i) => ({
    ...first,
    id: `${first.id.slice(0, 24)}${10 + i}`,
    number: `${500 + i}`,
    name: `unit${500 + i}`,
  }));
  stage.desk.bridge.content.units = [...units, ...more];
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  assert.equal(await page.evaluate("document.querySelector('neolia-panel').scrollTop"), 0);
});

test("a screen reader hears who rings", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  const call = await stage.door.call("unit401");
  await page.getByRole("alert").filter({ hasText: "Main entrance is ringing" }).waitFor();
  await call.cancel();
  await page.getByRole("alert").filter({ hasText: "Missed call" }).waitFor();
});

test("a door's live state follows the bridge", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  const state = page.locator("neolia-home-view .doors li", { hasText: "Main entrance" }).locator(".state");
  await page.getByText("Ready to ring").waitFor();
  await until(async () => (await state.innerText()) === "Ready", { what: "Ready, from the bridge" });
  const now = loggedCall(9, Date.now(), { status: "ringing", reason: null, endedAtMs: null });
  stage.desk.bridge.setLive({ calls: [now] });
  await until(async () => (await state.innerText()) === "Ringing", { what: "Ringing" });
  stage.desk.bridge.push({ type: "call", call: { ...now, status: "in-progress", answeredAtMs: Date.now() } });
  await until(async () => (await state.innerText()) === "In a call", { what: "In a call" });
  stage.desk.bridge.push({ type: "call", call: loggedCall(9, now.startedAtMs) });
  await until(async () => (await state.innerText()) === "Ready", { what: "Ready" });
  stage.desk.bridge.setLive({ calls: [], registered: [] });
  await until(async () => (await state.innerText()) === "Not connected", { what: "Not connected" });
});

test("a missed call is counted on the home view until the log was looked at", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  stage.desk.bridge.push({ type: "call", call: loggedCall(11, Date.now()) });
  await page.getByRole("button", { name: "Calls, 1 missed" }).click();
  await page.locator("neolia-log-view").waitFor();
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByRole("button", { name: "Calls", exact: true }).waitFor();
});

test("older calls are fetched on request", async () => {
  const nowMs = Date.now();
  stage.desk.bridge.content.calls = Array.from({ length: 60 }, (_, i) => loggedCall(i, nowMs - i * 60_000));
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.locator("neolia-home-view .tools button").first().click();
  await until(async () => (await page.locator("neolia-log-view li").count()) === 50, { what: "50 calls" });
  await page.getByRole("button", { name: "Show older calls" }).click();
  await until(async () => (await page.locator("neolia-log-view li").count()) === 60, { what: "60 calls" });
});

test("an empty site says what to do: no units, no doors, no calls", async () => {
  const { units } = stage.desk.bridge.content;
  stage.desk.bridge.content.units = [];
  const page = await (await stage.profile()).newPage();
  await page.goto(`${stage.desk.bridge.url}#token=${TOKEN}`);
  await page.getByText("There are no units yet.").waitFor();
  await inspect(page, "empty-setup");
  stage.desk.bridge.content.units = units.slice(0, 1);
  stage.desk.bridge.content.doors = [];
  stage.desk.bridge.push({ type: "directory", siteId: stage.desk.bridge.content.sites[0]?.id ?? "" });
  await page.locator("neolia-setup-view label", { hasText: "401" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("No doors yet.").waitFor();
  await page.getByText("No other units at this site.").waitFor();
  await inspect(page, "empty-home");
  await page.getByRole("button", { name: "Calls", exact: true }).click();
  await page.getByText("No calls yet.").waitFor();
  await inspect(page, "empty-log");
});

test("who asks for less motion gets none", async () => {
  const moving = (page: Page) =>
    page.evaluate(`(() => {
      const view = document.querySelector("neolia-panel").shadowRoot.querySelector("neolia-incoming-view");
      return getComputedStyle(view.shadowRoot.querySelector(".ring"), "::after").animationName;
    })()`);
  const still = await openPanel(await stage.profile({ reducedMotion: "reduce" }), stage.desk.bridge.url);
  const lively = await openPanel(await stage.profile({ reducedMotion: "no-preference" }), stage.desk.bridge.url);
  for (const page of [still, lively]) await page.getByText("Ready to ring").waitFor();
  const call = await stage.door.call("unit401");
  for (const page of [still, lively]) await page.getByRole("button", { name: "Answer" }).waitFor();
  assert.deepEqual([await moving(still), await moving(lively)], ["none", "spread"]);
  await call.cancel();
});

test("Home Assistant's colours, language and dark mode are taken over", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.addStyleTag({ content: "html { --primary-background-color: rgb(1, 2, 3); }" });
  await page.evaluate("document.querySelector('neolia-panel').hass = { language: 'fr', themes: { darkMode: true } }");
  await page.getByText("Prêt à sonner").waitFor();
  const style = "getComputedStyle(document.querySelector('neolia-panel'))";
  assert.equal(await page.evaluate(`${style}.backgroundColor`), "rgb(1, 2, 3)");
  assert.equal(await page.evaluate(`${style}.colorScheme`), "dark");
});

test("the scripts that a browser loads stay under 150 kB gzip", async () => {
  const bytes = bundleGzipBytes(builtPanel());
  assert.ok(bytes < 150_000, `${bytes} bytes`);
});

test("the demo's button is there only on a page that names it, and rings", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  assert.equal(await page.getByText("Ring the door").count(), 0);
  const rung = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/demo-ring"));
  await page.route("**/demo-ring", (route) => route.fulfill({ status: 204 }));
  await page.route(stage.desk.bridge.url, async (route) => {
    const html = await (await route.fetch()).text();
    const meta = `<meta name="neolia-demo" content="${stage.desk.bridge.url}demo-ring" /><title>`;
    await route.fulfill({ body: html.replace("<title>", meta), contentType: "text/html" });
  });
  await page.goto(stage.desk.bridge.url);
  await page.getByRole("button", { name: "Ring the door" }).click();
  await rung;
  await page.route("**/demo-ring", (route) => route.fulfill({ status: 409, body: "no panel is ready" }));
  await page.getByRole("button", { name: "Ring the door" }).click();
  await page.getByRole("button", { name: "set this browser up for unit 401" }).waitFor();
  await page.route("**/demo-ring", (route) => route.abort());
  await page.getByRole("button", { name: "Nobody could be rung" }).click();
  await page.getByRole("button", { name: "is the demo still running" }).waitFor();
});
