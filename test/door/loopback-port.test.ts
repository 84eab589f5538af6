/** Kamailio's loopback port: what control may do there, and that nobody else may. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, house, inHouse, ringing, status } from "./house.ts";

inHouse();

describe("the loopback port", () => {
  test("without the secret everything is refused", async () => {
    const url = `http://127.0.0.1:${house.edge.values.rpcPort}`;
    for (const path of ["/rpc", "/calls/end", "/outbox/trim?through=1", "/", "/elsewhere"]) {
      for (const authorization of [undefined, "Bearer wrong", "Basic x", house.edge.values.rpcSecret]) {
        const headers = authorization ? { authorization } : {};
        const response = await fetch(`${url}${path}`, { method: "POST", headers, body: "{}" });
        assert.equal(response.status, 401);
      }
    }
  });

  test("a path that is not there is 404, a SQL quote in one too", async () => {
    const calls = ["domain=a'b", "dialog=1", "dialog=1:x", "dialog=1:2&domain=a", "dialog=1:2 OR 1"];
    const paths = ["/", "/RPC", "/outbox/trim?through=1;x", "/outbox/trim?through=x"];
    for (const path of [...paths, ...calls.map((query) => `/calls/end?${query}`)]) {
      assert.equal((await house.edge.rpc(path)).status, 404, path);
    }
  });

  test("it speaks no SIP", async () => {
    const { rpcPort } = house.edge.values;
    const { SipAgent } = await import("../lab/sip-agent.ts");
    const agent = await SipAgent.open({ user: "door", domain: DOMAIN, protocol: "tcp", port: rpcPort, password: "x" });
    await assert.rejects(agent.register(300, [], 500));
    agent.close();
  });

  test("JSON-RPC tells who is registered and forgets an account", async () => {
    const panel = await house.device("panel401", "ws");
    assert.match(JSON.stringify(await house.edge.jsonRpc("ul.dump", ["brief"])), /panel401@house/);
    await house.edge.jsonRpc("ul.rm", ["location", `panel401@${DOMAIN}`]);
    assert.doesNotMatch(JSON.stringify(await house.edge.jsonRpc("ul.dump", ["brief"])), /panel401@house/);
    const call = await panel.call("panel401");
    assert.equal(await status(call), 480);
  });

  for (const side of ["caller", "callee"] as const) {
    test(`a running call ends on both sides within a second when its ${side} is removed`, async () => {
      const door = await house.device("door");
      const panel = await house.device("panel401", "wss");
      const call = await door.call("unit401");
      const answered = await ringing(panel);
      answered.answer(200);
      assert.equal(await status(call), 200);
      await until(() => house.story().at(-1) === "answered panel401", { what: "the answer" });
      const account = side === "caller" ? "door" : "panel401";
      const sinceEnded = startWatch();
      const response = await house.edge.rpc(`/calls/end?domain=${DOMAIN}&account=${account}`);
      assert.deepEqual(await response.json(), { ended: 1 });
      for (const end of [await call.endedByPeer, await answered.endedByPeer]) assert.equal(end.method, "BYE");
      assert.ok(sinceEnded.stop() < 1000);
      assert.deepEqual((await house.finished()).slice(-1), ["ended system"]);
    });
  }

  test("one answered call, named as dlg.list names it, ends on both sides, and no other does", async () => {
    const [door, mobile] = [await house.device("door"), await house.device("mobile401")];
    const panel = await house.device("panel401", "wss");
    const call = await door.call("unit401");
    const answered = await ringing(panel);
    answered.answer(200);
    assert.equal(await status(call), 200);
    // It is somewhere else by now.
    await panel.reconnect();
    assert.equal((await panel.register()).status, 200);
    const other = await mobile.call("entrance");
    (await ringing(door)).answer(200);
    assert.equal(await status(other), 200);
    await until(() => house.story().at(-1) === "answered door", { what: "the other call's answer" });

    const dialogs = (await house.edge.jsonRpc("dlg.list")) as { h_entry: number; h_id: number; "call-id": string }[];
    const dialog = dialogs.find((each) => each["call-id"] === call.callId);
    assert.ok(dialog);
    const end = async (id: number) => {
      const response = await house.edge.rpc(`/calls/end?dialog=${dialog.h_entry}:${id}`);
      return ((await response.json()) as { ended: number }).ended;
    };
    assert.equal(await end(dialog.h_id + 100), 0);
    assert.equal(await end(dialog.h_id), 1);
    assert.equal((await call.endedByPeer).method, "BYE");
    assert.equal((await answered.endedByPeer).method, "BYE");
    assert.equal(house.story().at(-1), "ended system");
    await until(async () => (await end(dialog.h_id)) === 0, { what: "the call to be over" });
    assert.equal((await other.hangup()).status, 200);
  });

  test("a ringing call ends when its caller is removed", async () => {
    const door = await house.device("door");
    const panel = await house.device("panel401", "wss");
    const call = await door.call("unit401");
    const rung = await ringing(panel);
    const response = await house.edge.rpc(`/calls/end?domain=${DOMAIN}&account=door`);
    assert.deepEqual(await response.json(), { ended: 1 });
    assert.equal(await status(call), 480);
    assert.equal((await rung.endedByPeer).method, "CANCEL");
    assert.deepEqual(await house.finished(), ["invited", "ringing panel401", "failed 480"]);
  });

  test("a call ends when the last device that rings for it is removed", async () => {
    const door = await house.device("door");
    const panel = await house.device("panel401", "wss");
    const call = await door.call("unit401");
    const rung = await ringing(panel);
    await house.edge.rpc(`/calls/end?domain=${DOMAIN}&account=panel401`);
    assert.equal((await rung.endedByPeer).method, "CANCEL");
    assert.equal(await status(call), 480);
    assert.equal((await house.finished()).at(-1), "failed 480");
  });

  test("a device whose account is removed while others ring does not get the call", async () => {
    const door = await house.device("door");
    const panel = await house.device("panel401", "wss");
    const mobile = await house.device("mobile401");
    const call = await door.call("unit401");
    const removed = await ringing(panel);
    await ringing(mobile);
    house.seed(
      [
        { username: "door", type: "door", unit: "entrance" },
        { username: "mobile401", type: "mobile", unit: "unit401" },
      ],
      [{ unit: "unit401" }],
    );
    assert.deepEqual(await (await house.edge.rpc(`/calls/end?domain=${DOMAIN}&account=panel401`)).json(), { ended: 0 });
    removed.answer(200);
    assert.equal((await removed.endedByPeer).method, "BYE");
    assert.equal((await call.endedByPeer).method, "BYE");
    assert.equal((await house.finished()).at(-1), "ended system");
    house.rules({ unit: "unit401" });
  });

  test("all calls end at once, and another site's calls only when meant", async () => {
    const door = await house.device("door");
    const panel = await house.device("panel401", "wss");
    const call = await door.call("unit401");
    (await ringing(panel)).answer(200);
    assert.equal(await status(call), 200);
    await until(() => house.story().at(-1) === "answered panel401", { what: "the answer" });
    assert.deepEqual(await (await house.edge.rpc("/calls/end?domain=other.sip.example.com")).json(), { ended: 0 });
    assert.deepEqual(await (await house.edge.rpc("/calls/end")).json(), { ended: 1 });
    assert.equal((await call.endedByPeer).method, "BYE");
    assert.equal((await house.finished()).at(-1), "ended system");
  });

  test("trimming deletes finished calls and keeps the rows of a running one", async () => {
    const door = await house.device("door");
    const panel = await house.device("panel401", "ws");
    const call = await door.call("unit401");
    (await ringing(panel)).answer(200);
    assert.equal(await status(call), 200);
    await until(() => house.story().at(-1) === "answered panel401", { what: "the answer" });
    const through = house.edge.events().at(-1)?.id ?? 0;
    assert.deepEqual(await (await house.edge.rpc(`/outbox/trim?through=${through}`)).json(), { ok: true });
    assert.deepEqual(house.story(), ["invited", "ringing panel401", "answered panel401"]);
    await call.hangup();
    assert.deepEqual(await house.finished(), ["invited", "ringing panel401", "answered panel401", "ended caller"]);
    const last = house.edge.events().at(-1)?.id ?? 0;
    await house.edge.rpc(`/outbox/trim?through=${last}`);
    assert.deepEqual(house.story(), ["ended caller"], "the newest stays");
    const next = await door.call("nobody");
    assert.equal(await status(next), 404);
    const event = house.edge.events().at(-1);
    assert.ok(event && event.id > last, "ids go on growing after a trim");
    await house.edge.rpc(`/outbox/trim?through=${last}`);
    assert.deepEqual(house.story(), ["failed 404"]);
  });
});
