/** The bridge's phone in real calls: SIP through Kamailio, sound through RTPEngine, SRTP on the bridge's side. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { ClipPlayed } from "../../bridge/src/sip/media/messages.ts";
import type { PhoneCall, PhoneCallEnd } from "../../bridge/src/sip/phone-call.ts";
import { around } from "../lab/around.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { holds, until } from "../lab/until.ts";
import { Handset } from "./handset.ts";
import { PhoneHouse } from "./phone-house.ts";

let house: PhoneHouse;
around(
  async () => {
    house = await PhoneHouse.open();
  },
  () => house?.close(),
);
const handsets: Handset[] = [];
afterEach(() => {
  for (const handset of handsets.splice(0)) handset.close();
});

async function handset(codec: "pcma" | "pcmu" = "pcma"): Promise<Handset> {
  const made = await Handset.open(codec);
  handsets.push(made);
  return made;
}

/** A call that the bridge answers at once, and what it heard. */
function answered() {
  const seen = {
    call: null as PhoneCall | null,
    sound: [] as Uint8Array[],
    keys: [] as string[],
    played: [] as ClipPlayed[],
    held: [] as boolean[],
    end: null as PhoneCallEnd | null,
  };
  house.onCall = (call) => {
    seen.call = call;
    call.listen({
      answered: () => {},
      heard: (sound) => seen.sound.push(sound),
      key: (key) => seen.keys.push(key),
      played: (clip) => seen.played.push(clip),
      held: (held) => seen.held.push(held),
      ended: (end) => {
        seen.end = end;
      },
    });
    call.answer();
  };
  return seen;
}

/** Sound that is different in each frame: no frame can pass for another. */
function distinct(frames: number): Buffer {
  return Buffer.from(Array.from({ length: frames * 160 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 13) & 0xff));
}

for (const codec of ["pcma", "pcmu"] as const) {
  test(`every byte of ${codec} arrives as it was sent, both ways`, async () => {
    const seen = answered();
    const phone = await handset(codec);
    const call = await house.dial(phone);
    assert.equal((await call.final).status, 200);
    assert.equal(seen.call?.codec, codec);
    assert.equal(seen.call?.callerNumber, "+33639980178");
    assert.equal(seen.call?.callee, "restaurant1");
    const sound = distinct(50);
    await phone.say(sound);
    await until(() => Buffer.concat(seen.sound).includes(sound), { what: "the caller's sound at the bridge" });
    seen.call?.play("a", sound, true);
    await until(() => phone.sound().includes(sound), { what: "the bridge's sound at the caller" });
    // The worker tells of it when its last packet is out, which the caller may hear first.
    await until(() => seen.played.length > 0, { what: "the word that it was played" });
    assert.deepEqual(seen.played, [{ id: "a", played: sound.length, complete: true }]);
    await call.hangup();
    assert.deepEqual(await until(() => seen.end, { what: "the end" }), { by: "them", answered: true, status: 0 });
    await house.house.quiet();
  });
}

test("what is heard comes in larger pieces where they are asked for, and no byte is missing where the one goes over into the other", async () => {
  const seen = answered();
  const phone = await handset();
  const call = await house.dial(phone);
  await call.final;
  await until(() => seen.sound.length > 5, { what: "packets" });
  const sound = distinct(100);
  const said = phone.say(sound);
  await until(() => sound.includes(Buffer.from(seen.sound.at(-1) ?? [])), { what: "its begin" });
  seen.call?.gather(200);
  await said;
  await until(() => Buffer.concat(seen.sound).includes(sound), { what: "all of it" });
  assert.deepEqual([seen.sound[0]?.length, seen.sound.at(-1)?.length], [160, 1600]);
  await call.hangup();
});

test("a key is reported once, and is no sound", async () => {
  const seen = answered();
  const phone = await handset();
  const call = await house.dial(phone);
  await call.final;
  await until(() => seen.sound.length > 5, { what: "sound" });
  phone.press("5");
  await until(() => seen.keys.length === 1, { what: "the first key" });
  phone.press("#");
  await until(() => seen.keys.length === 2, { what: "both keys" });
  assert.deepEqual(seen.keys, ["5", "#"]);
  await call.hangup();
});

