/**
 * Digest answers in every shape that a peer or an attacker may give them (RFC 2617, 7616, 8760): what was not made with the account's secret
 * opens nothing, whatever it calls itself, and no shape harms a worker.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { type Challenge, md5, readChallenge } from "../lab/sip/digest.ts";
import { header, type SipMessage, token } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { assertNotReached, assertRefused, assertWorkersLive, Field, passwordOf } from "./field.ts";
import { openLedger } from "./ledger.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What an answer is made of; a shape changes some of it. */
interface Login {
  method: string;
  uri: string;
  body: string;
  user: string;
  realm: string;
  nonce: string;
  password: string;
}

interface Parts {
  hash: (text: string) => string;
  /** The `algorithm` that it names; null: none. */
  algorithm: string | null;
  sess: boolean;
  /** null: as RFC 2069 did. */
  qop: "auth" | "auth-int" | null;
  nc: string;
  realm: string;
  user: string;
  password: string;
  edit: (value: string) => string;
}

function answer(login: Login, shape: Partial<Parts>): string {
  const { hash = md5, algorithm = "MD5", sess = false, nc = "00000001", edit = (value) => value } = shape;
  const { qop = "auth", realm = login.realm, user = login.user, password = login.password } = shape;
  const cnonce = token(8);
  const secret = hash(`${user}:${realm}:${password}`);
  const a1 = sess ? hash(`${secret}:${login.nonce}:${cnonce}`) : secret;
  const a2 = hash(`${login.method}:${login.uri}${qop === "auth-int" ? `:${hash(login.body)}` : ""}`);
  const response = hash(qop ? `${a1}:${login.nonce}:${nc}:${cnonce}:${qop}:${a2}` : `${a1}:${login.nonce}:${a2}`);
  const fields = [
    `username="${user}"`,
    `realm="${realm}"`,
    `nonce="${login.nonce}"`,
    `uri="${login.uri}"`,
    `response="${response}"`,
    ...(algorithm === null ? [] : [`algorithm=${algorithm}`]),
    ...(qop ? [`qop=${qop}`, `nc=${nc}`] : []),
    ...(qop || sess ? [`cnonce="${cnonce}"`] : []),
  ];
  return edit(`Digest ${fields.join(", ")}`);
}

const upper = (value: string): string =>
  value.replace(/response="(\w+)"/, (_, hex) => `response="${hex.toUpperCase()}"`);

