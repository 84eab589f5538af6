/** What a person sees and can do: every view, both languages, both themes, wall and telephone, keyboard alone. */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { buildPanel, bundleGzipBytes } from "../../panel/build.ts";
import { newProfile, type PageOptions, startChromium } from "../lab/chromium.ts";
import { defaultPassword, type Edge, ha1, startEdge } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { content, type Desk, DOMAIN, loggedCall, openPanel, SEED, startDesk, TOKEN } from "./desk.ts";
import { shot } from "./shots.ts";

const WALL = { width: 1024, height: 600 };
const TELEPHONE = { width: 390, height: 844 };
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let edge: Edge;
let desk: Desk;
let browser: Browser;
let door: SipAgent;
const open: { close(): unknown }[] = [];

before(async () => {
  edge = await startEdge();
  edge.seedDirectory(SEED);
  desk = await startDesk(`wss://localhost:${edge.values.wssPort}`, (user) => ha1(user, DOMAIN, defaultPassword(user)));
  browser = await startChromium({ certificateFile: edge.values.certificateFile });
  door = await SipAgent.open({
    port: edge.values.sipPort,
    user: "entrance",
    domain: DOMAIN,
    password: defaultPassword("entrance"),
  });
  assert.equal((await door.register()).status, 200);
});

after(async () => {
  door?.close();
  await browser?.close();
  await desk?.stop();
  await edge?.stop();
});

beforeEach(() => {
  Object.assign(desk.bridge.content, content());
});

afterEach(async () => {
  for (const thing of open.splice(0).reverse()) await thing.close();
});

async function profile(options: PageOptions = {}, of: Browser = browser): Promise<BrowserContext> {
  const context = await newProfile(of, options);
  context.setDefaultTimeout(10_000);
  open.push(context);
  return context;
}

/** 0 violations of axe-core's rules, or a list of them. */
async function accessible(page: Page, what: string): Promise<void> {
  await page.evaluate(AXE);
  const found = (await page.evaluate(
    `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map((n) => n.html).join(" ")))`,
  )) as string[];
  assert.deepEqual(found, [], what);
}

/** Nothing wider than the window or its button, and a call wholly on the screen. */
async function fits(page: Page, what: string): Promise<void> {
  assert.deepEqual(await page.evaluate(MISFITS), [], what);
}

const MISFITS = `(() => {
  const panel = document.querySelector("neolia-panel");
  const found = [];
  if (panel.scrollWidth > panel.clientWidth) found.push("too wide: " + (panel.scrollWidth - panel.clientWidth));
  const calling = panel.shadowRoot.querySelector("neolia-incoming-view, neolia-call-view");
  if (calling && panel.scrollHeight > panel.clientHeight) {
    found.push("too high: " + (panel.scrollHeight - panel.clientHeight));
  }
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      // A round button holds an icon, and its badge sticks out on purpose.
      if (element.localName !== "button" || element.classList.contains("round")) continue;
      if (element.scrollWidth > element.clientWidth) found.push("button too narrow: " + element.innerText);
    }
  };
  look(panel.shadowRoot);
  return found;
})()`;

/** Every button is at least 44 px high and wide. */
async function touchable(page: Page, what: string): Promise<void> {
  for (const button of await page.getByRole("button").all()) {
    const box = await button.boundingBox();
    if (box === null) continue;
    assert.ok(box.height >= 44 && box.width >= 44, `${what}: ${await button.innerText()} ${box.width}×${box.height}`);
  }
}

