/** The command line that adds, lists and removes sites, beside a running control. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import Database from "better-sqlite3";
import { SiteStore } from "../../infra/control/src/site-store.ts";
import { prepareDirectory } from "../../infra/kamailio/directory-schema.ts";
import type { Control } from "../lab/control.ts";
import { startControlAlone } from "../lab/control-alone.ts";
import { until } from "../lab/until.ts";
import { directoryPut, smallBuilding } from "./directory-put.ts";

const CLI = join(import.meta.dirname, "../../infra/control/src/cli.ts");

describe("the command line of control", () => {
  let control: Control;
  let stop: () => Promise<void>;

  before(async () => {
    ({ control, stop } = await startControlAlone("cli"));
  });
  after(() => stop?.());

  const statusOf = async (token: string) => (await control.request("GET", "/v1/directory", { token })).status;

  it("adds a site whose token works at once and is shown once", async () => {
    const token = await control.addSite("a.sip.test");
    assert.match(token, /^neolia_[A-Za-z0-9_-]{43}$/);
    assert.equal(await statusOf(token), 200);
    assert.ok(!(await control.cli("site", "list")).includes(token));
    assert.ok(!readFileSync(`${control.values.dataFolder}/directory.db`).includes(token));
  });

  it("refuses a second site of the same domain and a name that is no domain", async () => {
    await assert.rejects(control.cli("site", "add", "a.sip.test"), /exists already/);
    for (const name of [
      "A.sip.test",
      "localhost",
      "a b.test",
      "-a.test",
      "a..test",
      "'; DROP TABLE site; --",
      "a.test/x",
    ]) {
      await assert.rejects(control.cli("site", "add", name), /not a lower-case domain name/, name);
    }
  });

  it("lists domain, revision and number of accounts", async () => {
    const token = await control.addSite("b.sip.test");
    await control.request("PUT", "/v1/directory", { token, body: directoryPut("b.sip.test", 7, smallBuilding()) });
    assert.equal(
      await control.cli("site", "list"),
      "a.sip.test\trevision 0\t0 accounts\nb.sip.test\trevision 7\t4 accounts\n",
    );
  });

  it("removes a site: its token is void, its feed closes, the others stay", async () => {
    const tokenC = await control.addSite("c.sip.test");
    const tokenD = await control.addSite("d.sip.test");
    await control.request("PUT", "/v1/directory", {
      token: tokenC,
      body: directoryPut("c.sip.test", 1, smallBuilding()),
    });
    const feed = await control.feed(tokenC);
    await control.cli("site", "remove", "c.sip.test");
    assert.equal(await statusOf(tokenC), 401);
    assert.equal(await statusOf(tokenD), 200);
    assert.ok(!(await control.cli("site", "list")).includes("c.sip.test"));
    await until(() => feed.closeCode === 4401, { what: "the feed of a removed site to close" });
    await assert.rejects(control.cli("site", "remove", "c.sip.test"), /no site c\.sip\.test/);
  });

  it("renews a token: the new one is shown once, the old one and its feed stop at once, the directory stays", async () => {
    const old = await control.addSite("e.sip.test");
    const body = directoryPut("e.sip.test", 3, smallBuilding());
    await control.request("PUT", "/v1/directory", { token: old, body });
    const feed = await control.feed(old);
    const token = (await control.cli("site", "renew", "e.sip.test")).trim();
    assert.match(token, /^neolia_[A-Za-z0-9_-]{43}$/);
    assert.notEqual(token, old);
    assert.equal(await statusOf(old), 401);
    assert.equal(await statusOf(token), 200);
    await until(() => feed.closeCode === 4401, { what: "the feed of the old token to close" });
    assert.match(await control.cli("site", "list"), /^e\.sip\.test\trevision 3\t4 accounts$/m);
    assert.ok(!readFileSync(`${control.values.dataFolder}/directory.db`).includes(token));
    await assert.rejects(control.cli("site", "renew", "nobody.sip.test"), /no site nobody\.sip\.test/);
  });

  it("lets the old token stand beside the new one for the time that is asked for, and no older one", async () => {
    const oldest = await control.addSite("f.sip.test");
    const feed = await control.feed(oldest);
    const older = (await control.cli("site", "renew", "f.sip.test", "--overlap", "60")).trim();
    assert.deepEqual([await statusOf(oldest), await statusOf(older)], [200, 200]);
    assert.match(await control.cli("site", "list"), /^f\.sip\.test\t.*\told token until \d{4}-\d\d-\d\dT/m);
    const newest = (await control.cli("site", "renew", "f.sip.test", "--overlap", "60")).trim();
    assert.deepEqual([await statusOf(oldest), await statusOf(older), await statusOf(newest)], [401, 200, 200]);
    await until(() => feed.closeCode === 4401, { what: "the feed of the oldest token to close" });
    const only = (await control.cli("site", "renew", "f.sip.test")).trim();
    assert.deepEqual([await statusOf(older), await statusOf(newest), await statusOf(only)], [401, 401, 200]);
    assert.ok(!(await control.cli("site", "list")).includes("old token"));
  });

  it("ends an old token, and what is connected by it, when its time is over", () => {
    const db = new Database(":memory:");
    prepareDirectory(db);
    let now = 1_000;
    const sites = new SiteStore(db, () => now);
    const { site, token } = sites.add("g.sip.test");
    const renewed = sites.renew("g.sip.test", 60_000);
    now += 59_999;
    assert.deepEqual([sites.findByToken(token)?.domain, sites.has(site)], ["g.sip.test", true]);
    now += 1;
    assert.deepEqual([sites.findByToken(token), sites.has(site)], [null, false]);
    assert.equal(sites.findByToken(renewed)?.domain, "g.sip.test");
    assert.equal(sites.list()[0]?.oldTokenUntilMs, 0);
    db.close();
  });

  it("names the values file that it cannot use, and what is wrong in it", async () => {
    const file = join(control.values.runFolder, "broken.json");
    const run = (...args: string[]) => promisify(execFile)(process.execPath, [CLI, ...args]);
    await assert.rejects(run("site", "list"), /say where the site values are: --values FILE or NEOLIA_VALUES/);
    await assert.rejects(run("--values", file, "site", "list"), /broken\.json is of no use: ENOENT/);
    writeFileSync(file, JSON.stringify({ ...control.values, turnPort: "3478" }));
    await assert.rejects(run("--values", file, "site", "list"), /broken\.json is of no use: turnPort must be a port/);
  });

  it("says how it is used", async () => {
    for (const words of [
      [],
      ["site"],
      ["site", "add"],
      ["site", "drop", "x"],
      ["site", "list", "x"],
      ["site", "renew"],
      ["site", "renew", "a.sip.test", "--overlap"],
      ["site", "renew", "a.sip.test", "--overlap", "0"],
      ["site", "renew", "a.sip.test", "--overlap", "10081"],
      ["site", "renew", "a.sip.test", "--overlap", "5", "6"],
      ["site", "remove", "a.sip.test", "--overlap", "5"],
      ["user", "list"],
    ]) {
      await assert.rejects(control.cli(...words), /usage: cli\.ts --values FILE site add <domain>/);
    }
  });
});
