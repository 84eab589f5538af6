/** Two sites of one name with the same flat, door, panel and line, in one real Core: told apart, and stable whatever is renamed or restarted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccountWithPassword, Building, Door, Site, Unit } from "../../bridge/src/api/directory.ts";
import type { Line } from "../../bridge/src/api/line.ts";
import { around } from "../lab/around.ts";
import { until } from "../lab/until.ts";
import { AppHouse } from "./app-house.ts";
import { CoreSocket } from "./core-socket.ts";
import { addMqtt } from "./onboarding.ts";
import type { Visit } from "./visit.ts";

interface Place {
  site: Site;
  building: Building;
  unit: Unit;
  door: Door;
}

let house: AppHouse;
let owner: Visit;
let socket: CoreSocket;
let one: Place;
let other: Place;

around(
  async () => {
    house = await AppHouse.start();
    const { core, ownerToken } = house.home;
    await addMqtt(core, ownerToken, house.broker.port, house.broker.login);
    owner = await house.owner();
    socket = await CoreSocket.open(core.url, ownerToken);
    one = await furnish("one.sip.example.com");
  },
  async () => {
    socket?.close();
    await house?.stop();
  },
);

/** A site called Home: two doors and a panel of one name each, a flat, a restaurant's line. */
async function furnish(domain: string): Promise<Place> {
  const { site, units } = await house.furnish({ name: "Home", domain }, ["401"]);
  const unit = units[0] as Unit;
  const building = await owner.get<Building>(`api/buildings/${unit.buildingId}`);
  const garden = await owner.post<Building>("api/buildings", { siteId: site.id, name: "Garden house" });
  const door = await owner.post<Door>("api/doors", { buildingId: building.id, label: "Entrance", name: "entrance" });
  await owner.post<Door>("api/doors", { buildingId: garden.id, label: "Entrance", name: "garden" });
  const panel = { siteId: site.id, unitId: unit.id, type: "panel", label: "Hall" };
  await owner.post<AccountWithPassword>("api/accounts", panel);
  const line = { buildingId: building.id, label: "Chez Luigi", name: "luigi", gateway: "luigi-gateway" };
  await owner.post<Line>("api/lines", line);
  return { site, building, unit, door };
}

interface Device {
  id: string;
  name: string;
  model: string;
  manufacturer: string;
  identifiers: [string, string][];
}
interface Entity {
  entity_id: string;
  unique_id: string;
  platform: string;
}

const devices = async () =>
  (await socket.command<Device[]>("config/device_registry/list")).filter(
    ({ manufacturer }) => manufacturer === "Neolia",
  );
const entities = async () =>
  (await socket.command<Entity[]>("config/entity_registry/list")).filter(({ platform }) => platform === "mqtt");
/** Entity ids by unique id. */
const ids = async () => Object.fromEntries((await entities()).map((entity) => [entity.unique_id, entity.entity_id]));

async function named(names: string[]): Promise<void> {
  let found: string[] = [];
  await until(
    async () => {
      found = (await devices()).map(({ name }) => name).toSorted();
      return JSON.stringify(found) === JSON.stringify(names.toSorted());
    },
    { everyMs: 200, what: "the devices" },
  ).catch(() => assert.deepEqual(found, names.toSorted()));
}

/** What the broker keeps of a site: it comes with the subscription, before anything that is said after it. */
async function kept(domain: string): Promise<string[]> {
  const listener = await house.broker.listen(
    `homeassistant/device/neolia_${domain.replaceAll(".", "_")}/#`,
    `neolia/${domain}/#`,
  );
  const last = `neolia/${domain}/lab`;
  await listener.say(last, "over");
  await until(() => listener.last(last), { what: "the last message" });
  await listener.close();
  return listener.messages.filter(({ retained }) => retained).map(({ topic }) => topic);
}

test("in one site, doors of one name say their building, and a line's gateway says that it is one", async () => {
  await named([
    "Home",
    "Unit 401",
    "Entrance (A)",
    "Entrance (Garden house)",
    "Hall",
    "Chez Luigi",
    "Chez Luigi (gateway)",
  ]);
});

test("with a second site of that name, every device says its site, and no name and no id comes twice", async () => {
  const before = await ids();
  other = await furnish("other.sip.example.com");
  const ours = ["one", "other"].flatMap((name) => {
    const site = `Home (${name}.sip.example.com)`;
    return [
      site,
      `Unit 401 (${site})`,
      `Entrance (A, ${site})`,
      `Entrance (Garden house, ${site})`,
      `Hall (${site})`,
      `Chez Luigi (${site})`,
      `Chez Luigi (gateway, ${site})`,
    ];
  });
  await named(ours);
  // A device is there with its first entity.
  await until(async () => (await ids())[`neolia_${other.unit.id}_ring`], { everyMs: 200, what: "the flat's bell" });
  const all = await entities();
  for (const key of ["entity_id", "unique_id"] as const) {
    const values = all.map((entity) => entity[key]);
    assert.equal(new Set(values).size, values.length, key);
  }
  const now = await ids();
  for (const [unique, id] of Object.entries(before)) assert.equal(now[unique], id);
  assert.equal(now[`neolia_${one.unit.id}_ring`], "event.unit401_doorbell");
  assert.equal(now[`neolia_${other.unit.id}_ring`], "event.unit401_doorbell_2");
});

