/** The test of this device with each link broken for real: the page names that link, and says what to do. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { mintTurnCredentials } from "../../infra/control/src/turn.ts";
import { around } from "../lab/around.ts";
import { startCoturn } from "../lab/coturn.ts";
import type { Program } from "../lab/process.ts";
import { DOMAIN, openPanel } from "./desk.ts";
import { Stage } from "./stage.ts";

let stage: Stage;
let coturn: Program | null = null;
around(
  async () => {
    stage = await Stage.start();
  },
  () => stage?.stop(),
);
beforeEach(() => stage.reset());
afterEach(async () => {
  await stage.closeOpened();
  await coturn?.stop();
  coturn = null;
});

/** Runs the test, hears the ringtone, and returns what the step says: its state and its sentence. */
async function tested(page: Page, step: string): Promise<string> {
  await page.getByRole("button", { name: "This panel" }).click();
  await page.getByRole("button", { name: "Sound, test and settings of this device" }).click();
  await page.getByRole("button", { name: "Start the test" }).click();
  await page.getByText("Do you hear the ringtone?").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Yes" }).click();
  await page.getByText(/This device can ring|Failed at:/).waitFor();
  const row = page.locator(`[data-step="${step}"]`);
  const why = row.locator(".why");
  return `${await row.getAttribute("data-state")}: ${(await why.allInnerTexts()).join(" ")}`;
}

/** A relay that knows `secret`, and a panel that was given a login by the real one. */
async function withRelay(secret: (own: string) => string): Promise<Page> {
  const { values } = stage.edge;
  coturn = await startCoturn({ ...values, turnSecret: secret(values.turnSecret) });
  return await openWithRelay();
}

async function openWithRelay(): Promise<Page> {
  const login = mintTurnCredentials(stage.edge.values, "panel-a", DOMAIN, Date.now());
  const { urls, username, credential, expiresAtMs } = login;
  stage.desk.bridge.content.iceServers = { iceServers: [{ urls, username, credential }], expiresAtMs };
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  return page;
}

test("a relay that takes the login passes", async () => {
  assert.match(await tested(await withRelay((own) => own), "turn"), /^passed/);
});

test("a relay that refuses the login is said to refuse it, not to be away", async () => {
  assert.match(await tested(await withRelay(() => "another-secret"), "turn"), /^failed: The relay answers but refuses/);
});

test("a relay that is stopped does not answer", async () => {
  assert.match(await tested(await openWithRelay(), "turn"), /^failed: The relay does not answer/);
});

test("a microphone that was refused is named", async () => {
  const page = await openPanel(await stage.browserWith({ microphone: "ask" }), stage.desk.bridge.url);
  assert.match(await tested(page, "microphone"), /^failed: No microphone: /);
});

test("a call server that does not take the password is named, and what to do", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  for (const device of stage.desk.bridge.devices.values()) device.sip = { ...device.sip, ha1: "0".repeat(32) };
  await page.reload();
  assert.match(await tested(page, "sip"), /^failed: .*does not know this panel\. Set it up again/);
});
