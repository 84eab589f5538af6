import assert from "node:assert/strict";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { SupervisorStandIn } from "../../../test/fakes/supervisor.ts";
import { labFolder } from "../../../test/lab/folder.ts";
import { type PortBlock, reservePorts } from "../../../test/lab/ports.ts";
import { onceFile } from "./once-file.ts";
import { Supervisor, SupervisorError } from "./supervisor.ts";

let ports: PortBlock;
let standIn: SupervisorStandIn;
let supervisor: Supervisor;
let used = 0;

before(async () => {
  ports = await reservePorts();
});
after(() => ports.release());
beforeEach(async () => {
  // A port of its own for each: a kept-alive connection to the one before would be of no use.
  used += 1;
  standIn = await SupervisorStandIn.start({ port: ports.base + used, appUrl: `http://127.0.0.1:${ports.base}` });
  supervisor = new Supervisor({ token: standIn.appToken, url: `http://${standIn.address}` });
});
afterEach(() => standIn.stop());

test("the broker of Home Assistant is found with its credentials", async () => {
  standIn.mqtt = { host: "core-mosquitto", port: 1883, ssl: false, username: "addons", password: "generated" };
  assert.deepEqual(await supervisor.mqttService(), {
    url: "mqtt://core-mosquitto:1883",
    username: "addons",
    password: "generated",
  });
  standIn.mqtt = { ...standIn.mqtt, port: 8883, ssl: true };
  assert.equal((await supervisor.mqttService())?.url, "mqtts://core-mosquitto:8883");
});

test("no broker app is no error", async () => {
  assert.equal(await supervisor.mqttService(), null);
});

test("the app learns its own slug and its path under Core", async () => {
  const self = await supervisor.self();
  assert.equal(self.slug, "local_neolia");
  assert.equal(self.ingressUrl, standIn.ingressUrl);
  assert.equal(self.panelShown, false);
});

test("the sidebar entry is switched on at the first start only, and stays off when somebody switches it off", async () => {
  const folder = labFolder("once");
  const once = onceFile(join(folder.path, "sidebar-entry-shown"));
  try {
    assert.equal(await supervisor.showPanelOnce(once), true);
    assert.deepEqual(standIn.changes, [{ ingress_panel: true }]);
    await standIn.showPanel(false);
    assert.equal(await supervisor.showPanelOnce(once), false);
    assert.equal(standIn.panelShown, false);
  } finally {
    folder.remove();
  }
});

test("a sidebar entry that is on already is left alone", async () => {
  await standIn.showPanel(true);
  const done: boolean[] = [];
  const once = { isDone: () => done.length > 0, markDone: () => void done.push(true) };
  assert.equal(await supervisor.showPanelOnce(once), false);
  assert.deepEqual(standIn.changes, []);
  assert.deepEqual(done, [true]);
});

test("a Supervisor that is away or refuses is a SupervisorError, and the sidebar is tried again at the next start", async () => {
  const stranger = new Supervisor({ token: "wrong", url: `http://${standIn.address}` });
  await assert.rejects(stranger.mqttService(), new SupervisorError("the Supervisor answered 401"));
  const nobody = new Supervisor({ token: "x", url: `http://127.0.0.1:${ports.base}` });
  await assert.rejects(nobody.self(), SupervisorError);
  const once = { isDone: () => false, markDone: () => assert.fail("not done") };
  await assert.rejects(nobody.showPanelOnce(once), SupervisorError);
});