/** Not made with the account's secret for this request, or worth nothing any more: refused. */
const BAD: [what: string, shape: Partial<Parts>][] = [
  ["SHA-256 of a wrong password", { hash: sha256, algorithm: "SHA-256", password: "wrong" }],
  ["SHA-256-sess of a wrong password", { hash: sha256, algorithm: "SHA-256-sess", sess: true, password: "wrong" }],
  ["SHA-512-256 named, MD5 of a wrong password", { algorithm: "SHA-512-256", password: "wrong" }],
  ["MD5-sess of a wrong password", { algorithm: "MD5-sess", sess: true, password: "wrong" }],
  ["auth-int of a wrong password", { qop: "auth-int", password: "wrong" }],
  ["no qop, of a wrong password", { qop: null, password: "wrong" }],
  ["no algorithm, of a wrong password", { algorithm: null, password: "wrong" }],
  ["an algorithm that nobody knows", { algorithm: "NONE", password: "wrong" }],
  ["an empty algorithm", { algorithm: '""', password: "wrong" }],
  ["no password at all", { password: "" }],
  ["another realm, right for that one", { realm: "evil.example" }],
  ["the other site's realm, right for that one", { realm: "there.test" }],
  ["the realm in capitals, right for that one", { realm: "HERE.TEST" }],
  ["an empty realm, right for that one", { realm: "" }],
  ["the name in capitals, right for that one", { user: "DOOR" }],
  ["the name with its domain, right for that one", { user: "door@here.test" }],
  ["SHA-256 of the right password, which the edge has no secret for", { hash: sha256, algorithm: "SHA-256" }],
  [
    "a 64-digit response that begins with zeros",
    { edit: (v) => v.replace(/response="\w+"/, `response="${"0".repeat(64)}"`) },
  ],
  ["a response one digit short", { edit: (v) => v.replace(/response="(\w+)\w"/, 'response="$1"') }],
  ["a response one digit too long", { edit: (v) => v.replace(/response="(\w+)"/, 'response="$10"') }],
  ["a response of 4,000 digits", { edit: (v) => v.replace(/response="\w+"/, `response="${"a".repeat(4000)}"`) }],
  ["a wrong response behind the right one", { edit: (v) => `${v}, response="${"0".repeat(32)}"` }],
  ["another name behind the right one", { edit: (v) => `${v}, username="panel402"` }],
  ["another URI behind the right one", { edit: (v) => `${v}, uri="sip:402@here.test"` }],
  ["the nonce of nobody behind the right one", { edit: (v) => `${v}, nonce="${token(20)}"` }],
  ["an nc that is no number", { edit: (v) => v.replace(/nc=\w+/, "nc=zzzzzzzz") }],
  ["an nc of its own choice after the hash", { edit: (v) => v.replace(/nc=\w+/, "nc=00000002") }],
  ["a cnonce of its own choice after the hash", { edit: (v) => v.replace(/cnonce="[^"]*"/, 'cnonce="x"') }],
  ["qop without nc and cnonce", { edit: (v) => v.replace(/, nc=\w+, cnonce="[^"]*"/, "") }],
  ["a quote that does not end", { edit: (v) => v.replace(/cnonce="([^"]*)"/, 'cnonce="$1') }],
  ["ten thousand commas", { edit: (v) => `${v}${",".repeat(10_000)}`, password: "wrong" }],
];

/** Right answers in another dress. They may be taken or refused, as the edge likes; no one but the account gets in by them. */
const RIGHT: [what: string, shape: Partial<Parts>][] = [
  ["no qop", { qop: null }],
  ["no algorithm", { algorithm: null }],
  ["a quoted algorithm", { algorithm: '"MD5"' }],
  ["algorithm md5 in small letters", { algorithm: "md5" }],
  ["an MD5 answer that calls itself SHA-256", { algorithm: "SHA-256" }],
  ["an MD5 answer that calls itself MD5-sess", { algorithm: "MD5-sess" }],
  ["MD5-sess", { algorithm: "MD5-sess", sess: true }],
  ["auth-int", { qop: "auth-int" }],
  ["a response in capitals", { edit: upper }],
  ["the scheme in capitals", { edit: (v) => v.replace("Digest", "DIGEST") }],
  ["a quoted qop", { edit: (v) => v.replace(/qop=(\w+)/, 'qop="$1"') }],
  ["fields that nobody knows", { edit: (v) => `${v}, auth-param="x", userhash=true` }],
  ["another name before the right one", { edit: (v) => v.replace("Digest ", 'Digest username="panel402", ') }],
  ["no commas between the fields", { edit: (v) => v.replaceAll(", ", " ") }],
];

describe("digest answers in every shape", { concurrency: 8 }, () => {
  let field: Field;
  let victim: SipAgent;
  let workers: number[];
  const { probe } = openLedger("digest-variants");

  before(async () => {
    field = await Field.open();
    victim = await field.registered("panel401");
    workers = field.edge.kamailioProcesses();
  });
  after(async () => await field.close());

  async function challenge(agent: SipAgent, method: string, uri: string): Promise<Challenge> {
    const reply = await agent.transact(agent.compose({ method, uri, ...to(agent, method) }));
    return readChallenge(header(reply, method === "REGISTER" ? "www-authenticate" : "proxy-authenticate"));
  }

  const to = (agent: SipAgent, method: string) => (method === "REGISTER" ? { to: `<${agent.aor}>` } : {});

  /** Sends the request with an answer of this shape; gives the reply and the request again, to be sent once more. */
  async function login(
    agent: SipAgent,
    method: "REGISTER" | "INVITE",
    shape: Partial<Parts>,
  ): Promise<{ reply: SipMessage; callId: string; value: string }> {
    const uri = method === "REGISTER" ? `sip:${field.here}` : `sip:401@${field.here}`;
    const { nonce } = await challenge(agent, method, uri);
    const password = passwordOf(agent.user, field.here);
    const known = { method, uri, nonce, password, user: agent.user, realm: field.here };
    const value = answer({ ...known, body: "" }, shape);
    return { ...(await send(agent, method, uri, value)), value };
  }

  /** The first reply above 100 of a call, the final one of a REGISTER. */
  async function send(agent: SipAgent, method: string, uri: string, value: string) {
    const callId = token();
    const name = method === "REGISTER" ? "Authorization" : "Proxy-Authorization";
    const branch = `z9hG4bK${token()}`;
    const parts = { method, uri, callId, branch, headers: [[name, value]] as const, ...to(agent, method) };
    agent.send(agent.compose(parts));
    const reply = await agent.waitFor(`reply to ${method}`, (m) => header(m, "call-id") === callId && m.status > 100);
    return { reply, callId };
  }

  for (const [what, shape] of BAD) {
    probe(`a call with ${what} is refused`, async () => {
      const { reply, callId } = await login(await field.agent("door"), "INVITE", shape);
      assertRefused(reply, "INVITE");
      assertNotReached(victim, callId);
    });
    probe(`a REGISTER with ${what} is refused`, async () => {
      assertRefused((await login(await field.agent("door"), "REGISTER", shape)).reply, "REGISTER");
    });
  }

  for (const [what, shape] of RIGHT) {
    probe(`an answer with ${what} is worth nothing a second time, nor for another name`, async () => {
      const agent = await field.agent("door");
      const uri = `sip:${field.here}`;
      const { reply, value } = await login(agent, "REGISTER", shape);
      assert.ok([200, 400, 401].includes(reply.status), reply.startLine);
      assertRefused((await send(agent, "REGISTER", uri, value)).reply, "the second use");
      const other = await field.agent("panel402");
      assertRefused((await send(other, "REGISTER", uri, value)).reply, "another name");
    });
  }

  probe("what is no digest at all opens nothing; the edge cannot read it, and says nothing", async () => {
    const agent = await field.agent("door");
    for (const value of ["Digest", `Basic ${Buffer.from("door:door-password").toString("base64")}`, "Bearer x", ""]) {
      const callId = token();
      const uri = `sip:401@${field.here}`;
      agent.send(agent.compose({ method: "INVITE", uri, callId, headers: [["Proxy-Authorization", value]] }));
      // One worker takes what comes over UDP in its order: this answer is the later one.
      assert.equal((await agent.transact(agent.compose({ method: "OPTIONS", uri }))).status, 407);
      assertNotReached(victim, callId);
    }
  });

  probe("a count that goes back or stands still is refused, one that goes on is taken", async () => {
    const agent = await field.agent("door");
    const uri = `sip:${field.here}`;
    const { nonce } = await challenge(agent, "REGISTER", uri);
    const password = passwordOf("door", field.here);
    const known = { method: "REGISTER", uri, nonce, password, user: "door", realm: field.here, body: "" };
    const status = async (nc: string) => (await send(agent, "REGISTER", uri, answer(known, { nc }))).reply.status;
    assert.equal(await status("00000005"), 200);
    assert.equal(await status("00000005"), 401);
    assert.equal(await status("00000004"), 401);
    assert.equal(await status("00000006"), 200);
    for (const nc of ["ffffffff", "00000000", "100000007"]) assert.notEqual(await status(nc), 500, nc);
  });

  test("nobody died of it, and the door still logs in and rings", async () => {
    assertWorkersLive(field.edge, workers);
    const door = await field.agent("door");
    assert.equal((await door.register()).status, 200);
    const call = await door.call("401");
    await victim.waitFor("INVITE", (m) => m.method === "INVITE" && header(m, "call-id") === call.callId);
    await call.cancel();
    assert.equal((await call.final).status, 487);
  });
});
