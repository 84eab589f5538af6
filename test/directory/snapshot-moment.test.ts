/** A large site's directory on its way to the VPS while people work: nobody waits for it, it is of one moment, and what they do goes out after it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay, setImmediate as turn } from "node:timers/promises";
import { ulid } from "ulid";
import type { AccountWithPassword } from "../../bridge/src/api/directory.ts";
import type { LiveState } from "../../bridge/src/api/live.ts";
import { startCallLog } from "../../bridge/src/calls/call-log.ts";
import { type PackedSnapshot, packedSnapshot } from "../../bridge/src/directory/packed-snapshot.ts";
import { siteChanges, siteSnapshot } from "../../bridge/src/directory/snapshot.ts";
import { NetworkWatch } from "../../bridge/src/links/network-watch.ts";
import { openStore, type Store } from "../../bridge/src/store/store.ts";
import { startVps, type Vps } from "../../bridge/src/vps/vps.ts";
import { canonicalContent, hashContent } from "../../infra/control/src/directory-content.ts";
import type { DirectoryPut, DirectoryStatus } from "../../infra/control/src/wire.ts";
import { around } from "../lab/around.ts";
import { Bridge } from "../lab/bridge.ts";
import type { Control } from "../lab/control.ts";
import { startControlAlone } from "../lab/control-alone.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";

const UNITS = 400;
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

let api: TestApp;
let house: House;
let vps: Awaited<ReturnType<typeof startControlAlone>>;
let control: Control;
let token: string;
let link: Vps;
let close: () => Promise<void>;
/** Runs each time a snapshot is being read, once its thread has been started. */
let meanwhile: () => Promise<void> = async () => undefined;

around(
  async () => {
    api = await testApp();
    house = await makeHouse(api);
    const { store, bus } = api;
    fill(store, house.site.id, house.building.id);
    vps = await startControlAlone("snapshot");
    control = vps.control;
    token = await control.addSite(house.site.domain);
    const calls = startCallLog({ store, bus, announce: () => undefined });
    const network = new NetworkWatch();
    link = startVps({
      access: [{ url: control.url, token }],
      store,
      bus,
      sink: calls,
      snapshot: async (siteId) => {
        const made = packedSnapshot(store, siteId, 0);
        await Promise.all([meanwhile(), made]);
        return made;
      },
      changes: (siteId) => siteChanges(store, siteId, 0),
      network,
      log: quiet,
    });
    close = async () => {
      await link.stop();
      calls.stop();
      network.stop();
    };
  },
  async () => {
    await close?.();
    await vps?.stop();
    await api?.close();
  },
);

/** Returns the id of one of the units. */
function fill(store: Store, siteId: string, buildingId: string): string {
  let unitId = "";
  store.transaction(() => {
    store.provisioning.raise(siteId);
    for (let n = 0; n < UNITS; n++) {
      unitId = ulid();
      store.units.insert({ siteId, buildingId, kind: "residential", id: unitId, name: `many${n}`, label: `${n}` });
      const account = { siteId, unitId, type: "panel" as const, ha1: "0".repeat(32), enabled: true };
      store.accounts.insert({ ...account, id: ulid(), username: `panel-${n}`, label: "0", createdAtMs: 0 });
      const rule = { siteId, unitId, position: 0, sourcePattern: "*", action: "ring" as const, targetSipUri: null };
      store.rules.insert({ ...rule, id: ulid(), ringSeconds: 20, schedule: [], enabled: true });
    }
  });
  return unitId;
}

const atControl = async (): Promise<DirectoryStatus> =>
  (await control.request("GET", "/v1/directory", { token })).json();
/** The VPS holds what the store holds, of the same revision. */
async function isLive(store: Store): Promise<boolean> {
  const ours = siteSnapshot(store, house.site.id, 0);
  const theirs = await atControl().catch(() => null);
  return theirs?.revision === ours.revision && theirs.contentHash === hashContent(canonicalContent(ours));
}
const live = () => until(() => isLive(api.store), { what: "the VPS to hold everything", timeoutMs: 60_000 });
let phones = 0;
async function addPhone(): Promise<AccountWithPassword> {
  const body = { siteId: house.site.id, unitId: house.unit401.id, type: "mobile", label: `Phone ${phones++}` };
  const reply = await api.send("POST", "/api/accounts", body);
  assert.equal(reply.status, 201, reply.text);
  return reply.json();
}

