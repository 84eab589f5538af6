/** A good request for every route, so that a test can say: this, but by somebody else, or with one thing wrong. */
import { USER } from "./app.ts";
import { DEVICE, type House, NEW_SITE, OTHER_DEVICE } from "./house.ts";

export interface GoodRequest {
  method: string;
  /** As in the route table. */
  route: string;
  url: string;
  body?: unknown;
}

/** `token` is the one that the bridge printed. Requests that remove things stand last. */
export function goodRequests(
  { site, building, unit401, door, jobId, pairing, backup, testId, grant }: House,
  ruleId: string,
  token: string,
): GoodRequest[] {
  const ids: Record<string, string> = {
    sites: site.id,
    buildings: building.id,
    units: unit401.id,
    doors: door.id,
    accounts: door.account.id,
    rules: ruleId,
    jobs: jobId,
    pairings: pairing.id,
    "test-rings": testId,
    provisioning: site.id,
    grants: grant.id,
    "remote-sites": site.id,
  };
  const rule = { sourcePattern: "*", action: "ring", targetSipUri: null, ringSeconds: 20, schedule: [], enabled: true };
  const good: [string, unknown?][] = [
    ["GET /api/health"],
    ["POST /api/session", { token }],
    ["GET /api/session"],
    ["PUT /api/devices/:deviceId", { unitId: unit401.id, label: "Wall" }],
    ["GET /api/devices/:deviceId"],
    ["POST /api/devices/:deviceId/ice", {}],
    ["GET /api/state"],
    ["GET /api/calls"],
    ["GET /api/openapi.json"],
    ["GET /api/docs"],
    ["GET /api/docs.css"],
    ["GET /api/sites"],
    ["POST /api/sites", { ...NEW_SITE, domain: `d${Math.random().toString(36).slice(2)}.example.com` }],
    ["GET /api/sites/:id"],
    ["PATCH /api/sites/:id", { name: "House" }],
    ["PUT /api/sites/:id/token", { token: `neolia_${"x".repeat(43)}` }],
    ["GET /api/buildings"],
    ["POST /api/buildings", { siteId: site.id, name: `B${Math.random()}` }],
    ["GET /api/buildings/:id"],
    ["PATCH /api/buildings/:id", { name: "C" }],
    ["GET /api/buildings/:id/removal"],
    ["GET /api/units"],
    ["POST /api/units", { buildingId: building.id, number: "403" }],
    ["GET /api/units/page"],
    ["POST /api/units/range", { buildingId: building.id, from: 10, to: 12, digits: 3, dryRun: true }],
    ["GET /api/units/:id"],
    ["PATCH /api/units/:id", { number: "404" }],
    ["PUT /api/units/:id/do-not-disturb", { on: true }],
    ["GET /api/units/:id/removal"],
    ["GET /api/doors"],
    [
      "POST /api/doors",
      { buildingId: building.id, label: "Gate", name: `gate-${Math.random().toString(36).slice(2)}` },
    ],
    ["GET /api/doors/:id"],
    ["PATCH /api/doors/:id", { label: "Gate" }],
    ["GET /api/doors/:id/removal"],
    ["POST /api/doors/:id/video", { sdp: "v=0\r\n" }],
    ["DELETE /api/doors/:id/video/:videoId"],
    ["GET /api/accounts"],
    ["POST /api/accounts", { siteId: site.id, type: "panel", label: "Wall", unitId: unit401.id }],
    ["GET /api/accounts/page"],
    ["GET /api/accounts/:id"],
    ["PATCH /api/accounts/:id", { label: "Station", enabled: true }],
    ["POST /api/accounts/:id/password", {}],
    ["GET /api/accounts/:id/removal"],
    ["GET /api/members"],
    ["PUT /api/members/:userId", { unitIds: [unit401.id] }],
    ["GET /api/rules"],
    ["POST /api/rules", { ...rule, unitId: unit401.id }],
    ["GET /api/rules/warnings"],
    ["GET /api/rules/:id"],
    ["PATCH /api/rules/:id", { ringSeconds: 15 }],
    ["POST /api/rules/evaluate", { siteId: site.id, caller: "intercom-entrance", callee: "unit401", atMs: 0 }],
    ["POST /api/names/check", { siteId: site.id, noun: "unit", name: "unit9" }],
    ["POST /api/imports", { siteId: site.id, kind: "units", csv: "building,number", dryRun: true }],
    ["GET /api/jobs"],
    ["GET /api/jobs/:id"],
    ["DELETE /api/jobs/:id"],
    ["GET /api/exports/:kind"],
    ["GET /api/provisioning"],
    ["POST /api/provisioning/:id/retry", {}],
    ["GET /api/sites/:id/backup"],
    ["GET /api/backups/restore"],
    ["POST /api/backups/restore", { backup, dryRun: true }],
    ["GET /api/site-health"],
    [
      "POST /api/devices/:deviceId/report",
      { registered: true, rttMs: 20, audioUnlocked: true, microphone: "granted", certificateDays: 60 },
    ],
    ["POST /api/devices/:deviceId/test-result", { testId, packetsIn: 5, packetsOut: 5 }],
    ["POST /api/devices/:deviceId/server-check", { link: "port" }],
    ["POST /api/devices/:deviceId/test-ring", {}],
    ["GET /api/devices/:deviceId/test-rings/:testId"],
    ["POST /api/test-rings", { siteId: site.id }],
    ["GET /api/test-rings/:id"],
    ["DELETE /api/test-rings/:id"],
    ["POST /api/device-files", { model: "akuvox-door", accountIds: [door.account.id], dtmfCode: "1234" }],
    ["GET /api/pairings"],
    ["POST /api/pairings", { kind: "panel", unitId: unit401.id, label: "Hall" }],
    ["POST /api/pairings/claim", { secret: pairing.code, deviceId: OTHER_DEVICE }],
    ["DELETE /api/pairings/:id"],
    ["GET /api/audit"],
    ["GET /api/audit/export"],
    ["GET /api/grants"],
    ["POST /api/grants", { siteId: site.id, label: "Dupont", hours: 24, backups: false }],
    ["DELETE /api/grants/:id"],
    ["GET /api/visit"],
    ["GET /api/remote-sites"],
    ["POST /api/remote-sites", { code: "neolia-x", by: "Dupont" }],
    ["GET /api/remote-sites/:id/at/*"],
    ["POST /api/remote-sites/:id/at/*", {}],
    ["PUT /api/remote-sites/:id/at/*", {}],
    ["PATCH /api/remote-sites/:id/at/*", {}],
    ["DELETE /api/remote-sites/:id/at/*"],
    ["DELETE /api/remote-sites/:id"],
    ["DELETE /api/rules/:id"],
    ["DELETE /api/accounts/:id"],
    ["DELETE /api/doors/:id"],
    ["DELETE /api/units/:id"],
    ["DELETE /api/buildings/:id"],
    ["DELETE /api/sites/:id"],
    ["DELETE /api/session"],
  ];
  return good.map(([line, body]) => {
    const [method = "", route = ""] = line.split(" ");
    const id = ids[route.split("/")[2] ?? ""] ?? "";
    const query = /^GET \/api\/(exports|site-health|grants|jobs$)/.test(line) ? `?siteId=${site.id}` : "";
    const url = route
      .replace(":deviceId", DEVICE)
      .replace(":userId", USER)
      .replace(":testId", testId)
      .replace(":videoId", OTHER_DEVICE)
      .replace(":id", id)
      .replace(":kind", "units")
      .replace("*", "api/units");
    return { method, route, url: url + query, body };
  });
}
