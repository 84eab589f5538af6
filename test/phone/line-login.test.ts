/** The bridge's phone stays reachable: a login that was refused is tried again by itself. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Media } from "../../bridge/src/sip/media/media.ts";
import { Phone } from "../../bridge/src/sip/phone.ts";
import { DOMAIN, house, inHouse } from "../door/house.ts";
import { defaultPassword, ha1 } from "../lab/edge.ts";
import { until } from "../lab/until.ts";

inHouse();

test("a refresh of the login that the edge refuses is not the end of the line: it is tried again soon", async () => {
  const account = { username: "bridge", type: "bridge", unit: null } as const;
  house.seed([account], []);
  const log = { info: () => {}, error: () => {}, warn: () => {} };
  const media = new Media((error) => assert.fail(error as Error));
  const told: boolean[] = [];
  const phone = new Phone(
    {
      username: "bridge",
      domain: DOMAIN,
      ha1: ha1("bridge", DOMAIN, defaultPassword("bridge")),
      uri: `wss://localhost:${house.edge.values.wssPort}`,
      ca: readFileSync(house.edge.caFile),
    },
    media,
    { incoming: () => {}, registered: (registered) => told.push(registered) },
    log,
  );
  try {
    phone.start();
    await until(() => phone.registered, { what: "the phone's login" });
    house.seed([{ ...account, enabled: false }], []);
    // What its timer does after a minute.
    (Reflect.get(phone, "ua") as { register(): void }).register();
    await until(() => !phone.registered, { what: "the refusal" });
    house.seed([account], []);
    await until(() => phone.registered, { what: "the phone to be back" });
    assert.deepEqual(told, [true, false, true]);
  } finally {
    phone.stop();
    await media.stop();
  }
});
