/** Starts each site's test once a night, from half past three on its own clock: a machine may stand still just then, and a night may jump over it. */
import type { Store } from "../../store/store.ts";
import { localText } from "../local-time.ts";
import { siteClock } from "../site-clock.ts";
import type { TestRings } from "./test-rings.ts";

const LOOK_EVERY_MS = 60_000;
const FROM = "03:30";
const TO = "05:00";

/** Returns the stop. */
export function testNightly(store: Store, tests: TestRings, now: () => number = Date.now): () => void {
  const tested = new Map<string, string>();
  const timer = setInterval(() => {
    for (const { id, timeZone } of store.sites.list()) {
      const [day = "", time = ""] = localText(siteClock(timeZone, now()), now()).split("T");
      if (time < FROM || time >= TO || tested.get(id) === day) continue;
      tested.set(id, day);
      tests.start({ siteId: id }, "nightly");
    }
  }, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    tests.stop();
  };
}
