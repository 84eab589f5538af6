/** What a change from elsewhere has come to when its answer is lost: it is made once, and nobody is told that it was not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../lab/until.ts";
import {
  addUnit,
  atSite,
  codeOf,
  control,
  grant,
  inTwoBridges,
  joined,
  site,
  siteA,
  tokens,
  units,
  way,
} from "./two-bridges.ts";

inTwoBridges("elsewhere-cut", { cuttable: true });

/** The site's own words to control, and not a byte of what they are. */
const REPLY = /POST \/v1\/remote-replies\/[0-9a-f]{32} HTTP/;

const breaks: [string, () => Promise<void>, () => Promise<void>][] = [
  ["every connection breaks", async () => way.cut(), async () => undefined],
  ["the site dies", () => atSite.kill(), () => atSite.start()],
  ["the server in between dies", () => control.stop("SIGKILL"), () => control.start()],
];

for (const [at, [what, breakOff, mend]] of breaks.entries()) {
  test(`${what} between a change and its answer`, async () => {
    const remote = await joined((await grant()).code);
    assert.equal((await addUnit(remote, `${at}00`)).status, 201);
    const done = way.silenceAfter(REPLY);
    const asked = addUnit(remote, `${at}01`);
    await done;
    await breakOff();
    const lost = await asked;
    await mend();
    assert.deepEqual([lost.status, codeOf(lost)], [503, "REMOTE_UNANSWERED"]);
    const made = async () => (await units()).filter((number) => number === `${at}01`);
    assert.deepEqual(await made(), [`${at}01`]);
    const again = await until(() => addUnit(remote, `${at}01`).then((reply) => reply.status === 409 && reply), {
      ...{ what: "the way back", timeoutMs: 40_000 },
    });
    assert.equal(codeOf(again), "UNIT_EXISTS");
    assert.deepEqual(await made(), [`${at}01`]);
  });
}

test("a site with a new token is reached by the same permission as before", async () => {
  const remote = await joined((await grant()).code);
  assert.equal((await addUnit(remote, "901")).status, 201);
  const fresh = (await control.cli("site", "renew", siteA.domain)).trim();
  assert.notEqual(fresh, tokens.a);
  await until(async () => (await addUnit(remote, "902")).status === 503, { what: "the old token to be over" });
  assert.equal((await site.request("PUT", `/api/sites/${siteA.id}/token`, { token: fresh })).status, 204);
  await until(async () => (await addUnit(remote, "903")).status === 201, { what: "the way back", timeoutMs: 40_000 });
});
