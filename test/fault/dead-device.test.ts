/** A device that dies in a call sends no BYE. Its silence ends the call for the other side. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import Fastify from "fastify";
import { Kamailio } from "../../infra/control/src/kamailio.ts";
import { KamailioRpc } from "../../infra/control/src/kamailio-rpc.ts";
import { LocationReader } from "../../infra/control/src/location-reader.ts";
import { MediaWatch } from "../../infra/control/src/media-watch.ts";
import { OutboxReader } from "../../infra/control/src/outbox-reader.ts";
import { Rtpengine } from "../../infra/control/src/rtpengine.ts";
import { defaultPassword, type Edge, startEdge } from "../lab/edge.ts";
import type { Call } from "../lab/sip/call.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import type { Protocol } from "../lab/sip/wire.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";

const DOMAIN = "a.sip.test";
/** RTPEngine tells the time of the last packet in whole seconds. */
const SILENCE_MS = 2_500;

let edge: Edge;
let watch: MediaWatch;
let door: SipAgent;
let phone: SipAgent;
const closers: (() => void)[] = [];

before(async () => {
  edge = await startEdge();
  edge.seedDirectory({
    domain: DOMAIN,
    units: [
      { name: "unit401", kind: "residential" },
      { name: "unit402", kind: "residential" },
    ],
    accounts: [
      { username: "door", type: "door", unit: null },
      { username: "phone", type: "mobile", unit: "unit401" },
      { username: "tablet", type: "mobile", unit: "unit402" },
    ],
    rules: [{ unit: "unit401" }, { unit: "unit402" }],
  });
  const { rpcPort, rpcSecret, rtpengineNgPort, dataFolder } = edge.values;
  const outbox = new OutboxReader(join(dataFolder, "outbox.db"));
  const locations = new LocationReader(join(dataFolder, "location.db"));
  closers.push(
    () => outbox.stop(),
    () => locations.close(),
  );
  watch = new MediaWatch({
    kamailio: new Kamailio(new KamailioRpc(rpcPort, rpcSecret), locations, outbox),
    rtpengine: new Rtpengine(rtpengineNgPort),
    log: Fastify({ logger: false }).log,
    silenceMs: SILENCE_MS,
  });
  door = await agent("door");
  phone = await agent("phone");
  watch.start();
});

after(async () => {
  await watch?.stop();
  for (const close of closers) close();
  await edge?.stop();
});

async function agent(user: string, protocol: Protocol = "udp"): Promise<SipAgent> {
  const opened = await SipAgent.open({
    port: edge.values.sipPort,
    protocol,
    user,
    domain: DOMAIN,
    password: defaultPassword(user),
  });
  closers.push(() => opened.close());
  opened.policy = { final: null };
  assert.equal((await opened.register()).status, 200);
  return opened;
}

/** A call of the door in which both sides are heard. */
async function talk(
  unit = "unit401",
  device = phone,
): Promise<{ call: Call; answered: Call; doorSound: RtpPeer; phoneSound: RtpPeer }> {
  const [doorSound, phoneSound] = [await RtpPeer.open(), await RtpPeer.open()];
  closers.push(
    () => doorSound.close(),
    () => phoneSound.close(),
  );
  const rang = device.incoming.length;
  doorSound.play(440);
  const call = await door.call(unit, { rtp: doorSound });
  const answered = await until(() => device.incoming[rang], { what: `the ${device.user} to ring` });
  answered.answer(200, { rtp: phoneSound });
  phoneSound.play(1000);
  assert.equal((await call.final).status, 200);
  await until(() => doorSound.received > 10 && phoneSound.received > 10, { what: "both sides to be heard" });
  return { call, answered, doorSound, phoneSound };
}

for (const dead of ["door", "phone"] as const) {
  test(`when the ${dead} falls silent for good, both sides get a BYE and the system ended the call`, async () => {
    const { call, answered, doorSound, phoneSound } = await talk();
    (dead === "door" ? doorSound : phoneSound).pause();
    await Promise.all([call.endedByPeer, answered.endedByPeer]);
    const last = await until(() => edge.events().findLast(({ kind }) => kind === "ended"), { what: "the ended event" });
    assert.equal(last.endedBy, "system");
    await until(async () => (await edge.mediaSessions()) === 0, { what: "RTPEngine to hear of it" });
  });
}

test("the BYE finds a device that came back on another connection during the call", async () => {
  const tablet = await agent("tablet", "tcp");
  const { call, answered, doorSound } = await talk("unit402", tablet);
  await tablet.reconnect();
  assert.equal((await tablet.register()).status, 200);
  doorSound.pause();
  await Promise.all([call.endedByPeer, answered.endedByPeer]);
});

test("a call in which both sides are heard goes on", async () => {
  const { call, doorSound } = await talk();
  const packets = doorSound.received;
  // Three times the silence that would have ended it.
  await until(() => doorSound.received > packets + (3 * SILENCE_MS) / 20, {
    timeoutMs: 6 * SILENCE_MS,
    what: "the call to go on",
  });
  assert.deepEqual(
    call.messages.filter(({ status }) => status === 0).map(({ method }) => method),
    [],
  );
  assert.equal((await call.hangup()).status, 200);
});
