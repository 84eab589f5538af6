/** The bridge's link to its VPS under faults: real control service, real sockets, our call log and provisioner. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, test } from "node:test";
import { type CallLog, startCallLog } from "../../bridge/src/calls/call-log.ts";
import { packedSnapshot } from "../../bridge/src/directory/packed-snapshot.ts";
import { EventBus } from "../../bridge/src/events/bus.ts";
import { NetworkWatch } from "../../bridge/src/links/network-watch.ts";
import type { Store } from "../../bridge/src/store/store.ts";
import { startVps, type Vps } from "../../bridge/src/vps/vps.ts";
import type { CallEvent, DirectoryStatus } from "../../infra/control/src/wire.ts";
import { callEvent } from "../fakes/call-events.ts";
import { DOMAIN, SITE, storedSite } from "../fakes/stored-site.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { holds, until } from "../lab/until.ts";
import { BareVps } from "./bare-vps.ts";

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const SILENCE_MS = 1_500;
let vps: BareVps;
let site: ReturnType<typeof storedSite>;
let store: Store;
let bus: EventBus;
let network: NetworkWatch;
let calls: CallLog;
let link: Vps;
let token: string;
let announced: string[];

beforeEach(async () => {
  vps = await BareVps.start();
  token = await vps.control.addSite(DOMAIN);
  site = storedSite();
  store = site.store;
  store.provisioning.raise(SITE);
  announced = [];
});
afterEach(async () => {
  await stop();
  site.remove();
  await vps.stop();
});

async function stop(): Promise<void> {
  await link?.stop();
  calls?.stop();
  network?.stop();
}

async function start(more: { token?: string } = {}): Promise<void> {
  bus = new EventBus((error) => assert.fail(String(error)));
  network = new NetworkWatch();
  calls = startCallLog({ store, bus, announce: ({ callId }, what) => announced.push(`${callId.slice(0, 4)} ${what}`) });
  link = startVps({
    access: [{ url: vps.control.url, token: more.token ?? token, caFile: undefined }],
    store,
    bus,
    sink: calls,
    snapshot: (siteId) => packedSnapshot(store, siteId, Date.now()),
    changes: () => null,
    network,
    log: quiet,
    silenceMs: SILENCE_MS,
  });
}
const up = (): Promise<true> => until(() => link.state().link === "up", { what: "the link" });
const down = (): Promise<true> => until(() => link.state().link === "down", { what: "the link to go down" });

/** One call as Kamailio tells it; ids are the outbox's. */
function call(prefix: string): {
  callId: string;
  event(kind: CallEvent["kind"], more?: Partial<CallEvent>): Omit<CallEvent, "id">;
} {
  const callId = prefix + randomUUID().replaceAll("-", "").slice(prefix.length);
  return {
    callId,
    event: (kind, more) => {
      const { id: _id, ...event } = callEvent(0, kind, { callId, atMs: Date.now(), ...more });
      return event;
    },
  };
}
const statusOf = (callId: string): string | undefined => store.calls.getCall(callId)?.status;
const becomes = (callId: string, status: string): Promise<true> =>
  until(() => statusOf(callId) === status, { what: `the call to be ${status}` });
async function directoryThere(): Promise<DirectoryStatus> {
  return (await vps.control.request("GET", "/v1/directory", { token })).json();
}

test("a call's events arrive as they happen, in well under a second", async () => {
  await start();
  await up();
  const door = call("aaaa");
  const watch = startWatch();
  vps.emit(DOMAIN, door.event("invited"), door.event("ringing"));
  await until(() => announced.includes("aaaa ringing"), { what: "the ring" });
  assert.ok(watch.stop() < 500, `${watch.stop()} ms`);
  vps.emit(DOMAIN, door.event("answered"), door.event("ended"));
  await becomes(door.callId, "completed");
  assert.deepEqual(announced, ["aaaa pressed", "aaaa ringing", "aaaa answered", "aaaa ended"]);
});

