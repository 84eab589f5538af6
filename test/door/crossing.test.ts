/** Two people act in the same moment: whatever crosses on the wire, there is one call with one end, at every device and in the log. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { around } from "../lab/around.ts";
import { type CallRecord, CallWatch } from "../lab/call-watch.ts";
import { startChromium } from "../lab/chromium.ts";
import { DOOR, type Lab, startLab } from "../lab/lab.ts";
import { Panel } from "../lab/panel.ts";
import type { SipPhone } from "../lab/sip-phone.ts";
import { until } from "../lab/until.ts";

/** Where the two meet differs each time. */
const ROUNDS = 6;
const DOOR_HZ = 440;

let lab: Lab;
let door: SipPhone;
let browser: Browser;
let kitchen: Panel;
let hall: Panel;

around(
  async () => {
    lab = await startLab();
    door = await lab.startDoorStation(lab.toneFile(DOOR_HZ));
    browser = await startChromium({ certificateFile: lab.edge.values.certificateFile });
    kitchen = await Panel.open(browser, lab, "401");
    hall = await Panel.open(browser, lab, "401");
  },
  async () => {
    await browser?.close();
    await lab?.stop();
  },
);

/** Both panels ring. */
async function ring(): Promise<CallWatch> {
  await Promise.all([kitchen.ready(), hall.ready()]);
  door.mark();
  const watch = await CallWatch.start(lab);
  await door.dial("unit401");
  await Promise.all([kitchen.rings(), hall.rings()]);
  return watch;
}

/** Presses a button of the ringing view by the page's own clock: what is pressed at the same time is so to a millisecond or two. */
async function pressAt(atMs: number, page: Page, button: "go" | "stop"): Promise<boolean> {
  return (await page.evaluate(`(${PRESS})(${atMs}, "${button}")`)) as boolean;
}

/** Runs in the page. Tells whether the button was still there at that time. */
const PRESS = `(atMs, button) => new Promise((done) => {
  const view = document.querySelector("neolia-panel").shadowRoot.querySelector("neolia-incoming-view");
  const target = view?.shadowRoot.querySelector("button." + button);
  const wait = () => {
    if (Date.now() < atMs) return void setTimeout(wait, 0);
    const there = target?.isConnected === true;
    if (there) target.click();
    done(there);
  };
  wait();
})`;

function soon(): number {
  return Date.now() + 300;
}

/** What the broker was told is the story of one call. */
function toldOnce({ call, events }: CallRecord, story: string[]): void {
  assert.deepEqual(events["unit401/event"], story, `${call.status} ${call.reason}`);
}

/** No offer waits for RTPEngine to forget it, which takes a minute. */
async function nothingLeft(): Promise<void> {
  await until(async () => (await lab.edge.mediaSessions()) === 0, { timeoutMs: 15_000, what: "no media session" });
}

test("two panels answer in the same millisecond: one talks, the other says at once that it was answered elsewhere", async (t) => {
  const winners: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const watch = await ring();
    const atMs = soon();
    await Promise.all([pressAt(atMs, kitchen.page, "go"), pressAt(atMs, hall.page, "go")]);
    const loser = await Promise.any([kitchen, hall].map(wasTooLate)).catch(async () => {
      const shown = await Promise.all([kitchen, hall].map(({ page }) => page.locator("body").ariaSnapshot()));
      throw new Error(`nobody was told to be too late in round ${round}: ${shown.join("\n")}`);
    });
    const winner = loser === kitchen ? hall : kitchen;
    winners.push(winner === kitchen ? "kitchen" : "hall");
    await winner.talking();
    assert.equal(await playing(loser.page), false, "the loser is silent");
    await winner.hangUp();
    await door.waitFor("CALL_CLOSED");
    const record = await watch.over();
    toldOnce(record, ["ringing", "answered", "ended"]);
    assert.deepEqual(record.events[`${DOOR}/event`], ["ringing", "answered", "ended"]);
    assert.equal(record.call.answeredBy?.kind, "panel");
  }
  t.diagnostic(`winners: ${winners.join(", ")}`);
  await nothingLeft();
});

async function wasTooLate(panel: Panel): Promise<Panel> {
  await panel.page.locator("neolia-call-view .line", { hasText: "Answered on another device" }).waitFor();
  return panel;
}

/** Whether the page plays the other end of a call. */
async function playing(page: Page): Promise<boolean> {
  return (await page.evaluate("document.querySelector('audio[data-neolia-remote]').srcObject !== null")) as boolean;
}

for (const [what, button, answered] of [
  ["declines", "stop", []],
  ["answers", "go", ["answered"]],
] as const) {
  test(`a panel ${what} as the door gives up: it ends everywhere, and the log has one call with one reason`, async (t) => {
    const outcomes: string[] = [];
    let pressed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const watch = await ring();
      // An answer needs its microphone and its path first: the door gives up ever later, until it is too late to.
      const atMs = soon();
      const givesUpMs = atMs + (button === "go" ? round * 60 : (round - ROUNDS / 2) * 2);
      const press = pressAt(atMs, kitchen.page, button);
      await until(() => Date.now() >= givesUpMs, { everyMs: 1, what: "the moment" });
      const [there] = await Promise.all([press, door.hangUp()]);
      if (there) pressed += 1;
      // Each says it for a few seconds only.
      const ends = [kitchen.ended(), hall.ended(), door.waitFor("CALL_CLOSED")] as const;
      const [here, elsewhere] = await Promise.all(ends);
      const record = await watch.over();
      outcomes.push(`${record.call.reason}: ${here} / ${elsewhere}`);
      // A visitor who was turned away was not missed.
      const declinedOrMissed = record.call.reason === "declined" ? "ended" : "missed";
      const wasAnswered = record.call.answeredAtMs !== null;
      if (!wasAnswered) assert.match(record.call.reason ?? "", /^(declined|cancelled)$/);
      toldOnce(record, wasAnswered ? ["ringing", ...answered, "ended"] : ["ringing", declinedOrMissed]);
      // Which of the two a device hears of first is the network's, and it tells what it heard.
      if (wasAnswered) assert.equal(here, "Call ended");
      assert.match(elsewhere, wasAnswered ? /^(Answered on another device|Missed call)$/ : /^(Declined|Missed call)$/);
    }
    t.diagnostic(outcomes.join("; "));
    assert.ok(pressed > 0, "the two met");
    await nothingLeft();
  });
}