test("barge-in: what waits is dropped within a packet, and what was heard is told to the byte", async () => {
  const seen = answered();
  const phone = await handset();
  const call = await house.dial(phone);
  await call.final;
  const sound = distinct(500);
  seen.call?.play("long", sound, false);
  await until(() => phone.heard.filter(({ payload }) => !isSilence(payload)).length > 20, { what: "speech" });
  const watch = startWatch();
  const clips = await seen.call?.flush();
  const tookMs = watch.stop();
  const heardSpeech = () => phone.heard.filter(({ payload }) => !isSilence(payload)).length;
  await until(() => isSilence(phone.heard.at(-1)?.payload), { what: "silence" });
  assert.equal(clips?.length, 1);
  assert.equal(clips?.[0]?.complete, false);
  assert.equal((clips?.[0]?.played ?? 0) / 160, heardSpeech());
  assert.ok(tookMs < 250, `${tookMs} ms`);
  await call.hangup();
});

test("barge-in at the phone: of what waited, nothing comes later than a packet's time", async () => {
  const seen = answered();
  const phone = await handset();
  const call = await house.dial(phone);
  await call.final;
  const tooLateMs: number[] = [];
  for (let round = 0; round < 9; round++) {
    const from = phone.heard.length;
    const speech = () => phone.heard.slice(from).filter(({ payload }) => !isSilence(payload));
    seen.call?.play(`clip ${round}`, distinct(500), false);
    await until(() => speech().length > 5 + round, { what: "speech" });
    const askedAtMs = performance.now();
    const [clip] = (await seen.call?.flush()) ?? [];
    await until(() => phone.heard.slice(-5).every(({ payload }) => isSilence(payload)), { what: "silence" });
    tooLateMs.push((speech().at(-1)?.atMs ?? 0) - askedAtMs);
    assert.equal(clip?.played, speech().length * 160);
  }
  // The middle of nine: one of them may meet a machine that is busy elsewhere.
  const middle = tooLateMs.toSorted((a, b) => a - b)[4] ?? Number.NaN;
  assert.ok(middle <= 20, `${tooLateMs.map(Math.round).join(", ")} ms`);
  await call.hangup();
});

test("speech in pieces of any size, a byte, none at all, ten seconds at once, is one sound without a gap", async () => {
  const seen = answered();
  const phone = await handset();
  const call = await house.dial(phone);
  await call.final;
  const sound = distinct(600);
  let at = 0;
  for (const size of [1, 0, 319, 1, 1, 7, 0, 161, 1599, 80_000]) {
    seen.call?.play("pieces", sound.subarray(at, at + size), false);
    at += size;
  }
  for (; at < sound.length; at += 4001) seen.call?.play("pieces", sound.subarray(at, at + 4001), false);
  seen.call?.play("pieces", Buffer.alloc(0), true);
  await until(() => phone.sound().includes(sound), { what: "all of it, byte for byte" });
  await until(() => seen.played.length > 0, { what: "the word that it was played" });
  assert.deepEqual(seen.played, [{ id: "pieces", played: sound.length, complete: true }]);
  await call.hangup();
});

test("a line with loss, swaps and repetitions gives a timeline in which every packet that came is in its place", async () => {
  const seen = answered();
  const phone = await handset();
  phone.impairment = { loss: 0.05, swap: 0.03, twice: 0.02 };
  const call = await house.dial(phone);
  await call.final;
  const sound = distinct(400);
  await phone.say(sound);
  await until(() => Buffer.concat(seen.sound).length >= sound.length + 1600, { what: "the timeline" });
  const heard = Buffer.concat(seen.sound);
  const first = heard.indexOf(sound.subarray(160, 320));
  let [right, silent, wrong] = [0, 0, 0];
  for (let at = 0; at < 398; at++) {
    const frame = heard.subarray(first + at * 160, first + at * 160 + 160);
    if (frame.equals(sound.subarray((at + 1) * 160, (at + 2) * 160))) right++;
    else if (isSilence(frame)) silent++;
    else wrong++;
  }
  assert.equal(wrong, 0);
  assert.ok(right > 360 && silent < 38, `${right} right, ${silent} silent`);
  await call.hangup();
});

