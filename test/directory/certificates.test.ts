/** How long the server's certificates are good: read from real TLS servers, told of the site and of each panel. */
import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { createServer, type Server } from "node:tls";
import type { DeviceReport, HealthProblem, ServerCertificate, SiteHealth } from "../../bridge/src/api/site-health.ts";
import { serverCertificateProblems } from "../../bridge/src/directory/health/certificate-problems.ts";
import { watchCertificates } from "../../bridge/src/links/certificate-watch.ts";
import { around } from "../lab/around.ts";
import { type Bridge, type BridgeApi, startBridge } from "../lab/bridge.ts";
import { CertificateMaker } from "../lab/certificate-maker.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { DEVICE, NEW_SITE } from "./house.ts";

const DAY_MS = 86_400_000;
const folder = labFolder("certificates");
const closers: (() => unknown)[] = [];
let certificates: CertificateMaker;

around(
  async () => {
    certificates = new CertificateMaker(folder.path);
  },
  async () => {
    for (const close of closers.reverse()) await close();
    folder.remove();
  },
);

async function serve(name: string, days: number, named?: string): Promise<{ server: Server; host: string }> {
  const server = createServer(certificates.make(name, days, named), (socket) => socket.on("error", () => undefined));
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => server.close());
  return { server, host: `localhost:${(server.address() as AddressInfo).port}` };
}

test("the end of each address's certificate is read, also of one that nobody would trust any more", async () => {
  const good = await serve("good", 40);
  const over = await serve("over", -2);
  const watch = watchCertificates({ addresses: { wss: `wss://${good.host}`, control: `https://${over.host}/` } });
  closers.push(watch.stop);
  const [wss, control] = await until(
    () => (watch.certificates().every(({ endsAtMs }) => endsAtMs !== null) ? watch.certificates() : null),
    { what: "both certificates" },
  );
  assert.deepEqual([wss?.service, wss?.host, control?.service], ["wss", good.host, "control"]);
  const days = (one: ServerCertificate | undefined) => Math.round(((one?.endsAtMs ?? 0) - Date.now()) / DAY_MS);
  assert.deepEqual([days(wss), days(control)], [40, -2]);
});

test("a certificate for another name, or of nobody whom one trusts, is told as what it is, and looked at again soon", async () => {
  const wrong = await serve("wrong", 40, "other.example.com");
  const over = await serve("over-too", -2);
  const { caFile } = certificates;
  const addresses = { wss: `wss://${wrong.host}`, control: `https://${over.host}/` };
  const watch = watchCertificates({ addresses, caFile, againMs: 50 });
  const stranger = watchCertificates({ addresses });
  closers.push(watch.stop, stranger.stop);
  const seen = (one: typeof watch) =>
    until(() => (one.certificates().every(({ endsAtMs }) => endsAtMs !== null) ? one.certificates() : null), {
      what: "both certificates",
    });
  const refused = (all: ServerCertificate[]) => all.map((one) => one.refused);
  assert.deepEqual(refused(await seen(watch)), ["name", undefined]);
  assert.deepEqual(refused(await seen(stranger)), ["untrusted", undefined], "of one that is over, its date is said");
  const told = serverCertificateProblems(watch.certificates(), Date.now());
  assert.deepEqual(
    told.map(({ code, severity, params }) => [code, severity, params.host]),
    [
      ["SERVER_CERTIFICATE_NAME", "error", wrong.host],
      ["SERVER_CERTIFICATE_EXPIRED", "error", over.host],
    ],
  );
  // Whoever has mended it sees so without a restart, and before the next look of every six hours.
  wrong.server.setSecureContext(certificates.make("right", 40));
  await until(() => refused(watch.certificates())[0] === undefined, { what: "the right name to be seen" });
});

test("a renewed certificate is seen, a server that is away changes nothing, and plain addresses have none", async () => {
  const { server, host } = await serve("first", 5);
  const watch = watchCertificates({
    addresses: { wss: `wss://${host}`, control: "http://127.0.0.1:9" },
    lookEveryMs: 50,
    againMs: 50,
  });
  closers.push(watch.stop);
  const end = () => watch.certificates()[0]?.endsAtMs ?? null;
  const first = await until(end, { what: "the first certificate" });
  assert.equal(watch.certificates().length, 1);
  server.setSecureContext(certificates.make("second", 40));
  const second = await until(() => end() !== first && end(), { what: "the renewed one" });
  assert.equal(Math.round((second - first) / DAY_MS), 35);
  server.close();
  const watched = watchCertificates({ addresses: { wss: `wss://${host}` }, againMs: 50 });
  closers.push(watched.stop);
  assert.deepEqual(watched.certificates(), [{ service: "wss", host, endsAtMs: null }]);
  assert.equal(end(), second);
});

test("under fourteen days a certificate is a warning, under three an error, and over it says so", () => {
  const nowMs = 1_800_000_000_000;
  const problems = (days: number) =>
    serverCertificateProblems(
      [{ service: "wss", host: "sip.example.com:8443", endsAtMs: nowMs + days * DAY_MS }],
      nowMs,
    );
  assert.deepEqual([problems(14), problems(90)], [[], []]);
  const told = (problem: HealthProblem | undefined) => [problem?.code, problem?.severity, problem?.params];
  const host = "sip.example.com:8443";
  assert.deepEqual(told(problems(13.5)[0]), ["SERVER_CERTIFICATE_ENDS", "warning", { host, days: 13 }]);
  assert.deepEqual(told(problems(3)[0]), ["SERVER_CERTIFICATE_ENDS", "warning", { host, days: 3 }]);
  assert.deepEqual(told(problems(2.9)[0]), ["SERVER_CERTIFICATE_ENDS", "error", { host, days: 2 }]);
  assert.deepEqual(told(problems(-0.1)[0]), ["SERVER_CERTIFICATE_EXPIRED", "error", { host }]);
  assert.deepEqual(serverCertificateProblems([{ service: "wss", host, endsAtMs: null }], nowMs), []);
});

test("a running bridge tells it in the site's health and in each panel's", async () => {
  const edge = await serve("edge", 10);
  const ports = await reservePorts();
  const bridge: Bridge = await startBridge({ folder: folder.path, port: ports.base, sipUri: `wss://${edge.host}` });
  closers.push(
    () => ports.release(),
    () => bridge.stop(),
  );
  const api: BridgeApi = await bridge.api();
  const { id: siteId } = await api.post<{ id: string }>("/api/sites", NEW_SITE);
  const building = await api.post<{ id: string }>("/api/buildings", { siteId, name: "A" });
  const unit = await api.post<{ id: string }>("/api/units", { buildingId: building.id, number: "1" });
  await api.put(`/api/devices/${DEVICE}`, { unitId: unit.id, label: "Wall" });
  const report: DeviceReport = {
    ...{ registered: true, rttMs: 20, audioUnlocked: true, microphone: "granted", certificateDays: null },
  };
  await api.post(`/api/devices/${DEVICE}/report`, report);
  const health = () => api.get<SiteHealth>(`/api/site-health?siteId=${siteId}`);
  const site = await until(async () => ((await health()).certificates[0]?.endsAtMs === null ? null : await health()), {
    what: "the certificate to be read",
  });
  assert.ok(site.problems.some(({ code, params }) => code === "SERVER_CERTIFICATE_ENDS" && params.days === 9));
  const [panel] = site.devices;
  assert.equal(panel?.report?.certificateDays, 9);
  assert.deepEqual(panel?.problems, [{ code: "CERTIFICATE_ENDS", severity: "warning", params: { days: 9 } }]);
});
