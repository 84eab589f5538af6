/** RTPEngine hangs in the moment in which calls end: it hears of their ends later, also when a device goes on sending. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { House, ringing, status } from "../door/house.ts";
import { around } from "../lab/around.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { until } from "../lab/until.ts";

let house: House;
around(
  async () => {
    house = await House.open();
  },
  () => house?.close(),
);

/** SIGSTOP; resolves when the last thread stands still. */
async function freeze(pid: number): Promise<void> {
  process.kill(pid, "SIGSTOP");
  const threads = readdirSync(`/proc/${pid}/task`);
  const stands = (thread: string) => / [Tt] /.test(readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8"));
  await until(() => threads.every(stands), { what: "RTPEngine to stand still" });
}

test("calls that end while RTPEngine hangs are gone from it soon after it lives again", async () => {
  const door = await house.device("door");
  const phone = await house.device("mobile401");
  const sounds = await Promise.all(Array.from({ length: 6 }, () => RtpPeer.open()));
  try {
    const calls = [];
    for (let n = 0; n < 3; n++) {
      const [atDoor, atPhone] = [sounds[2 * n], sounds[2 * n + 1]];
      assert.ok(atDoor && atPhone);
      atDoor.play(440);
      const call = await door.call("unit401", { rtp: atDoor });
      (await ringing(phone, n)).answer(200, { rtp: atPhone });
      atPhone.play(1000);
      assert.equal(await status(call), 200);
      calls.push(call);
    }
    await until(async () => (await house.edge.mediaSessions()) === 3, { what: "three sessions" });
    await freeze(house.edge.rtpenginePid);
    try {
      for (const call of calls) assert.equal((await call.hangup()).status, 200);
    } finally {
      process.kill(house.edge.rtpenginePid, "SIGCONT");
    }
    // Below the minute of its own timeout, which begins only when the packets end.
    const gone = async () => (await house.edge.mediaSessions()) === 0;
    await until(gone, { timeoutMs: 20_000, everyMs: 250, what: "RTPEngine to forget the three calls" });
  } finally {
    for (const sound of sounds) sound.close();
  }
});
