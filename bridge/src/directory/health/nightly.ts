/**
 * Starts each site's test once a night, from half past three on its own clock: a machine may stand still just then, and a
 * night may jump over it. What failed is tested again each hour, so that nothing is called broken longer than it is.
 */
import type { Store } from "../../store/store.ts";
import { localText } from "../local-time.ts";
import { siteClock } from "../site-clock.ts";
import type { TestRings } from "./test-rings.ts";

const LOOK_EVERY_MS = 60_000;
const FROM = "03:30";
const TO = "05:00";
const AGAIN_MS = 3_600_000;
/** What one test takes. */
const MOST_AGAIN = 1_000;

/** Returns the stop. */
export function testNightly(store: Store, tests: TestRings, now: () => number = Date.now): () => void {
  const startedMs = now();
  const nights = new Map<string, string>();
  const testedMs = new Map<string, number>();

  function look({ id: siteId, timeZone }: { id: string; timeZone: string }): void {
    const nowMs = now();
    const [day = "", time = ""] = localText(siteClock(timeZone, nowMs), nowMs).split("T");
    if (time >= FROM && time < TO && nights.get(siteId) !== day) {
      nights.set(siteId, day);
      testedMs.set(siteId, nowMs);
      tests.start({ siteId }, "nightly");
    } else if (nowMs - (testedMs.get(siteId) ?? startedMs) >= AGAIN_MS) {
      testedMs.set(siteId, nowMs);
      const accountIds = store.tests.failed(siteId).slice(0, MOST_AGAIN);
      if (accountIds.length > 0) tests.start({ siteId, accountIds }, "nightly");
    }
  }

  const timer = setInterval(() => store.sites.list().forEach(look), LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    tests.stop();
  };
}
