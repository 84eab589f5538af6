/** Two doors and one resident: a second door rings while somebody talks, or while the first still rings. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { Page } from "playwright-core";
import { around } from "../lab/around.ts";
import { defaultPassword } from "../lab/edge.ts";
import type { Call } from "../lab/sip/call.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { closeEnd, DOMAIN, openPanel, SEED } from "./desk.ts";
import { inspect, onScreen } from "./inspect.ts";
import { Stage } from "./stage.ts";

const ANSWER = "neolia-incoming-view button.go";
const TIMER = "neolia-call-view .time";
const WAITING = "neolia-call-view .waiting";
const NAME = "neolia-call-view h1";

let stage: Stage;
let garage: SipAgent;
let neighbour: SipAgent;
let atEntrance: RtpPeer;
let atGarage: RtpPeer;
const placed: Call[] = [];

around(
  async () => {
    stage = await Stage.start();
    stage.edge.seedDirectory({
      ...SEED,
      units: [...SEED.units, { name: "garage", kind: "door" }],
      accounts: [...SEED.accounts, { username: "garage", type: "door", unit: "garage" }],
    });
    garage = await agent("garage");
    neighbour = await agent("neighbour");
  },
  async () => {
    garage?.close();
    neighbour?.close();
    await stage?.stop();
  },
);

beforeEach(async () => {
  stage.reset();
  [atEntrance, atGarage] = [await RtpPeer.open(), await RtpPeer.open()];
  atEntrance.play(440);
  atGarage.play(700);
});
afterEach(async () => {
  // Whatever still rings would ring the next test's panel as well, once it registers.
  for (const call of placed.splice(0)) await call.cancel().catch(() => {});
  await stage.closeOpened();
  atEntrance.close();
  atGarage.close();
});

async function agent(user: string): Promise<SipAgent> {
  const account = { user, domain: DOMAIN, password: defaultPassword(user) };
  const made = await SipAgent.open({ port: stage.edge.values.sipPort, ...account });
  assert.equal((await made.register()).status, 200);
  return made;
}

async function panel(options: Parameters<Stage["profile"]>[0] = {}): Promise<Page> {
  const page = await openPanel(await stage.profile(options), stage.desk.bridge.url);
  await page.locator("neolia-home-view .status.good").waitFor();
  return page;
}

/** In a call with the entrance, with sound. */
async function talking(page: Page): Promise<Call> {
  const call = await stage.door.call("unit401", { rtp: atEntrance });
  await page.locator(ANSWER).click();
  await page.locator(TIMER).waitFor();
  await hearsPanel(atEntrance);
  return call;
}

/** The garage rings meanwhile. */
async function garageWaits(page: Page): Promise<Call> {
  const call = await garage.call("unit401", { rtp: atGarage });
  await page.locator(WAITING).waitFor();
  return call;
}

async function hearsPanel(door: RtpPeer): Promise<void> {
  const before = door.received;
  await until(() => door.received > before + 25, { what: "the panel's packets at the door" });
}

test("a second door that rings in mid-call is told and heard, and the call goes on", async () => {
  const page = await panel();
  await talking(page);
  const second = await garageWaits(page);
  assert.match(await page.locator(WAITING).innerText(), /Garage is ringing, too/);
  await page.getByRole("alert").filter({ hasText: "Garage is ringing, too" }).waitFor();
  assert.match(await page.title(), /Garage|Neolia/);
  assert.ok(
    second.messages.some(({ status }) => status === 180),
    "the garage hears that it rings",
  );
  await hearsPanel(atEntrance);
  assert.ok(await page.locator(TIMER).isVisible());
  await second.cancel();
  await page.locator(WAITING).waitFor({ state: "detached" });
  assert.equal((await second.final).status, 487);
  await hearsPanel(atEntrance);
  await page.getByRole("button", { name: "Hang up", exact: true }).click();
});

test("hang up and answer: the first door is hung up on, and the second is talked to", async () => {
  const page = await panel();
  const first = await talking(page);
  const second = await garageWaits(page);
  await page.getByRole("button", { name: "Hang up and answer" }).click();
  assert.equal((await first.endedByPeer).method, "BYE");
  assert.equal((await second.final).status, 200);
  await page.locator(NAME, { hasText: "Garage" }).waitFor();
  await hearsPanel(atGarage);
  await page.locator(WAITING).waitFor({ state: "detached" });
  assert.equal((await second.hangup()).status, 200);
  await page.locator("neolia-call-view .line", { hasText: "Call ended" }).waitFor();
  await until(async () => (await stage.edge.mediaSessions()) === 0, { what: "no media session" });
});

test("declined, the second door hears it and the call goes on; the keyboard is enough", async () => {
  const page = await panel();
  const first = await talking(page);
  const second = await garageWaits(page);
  await page.keyboard.press("d");
  assert.equal((await second.final).status, 603);
  await page.locator(WAITING).waitFor({ state: "detached" });
  const third = await garageWaits(page);
  await page.keyboard.press("a");
  assert.equal((await first.endedByPeer).method, "BYE");
  assert.equal((await third.final).status, 200);
  await page.locator(NAME, { hasText: "Garage" }).waitFor();
  assert.equal((await third.hangup()).status, 200);
});

