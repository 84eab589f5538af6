/** A building is removed while people of it talk: it is said before, both are hung up on, and nothing is left over. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Call, CallPage } from "../../bridge/src/api/call.ts";
import type { Building, Removal, Unit } from "../../bridge/src/api/directory.ts";
import type { LiveState } from "../../bridge/src/api/live.ts";
import { type Lab, startLab } from "../lab/lab.ts";
import { until } from "../lab/until.ts";

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab?.stop());

const running = async (): Promise<Call[]> => (await lab.api.get<LiveState>("/api/state")).calls;

test("removing a building in mid-call says so, ends the call for both, and the log keeps it", async () => {
  const building = lab.house.building;
  const phone = await lab.startMobile("401", { hz: 600 });
  const station = await lab.startDoorStation(lab.toneFile(440));
  await station.dial("unit401");
  await phone.waitFor("CALL_INCOMING");
  await phone.accept();
  const [call] = await until(
    async () => {
      const calls = await running();
      return calls[0]?.status === "in-progress" ? calls : null;
    },
    { what: "the call to be on" },
  );
  assert.ok(call);

  // Who is registered is heard of every few seconds.
  const told = await until(
    async () => {
      const removal = await lab.api.get<Removal>(`/api/buildings/${building.id}/removal`);
      return removal.loggedOut === 2 ? removal : null;
    },
    { what: "both devices to be known as registered" },
  );
  assert.equal(told.callsEnded, 1);
  await lab.api.delete(`/api/buildings/${building.id}`);
  await Promise.all([phone.waitFor("CALL_CLOSED"), station.waitFor("CALL_CLOSED")]);
  await until(async () => (await running()).length === 0, { what: "no call to be on" });
  await lab.directoryLive();

  const { calls } = await lab.api.get<CallPage>("/api/calls");
  const logged = calls.find(({ callId }) => callId === call.callId);
  assert.equal(logged?.status, "completed");
  assert.ok(logged.endedAtMs !== null);
  assert.deepEqual(
    [await lab.api.get<Building[]>("/api/buildings"), await lab.api.get<Unit[]>("/api/units")],
    [[], []],
  );
  const contacts = async () => (await Promise.all(told.accounts.map((name) => lab.contacts(name)))).flat();
  await until(async () => (await contacts()).length === 0, { what: "no contact of theirs" });
  // It is as if they had never been: a call of theirs is refused.
  station.mark();
  await station.dial("unit401");
  await station.waitFor("CALL_CLOSED");
  assert.equal((await running()).length, 0);
  await Promise.all([phone.stop(), station.stop()]);
});
