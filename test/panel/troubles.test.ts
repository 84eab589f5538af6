/** What stands in the way of a ring or a word is told in one plain sentence: sign-in, links, audio, microphone. */
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { test } from "node:test";
import type { BrowserContext } from "playwright-core";
import { startChromium } from "../lab/chromium.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, loggedCall, openPanel, startDesk, TOKEN } from "./desk.ts";
import { inspect } from "./inspect.ts";
import { onStage, stage } from "./stage.ts";

onStage();

test("the token leaves the address bar; a wrong one gets a page that says so and takes the right one", async () => {
  const context = await stage.profile();
  const page = await context.newPage();
  await page.goto(`${stage.desk.bridge.url}#token=wrong`);
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
  const page = await (await stage.profile()).newPage();
  await page.goto(stage.desk.bridge.url);
  await page.getByLabel("Token").waitFor();
  await inspect(page, "session-needed");
});

test("the bridge goes away: one sentence; it returns: the sentence goes, within 6 s", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  await stage.desk.bridge.stop();
  try {
    await page.getByText("Neolia does not answer.").waitFor();
    await inspect(page, "notice-bridge");
  } finally {
    await stage.desk.bridge.start();
  }
  const sinceBack = startWatch();
  await page.getByText("Neolia does not answer.").waitFor({ state: "detached" });
  assert.ok(sinceBack.stop() < 6_000, `${Math.round(sinceBack.stop())} ms`);
  assert.ok(await page.getByText("Ready to ring").isVisible(), "the phone did not depend on the bridge");
});

const FIRST_REFUSALS = [
  { status: 503, code: "STORE_UNAVAILABLE" },
  // The session was there a moment ago, and is there a moment later.
  { status: 401, code: "NOT_SIGNED_IN" },
  { status: 404, code: "UNKNOWN_UNIT" },
];
for (const { status, code } of FIRST_REFUSALS) {
  test(`lists that could not be fetched at first are fetched again by themselves: ${status}`, async () => {
    const page = await (await stage.profile()).newPage();
    let refused = 0;
    await page.route("**/api/units", (route) => {
      refused += 1;
      return refused > 2
        ? route.fallback()
        : route.fulfill({ status, json: { error: { code, message: "", retryable: true } } });
    });
    await page.goto(`${stage.desk.bridge.url}#token=${TOKEN}`);
    await page.locator("neolia-setup-view label", { hasText: "401" }).waitFor();
    assert.equal(refused, 3);
  });
}

test("troubles of the server are told in plain sentences", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  const { vps } = stage.desk.bridge.content.live;
  stage.desk.bridge.setLive({ vps: { link: "down", code: "VPS_UNREACHABLE", partsDown: [] } });
  await page.getByText("Neolia cannot reach its server.").waitFor();
  stage.desk.bridge.setLive({ vps: { link: "up", code: null, partsDown: ["rtpengine"] } });
  await page.getByText("The server reports trouble with: rtpengine.").waitFor();
  stage.desk.bridge.setLive({ vps: { link: "not-configured", code: null, partsDown: [] } });
  await page.getByText("No server is set up yet.").waitFor();
  stage.desk.bridge.setLive({ vps });
  await page.locator(".notices").waitFor({ state: "detached" });
});

test("in a browser that keeps audio locked, one tap arms the ringtone and the state is shown", async () => {
  const strict = await startChromium({ certificateFile: stage.edge.values.certificateFile, autoplay: false });
  stage.opened.push(strict);
  const context = await stage.profile({}, strict);
  await openPanel(context, stage.desk.bridge.url);
  // The set-up was a tap already; a wall panel that reloads by itself has none.
  const page = await context.newPage();
  await context.pages()[0]?.close();
  await page.goto(stage.desk.bridge.url);
  await page.getByText("Tap to arm the ringtone").waitFor();
  await inspect(page, "ringtone-locked");
  await page.getByRole("button", { name: "Tap to arm the ringtone" }).click();
  await page.getByText("Ringtone on").waitFor();
});

test("no microphone is named before a visitor waits: plain http", async () => {
  const context = await stage.browserWith({ hosts: ["panel.test"] });
  const page = await openPanel(context, `http://panel.test:${stage.desk.bridge.port}/`);
  await page.getByText("this page was not opened over https").waitFor();
  await page.getByText("Ready to ring").waitFor();
  await inspect(page, "microphone-insecure");
  const call = await stage.door.call("unit401");
  await page.getByRole("button", { name: "Answer, listen only" }).waitFor();
  await inspect(page, "microphone-insecure-incoming");
  await call.cancel();
});