for (const ms of [10, 30, 60]) {
  test(`a gateway with packets of ${ms} ms is heard whole, and hears us`, async () => {
    const seen = answered();
    const phone = await handset();
    phone.packetMs = ms;
    const call = await house.dial(phone);
    await call.final;
    const sound = distinct(48);
    await phone.say(sound);
    await until(() => Buffer.concat(seen.sound).includes(sound), { what: "the caller's sound at the bridge" });
    seen.call?.play("a", sound, true);
    await until(() => phone.sound().includes(sound), { what: "the bridge's sound at the caller" });
    await call.hangup();
  });
}

test("comfort noise instead of silence and a sender that becomes another in mid-call: each word is heard, and the pause is as long as it was", async () => {
  const seen = answered();
  const phone = await handset();
  const call = await house.dial(phone);
  await call.final;
  const [before, after] = [distinct(25), distinct(60).subarray(35 * 160)];
  await phone.say(before);
  phone.comfortNoise = true;
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  phone.comfortNoise = false;
  phone.becomeAnother();
  await phone.say(after);
  await until(() => Buffer.concat(seen.sound).includes(after), { what: "the words after the pause" });
  const heard = Buffer.concat(seen.sound);
  const pause = heard.subarray(heard.indexOf(before) + before.length, heard.indexOf(after));
  assert.ok(heard.indexOf(before) >= 0 && isSilence(pause));
  assert.equal(seen.end, null);
  await call.hangup();
});

for (const [what, first, go] of [
  [
    "is cut for three seconds while its packets' numbers begin anew",
    65_400,
    async (phone: Handset) => {
      phone.impairment = { loss: 1 };
      await delay(3_000);
      phone.impairment = {};
    },
  ],
  [
    "goes on with other numbers under the same name (SSRC)",
    40_000,
    (phone: Handset) => Promise.resolve(phone.numberFrom(5_000)),
  ],
] as const) {
  test(`a sender that ${what} is heard again`, async () => {
    const seen = answered();
    const phone = await handset();
    phone.numberFrom(first);
    const call = await house.dial(phone);
    await call.final;
    await until(() => seen.sound.length > 5, { what: "sound" });
    await go(phone);
    const sound = distinct(25);
    await phone.say(sound);
    await until(() => Buffer.concat(seen.sound).includes(sound), { timeoutMs: 10_000, what: "the caller's sound" });
    await call.hangup();
  });
}

test("a gateway that sends nothing between words may listen for long, and hangs up itself", {
  timeout: 90_000,
}, async () => {
  const seen = answered();
  const phone = await handset();
  phone.suppressesSilence = true;
  const call = await house.dial(phone);
  await call.final;
  const words = [distinct(25), distinct(60).subarray(35 * 160)] as const;
  for (const word of words) {
    await phone.say(word);
    await until(() => Buffer.concat(seen.sound).includes(word), { what: "a word" });
    await holds(() => seen.end === null, 1_000, "the call");
  }
  await holds(() => seen.end === null, 13_000, "the call of somebody who listens");
  await call.hangup();
  assert.equal((await until(() => seen.end, { what: "the end" })).by, "them");
});

