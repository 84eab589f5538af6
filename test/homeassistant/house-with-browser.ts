/** A door house and a Chromium that trusts its edge, for as long as a test file runs: `houseWithBrowser` once, at its top. */
import type { Browser } from "playwright-core";
import { around } from "../lab/around.ts";
import { type ChromiumOptions, startChromium } from "../lab/chromium.ts";
import { DoorHouse, type DoorHouseOptions } from "./door-house.ts";

export let house: DoorHouse;
export let browser: Browser;
let browsers: Browser[] = [];

export interface HouseWithBrowserOptions extends DoorHouseOptions {
  /** Pitch of what browsers have before their microphone, Hz. Left out: Chromium's own beep. */
  microphoneHz?: number;
}

/** Starts both before the file's tests, then `more`, and stops them afterwards. */
export function houseWithBrowser(
  { microphoneHz, ...options }: HouseWithBrowserOptions = {},
  more: () => Promise<void> = async () => undefined,
): void {
  around(
    async () => {
      house = await DoorHouse.start(options);
      browser = await anotherBrowser(microphoneHz === undefined ? {} : { sound: house.toneFile(microphoneHz) });
      await more();
    },
    async () => {
      for (const one of browsers) await one.close();
      browsers = [];
      await house?.stop();
    },
  );
}

/** One with other settings; closed with the rest. */
export async function anotherBrowser(options: ChromiumOptions): Promise<Browser> {
  const one = await startChromium({ certificateFile: house.edge.values.certificateFile, ...options });
  browsers.push(one);
  return one;
}
