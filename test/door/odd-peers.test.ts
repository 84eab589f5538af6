/** Peers that speak SIP in another dialect than ours: what they ask for passes, or is refused in words that they know. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { describe, test } from "node:test";
import { connect as connectTls, type SecureVersion } from "node:tls";
import { type HeaderLine, header, type SipMessage, token } from "../lab/sip/message.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, house, inHouse, ringing, status } from "./house.ts";

inHouse();

const SHORT: Record<string, string> = {
  via: "v",
  from: "f",
  to: "t",
  "call-id": "i",
  contact: "m",
  "content-type": "c",
  "content-length": "l",
  supported: "k",
};

/** From here on the agent writes its headers as `spell` does. */
function spelling(agent: SipAgent, spell: (name: string) => string): void {
  const send = agent.wire.send.bind(agent.wire);
  agent.wire.send = (text) => {
    if (typeof text !== "string") return send(text);
    const [head = "", ...body] = text.split("\r\n\r\n");
    send([head.replace(/^([A-Za-z-]+):/gm, (_, name) => `${spell(name)}:`), ...body].join("\r\n\r\n"));
  };
}

/** A provisional reply of this call that the caller has seen. */
function provisional(caller: SipAgent, callId: string, code: number): Promise<SipMessage> {
  return caller.waitFor(`${code}`, (m) => m.status === code && header(m, "call-id") === callId);
}

/** Sends a request of the caller within a call that only rings. */
function early(caller: SipAgent, ringingReply: SipMessage, method: string, headers: HeaderLine[] = []) {
  return caller.request({
    method,
    uri: `sip:unit401@${DOMAIN}`,
    from: header(ringingReply, "from"),
    to: header(ringingReply, "to"),
    callId: header(ringingReply, "call-id"),
    cseq: Number.parseInt(header(ringingReply, "cseq"), 10) + 1,
    headers,
  });
}

describe("a door that writes", () => {
  for (const [what, spell] of [
    ["short header names", (name: string) => SHORT[name.toLowerCase()] ?? name],
    ["header names in small letters", (name: string) => name.toLowerCase()],
    ["header names in capitals", (name: string) => name.toUpperCase()],
    ["blanks before the colon", (name: string) => `${name} \t`],
  ] as const) {
    for (const protocol of ["udp", "tcp", "wss"] as const) {
      test(`${what} over ${protocol} registers, calls and hangs up`, async () => {
        const phone = await house.device("mobile401");
        const door = await house.agent("door", protocol);
        spelling(door, spell);
        assert.equal((await door.register()).status, 200);
        const call = await door.call("unit401");
        (await ringing(phone)).answer(200);
        assert.equal(await status(call), 200);
        assert.equal((await call.hangup()).status, 200);
        assert.equal((await house.finished()).at(-1), "ended caller");
      });
    }
  }

  test("an IPv6 address into its offer is heard all the same", async () => {
    const phone = await house.device("mobile401");
    const door = await house.device("door");
    const [atDoor, atPhone] = [await RtpPeer.open(), await RtpPeer.open()];
    try {
      const body = atDoor.sdp().replace(/IN IP4 \S+/g, "IN IP6 2001:db8::1");
      const call = await door.call("unit401", { body });
      const answered = await ringing(phone);
      assert.match(answered.invite?.body ?? "", /\nc=IN IP4 127\.0\.0\.1/);
      answered.answer(200, { rtp: atPhone });
      assert.equal(await status(call), 200);
      atDoor.connect((await call.final).body);
      atDoor.play(440);
      atPhone.play(1000);
      await until(() => atDoor.received > 20 && atPhone.received > 20, { what: "both to be heard" });
      assert.equal((await call.hangup()).status, 200);
    } finally {
      atDoor.close();
      atPhone.close();
    }
  });
});