async function inspect(page: Page, name: string): Promise<void> {
  await shot(page, name);
  await accessible(page, name);
  await fits(page, name);
  await touchable(page, name);
}

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
    desk.bridge.content.calls = [
      loggedCall(4, nowMs - 5 * 60_000),
      loggedCall(3, nowMs - 50 * 60_000, {
        reason: "answered-here",
        status: "completed",
        answeredAtMs: nowMs - 50 * 60_000 + 5_000,
        endedAtMs: nowMs - 48 * 60_000,
      }),
      loggedCall(2, nowMs - 26 * 3_600_000, { reason: "declined", status: "completed" }),
    ];
    const page = await (await profile({ ...look.options, reducedMotion: "reduce" })).newPage();
    await page.goto(`${desk.bridge.url}#token=${TOKEN}`);
    const setup = page.locator("neolia-setup-view");
    await setup.locator("label", { hasText: "401" }).click();
    await inspect(page, `${look.name}-1-setup`);
    await setup.locator("button.accent").click();
    await page.getByText(look.ready).waitFor();
    await inspect(page, `${look.name}-2-home`);

    await page.locator("neolia-home-view .tools button").first().click();
    await page.locator("neolia-log-view .missed").waitFor();
    await inspect(page, `${look.name}-3-log`);
    await page.keyboard.press("Escape");
    await page.locator("neolia-home-view").waitFor();

    const rtp = await RtpPeer.open();
    open.push(rtp);
    const call = await door.call("unit401", { rtp });
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

