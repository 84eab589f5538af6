/** A site's token for the VPS, entered in the panel: real control, real bridge, no restart, and nobody ever reads it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { AuditPage } from "../../bridge/src/api/audit.ts";
import type { Building, Site } from "../../bridge/src/api/directory.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { LiveState } from "../../bridge/src/api/live.ts";
import type { Provisioning } from "../../bridge/src/api/provisioning.ts";
import type { DirectoryStatus } from "../../infra/control/src/wire.ts";
import { type Bridge, type BridgeApi, startBridge } from "../lab/bridge.ts";
import type { Control } from "../lab/control.ts";
import { startControlAlone } from "../lab/control-alone.ts";
import { labFolder } from "../lab/folder.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";

const A = "a.sip.test";
const B = "b.sip.test";

let lab: ReturnType<typeof labFolder>;
let ports: PortBlock;
let control: Control;
let stopControl: () => Promise<void>;
let bridge: Bridge;
let api: BridgeApi;
let siteA: Site;
let siteB: Site;
let tokens: { a: string; b: string };

before(async () => {
  lab = labFolder("site-token");
  ports = await reservePorts();
  ({ control, stop: stopControl } = await startControlAlone("site-token-control"));
  tokens = { a: await control.addSite(A), b: await control.addSite(B) };
  // The first site's stands in the options, as ever; the second one's comes by the panel.
  const access = { url: control.url, token: tokens.a, caFile: null };
  bridge = await startBridge({ folder: lab.path, port: ports.base, control: access });
  api = await bridge.api();
  siteA = await api.post<Site>("/api/sites", { name: "Alpha", address: "", domain: A, timeZone: "Europe/Paris" });
  siteB = await api.post<Site>("/api/sites", { name: "Beta", address: "", domain: B, timeZone: "Europe/Paris" });
});
after(async () => {
  await bridge?.stop();
  await stopControl?.();
  ports.release();
  lab.remove();
});

const put = (siteId: string, token: unknown) => api.request<ErrorReply>("PUT", `/api/sites/${siteId}/token`, { token });
const states = async () =>
  (await api.get<Provisioning[]>("/api/provisioning"))
    .toSorted((a, b) => (a.siteId < b.siteId ? -1 : 1))
    .map(({ state }) => state)
    .join();
const isLive = (wanted: string) =>
  until(async () => (await states()) === wanted, { what: `the sites to be ${wanted}` });
const onVps = async (token: string) =>
  (await control.request("GET", "/v1/directory", { token })).json<DirectoryStatus>();

test("a token that is wrong, another site's, or no token is refused with its reason, and nothing is kept", async () => {
  await isLive("live,saved");
  const wrong = await put(siteB.id, `neolia_${"x".repeat(43)}`);
  assert.deepEqual([wrong.status, wrong.body.error.code], [400, "SITE_TOKEN_WRONG"]);
  const others = await put(siteB.id, tokens.a);
  assert.deepEqual([others.status, others.body.error.code], [400, "SITE_TOKEN_OTHER"]);
  assert.deepEqual(others.body.error.details, { domain: A });
  for (const bad of [
    "",
    "short",
    "x".repeat(201),
    "a b".repeat(10),
    `${tokens.b}\r\nX-Y: z`,
    "\u0000".repeat(30),
    5,
    null,
  ]) {
    assert.equal((await put(siteB.id, bad)).body.error.code, "INVALID_REQUEST", JSON.stringify(bad));
  }
  assert.equal((await put("01J00000000000000000000000", tokens.b)).body.error.code, "UNKNOWN_SITE");
  assert.equal(await states(), "live,saved");
});

test("the right one is in use at once, without a restart, and still after one", async () => {
  await api.post<Building>("/api/buildings", { siteId: siteB.id, name: "Annex" });
  assert.equal((await put(siteB.id, tokens.b)).status, 204);
  await isLive("live,live");
  assert.ok((await onVps(tokens.b)).revision > 0);
  // The same again changes nothing.
  assert.equal((await put(siteB.id, tokens.b)).status, 204);
  await isLive("live,live");
  await bridge.stop();
  await bridge.start();
  api = await bridge.api();
  await isLive("live,live");
  await api.post<Building>("/api/buildings", { siteId: siteB.id, name: "Barn" });
  await isLive("live,live");
});

test("a token that was lost is replaced: the new one takes the place of the one in the options", async () => {
  const renewed = (await control.cli("site", "renew", A)).trim();
  // Whoever has the old one hears nothing more, and the page says so.
  const state = async () => (await api.get<LiveState>("/api/state")).vps;
  await until(async () => (await state()).code === "VPS_UNAUTHORIZED", { what: "the old token to be refused" });
  await api.post<Building>("/api/buildings", { siteId: siteA.id, name: "Tower" });
  await until(async () => (await states()) !== "live,live", { what: "the edit to be held back" });
  assert.equal((await put(siteA.id, renewed)).status, 204);
  await isLive("live,live");
  await until(async () => (await state()).link === "up", { what: "the link to be up, whatever the options hold" });
  tokens.a = renewed;
});

test("with an overlap the site keeps its link all the while", async () => {
  const renewed = (await control.cli("site", "renew", A, "--overlap", "60")).trim();
  await api.post<Building>("/api/buildings", { siteId: siteA.id, name: "Mill" });
  await isLive("live,live");
  assert.equal((await put(siteA.id, renewed)).status, 204);
  await isLive("live,live");
  assert.ok((await onVps(renewed)).revision > 0);
  tokens.a = renewed;
});

test("the token is in no reply, no log, no audit entry and no backup of a site", async () => {
  const { entries } = await api.get<AuditPage>("/api/audit?noun=site-token");
  assert.deepEqual(
    entries.map(({ verb, label }) => `${verb} ${label}`),
    ["changed Alpha", "changed Alpha", "changed Beta", "changed Beta"],
  );
  const replies = await Promise.all(
    [
      "/api/sites",
      `/api/sites/${siteB.id}`,
      `/api/sites/${siteB.id}/backup`,
      "/api/audit",
      "/api/state",
      "/api/provisioning",
      `/api/site-health?siteId=${siteB.id}`,
    ].map((path) => api.get<unknown>(path)),
  );
  const told = `${JSON.stringify(replies)}${readFileSync(bridge.logFile, "utf8")}`;
  for (const token of Object.values(tokens)) assert.equal(told.includes(token), false);
  // Where it must be, nobody else of the machine may read it.
  for (const name of readdirSync(bridge.dataFolder).filter((file) => file.startsWith("neolia.db"))) {
    assert.equal(statSync(join(bridge.dataFolder, name)).mode & 0o077, 0, name);
  }
});

test("a site that is removed takes its token along", async () => {
  for (const { id } of await api.get<Building[]>(`/api/buildings?siteId=${siteB.id}`)) {
    await api.delete(`/api/buildings/${id}`);
  }
  await isLive("live,live");
  await api.delete(`/api/sites/${siteB.id}`);
  await until(async () => (await api.get<LiveState>("/api/state")).vps.link === "up", {
    what: "nothing to be left that is down",
  });
  await bridge.stop();
  await bridge.start();
  api = await bridge.api();
  await isLive("live");
  await until(async () => (await api.get<LiveState>("/api/state")).vps.link === "up", { what: "the link to be up" });
});
