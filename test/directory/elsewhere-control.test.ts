/** Two real bridges with the real control between them: an installer manages a site, and only as long as it is allowed. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { AuditPage } from "../../bridge/src/api/audit.ts";
import type { Job } from "../../bridge/src/api/bulk.ts";
import type { Site, Unit } from "../../bridge/src/api/directory.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { Provisioning } from "../../bridge/src/api/provisioning.ts";
import type { Grant, GrantWithCode } from "../../bridge/src/api/remote.ts";
import type { SiteHealth } from "../../bridge/src/api/site-health.ts";
import { readInvitation } from "../../bridge/src/directory/remote/invitation.ts";
import { relayToken } from "../../bridge/src/directory/remote/sealed-frame.ts";
import type { DirectoryStatus } from "../../infra/control/src/wire.ts";
import { until } from "../lab/until.ts";
import {
  A,
  addUnit,
  at,
  atInstaller,
  atSite,
  B,
  building,
  codeOf,
  control,
  grant,
  installer,
  inTwoBridges,
  joined,
  site,
  siteA,
  siteB,
  take,
  tokens,
  units,
} from "./two-bridges.ts";

inTwoBridges("elsewhere");

/** A frame as somebody sends it who has the grant's token, or something like it. */
const post = (grantId: string, token: string, body: Buffer) =>
  control.request("POST", `/v1/remote/${grantId}`, {
    token,
    body,
    headers: { "content-type": "application/octet-stream" },
  });

test("each site of the app reaches the server by its own token, with its own directory alone", async () => {
  const live = async () => (await site.get<Provisioning[]>("/api/provisioning")).map(({ state }) => state).join();
  await until(async () => (await live()) === "live,live", { what: "both sites to be live" });
  const of = async (token: string) =>
    (await control.request("GET", "/v1/directory", { token })).json<DirectoryStatus>();
  const before = [await of(tokens.a), await of(tokens.b)];
  assert.deepEqual(
    before.map(({ domain }) => domain),
    [A, B],
  );
  await site.post<Unit>("/api/units", { buildingId: building.id, number: "1" });
  await until(async () => (await of(tokens.a)).contentHash !== before[0]?.contentHash, { what: "the edit" });
  await until(async () => (await live()) === "live,live", { what: "both sites to be live" });
  assert.equal((await of(tokens.b)).contentHash, before[1]?.contentHash);
  assert.equal((await of(tokens.b)).revision, before[1]?.revision);
});

test("the installer manages the one site that was opened, by the site's own rules and under its log", async () => {
  const { code } = await grant();
  const remote = await joined(code);
  assert.equal((await addUnit(remote, "101")).status, 201);
  assert.ok((await units()).includes("101"));
  assert.deepEqual(
    (await installer.get<Site[]>(at(remote, "sites"))).map(({ id }) => id),
    [siteA.id],
  );
  assert.equal((await installer.get<SiteHealth>(at(remote, `site-health?siteId=${siteA.id}`))).siteId, siteA.id);
  const other = await installer.request<ErrorReply>("GET", at(remote, `buildings?siteId=${siteB.id}`));
  assert.deepEqual([other.status, codeOf(other)], [404, "UNKNOWN_SITE"]);
  for (const path of ["members", "lines", "grants", `grants?siteId=${siteA.id}`, `sites/${siteA.id}/backup`, "calls"]) {
    assert.equal(codeOf(await installer.request<ErrorReply>("GET", at(remote, path))), "NOT_FROM_ELSEWHERE", path);
  }
  const { entries } = await site.get<AuditPage>(`/api/audit?siteId=${siteA.id}&noun=unit`);
  assert.deepEqual([entries[0]?.who, entries[0]?.from, entries[0]?.label], ["admin (Dupont)", "Dupont SARL", "101"]);
});

test("a code opens once, also when two come at the same time", async () => {
  const { id, code } = await grant();
  await joined(code);
  assert.equal(codeOf(await take(code)), "GRANT_UNKNOWN");
  const second = await grant();
  const outcomes = await until(
    async () => {
      const both = await Promise.all([take(second.code), take(second.code)]);
      return both.some(({ status }) => status === 201) && both.map(({ status }) => status).toSorted();
    },
    { what: "the invitation" },
  );
  assert.equal(outcomes[0], 201);
  assert.ok((outcomes[1] ?? 0) >= 400, `${outcomes}`);
  const listed = await site.get<Grant[]>(`/api/grants?siteId=${siteA.id}`);
  assert.equal(listed.find((one) => one.id === id)?.takenBy, "Dupont SARL");
});

test("revoked in the middle: the very next request is refused, and the page is told why", async () => {
  const { id, code } = await grant();
  const remote = await joined(code);
  assert.equal((await addUnit(remote, "201")).status, 201);
  const row = await installer.get<Unit[]>(at(remote, "units"));
  await site.delete(`/api/grants/${id}`);
  const unit = row.find(({ number }) => number === "201");
  const refused = await installer.request<ErrorReply>("DELETE", at(remote, `units/${unit?.id}`));
  assert.deepEqual(
    [refused.status, codeOf(refused), refused.body.error.details],
    [403, "GRANT_ENDED", { why: "revoked" }],
  );
  assert.ok((await units()).includes("201"));
});