test("whoever hangs up first, the one that waits rings then, and Enter answers it", async () => {
  const page = await panel();
  const first = await talking(page);
  const second = await garageWaits(page);
  assert.equal((await first.hangup()).status, 200);
  await page.locator("neolia-incoming-view h1", { hasText: "Garage" }).waitFor();
  await page.keyboard.press("Enter");
  assert.equal((await second.final).status, 200);
  await page.locator(NAME, { hasText: "Garage" }).waitFor();
  await hearsPanel(atGarage);
  const again = await stage.door.call("unit401", { rtp: atEntrance });
  await page.locator(WAITING).waitFor();
  await page.getByRole("button", { name: "Hang up", exact: true }).click();
  assert.equal((await second.endedByPeer).method, "BYE");
  await page.locator("neolia-incoming-view h1", { hasText: "Main entrance" }).waitFor();
  await page.locator("neolia-incoming-view button.stop").click();
  assert.equal((await again.final).status, 603);
});

test("both doors ring at once: both are named, a third caller is told that it is busy, and each is taken in turn", async () => {
  const page = await panel();
  const first = await stage.door.call("unit401", { rtp: atEntrance });
  await page.locator(ANSWER).waitFor();
  const second = await garage.call("unit401", { rtp: atGarage });
  await page.locator("neolia-incoming-view").getByText("Garage is ringing, too").waitFor();
  assert.equal((await (await neighbour.call("unit401")).final).status, 486);
  await page.locator(ANSWER).click();
  assert.equal((await first.final).status, 200);
  await page.locator(WAITING).waitFor();
  await page.getByRole("button", { name: "Hang up and answer" }).click();
  assert.equal((await second.final).status, 200);
  await hearsPanel(atGarage);
  assert.equal((await second.hangup()).status, 200);
});

test("the waiting door is answered on another device: it is gone here, and the call goes on", async () => {
  const page = await panel();
  const other = await panel();
  await stage.door.call("unit401", { rtp: atEntrance });
  await page.locator(ANSWER).click();
  await other.locator("neolia-call-view .line", { hasText: "Answered on another device" }).waitFor();
  await closeEnd(other);
  const second = await garageWaits(page);
  await other.locator(ANSWER).click();
  assert.equal((await second.final).status, 200);
  await page.locator(WAITING).waitFor({ state: "detached" });
  await hearsPanel(atEntrance);
  assert.ok(await page.locator(TIMER).isVisible());
  assert.equal((await second.hangup()).status, 200);
});

test("the server restarts while a door waits: it waits no more, and the call goes on", async () => {
  const page = await panel();
  const first = await talking(page);
  await garageWaits(page);
  await stage.edge.killKamailio();
  await page.locator(WAITING).waitFor({ state: "detached" });
  await stage.edge.startKamailio();
  await hearsPanel(atEntrance);
  await page.locator("neolia-call-view button.stop").click();
  assert.equal((await first.endedByPeer).method, "BYE");
});

for (const look of [
  {
    name: "wall-en-light",
    options: { viewport: { width: 1024, height: 600 }, locale: "en-GB" },
    buttons: ["Hang up and answer", "Decline", "Hang up", "Key 1", "Key hash"],
  },
  {
    name: "phone-fr-dark",
    options: { viewport: { width: 390, height: 844 }, locale: "fr-FR", colorScheme: "dark", hasTouch: true },
    buttons: ["Raccrocher et répondre", "Refuser", "Raccrocher", "Touche 1", "Touche dièse"],
  },
  {
    name: "small-en",
    options: { viewport: { width: 320, height: 568 }, locale: "en-GB" },
    // The key pad scrolls there while somebody waits.
    buttons: ["Hang up and answer", "Decline", "Hang up"],
  },
] as const) {
  test(`${look.name}: a call with somebody waiting is whole, legible and accessible, also with the keys`, async () => {
    const page = await openPanel(
      await stage.profile({ ...look.options, reducedMotion: "reduce" }),
      stage.desk.bridge.url,
    );
    await page.locator("neolia-home-view .status.good").waitFor();
    await stage.door.call("unit401", { rtp: atEntrance });
    await page.locator("neolia-incoming-view h1", { hasText: "Main entrance" }).waitFor();
    placed.push(await garage.call("unit401", { rtp: atGarage }));
    await page.locator("neolia-incoming-view").getByText("Garage").waitFor();
    await inspect(page, `${look.name}-waiting-1-both`);
    await page.locator(ANSWER).click();
    await page.locator(WAITING).waitFor();
    await hearsPanel(atEntrance);
    await inspect(page, `${look.name}-waiting-2-call`);
    await page.keyboard.press("k");
    await page.locator("neolia-keypad").waitFor();
    await inspect(page, `${look.name}-waiting-3-keys`);
    await onScreen(page, ...look.buttons);
  });
}
