import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type CoreConnection, CoreLink } from "../../bridge/src/homeassistant/core.ts";
import { sidebarNotice } from "../../bridge/src/homeassistant/sidebar-notice.ts";
import { Supervisor } from "../../bridge/src/homeassistant/supervisor.ts";
import { HomeUsers } from "../../bridge/src/homeassistant/users.ts";
import { NetworkWatch } from "../../bridge/src/links/network-watch.ts";
import type { SupervisorStandIn } from "../fakes/supervisor.ts";
import { around } from "../lab/around.ts";
import { until } from "../lab/until.ts";
import { CoreSocket } from "./core-socket.ts";
import { startEchoApp } from "./echo-app.ts";
import { Home } from "./home.ts";
import { addPerson, type Person } from "./onboarding.ts";

let home: Home;
let ada: Person;
let network: NetworkWatch;
let link: CoreLink;
let users: HomeUsers;

const quiet = () => undefined;

/** A connection over the Supervisor's proxy with the app's token, as the app makes it. */
async function connect(supervisor: SupervisorStandIn): Promise<CoreConnection> {
  const socket = await CoreSocket.open(`http://${supervisor.address}`, supervisor.appToken, "/core/api/websocket");
  return {
    command: (type, fields) => socket.command(type, fields),
    subscribeEvents: (type, listener) => socket.subscribe("subscribe_events", { event_type: type }, listener),
    closed: socket.closed,
    close: () => socket.close(),
  };
}

around(
  async () => {
    home = await Home.start({ startApp: startEchoApp });
    ada = await addPerson(home.core, home.ownerToken, "Ada Admin", true);
    network = new NetworkWatch();
    link = new CoreLink({
      connect: () => connect(home.supervisor),
      network,
      log: { info: quiet, warn: quiet, error: quiet },
    });
    users = new HomeUsers({ core: link, log: { info: quiet, warn: quiet, error: quiet } });
    link.start();
    await until(() => users.list(), { what: "the list of users" });
  },
  async () => {
    users?.stop();
    await link?.stop();
    network?.stop();
    await home?.stop();
  },
);

async function asOwner(type: string, fields: Record<string, unknown>): Promise<void> {
  const socket = await CoreSocket.open(home.core.url, home.ownerToken);
  await socket.command(type, fields);
  socket.close();
}

test("over the Supervisor's proxy the bridge knows who is an administrator", () => {
  assert.deepEqual(users.find(home.owner.id), { id: home.owner.id, name: home.owner.name, administrator: true });
  assert.equal(users.find(ada.id)?.administrator, true);
  assert.equal(users.find(home.rosa.id)?.administrator, false);
});

test("the Supervisor's own user is nobody to the bridge", () => {
  assert.deepEqual(
    users
      .list()
      ?.map(({ name }) => name)
      .toSorted(),
    ["Ada Admin", "Olivia Owner", "Rosa Resident", "Sam Resident"],
  );
});

test("who is demoted loses the administrator's rights at once", async () => {
  await asOwner("config/auth/update", { user_id: ada.id, group_ids: ["system-users"] });
  await until(() => users.find(ada.id)?.administrator === false, { what: "the demotion" });
});

test("who is deactivated is nobody at once, and a new user is known at once", async () => {
  await asOwner("config/auth/update", { user_id: home.sam.id, is_active: false });
  await until(() => users.find(home.sam.id) === null, { what: "Sam to be nobody" });
  const tom = await addPerson(home.core, home.ownerToken, "Tom Tenant");
  await until(() => users.find(tom.id)?.name === "Tom Tenant", { what: "Tom to be known" });
});

test("what the frontend alone may do is refused to the app", async () => {
  const { connection } = link;
  assert.ok(connection);
  await assert.rejects(connection.command("supervisor/ingress/info", { slug: "local_neolia" }), /unauthorized/);
});

interface Notification {
  notification_id: string;
  title: string;
  message: string;
}

test("that the app put its entry into the sidebar is said in Home Assistant, in the house's language, until somebody dismisses it", async () => {
  const file = join(home.folder, "sidebar-untold");
  const socket = await CoreSocket.open(home.core.url, home.ownerToken);
  const shown = async () =>
    (await socket.command<Notification[]>("persistent_notification/get")).filter(({ title }) => /Neolia/.test(title));
  const start = () => sidebarNotice({ core: link, file, log: { info: quiet, warn: quiet, error: quiet } });
  await socket.command("config/core/update", { language: "fr" });
  const notice = start();
  await notice.due();
  const [said, ...more] = await shown();
  assert.deepEqual([said?.title, more], ["Neolia est dans la barre latérale", []]);
  assert.match(said?.message ?? "", /Afficher dans la barre latérale/);
  notice.stop();
  await socket.command("call_service", {
    ...{ domain: "persistent_notification", service: "dismiss" },
    service_data: { notification_id: said?.notification_id },
  });
  assert.deepEqual(await shown(), []);
  // The next start of the app, and of Core: nothing more.
  const again = start();
  link.connection?.close();
  await until(() => link.connection && users.list(), { what: "the next connection" });
  assert.deepEqual(await shown(), []);

  // Core was away when the entry was added: said once it is back.
  await socket.command("config/core/update", { language: "en" });
  link.connection?.close();
  const due = again.due();
  await until(async () => (await shown())[0]?.title === "Neolia is in the sidebar", { what: "it" });
  await due;
  await until(() => !existsSync(file), { what: "the note to be gone" });
  again.stop();
  socket.close();
});

test("Core may restart: the link comes back by itself and hears of changes again", async () => {
  await home.restartCore();
  await until(() => link.connection, { timeoutMs: 40_000, what: "the link to come back" });
  await asOwner("config/auth/update", { user_id: home.sam.id, is_active: true });
  await until(() => users.find(home.sam.id)?.name === "Sam Resident", { what: "Sam to be back" });
});

test("the app switches its sidebar entry on itself, in the real frontend", async () => {
  await home.supervisor.showPanel(false);
  const socket = await CoreSocket.open(home.core.url, home.rosa.tokens.access_token);
  const panels = () => socket.command<Record<string, { title: string | null; require_admin: boolean }>>("get_panels");
  assert.equal((await panels()).local_neolia, undefined);
  const supervisor = new Supervisor({ token: home.supervisor.appToken, url: `http://${home.supervisor.address}` });
  assert.equal(await supervisor.showPanelOnce({ isDone: () => false, markDone: quiet }), true);
  const shown = (await panels()).local_neolia;
  socket.close();
  assert.deepEqual({ title: shown?.title, admin: shown?.require_admin }, { title: "Neolia", admin: false });
});
