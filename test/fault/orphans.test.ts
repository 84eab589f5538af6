/** What Kamailio's death leaves behind in RTPEngine: nobody ends those sessions, so they have to end by themselves. */
import { test } from "node:test";
import { House, ringing } from "../door/house.ts";
import { around } from "../lab/around.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { until } from "../lab/until.ts";

/** A minute, the round in which RTPEngine looks, and a busy machine's time. */
const GONE_MS = 80_000;

let house: House;
around(
  async () => {
    house = await House.open();
  },
  () => house?.close(),
);

test("a call whose Kamailio and devices died leaves no media session after a minute, answered or not", async () => {
  const door = await house.device("door");
  const panel = await house.device("panel401", "ws");
  const [doorSound, panelSound] = [await RtpPeer.open(), await RtpPeer.open()];
  const talking = await door.call("unit401", { rtp: doorSound });
  (await ringing(panel)).answer(200, { rtp: panelSound });
  await talking.final;
  const neighbour = await house.device("panel402");
  await door.call("unit402");
  await ringing(neighbour);
  await until(async () => (await house.edge.mediaSessions()) === 2, { what: "a session each" });

  await house.edge.killKamailio();
  doorSound.close();
  panelSound.close();
  const gone = async () => (await house.edge.mediaSessions()) === 0;
  await until(gone, { timeoutMs: GONE_MS, everyMs: 500, what: "RTPEngine to forget both calls" });
});
