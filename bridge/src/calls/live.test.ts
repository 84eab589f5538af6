import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { callEvent } from "../../../test/fakes/call-events.ts";
import { accountId, DOOR, OTHER_SITE, SITE, storedSite, UNIT_401, UNIT_402 } from "../../../test/fakes/stored-site.ts";
import { until } from "../../../test/lab/until.ts";
import type { LinkState, PanelMessage } from "../api/live.ts";
import { EventBus } from "../events/bus.ts";
import { type CallLog, startCallLog } from "./call-log.ts";
import { type LiveView, liveView, type Viewer } from "./live.ts";

const ADMIN: Viewer = { unitIds: null, device: null };
const panelOf = (username: string, unitId: string): Viewer => ({
  unitIds: [unitId],
  device: { siteId: SITE, username },
});
let site: ReturnType<typeof storedSite>;
let bus: EventBus;
let calls: CallLog;
let live: LiveView;
let vpsLink: LinkState;

beforeEach(() => {
  site = storedSite();
  bus = new EventBus((error) => assert.fail(String(error)));
  calls = startCallLog({ store: site.store, bus, announce: () => undefined });
  vpsLink = "up";
  live = liveView({
    store: site.store,
    bus,
    version: "1.2.3",
    links: {
      vps: () => ({ link: vpsLink, code: null, partsDown: [] }),
      vpsOf: (siteId) => ({ link: siteId === SITE ? "up" : vpsLink, code: null, partsDown: [] }),
      mqtt: () => ({ link: "not-configured", code: "MQTT_NOT_CONFIGURED" }),
      registered: () => [accountId("panel401"), accountId("panel402"), accountId("line1")],
    },
  });
});
afterEach(() => {
  calls.stop();
  site.remove();
});

/** What this viewer is told from now on. */
function follow(viewer: Viewer): PanelMessage[] {
  const messages: PanelMessage[] = [];
  live.subscribe(
    () => viewer,
    (message) => messages.push(message),
  );
  return messages;
}
const outcomes = (messages: PanelMessage[]): string[] =>
  messages.flatMap((message) => (message.type === "call" ? [`${message.call.status}/${message.call.reason}`] : []));

test("a call that panel 401 answers was answered here for it and elsewhere for the others", () => {
  const seen = [panelOf("panel401", UNIT_401), panelOf("mobile401", UNIT_401), ADMIN].map(follow);
  calls.take(SITE, callEvent(1, "ringing"), 0);
  calls.take(SITE, callEvent(2, "answered"), 0);
  calls.take(SITE, callEvent(3, "ended"), 0);
  const [here, elsewhere, admin] = seen.map(outcomes);
  assert.deepEqual(here, ["ringing/null", "in-progress/null", "completed/answered-here"]);
  assert.deepEqual(elsewhere?.at(-1), "completed/answered-elsewhere");
  assert.deepEqual(admin?.at(-1), "completed/answered-elsewhere");
});

test("for the panel that called, too, the answered call was answered here", () => {
  const caller = follow(panelOf("panel402", UNIT_402));
  calls.take(SITE, callEvent(1, "answered", { caller: "panel402" }), 0);
  calls.take(SITE, callEvent(2, "ended", { caller: "panel402" }), 0);
  assert.equal(outcomes(caller).at(-1), "completed/answered-here");
});

test("the same account name at another site is another device", () => {
  const stranger = follow({ unitIds: null, device: { siteId: OTHER_SITE, username: "panel401" } });
  calls.take(SITE, callEvent(1, "answered"), 0);
  calls.take(SITE, callEvent(2, "ended"), 0);
  assert.equal(outcomes(stranger).at(-1), "completed/answered-elsewhere");
});

test("a resident neither hears nor sees the calls and devices of other flats, and no provisioning", () => {
  const neighbour = panelOf("panel402", UNIT_402);
  const heard = follow(neighbour);
  site.store.provisioning.raise(SITE);
  calls.take(SITE, callEvent(1, "ringing"), 0);
  assert.deepEqual(outcomes(heard), []);
  const state = live.state(neighbour);
  assert.deepEqual([state.calls, state.registered, state.provisioning], [[], [accountId("panel402")], []]);
  assert.equal(live.state(ADMIN).calls.length, 1);
  assert.equal(live.state(ADMIN).registered.length, 3);
  assert.deepEqual(live.state({ unitIds: [DOOR], device: null }).calls.length, 1, "whoever has the door sees its call");
});

test("what only the bridge needs is in no message", () => {
  const messages = follow(ADMIN);
  calls.take(SITE, callEvent(1, "ringing"), 0);
  const text = JSON.stringify([messages, live.state(ADMIN)]);
  assert.ok(!text.includes("callerUnitId"));
});

test("the first message is hello with the whole state, so that a gap needs no replay", () => {
  calls.take(SITE, callEvent(1, "ringing"), 0);
  const [hello] = follow(ADMIN);
  assert.ok(hello?.type === "hello");
  assert.deepEqual([hello.version, hello.state.calls.length, hello.state.vps.link], ["1.2.3", 1, "up"]);
});

test("an old ring is part of the state, but no message that a panel could ring for", async () => {
  const messages = follow(ADMIN);
  calls.take(SITE, callEvent(1, "ringing"), 60_000);
  await until(() => messages.some(({ type }) => type === "state"), { what: "the state" });
  assert.deepEqual(outcomes(messages), []);
  calls.take(SITE, callEvent(2, "failed", { code: 487 }), 60_000);
  assert.deepEqual(outcomes(messages), ["cancelled/cancelled"]);
});

test("many changes at once are one state message", async () => {
  const messages = follow(ADMIN);
  vpsLink = "down";
  for (let i = 0; i < 20; i++) bus.emit("linkChanged", { link: "vps" });
  bus.emit("registrationsChanged", { siteId: SITE });
  await until(() => messages.length > 1, { what: "the state" });
  const [, message] = messages;
  assert.ok(message?.type === "state" && message.state.vps.link === "down");
  assert.equal(messages.length, 2);
});

test("rights that are taken away end the subscription before the next message", async () => {
  let viewer: Viewer | null = ADMIN;
  const messages: PanelMessage[] = [];
  live.subscribe(
    () => viewer,
    (message) => messages.push(message),
  );
  viewer = null;
  calls.take(SITE, callEvent(1, "ringing"), 0);
  viewer = ADMIN;
  calls.take(SITE, callEvent(2, "answered"), 0);
  bus.emit("linkChanged", { link: "vps" });
  assert.deepEqual(
    messages.map(({ type }) => type),
    ["hello"],
  );
});

test("how far a site's edits are is told by its own link to the VPS, not by another site's that is down", () => {
  vpsLink = "down";
  for (const siteId of [SITE, OTHER_SITE]) site.store.provisioning.raise(siteId);
  const states = live.state(ADMIN).provisioning.map(({ siteId, state }) => [siteId, state]);
  assert.deepEqual(Object.fromEntries(states), { [SITE]: "on-its-way", [OTHER_SITE]: "saved" });
  assert.equal(live.linksOf(SITE).vps.link, "up");
  assert.equal(live.linksOf(OTHER_SITE).vps.link, "down");
});