test("what happened while control was dead is taken afterwards, each event once", async () => {
  await start();
  await up();
  const door = call("aaaa");
  vps.emit(DOMAIN, door.event("invited"), door.event("ringing"));
  await becomes(door.callId, "ringing");
  await vps.control.stop("SIGKILL");
  await down();
  vps.emit(DOMAIN, door.event("answered"), door.event("ended"));
  const whole = call("bbbb");
  vps.emit(DOMAIN, whole.event("invited"), whole.event("ringing"), whole.event("failed", { code: 487 }));
  await vps.control.start();
  await up();
  await becomes(whole.callId, "cancelled");
  assert.deepEqual(announced, [
    "aaaa pressed",
    "aaaa ringing",
    "aaaa answered",
    "aaaa ended",
    "bbbb pressed",
    "bbbb ringing",
    "bbbb missed",
  ]);
});

test("a bridge that comes back after a minute logs the calls it slept through and rings nobody", async () => {
  const slept = call("aaaa");
  const atMs = Date.now() - 60_000;
  vps.emit(
    DOMAIN,
    slept.event("invited", { atMs }),
    slept.event("ringing", { atMs }),
    slept.event("failed", { atMs, code: 408 }),
  );
  await start();
  await becomes(slept.callId, "no-answer");
  assert.deepEqual(announced, ["aaaa missed"]);
});

test("a restart of the bridge within a call takes up where it was", async () => {
  await start();
  await up();
  const door = call("aaaa");
  vps.emit(DOMAIN, door.event("invited"), door.event("ringing"));
  await becomes(door.callId, "ringing");
  await stop();
  store = site.reopen();
  vps.emit(DOMAIN, door.event("answered"));
  await start();
  await becomes(door.callId, "in-progress");
  vps.emit(DOMAIN, door.event("ended"));
  await becomes(door.callId, "completed");
  assert.deepEqual(announced, ["aaaa pressed", "aaaa ringing", "aaaa answered", "aaaa ended"]);
});

test("a link that falls silent without a word is noticed, and taken up again; a quiet one stays", async () => {
  await start();
  await up();
  let changes = 0;
  bus.on("linkChanged", () => {
    if (link.state().link !== "up") changes += 1;
  });
  await holds(() => changes === 0, 2 * SILENCE_MS, "the link with nothing to tell for longer than the limit");
  vps.control.signal("SIGSTOP");
  await until(() => link.state().code === "VPS_UNREACHABLE", { what: "the silence to be noticed" });
  vps.control.signal("SIGCONT");
  await up();
});

test("a rebuilt VPS counts anew: the open call fails, nothing rings again, and new calls are heard", async () => {
  await start();
  await up();
  const before = [call("aaaa"), call("bbbb")] as const;
  vps.emit(DOMAIN, ...before.flatMap((door) => [door.event("invited"), door.event("ringing")]));
  vps.emit(DOMAIN, before[0].event("failed", { code: 487 }));
  await becomes(before[0].callId, "cancelled");
  await becomes(before[1].callId, "ringing");
  await link.stop();
  await vps.rebuild();
  token = await vps.control.addSite(DOMAIN);
  const fresh = call("cccc");
  vps.emit(DOMAIN, fresh.event("invited"), fresh.event("ringing"));
  announced = [];
  calls.stop();
  network.stop();
  await start();
  await becomes(fresh.callId, "ringing");
  await becomes(before[1].callId, "failed");
  assert.deepEqual(announced, ["bbbb missed", "cccc pressed", "cccc ringing"]);
});

test("a rebuilt VPS that has counted past our cursor is recognised all the same", async () => {
  await start();
  await up();
  const before = call("aaaa");
  vps.emit(DOMAIN, before.event("invited"));
  await becomes(before.callId, "ringing");
  await stop();
  await vps.rebuild();
  token = await vps.control.addSite(DOMAIN);
  const first = call("bbbb");
  const second = call("cccc");
  vps.emit(DOMAIN, first.event("failed", { code: 486 }), second.event("failed", { code: 403 }));
  await start();
  await becomes(first.callId, "busy");
  await becomes(second.callId, "failed");
});

test("a rebuilt VPS that has no events yet loses none of those to come", async () => {
  await start();
  await up();
  const before = call("aaaa");
  vps.emit(DOMAIN, before.event("invited"), before.event("ringing"), before.event("failed", { code: 487 }));
  await becomes(before.callId, "cancelled");
  await stop();
  await vps.rebuild();
  token = await vps.control.addSite(DOMAIN);
  await start();
  await up();
  const first = call("bbbb");
  vps.emit(DOMAIN, first.event("ringing"), first.event("failed", { code: 486 }));
  await becomes(first.callId, "busy");
  assert.deepEqual(announced, [
    "aaaa pressed",
    "aaaa ringing",
    "aaaa missed",
    "bbbb pressed",
    "bbbb ringing",
    "bbbb missed",
  ]);
});

