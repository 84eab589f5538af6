/**
 * Whoever stands in between two Neolias: what is recorded, changed, mixed up or made up on the way does nothing.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readInvitation } from "../../bridge/src/directory/remote/invitation.ts";
import { openFrame, relayHash } from "../../bridge/src/directory/remote/sealed-frame.ts";
import { testApp } from "./app.ts";
import { makeHouse } from "./house.ts";
import {
  addUnit,
  at,
  deliver,
  grant,
  house,
  installer,
  inTwoNeolias,
  join,
  recorded,
  site,
  units,
} from "./two-neolias.ts";

inTwoNeolias();

describe("whoever stands in between", () => {
  test("reads nothing: no name, no path, no key is in what passes", async () => {
    const { code } = await grant();
    const remote = await join(code);
    await addUnit(remote, "SECRET-NUMBER-501");
    const key = site.store.grants.get(recorded[0]?.grantId ?? "")?.secret;
    assert.ok(key);
    for (const { frame, reply } of recorded) {
      for (const bytes of [frame, reply ?? Buffer.alloc(0)]) {
        for (const word of ["SECRET", "units", "admin", "Dupont", house.site.domain])
          assert.ok(!bytes.includes(word), word);
        assert.ok(!bytes.includes(key));
      }
    }
  });

  test("gains nothing from the invitation, found later, and all that was recorded", async () => {
    const { code, id } = await grant();
    const remote = await join(code);
    await addUnit(remote, "501");
    const invitation = readInvitation(code);
    assert.ok(invitation);
    const early = { secret: invitation.secret, grantId: id };
    const opened = recorded.map(({ frame }) => openFrame(early, "request", frame));
    assert.deepEqual(
      opened.map((frame) => frame !== null),
      [true, ...recorded.slice(1).map(() => false)],
    );
    const hash = site.directory.grants.relayed(house.site.id).find((one) => one.id === id)?.tokenHash;
    assert.notEqual(hash, relayHash(early));
  });

  test("does nothing by sending a recorded request again, at once or to a site that was restarted", async () => {
    const remote = await join((await grant()).code);
    await addUnit(remote, "501");
    const { grantId, frame } = recorded.at(-1) ?? assert.fail();
    await site.send("DELETE", `/api/units/${site.store.units.list({}).find(({ label }) => label === "501")?.id}`);
    for (let again = 0; again < 3; again++) {
      const reply = await deliver(grantId, frame);
      assert.ok(reply && !reply.equals(recorded.at(-1)?.reply ?? Buffer.alloc(0)));
    }
    assert.ok(!units().includes("501"));
    const restarted = await testApp();
    try {
      // The same grant at a site that remembers nothing of before.
      const row = site.store.grants.get(grantId) ?? assert.fail();
      const other = await makeHouse(restarted);
      restarted.store.grants.insert({ ...row, siteId: other.site.id });
      const reply = await restarted.directory.grantDoor.answer(other.site.id, grantId, frame, assert.ifError);
      const opened = reply && openFrame({ secret: row.secret, grantId }, "reply", reply);
      assert.match(opened?.content ?? "", /"type":"round"/);
      assert.equal(
        restarted.store.units.list({}).some(({ label }) => label === "501"),
        false,
      );
    } finally {
      await restarted.close();
    }
  });

  test("makes no change twice: neither by bringing it twice, nor by keeping its answer back", async () => {
    const remote = await join((await grant()).code);
    await addUnit(remote, "501");
    const honest = installer.stage.relay ?? assert.fail();
    const devices = () => site.store.accounts.list({ unitId: house.unit401.id }).length;
    const before = devices();
    const addDevice = () => {
      const body = { siteId: house.site.id, type: "mobile", label: "Phone", unitId: house.unit401.id };
      return installer.send("POST", at(remote, "accounts"), body);
    };
    installer.stage.relay = async (to, frame) => {
      await honest(to, frame);
      return honest(to, frame);
    };
    assert.equal((await addDevice()).code, "REMOTE_UNANSWERED");
    assert.equal(devices(), before + 1);
    // A question may be asked again as often as it takes.
    installer.stage.relay = honest;
    assert.equal((await installer.send("GET", at(remote, "units"))).status, 200);
    assert.equal((await addDevice()).status, 201);
    assert.equal(devices(), before + 2);
  });

  test("of a site that was restarted a change names the new round, or says that nobody knows whether it was made", async () => {
    const remote = await join((await grant()).code);
    await addUnit(remote, "501");
    const { grantId } = recorded.at(-1) ?? assert.fail();
    const restarted = await testApp();
    try {
      const row = site.store.grants.get(grantId) ?? assert.fail();
      const other = await makeHouse(restarted);
      restarted.store.grants.insert({ ...row, siteId: other.site.id });
      installer.stage.relay = async (to, frame) =>
        (await restarted.directory.grantDoor.answer(other.site.id, to.grantId, frame, assert.ifError)) ??
        Buffer.alloc(0);
      const add = (number: string) =>
        installer.send("POST", at(remote, "units"), { buildingId: other.building.id, number });
      const made = () => restarted.store.units.list({}).map(({ label }) => label);
      assert.equal((await add("502")).code, "REMOTE_UNANSWERED");
      assert.ok(!made().includes("502"));
      assert.equal((await add("502")).status, 201);
      // Some time later the round is learnt before anything is changed.
      installer.stage.relay = ({ grantId: id }, frame) => deliver(id, frame).then((reply) => reply ?? Buffer.alloc(0));
      installer.stage.laterMs += 60_000;
      assert.equal((await addUnit(remote, "503")).status, 201);
      assert.deepEqual(
        units().filter((number) => number === "503"),
        ["503"],
      );
    } finally {
      await restarted.close();
    }
  });

  test("changes not one bit: the site answers nobody", async () => {
    const remote = await join((await grant()).code);
    await addUnit(remote, "501");
    const { grantId, frame } = recorded.at(-1) ?? assert.fail();
    for (const offset of [1, 16, 17, 28, 29, 44, 45, frame.length - 1]) {
      const changed = Buffer.from(frame);
      changed.writeUInt8((changed[offset] ?? 0) ^ 1, offset);
      assert.equal(await deliver(grantId, changed), null, `byte ${offset}`);
    }
    for (const junk of [Buffer.of(1), frame.subarray(0, 44), Buffer.concat([frame, Buffer.of(0)])]) {
      assert.equal(await deliver(grantId, junk), null);
    }
  });

  test("makes no reply of its own, of another request, or of a request itself", async () => {
    const remote = await join((await grant()).code);
    await addUnit(remote, "501");
    const honest = installer.stage.relay ?? assert.fail();
    const old = recorded.at(-1)?.reply ?? assert.fail();
    const replies: [string, (frame: Buffer) => Buffer][] = [
      ["an old reply", () => old],
      ["the request as its reply", (frame) => frame],
      ["nothing", () => Buffer.alloc(0)],
      ["noise", () => Buffer.alloc(300, 1)],
      ["too little", () => Buffer.of(1, 2, 3)],
    ];
    for (const [what, make] of replies) {
      installer.stage.relay = async (_to, frame) => make(frame);
      const reply = await installer.send("GET", at(remote, "units"));
      assert.ok(["REMOTE_BAD_REPLY", "REMOTE_VERSION"].includes(reply.code ?? ""), `${what}: ${reply.code}`);
    }
    installer.stage.relay = honest;
    assert.equal((await installer.send("GET", at(remote, "units"))).status, 200);
  });

  test("does not carry one grant's frame as another's, nor to another site", async () => {
    const first = await join((await grant()).code);
    await addUnit(first, "501");
    const { grantId, frame } = recorded.at(-1) ?? assert.fail();
    const second = await grant();
    assert.equal(await deliver(second.id, frame), null);
    const other = await makeHouse(site, { domain: "other.sip.example.com" });
    assert.equal(await site.directory.grantDoor.answer(other.site.id, grantId, frame, assert.ifError), null);
  });
});
