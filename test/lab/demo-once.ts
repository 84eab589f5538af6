/** The demo without a person: a real Chromium opens the page, is rung, answers, and both sides are judged by ear. */
import type { Browser } from "playwright-core";
import { findTone } from "./audio.ts";
import { CallWatch } from "./call-watch.ts";
import { startChromium } from "./chromium.ts";
import type { Lab } from "./lab.ts";
import { Panel } from "./panel.ts";
import type { SipPhone } from "./sip-phone.ts";

/** The last line of `npm run demo -- --once`. */
export interface DemoVerdict {
  rang: boolean;
  answered: boolean;
  /** The panel's recording holds the door's tone, and the door's recording the panel's. */
  audioToPanel: boolean;
  audioToDoor: boolean;
  /** As a subscriber on the broker heard them. */
  events: string[];
  /** From the press of the bell to the ring on the panel's screen, and from Answer to the running call. ms. */
  ringMs: number | null;
  answerMs: number | null;
}

export const DOOR_HZ = 440;
const PANEL_HZ = 1000;
const EXPECTED_EVENTS = ["ringing", "answered", "ended"];

export function holds(verdict: DemoVerdict): boolean {
  const { rang, answered, audioToPanel, audioToDoor, events } = verdict;
  return rang && answered && audioToPanel && audioToDoor && events.join() === EXPECTED_EVENTS.join();
}

/** Runs one call. The verdict says how far it came; what stopped it goes to `tell`. */
export async function ringOnce(lab: Lab, door: SipPhone, tell: (what: string) => void): Promise<DemoVerdict> {
  const verdict: DemoVerdict = {
    rang: false,
    answered: false,
    audioToPanel: false,
    audioToDoor: false,
    events: [],
    ringMs: null,
    answerMs: null,
  };
  const { certificateFile } = lab.edge.values;
  let browser: Browser | null = null;
  try {
    tell("starting Chromium and setting the panel up for unit 401");
    browser = await startChromium({ sound: lab.toneFile(PANEL_HZ), certificateFile });
    const panel = await Panel.open(browser, lab, "401");
    await call(lab, door, panel, verdict, tell);
  } catch (error) {
    tell((error as Error).message);
  } finally {
    await browser?.close();
  }
  return verdict;
}

async function call(
  lab: Lab,
  door: SipPhone,
  panel: Panel,
  verdict: DemoVerdict,
  tell: (what: string) => void,
): Promise<void> {
  const watch = await CallWatch.start(lab);
  const pressedAt = performance.now();
  await panel.page.locator("button[data-neolia-demo]").click();
  await panel.rings();
  verdict.ringMs = Math.round(performance.now() - pressedAt);
  verdict.rang = true;

  const answeredAt = performance.now();
  await panel.answer();
  await door.waitFor("CALL_ESTABLISHED");
  verdict.answerMs = Math.round(performance.now() - answeredAt);
  verdict.answered = true;

  tell("recording both sides");
  verdict.audioToPanel = await panel.hears(DOOR_HZ).then(
    () => true,
    () => false,
  );
  await panel.hangUp();
  await door.waitFor("CALL_CLOSED");
  verdict.audioToDoor = findTone(door.heard(), PANEL_HZ).found;

  verdict.events = (await watch.over()).events["unit401/event"] ?? [];
}
