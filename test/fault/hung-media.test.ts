/** RTPEngine takes requests and answers none (a machine out of memory or disk): what waits for it holds up nobody else for long. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { House, status } from "../door/house.ts";
import { around } from "../lab/around.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { until } from "../lab/until.ts";

let house: House;
around(
  async () => {
    house = await House.open();
  },
  () => house?.close(),
);
afterEach(() => house.clear());

/** SIGSTOP; resolves when the last thread stands still. */
async function freeze(pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  const threads = readdirSync(`/proc/${pid}/task`);
  const stands = (thread: string) => / [Tt] /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8"));
  await until(() => threads.every(stands), { what: "RTPEngine to stand still" });
}

// First: the silence of another test would count as this one's.
test("an RTPEngine that hangs for long is asked for one call in two seconds, not for each", async () => {
  const door = await house.device("door");
  await house.device("mobile401");
  await house.edge.killRtpengine();
  const deaf = createSocket("udp4");
  let asked = 0;
  deaf.on("message", () => asked++);
  try {
    await new Promise<void>((bound) => deaf.bind(house.edge.values.rtpengineNgPort, "127.0.0.1", bound));
    for (let round = 1; round <= 3; round++) {
      const calls = [await door.call("unit401"), await door.call("unit401"), await door.call("unit401")];
      for (const call of calls) assert.equal(await status(call), 503);
      // Each thing is said twice (rtpengine_retr), or once and then asked whether it lives.
      await until(() => asked >= 2 * round, { what: "what RTPEngine was sent" });
      assert.equal(asked, 2 * round, `what it was sent by round ${round}`);
      // Past what is remembered of its silence.
      await delay(3_500);
    }
  } finally {
    deaf.close();
    await house.edge.startRtpengine();
  }
});

/** Two waits of half a second, the one for this call and one that was just before it, and a busy machine's time. */
const LONGEST_MS = 3_000;

for (const protocol of ["udp", "wss"] as const) {
  test(`while RTPEngine hangs, calls over ${protocol} are refused and devices there register all the same`, async () => {
    const door = await house.device("door", protocol);
    await house.device("panel401", "wss");
    const mobile = await house.device("mobile401", protocol);
    await freeze(house.edge.rtpenginePid);
    try {
      for (let round = 0; round < 4; round++) {
        const watch = startWatch();
        const calls = await Promise.all([door.call("unit401"), door.call("unit401"), door.call("unit401")]);
        for (let n = 0; n < 5; n++) {
          const watch = startWatch();
          assert.equal((await mobile.register()).status, 200);
          assert.ok(watch.stop() < LONGEST_MS, `${Math.round(watch.stop())} ms to register`);
        }
        for (const call of calls) assert.equal(await status(call), 503);
        assert.ok(watch.stop() < 2 * LONGEST_MS);
      }
    } finally {
      process.kill(house.edge.rtpenginePid, "SIGCONT");
    }
  });
}
