/** The same configuration on the Kamailio of newer Debians: it loads, devices register, a call comes through. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { header } from "../lab/sip/message.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, House, ringing, status } from "./house.ts";

/** Suite and the major version it must bring; a root is cached under both names. */
const SUITES = [
  ["trixie", "6.0"],
  ["forky", "6.1"],
] as const;

const CACHE = join(process.env.XDG_CACHE_HOME ?? "/var/cache", "neolia");

for (const [suite, version] of SUITES) {
  test(`on Kamailio ${version} of ${suite} a door rings a panel and both hang up`, { timeout: 900_000 }, async () => {
    const root = join(CACHE, `kamailio-${version}-${suite}`);
    execFileSync(join(import.meta.dirname, "make-kamailio-root.sh"), [suite, root], { stdio: "inherit" });
    const printed = execFileSync("chroot", [root, "kamailio", "-v"], { encoding: "utf8" });
    assert.ok(printed.includes(`version: kamailio ${version}.`), printed.split("\n")[0]);
    const house = await House.open({ root });
    try {
      const config = join(house.edge.folder.slice(root.length), "config/kamailio/kamailio.cfg");
      const check = spawnSync("chroot", [root, "kamailio", "-c", "-M", "32", "-f", config], { encoding: "utf8" });
      assert.equal(check.status, 0, check.stderr);

      const door = await house.device("door");
      const panel = await house.device("panel401", "wss");
      const mobile = await house.device("mobile401", "tcp");
      assert.equal(
        (await (await house.agent("panel402")).request({ method: "OPTIONS", uri: `sip:${DOMAIN}` })).status,
        200,
      );
      // A phone that changes its port ten times: the oldest contact gives way (max_contacts).
      for (let n = 0; n < 10; n++) {
        const { contactUri } = mobile;
        const contact = `<${contactUri};line=${n}>`;
        const parts = { method: "REGISTER", uri: `sip:${DOMAIN}`, to: `<${mobile.aor}>`, contact };
        assert.equal((await mobile.request(parts)).status, 200);
      }
      await house.edge.jsonRpc("ul.rm", ["location", `mobile401@${DOMAIN}`]);
      assert.equal((await mobile.register()).status, 200);
      const call = await door.call("unit401");
      const elsewhere = await ringing(mobile);
      await ringing(await house.device("second401", "ws"));
      (await ringing(panel)).answer(200);
      assert.equal(await status(call), 200);
      assert.match(header(await elsewhere.endedByPeer, "reason"), /Call completed elsewhere/);
      assert.equal((await call.hangup()).status, 200);
      const story = await house.finished();
      assert.deepEqual([story[0], ...story.slice(-2)], ["invited", "answered panel401", "ended caller"]);
      await house.quiet();

      const second = await door.call("unit401");
      (await ringing(panel, 1)).answer(200);
      assert.equal(await status(second), 200);
      await house.edge.killKamailio();
      await house.edge.startKamailio();
      await panel.reconnect();
      assert.equal((await panel.register()).status, 200);
      assert.equal((await second.hangup()).status, 200);
      assert.equal((await panel.incoming[1]?.endedByPeer)?.method, "BYE");
      assert.equal((await house.finished()).at(-1), "ended caller");

      // It ends after two hours wherever the panel is by now.
      const third = await door.call("unit401");
      const talking = await ringing(panel, 2);
      talking.answer(200);
      assert.equal(await status(third), 200);
      await until(() => talking.messages.some(({ method }) => method === "ACK"), { what: "the ACK" });
      await house.edge.killKamailio();
      house.edge.outboxFile((db) =>
        db.exec("UPDATE call_event SET at_ms = (unixepoch() - 7196) * 1000 WHERE kind = 'answered'"),
      );
      await house.edge.startKamailio();
      await panel.reconnect();
      assert.equal((await panel.register()).status, 200);
      assert.equal((await third.endedByPeer).method, "BYE");
      assert.equal((await talking.endedByPeer).method, "BYE");
      assert.equal((await house.finished()).at(-1), "ended system");
    } finally {
      await house.close();
    }
  });
}
