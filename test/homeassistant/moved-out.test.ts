/** Who moves out takes no bell along: a resident's device loses call, registration and account with the unit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CallPage } from "../../bridge/src/api/call.ts";
import type { Account, Unit } from "../../bridge/src/api/directory.ts";
import { until } from "../lab/until.ts";
import { CoreSocket } from "./core-socket.ts";
import { browser, house, houseWithBrowser } from "./house-with-browser.ts";
import { addPerson } from "./onboarding.ts";
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

for (const when of ["rings", "runs"] as const) {
  test(`a unit that is deleted while its call ${when} ends the call for both, and the call log says so`, async () => {
    const { rosa } = house.home;
    const owner = await house.owner();
    const { buildingId } = house.units["401"];
    const unit = await owner.post<Unit>("api/units", { buildingId, number: when === "rings" ? "501" : "502" });
    await owner.put(`api/members/${rosa.id}`, { unitIds: [unit.id] });
    const panel = await PanelAtHome.open(browser, house, rosa);
    await panel.setUp(house, unit.number);
    house.door.mark();
    await house.door.dial(unit.name);
    await panel.rings();
    if (when === "runs") {
      await panel.answer();
      await house.door.waitFor("CALL_ESTABLISHED");
    }
    assert.equal((await owner.send("DELETE", `api/units/${unit.id}`)).status, 200);
    await house.door.waitFor("CALL_CLOSED");
    await panel.root.getByText("Ask your installer").waitFor({ timeout: 60_000 });
    assert.equal(await panel.root.locator("neolia-incoming-view, neolia-call-view .time").count(), 0);
    assert.doesNotMatch(await panel.holds(), new RegExp(unit.name));
    const [call] = await until(
      async () => {
        const { calls } = await owner.get<CallPage>("api/calls?limit=1");
        return calls[0]?.endedAtMs ? calls : null;
      },
      { what: "the end of the call" },
    );
    assert.equal(call?.status, when === "runs" ? "completed" : call?.status);
    assert.notEqual(call?.reason, null);
    // Whoever rings there now is told at once that there is nobody.
    await house.live();
    house.door.mark();
    await house.door.dial(unit.name);
    assert.match((await house.door.waitFor("CALL_CLOSED")).param, /^4/);
    await panel.close();
  });
}

test("who is deactivated in Home Assistant in mid-call loses the call within a minute, and is not rung any more", async () => {
  const { core, ownerToken } = house.home;
  const gus = await addPerson(core, ownerToken, "Gus Guest");
  const owner = await house.owner();
  const { id, name } = await owner.post<Unit>("api/units", {
    buildingId: house.units["402"].buildingId,
    number: "503",
  });
  await owner.put(`api/members/${gus.id}`, { unitIds: [id] });
  const panel = await PanelAtHome.open(browser, house, gus);
  await panel.setUp(house, "503");
  house.door.mark();
  await house.door.dial(name);
  await panel.rings();
  await panel.answer();
  await house.door.waitFor("CALL_ESTABLISHED");
  const socket = await CoreSocket.open(core.url, ownerToken);
  await socket.command("config/auth/update", { user_id: gus.id, is_active: false });
  socket.close();
  await house.door.waitFor("CALL_CLOSED", 60_000);
  await house.live();
  house.door.mark();
  await house.door.dial(name);
  assert.match((await house.door.waitFor("CALL_CLOSED")).param, /^480/);
  await panel.close();
});