test("with a wrong token, another grant's, or noise nothing gets through", async () => {
  const [first, second] = [await grant(), await grant()];
  const remote = await joined(first.code);
  assert.equal((await addUnit(remote, "301")).status, 201);
  const before = await units();
  const noise = Buffer.alloc(200, 1);
  const attempts: [string, string, Buffer][] = [
    [first.id, "x".repeat(43), noise],
    [first.id, tokenOf(second), noise],
    // The invitation's own token, after it was taken.
    [first.id, tokenOf(first), noise],
    [second.id, tokenOf(second), noise],
    ["01ARZ3NDEKTSV4RRFFQ69G5FAV", tokenOf(second), noise],
  ];
  for (const [grantId, token, body] of attempts) {
    const reply = await post(grantId, token, body);
    assert.equal(reply.status, 404, reply.text);
  }
  assert.equal((await control.request("POST", `/v1/remote/${first.id}`, { body: noise })).status, 404);
  assert.deepEqual(await units(), before);
});

test("what is too large stops at the first door that sees it", async () => {
  const invited = await grant();
  const remote = await joined((await grant()).code);
  const large = await post(invited.id, tokenOf(invited), Buffer.alloc(1024 * 1024 + 1, 1));
  assert.equal(large.status, 413, large.text);
  // Nothing of it can be made smaller.
  const csv = randomBytes(2 * 1024 * 1024).toString("base64");
  const refused = await installer.request<ErrorReply>("POST", at(remote, "imports"), {
    siteId: siteA.id,
    kind: "units",
    csv,
    dryRun: true,
  });
  assert.deepEqual([refused.status, codeOf(refused)], [413, "TOO_LARGE"]);
  assert.equal((await addUnit(remote, "401")).status, 201);
});

test("a file of 10,000 lines is imported from elsewhere, larger than what the server carries", async () => {
  const remote = await joined((await grant()).code);
  const note = "Left of the stairs, second door behind the lift; ask the caretaker for the key of the riser cupboard";
  const lines = Array.from({ length: 10_000 }, (_, n) => `far${n},panel,Wall ${n},,"${note} ${n}"`);
  const csv = `username,type,label,place,note\n${lines.join("\n").replaceAll(",,", ",unit401,")}\n`;
  assert.ok(csv.length > 1024 * 1024, `${csv.length}`);
  const started = await installer.request<Job>("POST", at(remote, "imports"), {
    ...{ siteId: siteA.id, kind: "accounts", csv, dryRun: true },
  });
  assert.equal(started.status, 202, JSON.stringify(started.body));
  const job = await until(
    async () => {
      const { body } = await installer.request<Job>("GET", at(remote, `jobs/${started.body.id}`));
      return ["done", "refused"].includes(body.state) ? body : null;
    },
    { what: "the import's end", timeoutMs: 60_000 },
  );
  assert.deepEqual([job.state, job.counts.added], ["done", 10_000], JSON.stringify(job.problems.slice(0, 3)));
});

test("a site that is away is said to be away, and is back when it is back", async () => {
  const remote = await joined((await grant()).code);
  await atSite.kill();
  const away = await until(
    () => installer.request<ErrorReply>("GET", at(remote, "units")).then((reply) => reply.status === 503 && reply),
    { what: "the site to be away" },
  );
  assert.equal(codeOf(away), "REMOTE_OFFLINE");
  await atSite.start();
  await until(async () => (await addUnit(remote, "501")).status === 201, { what: "the site", timeoutMs: 30_000 });
  await control.stop();
  assert.equal(codeOf(await addUnit(remote, "502")), "REMOTE_SERVER_UNREACHABLE");
  await control.start();
  await until(async () => (await addUnit(remote, "502")).status === 201, { what: "the way back", timeoutMs: 40_000 });
});

test("the server in between has kept no secret, no name and nothing of what was done", async () => {
  const invited = await grant();
  const remote = await joined(invited.code);
  await addUnit(remote, "NUMBER-601");
  const secret = readInvitation(invited.code)?.secret.toString("base64url") ?? assert.fail();
  const files = readdirSync(control.values.dataFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const kept = [...files, control.logFile].filter((file) => statSync(file).size < 50_000_000);
  assert.ok(kept.length > 2);
  for (const file of kept) {
    const bytes = readFileSync(file);
    for (const word of [secret, tokenOf(invited), "Dupont", "NUMBER-601", "Tower"])
      assert.ok(!bytes.includes(word), file);
  }
  const logs = atSite.log() + atInstaller.log();
  for (const word of [secret, tokenOf(invited), invited.code]) assert.ok(!logs.includes(word));
});

/** What control knows the invitation by. */
function tokenOf({ code }: GrantWithCode): string {
  const { grantId, secret } = readInvitation(code) ?? assert.fail();
  return relayToken({ grantId, secret });
}
