/** The test of this device with each link broken for real: the page names that link, and says what to do. */
import assert from "node:assert/strict";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { mintTurnCredentials } from "../../infra/control/src/turn.ts";
import { around } from "../lab/around.ts";
import { CertificateMaker } from "../lab/certificate-maker.ts";
import { startCoturn } from "../lab/coturn.ts";
import { labFolder } from "../lab/folder.ts";
import type { Program } from "../lab/process.ts";
import { TurnClient } from "../lab/turn-client.ts";
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
  await heard(page);
  return await told(page, step);
}

async function again(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Test again" }).click();
  await heard(page);
}

async function heard(page: Page): Promise<void> {
  await page.getByText("Do you hear the ringtone?").waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Yes" }).click();
  await page.getByText(/This device can ring|Nothing fails|Failed at:/).waitFor();
}

async function told(page: Page, step: string): Promise<string> {
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

test("a relay that takes the login passes, and dies: nothing says of it any more that it works", async () => {
  const page = await withRelay((own) => own);
  assert.match(await tested(page, "turn"), /^passed/);
  assert.match(await told(page, "network"), /^passed/);
  await coturn?.stop("SIGKILL");
  await again(page);
  assert.match(await told(page, "turn"), /^failed: The relay does not answer/);
  assert.match(await told(page, "network"), /^warning: Only inside this network.* none where it blocks it/);
  assert.doesNotMatch(await page.locator("neolia-test-steps ol").innerText(), /work all the same/);
});

test("a relay of which the server could not be asked is not said to be none", async () => {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  assert.match(await tested(page, "turn"), /^warning: Neolia got no login for the relay/);
  assert.match(await told(page, "network"), /^warning: Inside this network sound finds a way/);
});

test("a relay that refuses the login is said to refuse it, not to be away", async () => {
  assert.match(await tested(await withRelay(() => "another-secret"), "turn"), /^failed: The relay answers but refuses/);
});

test("a relay that is full is said to be full", async () => {
  const { values } = stage.edge;
  coturn = await startCoturn(values);
  const { username, credential } = mintTurnCredentials(values, "panel-a", DOMAIN, Date.now());
  const server = { host: values.listenAddress, port: values.turnPort };
  for (let taken = true; taken; ) {
    const client = await TurnClient.open(server, { username, credential });
    stage.opened.push(client);
    const { code } = await client.allocate();
    assert.ok([0, 486].includes(code), String(code));
    taken = code === 0;
  }
  assert.match(await tested(await openWithRelay(), "turn"), /^failed: The relay is full/);
});

/** A panel whose call server is at another address, and what its test says of one link. */
async function withServer(sipUri: string, step: string, caFile = stage.edge.caFile): Promise<string> {
  const page = await openPanel(await stage.profile(), stage.desk.bridge.url);
  await page.getByText("Ready to ring").waitFor();
  stage.desk.bridge.content.server = { sipUri, caFile };
  for (const device of stage.desk.bridge.devices.values()) device.sip = { ...device.sip, uri: sipUri };
  await page.reload();
  const said = await tested(page, step);
  await page.getByText(/Failed at: .*(call server|WebSocket)/).waitFor();
  assert.match((await page.locator('[data-step="sip"] .why').innerText()) ?? "", /mend the link above/);
  return said;
}

test("a name without an address is named, and nothing behind it is tried", async () => {
  const said = await withServer("wss://nobody.invalid:8443", "name");
  assert.match(said, /^failed: (The name nobody\.invalid does not resolve|Home Assistant gets no answer)/);
});

test("a port at which nobody listens is named", async () => {
  assert.match(await withServer("wss://localhost:9", "port"), /^failed: Nobody listens on port 9 of localhost/);
});

test("a certificate that has run out is named, with its day", async () => {
  const folder = labFolder("broken-links");
  stage.opened.push({ close: () => folder.remove() });
  const certificates = new CertificateMaker(folder.path);
  const server = createServer(certificates.make("over", -2)).on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stage.opened.push(server);
  const uri = `wss://localhost:${(server.address() as AddressInfo).port}`;
  const said = await withServer(uri, "certificate", certificates.caFile);
  assert.match(said, /^failed: It ran out on .*\d{4}: every browser refuses it/);
});

test("a server that speaks no SIP is named", async () => {
  const web = stage.desk.bridge.url.replace("http:", "ws:").replace(/\/$/, "");
  assert.match(await withServer(web, "websocket"), /^failed: The server opens a WebSocket, but does not speak SIP/);
});

test("a server that is well, and a device that does not get there: it is this device's network", async () => {
  // The device's own DNS leads to where nobody listens.
  const context = await stage.browserWith({ hosts: ["localhost"], hostAddress: "127.0.0.9" });
  const page = await openPanel(context, stage.desk.bridge.url);
  const said = await tested(page, "sip");
  assert.match(said, /^failed: The server is well when asked from Home Assistant: it is the network of this device/);
  assert.match(await page.locator('[data-step="certificate"]').innerText(), /Valid until/);
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