test("no microphone is named before a visitor waits: refused by the person", async () => {
  const context = await stage.browserWith({ microphone: "ask" });
  const page = await openPanel(context, stage.desk.bridge.url);
  await page.getByRole("button", { name: "Allow the microphone" }).click();
  await page.getByText("this browser was told not to allow it").waitFor();
  await inspect(page, "microphone-denied");
});

test("no microphone is named before a visitor waits: none plugged in", async () => {
  const page = await openPanel(await stage.browserWith({ microphone: "missing" }), stage.desk.bridge.url);
  await page.getByText("No microphone found.").waitFor();
});

test("no microphone is named before a visitor waits: forbidden by the server's Permissions-Policy", async () => {
  const strict = await startDesk(null, () => "0".repeat(32), {
    headers: { "permissions-policy": "microphone=()" },
  });
  stage.opened.push({ close: () => strict.stop() });
  const page = await openPanel(await stage.profile(), strict.bridge.url);
  await page.getByText("the web server or frame around this page forbids it").waitFor();
});

test("no microphone is named when another program holds it", async () => {
  const context = await stage.browserWith({ microphone: "ask" });
  await context.addInitScript(`navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("in use", "NotReadableError");
  };`);
  const page = await openPanel(context, stage.desk.bridge.url);
  await page.getByRole("button", { name: "Allow the microphone" }).click();
  await page.getByText("The microphone is in use by another program").waitFor();
});

test("the ringtone sounds for a ring, once though the bridge tells of it too, and stops with it", async () => {
  const context = await stage.profile();
  await noteStrikes(context);
  const page = await openPanel(context, stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  await page.getByText("Ringtone on").waitFor();
  const struck = async () => (await page.evaluate("window.struck")) as number[];
  assert.deepEqual(await struck(), []);
  const call = await stage.door.call("unit401");
  const live = loggedCall(21, Date.now(), { status: "ringing", reason: null, endedAtMs: null });
  stage.desk.bridge.push({ type: "call", call: live });
  await page.getByRole("button", { name: "Answer" }).waitFor();
  await until(async () => (await struck()).length >= 8, { what: "the second ding-dong" });
  await call.cancel();
  await page.getByRole("alert").filter({ hasText: "Missed call" }).waitFor();
  const all = await struck();
  // Two notes, each with its octave.
  const dingDongs = all.filter((_, note) => note % 4 === 0);
  assert.ok(
    dingDongs.every((atS, n) => n === 0 || atS - (dingDongs[n - 1] ?? 0) > 1),
    `one after the other: ${all.join(", ")}`,
  );
  await page.locator("neolia-home-view").waitFor();
  assert.deepEqual(await struck(), all, "quiet for longer than its period");
});

test("an INVITE of a call that the bridge knows to be over is shown, but does not ring", async () => {
  const context = await stage.profile();
  await noteStrikes(context);
  const page = await openPanel(context, stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  // Its login is what makes the call's id one that nobody can tell beforehand; the door can.
  const uri = `sip:unit401@${DOMAIN}`;
  const same = { callId: randomUUID(), from: `<${stage.door.aor}>;tag=stale` };
  const challenge = await stage.door.transact(stage.door.compose({ method: "INVITE", uri, ...same }));
  const login = stage.door.credentials(challenge, "INVITE", uri);
  assert.ok(login);
  const text = `${DOMAIN}|${same.callId}|stale|${login[1]}`;
  const callId = createHash("sha256").update(text).digest("hex").slice(0, 32);
  stage.desk.bridge.push({ type: "call", call: { ...loggedCall(22, Date.now()), callId } });
  await page.getByRole("button", { name: "Calls, 1 missed" }).waitFor();
  const call = await stage.door.call("unit401", { ...same, cseq: 2, headers: [login] });
  await page.getByText("Ringtone silenced").waitFor();
  assert.deepEqual(await page.evaluate("window.struck"), []);
  await call.cancel();
});

/** Keeps when the page strikes its notes, seconds of its audio's clock, in `window.struck`. */
async function noteStrikes(context: BrowserContext): Promise<void> {
  await context.addInitScript(`window.struck = []; const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (at) { struck.push(at); return start.call(this, at); };`);
}
