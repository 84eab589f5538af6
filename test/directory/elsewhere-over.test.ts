/** How the permission to manage a site from elsewhere ends, and that nothing is done or shown from then on. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { AuditPage } from "../../bridge/src/api/audit.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { Grant } from "../../bridge/src/api/remote.ts";
import { addUnit, at, grant, house, installer, inTwoNeolias, join, site, units } from "./two-neolias.ts";

inTwoNeolias();

/** What the log says of the end of a grant. */
async function endsOf(id: string): Promise<string[][]> {
  const log = await site.send("GET", `/api/audit?siteId=${house.site.id}&noun=grant`);
  const ofIt = log.json<AuditPage>().entries.filter(({ rowId }) => rowId === id);
  return ofIt
    .filter(({ verb }) => !["added", "taken"].includes(verb))
    .map(({ who, verb, label }) => [who, verb, label]);
}

describe("a grant ends", () => {
  test("at once when it is revoked, and says so", async () => {
    const { id, code } = await grant();
    const remote = await join(code);
    assert.equal((await addUnit(remote, "501")).status, 201);
    await site.send("DELETE", `/api/grants/${id}`);
    const refused = await addUnit(remote, "502");
    assert.equal(refused.code, "GRANT_ENDED");
    assert.deepEqual(refused.json<ErrorReply>().error.details, { why: "revoked" });
    assert.ok(!units().includes("502"));
  });

  test("when its time is over", async () => {
    const { id, code } = await grant({ hours: 1 });
    const remote = await join(code);
    const row = site.store.grants.get(id);
    assert.ok(row);
    site.stage.laterMs = row.expiresAtMs - Date.now();
    assert.deepEqual((await addUnit(remote, "502")).json<ErrorReply>().error.details, { why: "expired" });
    assert.ok(!units().includes("502"));
    // The log says once that it ended, whoever noticed first.
    site.directory.grants.endExpired();
    assert.deepEqual(await endsOf(id), [["Neolia", "expired", row.label]]);
  });

  test("for good, also when the site's clock is wrong before or set back afterwards, or the installer's is wrong", async () => {
    const hour = 3_600_000;
    const { code } = await grant({ hours: 1 });
    installer.stage.laterMs = 5 * hour;
    const remote = await join(code);
    assert.equal((await addUnit(remote, "501")).status, 201);
    installer.stage.laterMs = -5 * hour;
    assert.equal((await addUnit(remote, "502")).status, 201);
    site.stage.laterMs = 2 * hour;
    assert.equal((await addUnit(remote, "503")).code, "GRANT_ENDED");
    site.stage.laterMs = 0;
    const refused = await addUnit(remote, "504");
    assert.deepEqual(refused.json<ErrorReply>().error.details, { why: "expired" });
    // One that nobody used when its time was over: a machine without a clock of its own starts in the past.
    const unused = await join((await grant({ hours: 1 })).code);
    site.stage.laterMs = 2 * hour;
    site.directory.grants.endExpired();
    site.stage.laterMs = 0;
    assert.equal((await addUnit(unused, "505")).code, "GRANT_ENDED");
    assert.ok(!units().some((number) => ["503", "504", "505"].includes(number)));
    const listed = (await site.send("GET", `/api/grants?siteId=${house.site.id}`)).json<Grant[]>();
    assert.deepEqual(
      listed.map(({ state }) => state),
      ["expired", "expired", "invited"],
    );
  });

  test("when the installer gives it back", async () => {
    const { id, code } = await grant();
    const remote = await join(code);
    assert.equal((await installer.send("DELETE", `/api/remote-sites/${remote.id}`)).status, 204);
    assert.notEqual(site.store.grants.get(id)?.revokedAtMs, null);
    assert.deepEqual(installer.directory.remoteSites.list(), []);
  });

  test("with all others when the data was restored from a copy", async () => {
    const { id, label, code } = await grant();
    const remote = await join(code);
    site.directory.grants.revokeAll();
    assert.equal((await addUnit(remote, "502")).code, "GRANT_ENDED");
    assert.deepEqual(await endsOf(id), [["Neolia", "withdrawn", label]]);
  });

  test("an invitation is taken once, and not after a day, nor after it was withdrawn", async () => {
    const once = await grant();
    await join(once.code);
    const again = { code: once.code, by: "Somebody" };
    assert.equal((await installer.send("POST", "/api/remote-sites", again)).status, 503);
    const withdrawn = await grant();
    await site.send("DELETE", `/api/grants/${withdrawn.id}`);
    assert.equal(
      (await installer.send("POST", "/api/remote-sites", { ...again, code: withdrawn.code })).code,
      "GRANT_ENDED",
    );
    const late = await grant({ hours: 48 });
    site.stage.laterMs = late.invitedToMs - Date.now();
    const tooLate = await installer.send("POST", "/api/remote-sites", { ...again, code: late.code });
    assert.equal(tooLate.code, "GRANT_ENDED");
    assert.equal(site.store.grants.get(late.id)?.takenAtMs, null);
  });
});

describe("a grant that ends in the middle of a request", () => {
  const why = ({ status, text }: Awaited<ReturnType<typeof addUnit>>) => {
    if (status < 400) return [status];
    const { code, details } = (JSON.parse(text) as ErrorReply).error;
    return [code, details?.why];
  };

  test("keeps what is on its way from being done", async () => {
    const { id, code } = await grant();
    const remote = await join(code);
    assert.equal((await addUnit(remote, "501")).status, 201);
    // The site has taken the frame, and is about to put the request to its API.
    const relay = installer.stage.relay ?? assert.fail();
    installer.stage.relay = (to, frame) => {
      const reply = relay(to, frame);
      site.directory.grants.revoke(id);
      return reply;
    };
    assert.deepEqual(why(await addUnit(remote, "502")), ["GRANT_ENDED", "revoked"]);
    assert.ok(!units().includes("502"));
  });

  test("lets nothing more out: a file that is being written stays at the site", async () => {
    const { id, code } = await grant();
    const remote = await join(code);
    site.store.transaction(() => {
      const entry = { siteId: house.site.id, who: "Olivia", userId: null, from: "", noun: "unit", verb: "changed" };
      for (let n = 0; n < 6_000; n++)
        site.store.audit.add({ ...entry, atMs: Date.now(), rowId: null, label: `Unit ${n}`, changes: {} });
    });
    let over = false;
    const asked = installer.send("GET", at(remote, "audit/export")).finally(() => {
      over = true;
    });
    for (let turns = 0; turns < 3; turns++) await turn();
    assert.equal(over, false, "the file was written too fast to be interrupted");
    site.directory.grants.revoke(id);
    assert.deepEqual(why(await asked), ["GRANT_ENDED", "revoked"]);
  });
});
