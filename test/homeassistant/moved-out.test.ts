/** Who moves out takes no bell along: a resident's device loses call, registration and account with the unit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Account } from "../../bridge/src/api/directory.ts";
import { until } from "../lab/until.ts";
import { browser, house, houseWithBrowser } from "./house-with-browser.ts";
import { PanelAtHome } from "./panel-at-home.ts";

houseWithBrowser({ microphoneHz: 1000 });

test("a resident who loses the unit in mid-call loses the call, is not rung any more, and rings again in the next unit without a reload", async () => {
  const { rosa } = house.home;
  const owner = await house.owner();
  const panels = async () => (await owner.get<Account[]>("api/accounts")).filter(({ type }) => type === "panel");
  const panel = await PanelAtHome.open(browser, house, rosa);
  await panel.setUp(house, "401");
  const [before] = await panels();
  assert.equal(before?.unitId, house.units["401"].id);

  house.door.mark();
  await house.door.dial("unit401");
  await panel.rings();
  await panel.answer();
  await house.door.waitFor("CALL_ESTABLISHED");
  await owner.put(`api/members/${rosa.id}`, { unitIds: [] });
  await house.door.waitFor("CALL_CLOSED");
  assert.deepEqual(await panels(), []);
  await house.live();
  house.door.mark();
  await house.door.dial("unit401");
  assert.match((await house.door.waitFor("CALL_CLOSED")).param, /^480/);

  await owner.put(`api/members/${rosa.id}`, { unitIds: [house.units["402"].id] });
  await panel.setUp(house, "402");
  house.door.mark();
  await house.door.dial("unit402");
  assert.equal(await panel.rings(), "Entrance");
  await house.door.hangUp();
  await house.door.waitFor("CALL_CLOSED");
  const after = await until(async () => (await panels())[0], { what: "the new account" });
  assert.notEqual(after.username, before?.username);
  await panel.close();
});