test("a stranger who finds the relay's port is neither heard nor gets what the caller should hear", async () => {
  const seen = answered();
  const [phone, stranger] = [await handset(), await handset()];
  const call = await house.dial(phone);
  const { body } = await call.final;
  // RTPEngine holds fast to where sound comes from 3 s after the last word of signalling.
  await until(() => phone.heard.length > 200, { what: "some seconds of the call" });
  stranger.connect(body);
  const [theirs, ours, answer] = [distinct(25), distinct(90).subarray(65 * 160), distinct(50).subarray(25 * 160)];
  await stranger.say(theirs);
  await phone.say(ours);
  seen.call?.play("a", answer, true);
  await until(() => phone.sound().includes(answer), { what: "the bridge's sound at the caller" });
  await until(() => Buffer.concat(seen.sound).includes(ours), { what: "the caller's sound at the bridge" });
  assert.deepEqual(stranger.heard, []);
  const heard = Buffer.concat(seen.sound);
  for (let at = 0; at < theirs.length; at += 160)
    assert.ok(!heard.includes(theirs.subarray(at, at + 160)), `packet ${at / 160}`);
  await call.hangup();
});

for (const [where, address] of [
  ["at the gateway's own address, on another port", "127.0.0.1"],
  ["at another address", "127.0.0.77"],
] as const) {
  test(`a stranger ${where}, who floods the relay's port from the first moment on, does not become the caller`, async () => {
    const seen = answered();
    const phone = await handset();
    const call = await house.dial(phone);
    const { body } = await call.final;
    const relay = Number(/^m=audio (\d+)/m.exec(body)?.[1]);
    const stranger = createSocket("udp4");
    stranger.bind(0, address);
    await once(stranger, "listening");
    let got = 0;
    stranger.on("message", () => {
      got += 1;
    });
    const theirs = Buffer.concat([Buffer.from("800800010000000100000007", "hex"), distinct(60).subarray(59 * 160)]);
    let sent = 0;
    const flood = setInterval(() => {
      for (let n = 0; n < 15; n++) {
        sent += 1;
        theirs.writeUInt16BE(sent & 0xffff, 2);
        theirs.writeUInt32BE((sent * 160) >>> 0, 4);
        stranger.send(theirs, relay, "127.0.0.1");
      }
    }, 20);
    try {
      await until(() => phone.heard.length > 250, { what: "five seconds of the call" });
      const ours = distinct(25);
      await phone.say(ours);
      await until(() => Buffer.concat(seen.sound).includes(ours), { what: "the caller's sound at the bridge" });
      assert.ok(sent > 1_000);
      assert.equal(got, 0, "packets of the call that the stranger got");
    } finally {
      clearInterval(flood);
      stranger.close();
    }
    await call.hangup();
  });
}

test("a gateway behind a NAT, whose sound comes from another port than it says, is heard and hears", async () => {
  const seen = answered();
  const phone = await handset();
  const nearby = await handset();
  const { port } = phone;
  phone.sdp = (...args) =>
    Handset.prototype.sdp
      .apply(phone, args)
      .replace(`m=audio ${port} `, `m=audio ${nearby.port} `)
      .replace("c=IN IP4 127.0.0.1", "c=IN IP4 192.0.2.9");
  const call = await house.dial(phone);
  await call.final;
  const sound = distinct(25);
  await phone.say(sound);
  await until(() => Buffer.concat(seen.sound).includes(sound), { what: "the caller's sound at the bridge" });
  seen.call?.play("a", sound, true);
  await until(() => phone.sound().includes(sound), { what: "the bridge's sound at the caller" });
  await call.hangup();
});

