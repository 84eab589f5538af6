/** A device on a stream says nothing to an INVITE within its five seconds: one that is gone loses its connection, one that is only busy keeps it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { holds, until } from "../lab/until.ts";
import { DOMAIN, house, inHouse, ringing, status } from "./house.ts";

inHouse();

async function isRegistered(user: string): Promise<boolean> {
  return JSON.stringify(await house.edge.jsonRpc("ul.dump", ["brief"])).includes(`${user}@${DOMAIN}`);
}

test("one that answers other calls meanwhile is late with this one and not gone: it stays registered, and its other calls go on", async () => {
  const line = { action: "forward", target: `sip:bridge@${DOMAIN}` } as const;
  house.rules({ unit: "unit401", ...line }, { unit: "unit402", ...line });
  const bridge = await house.device("bridge", "wss");
  bridge.policy = { ring: false, final: null };
  const gateway = await house.device("ht841");
  const first = await gateway.call("unit401");
  await ringing(bridge);
  await holds(() => bridge.incoming.length === 1, 2_000, "only one call is there");
  const second = await gateway.call("unit402");
  const other = await ringing(bridge, 1);
  other.answer(180);
  assert.equal(await status(first), 408);
  assert.equal(await isRegistered("bridge"), true);
  other.answer(200);
  assert.equal(await status(second), 200);
  assert.equal((await second.hangup()).status, 200);
  await until(() => other.isEndedByPeer, { what: "the BYE" });
});

test("one that says nothing at all loses its connection, and the next call does not wait for it", async () => {
  house.rules({ unit: "unit401" });
  const panel = await house.device("panel401", "wss");
  panel.policy = { ring: false, final: null };
  const door = await house.device("door");
  assert.equal(await status(await door.call("unit401")), 408);
  await until(async () => !(await isRegistered("panel401")), { what: "its contact to go" });
  assert.equal(await status(await door.call("unit401")), 480);
});