describe("a phone that", () => {
  test("wants its ringing acknowledged (100rel) gets the PRACK, and the call stands", async () => {
    const phone = await house.device("mobile401");
    phone.policy = { ring: false, final: null };
    const door = await house.device("door");
    const call = await door.call("unit401", { headers: [["Supported", "100rel"]] });
    const rung = await ringing(phone);
    assert.match(header(rung.invite as SipMessage, "supported"), /100rel/);
    rung.answer(180, {
      headers: [
        ["Require", "100rel"],
        ["RSeq", "7"],
      ],
    });
    const reply = await provisional(door, call.callId, 180);
    assert.equal(header(reply, "rseq"), "7");
    const prack = await early(door, reply, "PRACK", [["RAck", `7 ${header(reply, "cseq")}`]]);
    assert.equal(prack.status, 200);
    assert.equal(rung.messages.find(({ method }) => method === "PRACK")?.method, "PRACK");
    rung.answer(200);
    assert.equal(await status(call), 200);
    assert.equal((await call.hangup()).status, 200);
  });

  test("refuses what the door asks for (420) leaves the others ringing", async () => {
    const [phone, panel] = [await house.device("mobile401"), await house.device("panel401", "wss")];
    phone.policy = { ring: false, final: null };
    const door = await house.device("door");
    const call = await door.call("unit401", { headers: [["Require", "100rel"]] });
    (await ringing(phone)).answer(420, { headers: [["Unsupported", "100rel"]] });
    (await ringing(panel)).answer(200);
    assert.equal(await status(call), 200);
    assert.equal((await call.hangup()).status, 200);
  });

  for (const [what, asked, refusal, said, mended] of [
    [
      "wants a longer session timer (422)",
      ["Session-Expires", "90"],
      422,
      ["Min-SE", "1800"],
      ["Session-Expires", "1800"],
    ],
    [
      "does not know what the door requires (420)",
      ["Require", "100rel"],
      420,
      ["Unsupported", "100rel"],
      ["Subject", "bell"],
    ],
  ] as const) {
    test(`${what} and is alone: the door hears it, asks again by the same Call-ID, and is answered`, async () => {
      const phone = await house.device("mobile401");
      phone.policy = { ring: false, final: null };
      const door = await house.device("door");
      const known = { callId: token(), from: `<${door.aor}>;tag=${token()}` };
      const call = await door.call("unit401", { ...known, headers: [asked] });
      (await ringing(phone)).answer(refusal, { headers: [said] });
      const final = await call.final;
      assert.equal(final.status, refusal);
      assert.equal(header(final, said[0]), said[1]);
      assert.deepEqual(await house.finished(), ["invited", `failed ${refusal}`]);
      const again = await door.call("unit401", { ...known, cseq: 7, headers: [mended] });
      (await ringing(phone, 1)).answer(200);
      assert.equal(await status(again), 200);
      assert.equal((await again.hangup()).status, 200);
    });
  }

  test("agrees on a session timer keeps it, and both refresh with UPDATE and INVITE", async () => {
    const phone = await house.device("mobile401");
    const door = await house.device("door");
    const timer: HeaderLine[] = [
      ["Supported", "timer"],
      ["Session-Expires", "1800"],
      ["Min-SE", "90"],
    ];
    const call = await door.call("unit401", { headers: timer });
    const rung = await ringing(phone);
    assert.equal(header(rung.invite as SipMessage, "session-expires"), "1800");
    rung.answer(200, {
      headers: [
        ["Require", "timer"],
        ["Session-Expires", "1800;refresher=uac"],
      ],
    });
    assert.match(header(await call.final, "session-expires"), /^1800/);
    assert.equal((await call.request("UPDATE", { headers: timer })).status, 200);
    assert.equal((await rung.request("UPDATE", { headers: timer })).status, 200);
    assert.equal((await call.hangup()).status, 200);
  });

  test("plays a sound before it answers (183) is cancelled like one that rings", async () => {
    const phone = await house.device("mobile401");
    phone.policy = { ring: false, final: null };
    const sound = await RtpPeer.open();
    const door = await house.device("door");
    try {
      const call = await door.call("unit401");
      const rung = await ringing(phone);
      phone.reply(rung.invite as SipMessage, 183, {
        toTag: rung.localTag,
        headers: [
          ["Contact", `<${phone.contactUri}>`],
          ["Content-Type", "application/sdp"],
        ],
        body: sound.sdp(),
      });
      assert.match((await provisional(door, call.callId, 183)).body, /\nm=audio [1-9]/);
      assert.equal((await call.cancel()).status, 200);
      assert.equal(await status(call), 487);
      assert.equal((await rung.endedByPeer).method, "CANCEL");
      rung.answer(487);
      assert.equal((await house.finished()).at(-1), "failed 487");
    } finally {
      sound.close();
    }
  });

  test("would take over or follow a call (Replaces, REFER) is refused, and the call goes on", async () => {
    const phone = await house.device("mobile401");
    const [door, panel] = [await house.device("door"), await house.device("panel402", "wss")];
    const call = await door.call("unit401");
    const rung = await ringing(phone);
    rung.answer(200);
    assert.equal(await status(call), 200);
    for (const party of [call, rung]) {
      const to: HeaderLine[] = [["Refer-To", `<sip:unit402@${DOMAIN}>`]];
      assert.equal((await party.request("REFER", { headers: to })).status, 405);
    }
    const replaces = `${call.callId};to-tag=${rung.localTag};from-tag=${call.localTag}`;
    const thief = await panel.call("unit401", { headers: [["Replaces", replaces]] });
    const second = await ringing(phone, 1);
    assert.equal(header(second.invite as SipMessage, "replaces"), "");
    second.answer(486);
    assert.equal(await status(thief), 486);
    assert.equal(call.isEndedByPeer || rung.isEndedByPeer, false);
    assert.equal((await call.hangup()).status, 200);
  });
});