describe("a call that changes", () => {
  /** Offers the call anew. */
  async function reinviting(phone: Handset) {
    const call = await house.dial(phone);
    const { headers } = await call.final;
    const routes = headers
      .filter(([name]) => /^record-route$/i.test(name))
      .map(([, value]) => ["Route", value] as const);
    const reinvite = (body: string) =>
      call.request("INVITE", { headers: [...routes.toReversed(), ["Content-Type", "application/sdp"]], body });
    return { call, reinvite };
  }

  test("hold stops our sound and theirs, resume brings both back", async () => {
    const seen = answered();
    const phone = await handset();
    const { call, reinvite } = await reinviting(phone);
    await until(() => phone.heard.length > 10, { what: "our silence" });
    assert.equal((await reinvite(phone.sdp("sendonly"))).status, 200);
    assert.deepEqual(seen.held, [true]);
    assert.equal((await reinvite(phone.sdp())).status, 200);
    assert.deepEqual(seen.held, [true, false]);
    const sound = distinct(20);
    await phone.say(sound);
    await until(() => Buffer.concat(seen.sound).includes(sound), { what: "the caller's sound after hold" });
    seen.call?.play("b", sound, true);
    await until(() => phone.sound().includes(sound), { what: "our sound after hold" });
    await call.hangup();
  });

  for (const [what, hold] of [
    ["sends no sound on hold", (phone: Handset) => phone.sdp("sendonly")],
    ["wants none and sends none", (phone: Handset) => phone.sdp("inactive")],
    // RFC 2543 section B.5; RFC 3264 section 8.4 still has to take it.
    ["names no address to send to", (phone: Handset) => phone.sdp("sendrecv", "0.0.0.0")],
    [
      "names no address and no direction",
      (phone: Handset) => phone.sdp("sendrecv", "0.0.0.0").replace("a=sendrecv\r\n", ""),
    ],
  ] as const) {
    test(`a gateway that ${what} is no dead phone: the call is there when it comes back`, {
      timeout: 90_000,
    }, async () => {
      const seen = answered();
      const phone = await handset();
      const { call, reinvite } = await reinviting(phone);
      await until(() => seen.sound.length > 5, { what: "sound" });
      assert.equal((await reinvite(hold(phone))).status, 200);
      assert.deepEqual(seen.held, [true]);
      phone.pause();
      await holds(() => seen.end === null, 14_000, "the call on hold");
      phone.resume();
      assert.equal((await reinvite(phone.sdp())).status, 200);
      assert.deepEqual(seen.held, [true, false]);
      const sound = distinct(20);
      await phone.say(sound);
      await until(() => Buffer.concat(seen.sound).includes(sound), { what: "the caller's sound after hold" });
      seen.call?.play("b", sound, true);
      await until(() => phone.sound().includes(sound), { what: "our sound after hold" });
      await call.hangup();
    });
  }

  test("Kamailio restarts in mid-call: the sound goes on, and the caller's hang-up reaches the bridge", async () => {
    const seen = answered();
    const phone = await handset();
    const call = await house.dial(phone);
    await call.final;
    await house.house.edge.restartKamailio();
    const sound = distinct(20);
    await phone.say(sound);
    await until(() => Buffer.concat(seen.sound).includes(sound), { what: "sound while Kamailio starts" });
    await until(() => house.phone.registered, { timeoutMs: 30_000, what: "the phone to register again" });
    await call.hangup();
    assert.equal((await until(() => seen.end, { what: "the end" })).by, "them");
  });
});

test("a caller whose phone died is hung up on", { timeout: 120_000 }, async () => {
  const seen = answered();
  const phone = await handset();
  const call = await house.dial(phone);
  await call.final;
  await until(() => seen.sound.length > 5, { what: "sound" });
  phone.pause();
  assert.equal((await until(() => seen.end, { timeoutMs: 40_000, what: "the end" })).by, "silence");
  await call.endedByPeer;
});

test("a call that is refused rings the people of the next rule at once", async () => {
  const staff = await house.house.device("staff");
  staff.policy = { final: 200 };
  house.onCall = (call) => {
    call.listen({
      answered: () => {},
      heard: () => {},
      key: () => {},
      played: () => {},
      held: () => {},
      ended: () => {},
    });
    call.refuse(503);
  };
  const watch = startWatch();
  const call = await house.dial(await handset());
  assert.equal((await call.final).status, 200);
  assert.equal(staff.incoming.length, 1);
  assert.ok(watch.stop() < 3000);
  await call.hangup();
});

function isSilence(payload: Uint8Array | undefined): boolean {
  return payload?.every((byte) => byte === 0xd5 || byte === 0xff) ?? false;
}
