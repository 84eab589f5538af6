/** Offers as gateways and carriers make them, at the start of a call and in it: what the bridge's phone takes is heard, what it does not take changes nothing. */
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import type { PhoneCall } from "../../bridge/src/sip/phone-call.ts";
import { around } from "../lab/around.ts";
import type { Call } from "../lab/sip/call.ts";
import { until } from "../lab/until.ts";
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

const seen = { call: null as PhoneCall | null, sound: [] as Uint8Array[] };
/** A call that the bridge answers at once; `offer` writes what the handset offers in another way. */
async function answered(phone: Handset, offer = (sdp: string) => sdp): Promise<Call> {
  Object.assign(seen, { call: null, sound: [] });
  const nothing = () => {};
  house.onCall = (call) => {
    seen.call = call;
    const heard = (sound: Uint8Array) => seen.sound.push(sound);
    call.listen({ answered: nothing, heard, key: nothing, played: nothing, held: nothing, ended: nothing });
    call.answer();
  };
  const call = await house.dial({ sdp: () => offer(phone.sdp()), connect: (sdp) => phone.connect(sdp) });
  assert.equal((await call.final).status, 200);
  return call;
}

function again(call: Call, body: string) {
  return call.request("INVITE", {
    headers: [...call.routes.map((route) => ["Route", route] as const), ["Content-Type", "application/sdp"]],
    body,
  });
}

let spoken = 0;
/** Frames that nobody said before. Their law is the handset's. */
function distinct(): Buffer {
  const salt = ++spoken * 7919;
  return Buffer.from(Array.from({ length: 20 * 160 }, (_, i) => (Math.imul(i + salt, 2_654_435_761) >>> 13) & 0xff));
}

/** Both directions, byte for byte. */
async function bothHear(phone: Handset, what: string): Promise<void> {
  const sound = distinct();
  await phone.say(sound);
  await until(() => Buffer.concat(seen.sound).includes(sound), { what: `the caller's sound ${what}` });
  seen.call?.play(what, sound, true);
  await until(() => phone.sound().includes(sound), { what: `our sound ${what}` });
}

const lines = (sdp: string): string[] => sdp.match(/^m=\S+ \d+ \S+/gm) ?? [];
const inserted = (sdp: string, media: string): string => sdp.replace("m=audio", `${media}m=audio`);
const VIDEO = "m=video 40000 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n";
const FAX = "m=image 40002 udptl t38\r\na=T38FaxVersion:0\r\na=T38FaxUdpEC:t38UDPRedundancy\r\n";
const CRYPTO = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5\r\n";
/** "SRTP enabled, not forced" of gateways: the same sound twice. */
const secured = (sdp: string): string => {
  const stream = sdp.slice(sdp.indexOf("m=audio"));
  return sdp + stream.replace("RTP/AVP", "RTP/SAVP") + CRYPTO;
};

for (const [what, offer, answer] of [
  ["video behind the sound", (sdp: string) => sdp + VIDEO, [/^m=audio [1-9]/, /^m=video 0 RTP\/AVP/]],
  ["video before the sound", (sdp: string) => inserted(sdp, VIDEO), [/^m=video 0 RTP\/AVP/, /^m=audio [1-9]/]],
  ["fax behind the sound", (sdp: string) => sdp + FAX, [/^m=audio [1-9]/, /^m=image 0 udptl/]],
  ["fax before the sound", (sdp: string) => inserted(sdp, FAX), [/^m=image 0 udptl/, /^m=audio [1-9]/]],
  ["the same sound with SRTP too", secured, [/^m=audio [1-9]\d* RTP\/AVP/, /^m=audio 0 RTP\/SAVP/]],
] as const) {
  test(`an offer with ${what} is answered line by line (RFC 3264 section 6), and both are heard`, async () => {
    const phone = await handset();
    const call = await answered(phone, offer);
    const answered_ = (await call.final).body;
    assert.equal(lines(answered_).length, answer.length, answered_);
    for (const [index, line] of lines(answered_).entries()) assert.match(line, answer[index] ?? /^$/);
    // The handset looks at the first line with sound that there is.
    phone.connect(answered_.replace(/m=(?:image|video) [\s\S]*?(?=m=audio)/, ""));
    await bothHear(phone, "in the call");
    await call.hangup();
  });
}

for (const [what, offer] of [
  ["fax in place of the sound", (sdp: string) => sdp.slice(0, sdp.indexOf("m=audio")) + FAX],
  ["fax, and the sound off", (sdp: string) => `${sdp.replace(/m=audio \d+/, "m=audio 0")}${FAX}`],
  [
    "a codec that we do not speak",
    (sdp: string) => sdp.replace("AVP 8 13 101", "AVP 18 101").replace("8 PCMA", "18 G729"),
  ],
  ["nothing", () => ""],
] as const) {
  test(`a gateway that offers ${what} in the call hears no (488), and both are heard as before`, async () => {
    const phone = await handset();
    const call = await answered(phone);
    await bothHear(phone, "before");
    assert.equal((await again(call, offer(phone.sdp()))).status, 488);
    await bothHear(phone, "after");
    await call.hangup();
  });
}

test("an offer that names the other law first in mid-call changes nothing while ours is in it", async () => {
  const phone = await handset();
  const call = await answered(phone, (sdp) => sdp.replace("AVP 8 13", "AVP 8 0 13"));
  const reply = await again(call, phone.sdp().replace("AVP 8 13", "AVP 0 8 13"));
  assert.match(reply.body, /^m=audio \d+ RTP\/AVP 8 101/m);
  await bothHear(phone, "after");
  await call.hangup();
});

test("a call that changes to the other law goes on: what is said stays in the law that it began with", async () => {
  const phone = await handset("pcma");
  const call = await answered(phone);
  await bothHear(phone, "before");
  const other = await handset("pcmu");
  const reply = await again(call, other.sdp());
  assert.equal(reply.status, 200);
  phone.pause();
  other.connect(reply.body);
  assert.equal(seen.call?.codec, "pcma");
  // Silence of μ-law is not that of A-law: taken for it, it is a crackle.
  const from = seen.sound.length;
  await until(() => seen.sound.length > from + 20, { what: "the caller's silence" });
  const loudest = Math.max(...Buffer.concat(seen.sound.slice(from + 10)).map((byte) => (byte ^ 0xd5) & 0x7f));
  assert.ok(loudest <= 1, `silence of ${loudest}`);
  const since = other.heard.length;
  seen.call?.play("quiet", Buffer.alloc(1600, 0xd5), true);
  await until(() => other.heard.length > since + 15, { what: "our silence" });
  assert.ok(other.heard.slice(since).every(({ payload }) => payload.every((byte) => (byte & 0x7f) >= 0x7e)));
  await call.hangup();
});