test("a rebuilt VPS has the whole directory again within seconds", async () => {
  await start();
  await until(() => store.provisioning.get(SITE)?.liveRevision === 1, { what: "the first push" });
  const { contentHash } = await directoryThere();
  await stop();
  await vps.rebuild();
  token = await vps.control.addSite(DOMAIN);
  await start();
  await until(async () => (await directoryThere()).contentHash === contentHash, { what: "the directory" });
});

test("an edit is live within a second, and many at once are one push", async () => {
  await start();
  await until(() => store.provisioning.get(SITE)?.liveRevision === 1, { what: "the first push" });
  const watch = startWatch();
  for (let i = 0; i < 10; i++) {
    store.provisioning.raise(SITE);
    bus.emit("directoryChanged", { siteId: SITE });
  }
  await until(() => store.provisioning.get(SITE)?.liveRevision === 11, { what: "the edits" });
  assert.ok(watch.stop() < 1_000, `${watch.stop()} ms`);
  assert.equal((await directoryThere()).revision, 11);
});

test("an edit made while the VPS was away is pushed at its return", async () => {
  await vps.control.stop("SIGKILL");
  await start();
  await down();
  store.provisioning.raise(SITE);
  bus.emit("directoryChanged", { siteId: SITE });
  await vps.control.start();
  await until(() => store.provisioning.get(SITE)?.liveRevision === 2, { what: "the edit" });
  assert.equal(store.provisioning.get(SITE)?.problem, null);
});

test("a restored bridge that is behind the VPS goes past it: the store is the truth", async () => {
  await vps.control.request("PUT", "/v1/directory", {
    token,
    body: { revision: 40, units: [], accounts: [], rules: [], clock: [{ fromUnix: 0, offsetSeconds: 0 }] },
  });
  await start();
  await until(() => store.provisioning.get(SITE)?.liveRevision === 41, { what: "the push" });
  assert.equal((await directoryThere()).revision, 41);
});

test("a directory that the VPS refuses is a problem that people see, and it goes away with its cause", async () => {
  store.transaction(() =>
    store.accounts.insert({
      ...(store.accounts.get("account-panel401") ?? assert.fail()),
      id: "x",
      username: "bad name",
    }),
  );
  await start();
  await until(() => store.provisioning.get(SITE)?.problem === "DIRECTORY_REFUSED", { what: "the problem" });
  assert.equal(link.state().link, "up");
  store.accounts.remove("x");
  store.provisioning.raise(SITE);
  bus.emit("directoryChanged", { siteId: SITE });
  await until(() => store.provisioning.get(SITE)?.liveRevision === 2, { what: "the push" });
  assert.equal(store.provisioning.get(SITE)?.problem, null);
});

test("a wrong token, no VPS, and the token of a site that does not exist yet are told apart", async () => {
  await start({ token: "n".repeat(token.length) });
  await until(() => link.state().code === "VPS_UNAUTHORIZED", { what: "the refusal" });
  await stop();
  await start({ token: await vps.control.addSite("later.example.com") });
  await until(() => link.state().code === "VPS_SITE_UNKNOWN", { what: "the unknown site" });
  store.sites.insert({ id: "later", name: "L", address: "", domain: "later.example.com", timeZone: "Europe/Paris" });
  bus.emit("directoryChanged", { siteId: "later" });
  await up();
  await stop();
  await vps.control.stop("SIGKILL");
  await start();
  await until(() => link.state().code === "VPS_UNREACHABLE", { what: "no answer" });
});

test("parts of the VPS that are down are named, and turn credentials come or say why not", async () => {
  await start();
  await until(() => link.state().partsDown.includes("kamailio"), { what: "the missing Kamailio" });
  await until(() => store.provisioning.get(SITE)?.liveRevision === 1, { what: "the first push" });
  const credentials = await link.turnCredentials(SITE, "panel401");
  assert.ok(credentials.urls.length > 0);
  await assert.rejects(link.turnCredentials(SITE, "nobody"), { code: "UNKNOWN_ACCOUNT" });
  await assert.rejects(link.turnCredentials("other", "panel401"), { code: "VPS_UNREACHABLE" });
});
