/** The command line that adds, lists and removes sites, beside a running control. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
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
      ["user", "list"],
    ]) {
      await assert.rejects(control.cli(...words), /usage: cli\.ts --values FILE site add <domain>/);
    }
  });
});