describe("a REGISTER", () => {
  for (const [what, expires, contact] of [
    ["that ends before it begins", "-1", (uri: string) => `<${uri}>`],
    ["whose Contact ends before it begins", "300", (uri: string) => `<${uri}>;expires=-300`],
    ["for longer than numbers go", "99999999999999999999", (uri: string) => `<${uri}>`],
    ["for a time that is no number", "soon", (uri: string) => `<${uri}>`],
    ["with a star for some time", "300", () => "*"],
    ["with a star and another Contact", "0", (uri: string) => `*, <${uri}>`],
    ["with a q that is none", "300", (uri: string) => `<${uri}>;q=seven`],
  ] as const) {
    test(`${what} leaves the account's other phone ringing`, async () => {
      const phone = await house.device("mobile401");
      const other = await house.agent("mobile401", "tcp");
      const parts = {
        method: "REGISTER",
        uri: `sip:${DOMAIN}`,
        to: `<${other.aor}>`,
        contact: contact(other.contactUri),
      };
      const reply = await other.request({ ...parts, headers: [["Expires", expires]] });
      assert.ok(reply.status === 200 || (reply.status >= 400 && reply.status < 500), reply.startLine);
      const expiry = [...header(reply, "contact").matchAll(/expires=(\d+)/g)].map(([, seconds]) => Number(seconds));
      assert.ok(
        expiry.every((seconds) => seconds <= 900),
        header(reply, "contact"),
      );
      other.policy = { final: 486 };
      const door = await house.device("door");
      const call = await door.call("unit401");
      (await ringing(phone)).answer(200);
      assert.equal(await status(call), 200);
      assert.equal((await call.hangup()).status, 200);
    });
  }
});

describe("the port for browsers", () => {
  for (const version of ["TLSv1", "TLSv1.1"] as SecureVersion[]) {
    test(`refuses ${version}`, async () => {
      const options = { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" };
      const socket = connectTls({ port: house.edge.values.wssPort, rejectUnauthorized: false, ...options });
      const error = await Promise.race([
        once(socket, "error").catch((failed) => [failed]),
        once(socket, "secureConnect").then(() => [new Error("it spoke")]),
      ]);
      socket.destroy();
      // The server's own word, not one of this machine's library.
      assert.match(String(error[0]), /alert protocol version/i);
    });
  }

  test("answers no SIP, HTTP or WebSocket without TLS, and closes", async () => {
    for (const text of [
      `OPTIONS sip:${DOMAIN} SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK${token()}\r\n\r\n`,
      "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ]) {
      const socket = connectTcp(house.edge.values.wssPort, "127.0.0.1");
      let said = "";
      socket.on("data", (bytes) => {
        said += bytes.toString("latin1");
      });
      socket.on("error", () => {});
      socket.write(text);
      await once(socket, "close", { signal: AbortSignal.timeout(30_000) });
      assert.doesNotMatch(said, /SIP\/2\.0|HTTP\/1/);
    }
  });
});