test("a site that gets a name of its own is called by it, and nothing gets another id", async () => {
  const before = await ids();
  await owner.send("PATCH", `api/sites/${other.site.id}`, { name: "Lake house" });
  await until(async () => (await devices()).some(({ name }) => name === "Unit 401 (Lake house)"), { what: "the name" });
  // A domain tells two sites of one name apart.
  await until(async () => !(await devices()).some(({ name }) => name.includes("sip.example.com")), {
    what: "all of the other's",
  });
  assert.deepEqual(await ids(), before);
});

test("restarts of the app, of Core and of the broker change no id and no name", async () => {
  const before = [await ids(), (await devices()).map(({ name }) => name).toSorted()];
  await house.broker.stop();
  await house.broker.start();
  await house.app.restart();
  await house.home.restartCore();
  socket = await CoreSocket.open(house.home.core.url, house.home.ownerToken);
  owner = await house.owner();
  const available = async () => {
    const states = await socket.command<{ entity_id: string; state: string }[]>("get_states");
    return states.filter(({ entity_id: id }) => /unit401_do_not_disturb/.test(id)).map(({ state }) => state);
  };
  await until(async () => JSON.stringify(await available()) === '["off","off"]', {
    timeoutMs: 40_000,
    everyMs: 200,
    what: "both switches",
  });
  assert.deepEqual([await ids(), (await devices()).map(({ name }) => name).toSorted()], before);
});

test("a site that is deleted leaves nothing on the broker and nothing in Core, and the other is called by its own names again", async () => {
  for (const noun of ["lines", "accounts"]) {
    const rows = await owner.get<{ id: string; siteId: string; type?: string }[]>(`api/${noun}`);
    for (const row of rows) {
      if (row.siteId === other.site.id && row.type !== "door") await owner.send("DELETE", `api/${noun}/${row.id}`);
    }
  }
  for (const { id } of await owner.get<Building[]>(`api/buildings?siteId=${other.site.id}`)) {
    assert.equal((await owner.send("DELETE", `api/buildings/${id}`)).status, 200);
  }
  for (const { id } of await owner.get<{ id: string }[]>(`api/accounts?siteId=${other.site.id}`)) {
    await owner.send("DELETE", `api/accounts/${id}`);
  }
  const gone = await owner.send("DELETE", `api/sites/${other.site.id}`);
  assert.equal(gone.status, 204, JSON.stringify(gone.body));
  await named([
    "Home",
    "Unit 401",
    "Entrance (A)",
    "Entrance (Garden house)",
    "Hall",
    "Chez Luigi",
    "Chez Luigi (gateway)",
  ]);
  // Core knows before the last of it is taken off the broker.
  let left: string[] = [];
  const nothing = async () => {
    left = await kept("other.sip.example.com");
    return left.length === 0;
  };
  await until(nothing, { everyMs: 100, what: "an empty broker" }).catch(() => assert.deepEqual(left, []));
  const forgotten = async () => (await entities()).every(({ unique_id: id }) => !id.includes(other.unit.id));
  await until(forgotten, { everyMs: 100, what: "its entities to be gone" });
});

test("devices and entities are called by Home Assistant's own language, and ids stay", async () => {
  const before = await ids();
  const nameOf = async (unique: string): Promise<string | undefined> => {
    const id = (await ids())[unique];
    const states = await socket.command<{ entity_id: string; attributes: { friendly_name?: string } }[]>("get_states");
    return states.find(({ entity_id }) => entity_id === id)?.attributes.friendly_name;
  };
  const called = async (unique: string, name: string): Promise<void> => {
    await until(async () => (await nameOf(unique)) === name, { everyMs: 100, what: name }).catch(async () =>
      assert.equal(await nameOf(unique), name),
    );
  };
  const quiet = `neolia_${one.unit.id}_do_not_disturb`;
  await called(quiet, "Unit 401 Do not disturb");
  await socket.command("config/core/update", { language: "fr" });
  await called(quiet, "Logement 401 Ne pas déranger");
  await called(`neolia_${one.site.id}_connected`, "Home Connexion");
  assert.deepEqual(await ids(), before);
  await socket.command("config/core/update", { language: "en" });
  await called(quiet, "Unit 401 Do not disturb");
  assert.deepEqual(await ids(), before);
});

test("Core found nothing wrong with any of it", () => {
  const complaints = house.home.core
    .log()
    .split("\n")
    .filter((line) => /(WARNING|ERROR)/.test(line) && /mqtt/.test(line))
    // The broker's restart, which was ours; and what Core says of its own platforms when its language changes.
    .filter(
      (line) =>
        !/\[(paho\.mqtt\.client|homeassistant\.components\.mqtt\.(client|util)|homeassistant\.helpers\.translation)\]/.test(
          line,
        ),
    );
  assert.deepEqual(complaints, []);
});
