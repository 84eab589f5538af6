/**
 * `node busy-site.ts <data folder>`: edits of the directory and calls of a door in the stored site there, as fast as they go
 * and without end, each with all that hangs on it. Says "busy" once it is at it.
 */
import { monotonicFactory } from "ulid";
import { startCallLog } from "../../bridge/src/calls/call-log.ts";
import { openDirectory } from "../../bridge/src/directory/directory.ts";
import { EventBus } from "../../bridge/src/events/bus.ts";
import { announcer } from "../../bridge/src/mqtt/announcer.ts";
import { openStore } from "../../bridge/src/store/store.ts";
import { callEvent } from "../fakes/call-events.ts";
import { SITE } from "../fakes/stored-site.ts";

const [folder = ""] = process.argv.slice(2);
const store = openStore({ folder });
const ulid = monotonicFactory();
const bus = new EventBus((error) => {
  throw error;
});
const directory = openDirectory({ store, bus, now: Date.now, newId: () => ulid(), sipUri: null });
const calls = startCallLog({ store, bus, announce: announcer(store) });
const buildingId = `building-${SITE}`;

let event = 0;
function call(number: number): void {
  const callId = number.toString(16).padStart(32, "0");
  for (const kind of ["invited", "ringing", "answered", "ended"] as const) {
    event += 1;
    calls.take(SITE, callEvent(event, kind, { callId, atMs: Date.now() }), 0);
  }
}

let number = 1_000;
function work(): void {
  for (let each = 0; each < 10; each++) {
    number += 1;
    const unit = directory.units.create({ buildingId, number: String(number) });
    directory.accounts.create({ siteId: SITE, unitId: unit.id, type: "panel", label: `Panel of ${number}` });
    directory.units.update(unit.id, { number: `${number} B` }, null);
    if (number % 3 === 0) directory.units.remove(unit.id, null);
    call(number);
  }
  if (number === 1_010) console.log("busy");
  setImmediate(work);
}
work();