test("the keyboard alone is enough: set up, answer with A, mute, keys, hang up, decline with D, silence with Escape", async () => {
  const page = await (await profile()).newPage();
  await page.goto(`${desk.bridge.url}#token=${TOKEN}`);
  await page.locator("neolia-setup-view").waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.getByText("Ready to ring").waitFor();
  const rtp = await RtpPeer.open();
  open.push(rtp);
  const first = await door.call("unit401", { rtp });
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
  const second = await door.call("unit401");
  await page.getByRole("button", { name: "Silence the ringtone" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Ringtone silenced").waitFor();
  await page.keyboard.press("d");
  assert.equal((await second.final).status, 603);
});

test("the focus is on Answer when it rings, so Enter answers, and an Enter held down does not hang up again", async () => {
  const page = await openPanel(await profile(), desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  const rtp = await RtpPeer.open();
  open.push(rtp);
  await door.call("unit401", { rtp });
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
  const [first] = desk.bridge.content.doors;
  assert.ok(first);
  first.label = "Delivery and parking gate, rue de la République 118 bis";
  const page = await openPanel(await profile({ viewport: { width: 800, height: 480 } }), desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  const rtp = await RtpPeer.open();
  open.push(rtp);
  const call = await door.call("unit401", { rtp });
  rtp.play(440);
  await page.getByRole("button", { name: "Answer" }).waitFor();
  await onScreen(page, "Answer", "Decline", "Silence the ringtone");
  await inspect(page, "long-1-incoming");
  await page.keyboard.press("a");
  await page.locator("neolia-call-view .time").waitFor();
  await page.keyboard.press("#");
  await onScreen(page, "Mute", "Keys", "Hang up", "Key 1", "Key hash");
  await inspect(page, "long-2-keys");
  await call.hangup();
});

/** The whole of each button lies inside the window, and nothing lies over it. */
async function onScreen(page: Page, ...names: string[]): Promise<void> {
  const window = page.viewportSize();
  assert.ok(window);
  for (const name of names) {
    const button = page.getByRole("button", { name, exact: true });
    const box = await button.boundingBox();
    assert.ok(box && box.y >= 0 && box.y + box.height <= window.height, `${name}: ${JSON.stringify(box)}`);
    await button.click({ trial: true });
  }
}

test("the home view begins at its top, wherever the set-up was scrolled to", async () => {
  const { units } = desk.bridge.content;
  const [first] = units;
  assert.ok(first);
  const more = Array.from({ length: 60 }, (_, i) => ({
    ...first,
    id: `${first.id.slice(0, 24)}${10 + i}`,
    number: `${500 + i}`,
    name: `unit${500 + i}`,
  }));
  desk.bridge.content.units = [...units, ...more];
  const page = await openPanel(await profile(), desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  assert.equal(await page.evaluate("document.querySelector('neolia-panel').scrollTop"), 0);
});

test("a screen reader hears who rings", async () => {
  const page = await openPanel(await profile(), desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  const call = await door.call("unit401");
  await page.getByRole("alert").filter({ hasText: "Main entrance is ringing" }).waitFor();
  await call.cancel();
  await page.getByRole("alert").filter({ hasText: "Missed call" }).waitFor();
});

test("the token leaves the address bar; a wrong one gets a page that says so and takes the right one", async () => {
  const context = await profile();
  const page = await context.newPage();
  await page.goto(`${desk.bridge.url}#token=wrong`);
  await page.getByText("That token is not right.").waitFor();
  assert.equal(new URL(page.url()).hash, "");
  await inspect(page, "session-wrong");
  await page.getByLabel("Token").fill(TOKEN);
  await page.keyboard.press("Enter");
  await page.locator("neolia-setup-view").waitFor();
  await page.reload();
  await page.locator("neolia-setup-view").waitFor();
});

test("without a token the page asks for it", async () => {
  const page = await (await profile()).newPage();
  await page.goto(desk.bridge.url);
  await page.getByLabel("Token").waitFor();
  await inspect(page, "session-needed");
});

test("the bridge goes away: one sentence; it returns: the sentence goes, within 6 s", async () => {
  const page = await openPanel(await profile(), desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  await desk.bridge.stop();
  try {
    await page.getByText("Neolia does not answer.").waitFor();
    await inspect(page, "notice-bridge");
  } finally {
    await desk.bridge.start();
  }
  await page.getByText("Neolia does not answer.").waitFor({ state: "detached", timeout: 6_000 });
  assert.ok(await page.getByText("Ready to ring").isVisible(), "the phone did not depend on the bridge");
});

test("troubles of the server are told in plain sentences", async () => {
  const page = await openPanel(await profile(), desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  const { vps } = desk.bridge.content.live;
  desk.bridge.setLive({ vps: { link: "down", code: "VPS_UNREACHABLE", partsDown: [] } });
  await page.getByText("Neolia cannot reach its server.").waitFor();
  desk.bridge.setLive({ vps: { link: "up", code: null, partsDown: ["rtpengine"] } });
  await page.getByText("The server reports trouble with: rtpengine.").waitFor();
  desk.bridge.setLive({ vps: { link: "not-configured", code: null, partsDown: [] } });
  await page.getByText("No server is set up yet.").waitFor();
  desk.bridge.setLive({ vps });
  await page.locator(".notices").waitFor({ state: "detached" });
});

test("a door's live state follows the bridge", async () => {
  const page = await openPanel(await profile(), desk.bridge.url);
  const state = page.locator("neolia-home-view .doors li", { hasText: "Main entrance" }).locator(".state");
  await page.getByText("Ready to ring").waitFor();
  assert.equal(await state.innerText(), "Ready");
  const now = loggedCall(9, Date.now(), { status: "ringing", reason: null, endedAtMs: null });
  desk.bridge.setLive({ calls: [now] });
  await until(async () => (await state.innerText()) === "Ringing", { what: "Ringing" });
  desk.bridge.push({ type: "call", call: { ...now, status: "in-progress", answeredAtMs: Date.now() } });
  await until(async () => (await state.innerText()) === "In a call", { what: "In a call" });
  desk.bridge.push({ type: "call", call: loggedCall(9, now.startedAtMs) });
  await until(async () => (await state.innerText()) === "Ready", { what: "Ready" });
  desk.bridge.setLive({ calls: [], registered: [] });
  await until(async () => (await state.innerText()) === "Not connected", { what: "Not connected" });
});

test("a missed call is counted on the home view until the log was looked at", async () => {
  const page = await openPanel(await profile(), desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  desk.bridge.push({ type: "call", call: loggedCall(11, Date.now()) });
  await page.getByRole("button", { name: "Calls, 1 missed" }).click();
  await page.locator("neolia-log-view").waitFor();
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByRole("button", { name: "Calls", exact: true }).waitFor();
});

test("older calls are fetched on request", async () => {
  const nowMs = Date.now();
  desk.bridge.content.calls = Array.from({ length: 60 }, (_, i) => loggedCall(i, nowMs - i * 60_000));
  const page = await openPanel(await profile(), desk.bridge.url);
  await page.locator("neolia-home-view .tools button").first().click();
  await until(async () => (await page.locator("neolia-log-view li").count()) === 50, { what: "50 calls" });
  await page.getByRole("button", { name: "Show older calls" }).click();
  await until(async () => (await page.locator("neolia-log-view li").count()) === 60, { what: "60 calls" });
});

test("an empty site says what to do: no units, no doors, no calls", async () => {
  const { units } = desk.bridge.content;
  desk.bridge.content.units = [];
  const page = await (await profile()).newPage();
  await page.goto(`${desk.bridge.url}#token=${TOKEN}`);
  await page.getByText("There are no units yet.").waitFor();
  await inspect(page, "empty-setup");
  desk.bridge.content.units = units.slice(0, 1);
  desk.bridge.content.doors = [];
  desk.bridge.push({ type: "directory", siteId: desk.bridge.content.sites[0]?.id ?? "" });
  await page.locator("neolia-setup-view label", { hasText: "401" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("No doors yet.").waitFor();
  await page.getByText("No other units at this site.").waitFor();
  await inspect(page, "empty-home");
  await page.getByRole("button", { name: "Calls", exact: true }).click();
  await page.getByText("No calls yet.").waitFor();
  await inspect(page, "empty-log");
});

test("in a browser that keeps audio locked, one tap arms the ringtone and the state is shown", async () => {
  const strict = await startChromium({ certificateFile: edge.values.certificateFile, autoplay: false });
  open.push(strict);
  const context = await profile({}, strict);
  await openPanel(context, desk.bridge.url);
  // The set-up was a tap already; a wall panel that reloads by itself has none.
  const page = await context.newPage();
  await context.pages()[0]?.close();
  await page.goto(desk.bridge.url);
  await page.getByText("Tap to arm the ringtone").waitFor();
  await inspect(page, "ringtone-locked");
  await page.getByRole("button", { name: "Tap to arm the ringtone" }).click();
  await page.getByText("Ringtone on").waitFor();
});

test("no microphone is named before a visitor waits: plain http", async () => {
  const context = await browserWith({ hosts: ["panel.test"] });
  const page = await openPanel(context, `http://panel.test:${desk.bridge.port}/`);
  await page.getByText("this page was not opened over https").waitFor();
  await page.getByText("Ready to ring").waitFor();
  await inspect(page, "microphone-insecure");
  const call = await door.call("unit401");
  await page.getByRole("button", { name: "Answer, listen only" }).waitFor();
  await inspect(page, "microphone-insecure-incoming");
  await call.cancel();
});

test("no microphone is named before a visitor waits: refused by the person", async () => {
  const context = await browserWith({ microphone: "ask" });
  const page = await openPanel(context, desk.bridge.url);
  await page.getByRole("button", { name: "Allow the microphone" }).click();
  await page.getByText("this browser was told not to allow it").waitFor();
  await inspect(page, "microphone-denied");
});

test("no microphone is named before a visitor waits: none plugged in", async () => {
  const page = await openPanel(await browserWith({ microphone: "missing" }), desk.bridge.url);
  await page.getByText("No microphone found.").waitFor();
});

test("no microphone is named before a visitor waits: forbidden by the server's Permissions-Policy", async () => {
  const strict = await startDesk(null, () => "0".repeat(32), { "permissions-policy": "microphone=()" });
  open.push({ close: () => strict.stop() });
  const page = await openPanel(await profile(), strict.bridge.url);
  await page.getByText("the web server or frame around this page forbids it").waitFor();
});

test("no microphone is named when another program holds it", async () => {
  const context = await browserWith({ microphone: "ask" });
  await context.addInitScript(`navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("in use", "NotReadableError");
  };`);
  const page = await openPanel(context, desk.bridge.url);
  await page.getByRole("button", { name: "Allow the microphone" }).click();
  await page.getByText("The microphone is in use by another program").waitFor();
});

test("the ringtone sounds for a ring, once though the bridge tells of it too, and stops with it", async () => {
  const context = await profile();
  await countStrikes(context);
  const page = await openPanel(context, desk.bridge.url);
  await page.getByText("Ringtone on").waitFor();
  const strikes = async (): Promise<number> => Number(await page.evaluate("window.strikes"));
  assert.equal(await strikes(), 0);
  const call = await door.call("unit401");
  const live = loggedCall(21, Date.now(), { status: "ringing", reason: null, endedAtMs: null });
  desk.bridge.push({ type: "call", call: live });
  await page.getByRole("button", { name: "Answer" }).waitFor();
  // Two notes, each with its octave.
  assert.equal(await strikes(), 4);
  await until(async () => (await strikes()) === 8, { what: "the second ding-dong" });
  await call.cancel();
  await page.getByRole("alert").filter({ hasText: "Missed call" }).waitFor();
  await page.locator("neolia-home-view").waitFor();
  assert.equal(await strikes(), 8, "quiet for longer than its period");
});

test("an INVITE of a call that the bridge knows to be over is shown, but does not ring", async () => {
  const context = await profile();
  await countStrikes(context);
  const page = await openPanel(context, desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  const [sipCallId, tag] = [randomUUID(), "stale"];
  const callId = createHash("sha256").update(`${DOMAIN}|${sipCallId}|${tag}`).digest("hex").slice(0, 32);
  desk.bridge.push({ type: "call", call: { ...loggedCall(22, Date.now()), callId } });
  await page.getByRole("button", { name: "Calls, 1 missed" }).waitFor();
  const call = await door.call("unit401", { callId: sipCallId, from: `<${door.aor}>;tag=${tag}` });
  await page.getByText("Ringtone silenced").waitFor();
  assert.equal(await page.evaluate("window.strikes"), 0);
  await call.cancel();
});

test("who asks for less motion gets none", async () => {
  const moving = (page: Page) =>
    page.evaluate(`(() => {
      const view = document.querySelector("neolia-panel").shadowRoot.querySelector("neolia-incoming-view");
      return getComputedStyle(view.shadowRoot.querySelector(".ring"), "::after").animationName;
    })()`);
  const still = await openPanel(await profile({ reducedMotion: "reduce" }), desk.bridge.url);
  const lively = await openPanel(await profile({ reducedMotion: "no-preference" }), desk.bridge.url);
  for (const page of [still, lively]) await page.getByText("Ready to ring").waitFor();
  const call = await door.call("unit401");
  for (const page of [still, lively]) await page.getByRole("button", { name: "Answer" }).waitFor();
  assert.deepEqual([await moving(still), await moving(lively)], ["none", "spread"]);
  await call.cancel();
});

test("Home Assistant's colours, language and dark mode are taken over", async () => {
  const page = await openPanel(await profile(), desk.bridge.url);
  await page.addStyleTag({ content: "html { --primary-background-color: rgb(1, 2, 3); }" });
  await page.evaluate("document.querySelector('neolia-panel').hass = { language: 'fr', themes: { darkMode: true } }");
  await page.getByText("Prêt à sonner").waitFor();
  const style = "getComputedStyle(document.querySelector('neolia-panel'))";
  assert.equal(await page.evaluate(`${style}.backgroundColor`), "rgb(1, 2, 3)");
  assert.equal(await page.evaluate(`${style}.colorScheme`), "dark");
});

test("the scripts that a browser loads stay under 150 kB gzip", async () => {
  const folder = labFolder("bundle");
  try {
    const bytes = bundleGzipBytes(await buildPanel({ outFolder: folder.path }));
    assert.ok(bytes < 150_000, `${bytes} bytes`);
  } finally {
    folder.remove();
  }
});

test("the demo's button is there only on a page that names it, and rings", async () => {
  const page = await openPanel(await profile(), desk.bridge.url);
  assert.equal(await page.getByText("Ring the door").count(), 0);
  const rung = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/demo-ring"));
  await page.route("**/demo-ring", (route) => route.fulfill({ status: 204 }));
  await page.route(desk.bridge.url, async (route) => {
    const html = await (await route.fetch()).text();
    const meta = `<meta name="neolia-demo" content="${desk.bridge.url}demo-ring" /><title>`;
    await route.fulfill({ body: html.replace("<title>", meta), contentType: "text/html" });
  });
  await page.goto(desk.bridge.url);
  await page.getByRole("button", { name: "Ring the door" }).click();
  await rung;
});

/** Counts the notes that the page strikes in `window.strikes`. */
async function countStrikes(context: BrowserContext): Promise<void> {
  await context.addInitScript(`window.strikes = 0; const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) { window.strikes += 1; return start.call(this, at); };`);
}

/** A browser of its own, for what only a switch decides. */
async function browserWith(options: { microphone?: "ask" | "missing"; hosts?: string[] }): Promise<BrowserContext> {
  const other = await startChromium({ certificateFile: edge.values.certificateFile, ...options });
  open.push(other);
  return await profile({ microphone: options.microphone ?? "granted" }, other);
}