test("it is of one moment, and others have their turns while it is made", async () => {
  const { store } = api;
  const siteId = house.site.id;
  const ringSecondsIn = ({ json }: PackedSnapshot): number[] => {
    const { rules } = JSON.parse(new TextDecoder().decode(json)) as DirectoryPut;
    const names = new Set(edited.map(({ unitId }) => store.units.get(unitId)?.name));
    return [...new Set(rules.filter(({ unit }) => names.has(unit)).map(({ ringSeconds }) => ringSeconds))];
  };
  const revisions = new Map<number, number>();
  let round = 0;
  const edited = store.rules.list({ siteId }).filter((_, at) => at % 20 === 0);
  /** Rules all over the site, in one edit. */
  const editAll = () => {
    round += 1;
    const ringSeconds = 20 + (round % 100);
    store.transaction(() => {
      revisions.set(store.provisioning.raise(siteId), ringSeconds);
      for (const rule of edited) store.rules.update({ ...rule, ringSeconds });
    });
  };
  editAll();
  const made = packedSnapshot(store, siteId, 0);
  let turns = 0;
  let packed: PackedSnapshot | null = null;
  while (packed === null) {
    packed = await Promise.race([made, turn(null)]);
    turns += 1;
    if (packed === null) editAll();
  }
  assert.ok(turns > 2, `others had ${turns} turns while it was made`);
  assert.deepEqual(ringSecondsIn(packed), [revisions.get(packed.revision)]);
  // Nobody was told of these edits.
  link.retry(siteId);
});

test("edits made while it is read and sent go out after it", async () => {
  await live();
  let during = 0;
  meanwhile = async () => {
    // After this the thread may have read, or not: whatever is done now has a higher revision.
    for (let n = 0; n < 20; n++) {
      await addPhone();
      during += 1;
    }
  };
  link.retry(house.site.id);
  await until(() => during >= 20, { what: "the edits" });
  meanwhile = async () => undefined;
  await live();
  const { liveRevision, revision } = api.store.provisioning.get(house.site.id) ?? {};
  await until(() => api.store.provisioning.get(house.site.id)?.liveRevision === revision, {
    what: `${liveRevision} to be live`,
  });
  assert.deepEqual(api.store.provisioning.changes(house.site.id, 10), []);
});

test("a VPS that goes away while it is read gets it when it is back, with what was done meanwhile", async () => {
  await live();
  let died = false;
  meanwhile = async () => {
    meanwhile = async () => undefined;
    await control.stop("SIGKILL");
    await addPhone();
    died = true;
  };
  // An edit that is on its way while everything is compared.
  await addPhone();
  link.retry(house.site.id);
  await until(() => died, { what: "the VPS to be away" });
  await until(() => link.state().link === "down", { what: "the link to go down" });
  await addPhone();
  assert.ok(api.store.provisioning.changes(house.site.id, 10).length > 0);
  await control.start();
  await live();
});

test("a site that goes while it is read has none", async () => {
  const gone = await testApp();
  try {
    const { site, building } = await makeHouse(gone);
    fill(gone.store, site.id, building.id);
    const made = packedSnapshot(gone.store, site.id, 0).then(({ revision }) => revision, String);
    gone.store.sites.remove(site.id);
    // It was read before, or there is nothing any more.
    const found = await made;
    assert.ok(typeof found === "number" || /there is nothing under the id/.test(found), `${found}`);
  } finally {
    await gone.close();
  }
});

test("a bridge that is killed while it is read makes the VPS equal at its next start", {
  timeout: 200_000,
}, async () => {
  const folder = labFolder("snapshot-kill");
  const ports = await reservePorts();
  const domain = "large.sip.example.com";
  const token = await control.addSite(domain);
  const store = openStore({ folder: join(folder.path, "bridge") });
  const siteId = ulid();
  const buildingId = ulid();
  store.sites.insert({ id: siteId, name: "Large", address: "", domain, timeZone: "Europe/Paris" });
  store.buildings.insert({ id: buildingId, siteId, name: "A" });
  const unitId = fill(store, siteId, buildingId);
  store.close();
  const bridge = new Bridge({
    folder: folder.path,
    port: ports.base,
    control: { url: control.url, token, caFile: null },
  });
  try {
    // From before the thread is started until after its directory is sent.
    for (const waitMs of [0, 100]) {
      await bridge.start();
      const api = await bridge.api();
      await api.post<AccountWithPassword>("/api/accounts", { siteId, unitId, type: "mobile", label: `${waitMs}` });
      await api.post(`/api/provisioning/${siteId}/retry`, {});
      await delay(waitMs);
      await bridge.kill();
    }
    await bridge.start();
    const api = await bridge.api();
    await until(
      async () => {
        const { provisioning } = await api.get<LiveState>("/api/state");
        return provisioning.every(({ revision, liveRevision }) => revision === liveRevision);
      },
      { what: "the VPS to have everything", timeoutMs: 60_000 },
    );
    await bridge.stop();
    const kept = openStore({ folder: bridge.dataFolder });
    try {
      assert.equal(kept.accounts.list({ siteId }).length, UNITS + 2);
      const { contentHash } = (await control.request("GET", "/v1/directory", { token })).json<DirectoryStatus>();
      assert.equal(contentHash, hashContent(canonicalContent(siteSnapshot(kept, siteId, 0))));
    } finally {
      kept.close();
    }
  } finally {
    await bridge.kill();
    ports.release();
    folder.remove();
  }
});
