/** Who may speak: passwords, identities and captured digest answers. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Challenge, readChallenge } from "../lab/sip/digest.ts";
import { header, token } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { assertNotReached, assertRefused, Field } from "./field.ts";
import { openLedger } from "./ledger.ts";

const PROTOCOLS = ["udp", "tcp", "ws", "wss"] as const;
const METHODS = ["OPTIONS", "MESSAGE", "SUBSCRIBE", "PUBLISH", "INFO", "UPDATE", "REFER", "NOTIFY", "PRACK", "BYE"];

describe("credentials", { concurrency: 8 }, () => {
  let field: Field;
  let victim: SipAgent;
  const ledger = openLedger("credentials");
  const { probe } = ledger;

  before(async () => {
    field = await Field.open();
    victim = await field.registered("panel401");
  });
  after(async () => await field.close());

  /** A call to 401 that must neither pass nor ring, made by this agent with these changes. */
  async function refusedCall(agent: SipAgent, parts: Parameters<SipAgent["request"]>[0] | object = {}): Promise<void> {
    const callId = token();
    const uri = `sip:401@${field.here}`;
    const reply = await agent.request({ method: "INVITE", uri, callId, ...parts });
    assertRefused(reply, "INVITE");
    assertNotReached(victim, callId);
  }

  /** Challenge of an INVITE to 401. */
  async function challengeOf(agent: SipAgent, method = "INVITE"): Promise<Challenge> {
    const uri = method === "REGISTER" ? `sip:${agent.domain}` : `sip:401@${agent.domain}`;
    const parts = { method, uri, ...(method === "REGISTER" ? { to: `<${agent.aor}>` } : {}) };
    const reply = await agent.transact(agent.compose(parts));
    const proxy = header(reply, "proxy-authenticate");
    return readChallenge(proxy === "" ? header(reply, "www-authenticate") : proxy);
  }

  test("the allowed caller does ring the panel, so the probes mean something", async () => {
    const door = await field.agent("door");
    const call = await door.call("401");
    await victim.waitFor("INVITE", (m) => m.method === "INVITE" && header(m, "call-id") === call.callId);
    await call.cancel();
    assert.equal((await call.final).status, 487);
  });

  for (const protocol of PROTOCOLS) {
    probe(`REGISTER with a wrong password is refused over ${protocol}`, async () => {
      const agent = await field.agent("panel402", { protocol, password: "wrong" });
      assert.equal((await agent.register()).status, 401);
    });
    probe(`REGISTER of an unknown user is refused over ${protocol}`, async () => {
      const agent = await field.agent("nobody", { protocol, password: "wrong" });
      assert.equal((await agent.register()).status, 401);
    });
    probe(`REGISTER without credentials is refused over ${protocol}`, async () => {
      assert.equal((await (await field.agent("panel402", { protocol, anonymous: true })).register()).status, 401);
    });
    probe(`a call with a wrong password is refused over ${protocol}`, async () => {
      await refusedCall(await field.agent("door", { protocol, password: "wrong" }));
    });
    probe(`a call of an unknown user is refused over ${protocol}`, async () => {
      await refusedCall(await field.agent("nobody", { protocol, password: "wrong" }));
    });
    probe(`a call without credentials is refused over ${protocol}`, async () => {
      await refusedCall(await field.agent("door", { protocol, anonymous: true }));
    });
    probe(`a call without credentials from a foreign domain is refused over ${protocol}`, async () => {
      await refusedCall(await field.agent("door", { protocol, anonymous: true, domain: "evil.example" }));
    });
  }

  for (const method of METHODS) {
    probe(`${method} without credentials does not reach a unit`, async () => {
      const agent = await field.agent("door", { anonymous: true });
      const callId = token();
      const uri = `sip:401@${field.here}`;
      assertRefused(await agent.transact(agent.compose({ method, uri, callId })), method);
      assertNotReached(victim, callId);
    });
    probe(`${method} without credentials does not reach an account's own name`, async () => {
      const agent = await field.agent("door", { anonymous: true });
      const callId = token();
      const uri = `sip:panel401@${field.here}`;
      assertRefused(await agent.transact(agent.compose({ method, uri, callId })), method);
      assertNotReached(victim, callId);
    });
  }

  const identities: [what: string, from: (domain: string) => string][] = [
    ["another account", (d) => `<sip:panel402@${d}>`],
    ["an unknown name", (d) => `<sip:ghost@${d}>`],
    ["a unit", (d) => `<sip:402@${d}>`],
    ["a foreign domain", () => "<sip:door@evil.example>"],
    ["the other site", () => `<sip:door@${field.there}>`],
    ["an address instead of a domain", () => "<sip:door@127.0.0.1>"],
    ["a telephone number", (d) => `<sip:+33639980178@${d}>`],
    ["a telephone URI", () => "<tel:+33639980178>"],
    ["another case of its own name", (d) => `<sip:DOOR@${d}>`],
    ["its own name with an escaped NUL", (d) => `<sip:door%00@${d}>`],
    ["no user", (d) => `<sip:${d}>`],
    ["a user with a password part", (d) => `<sip:panel402:door@${d}>`],
    ["a user with parameters", (d) => `<sip:panel402;x=door@${d}>`],
    ["a subdomain of the site", (d) => `<sip:door@x.${d}>`],
    ["the domain with a dot at its end", (d) => `<sip:door@${d}.>`],
    ["a GLOB star", (d) => `<sip:*@${d}>`],
    ["another account behind its own display name", (d) => `"<sip:door@${d}>" <sip:panel402@${d}>`],
    ["anonymous", () => `"Anonymous" <sip:anonymous@anonymous.invalid>`],
  ];
  for (const [what, from] of identities) {
    probe(`good credentials do not let a door call as ${what}`, async () => {
      await refusedCall(await field.agent("door"), { from: `${from(field.here)};tag=${token()}` });
    });
  }

  probe("a disabled account is refused with its good password", async () => {
    await refusedCall(await field.agent("retired"));
    assertRefused(await (await field.agent("retired")).register(), "REGISTER");
  });

  for (const [what, from, to] of [
    ["To another account", "insider", "panel402"],
    ["From another account", "panel402", "insider"],
    ["From and To another account", "panel402", "panel402"],
    ["To an unknown name", "insider", "ghost"],
    ["To a unit", "insider", "402"],
    ["To in another case", "insider", "INSIDER"],
  ] as const) {
    probe(`good credentials do not register ${what}`, async () => {
      const agent = await field.agent("insider");
      const domain = field.here;
      const parts = { from: `<sip:${from}@${domain}>;tag=1`, to: `<sip:${to}@${domain}>` };
      const reply = await agent.request({ method: "REGISTER", uri: `sip:${domain}`, ...parts });
      assertRefused(reply, "REGISTER");
    });
  }

  probe("good credentials do not register at the other site's domain", async () => {
    const agent = await field.agent("insider");
    const domain = field.there;
    const to = `<sip:insider@${domain}>`;
    assertRefused(await agent.request({ method: "REGISTER", uri: `sip:${domain}`, from: `${to};tag=1`, to }));
    assertRefused(await agent.request({ method: "REGISTER", uri: `sip:${domain}`, to: `<${agent.aor}>` }));
    assertRefused(await agent.request({ method: "REGISTER", uri: `sip:${agent.domain}`, from: `${to};tag=1`, to }));
  });

  /** A digest answer of the door for its own call, changed by text. */
  const forgeries: [what: string, forge: (good: string) => string][] = [
    ["without its response", (d) => d.replace(/, response="[^"]*"/, "")],
    ["with an empty response", (d) => d.replace(/response="[^"]*"/, 'response=""')],
    ["with a response of zeros", (d) => d.replace(/response="[^"]*"/, `response="${"0".repeat(32)}"`)],
    ["with a nonce made up", (d) => d.replace(/nonce="[^"]*"/, `nonce="${token(20)}"`)],
    ["with a nonce changed in one letter", (d) => d.replace(/nonce="(.)/, (_, c) => `nonce="${c === "A" ? "B" : "A"}`)],
    ["with another realm", (d) => d.replace(/realm="[^"]*"/, 'realm="evil.example"')],
    ["with the other site's realm", (d) => d.replace(/realm="[^"]*"/, `realm="${field.there}"`)],
    ["with another user name", (d) => d.replace(/username="[^"]*"/, 'username="panel402"')],
    ["with an empty user name", (d) => d.replace(/username="[^"]*"/, 'username=""')],
    ["with its user name in another case", (d) => d.replace(/username="[^"]*"/, 'username="DOOR"')],
    ["with SQL in its user name", (d) => d.replace(/username="[^"]*"/, `username="door' OR '1'='1"`)],
    ["with qop taken out", (d) => d.replace(/, qop=auth, nc=\w+, cnonce="[^"]*"/, "")],
    ["with qop auth-int", (d) => d.replace("qop=auth,", "qop=auth-int,")],
    ["with nc zero", (d) => d.replace(/nc=\w+/, "nc=00000000")],
    ["for another URI", (d) => d.replace(/uri="[^"]*"/, 'uri="sip:402@evil.example"')],
  ];
  for (const [what, forge] of forgeries) {
    probe(`a digest ${what} is refused`, async () => {
      const agent = await field.agent("door");
      const uri = `sip:401@${agent.domain}`;
      const good = agent.answer(await challengeOf(agent), "INVITE", uri);
      assert.notEqual(forge(good), good);
      const callId = token();
      const headers = [["Proxy-Authorization", forge(good)]] as const;
      assertRefused(await agent.transact(agent.compose({ method: "INVITE", uri, callId, headers })));
      assertNotReached(victim, callId);
    });
  }

  /** Sends the door's captured credentials again and expects them to be worth nothing. */
  async function replay(change: {
    otherAddress?: boolean;
    callId?: string;
    uri?: string;
    method?: string;
    edit?: (d: string) => string;
  }): Promise<void> {
    const door = await field.agent("door");
    const uri = `sip:401@${door.domain}`;
    const credentials = door.answer(await challengeOf(door), "INVITE", uri);
    const callId = token();
    const known = { uri, callId, from: `<${door.aor}>;tag=${token()}`, branch: `z9hG4bK${token()}` };
    const invite = { ...known, method: "INVITE", headers: [["Proxy-Authorization", credentials]] as const };
    void door.transact(door.compose(invite), 60_000).catch(() => {});
    await victim.waitFor("the first call", (m) => header(m, "call-id") === callId);
    const thief = await field.agent("door", {
      anonymous: true,
      ...(change.otherAddress === false ? { localAddress: door.wire.localAddress } : {}),
    });
    const { branch: _, ...copied } = invite;
    const stolen = {
      ...copied,
      callId: change.callId ?? callId,
      uri: change.uri ?? uri,
      method: change.method ?? "INVITE",
    };
    const headers = [["Proxy-Authorization", (change.edit ?? ((d) => d))(credentials)]] as const;
    const before = victim.received.length;
    const reply = await thief.transact(thief.compose({ ...stolen, headers }));
    assertRefused(reply, "the replay");
    const reached = victim.received
      .slice(before)
      .filter((m) => m.status === 0 && header(m, "call-id") === stolen.callId);
    if (change.callId)
      assert.deepEqual(
        reached.map((m) => m.startLine),
        [],
      );
    await door.transact(door.compose({ ...known, method: "CANCEL", contact: null }));
    door.close();
  }
  probe("a captured digest is refused from another address", async () => await replay({ callId: token() }));
  probe(
    "a captured digest is refused from another port",
    async () => await replay({ callId: token(), otherAddress: false }),
  );
  probe("a captured digest is refused with its own Call-ID from elsewhere", async () => await replay({}));
  probe(
    "a captured digest is refused for another unit",
    async () => await replay({ callId: token(), uri: `sip:402@${field.here}` }),
  );
  probe(
    "a captured digest is refused for a foreign destination",
    async () => await replay({ callId: token(), uri: "sip:401@evil.example" }),
  );
  for (const method of ["MESSAGE", "OPTIONS", "REFER", "SUBSCRIBE", "BYE"]) {
    probe(
      `a captured digest of an INVITE is refused for ${method}`,
      async () => await replay({ callId: token(), method }),
    );
  }
  probe(
    "a captured digest is refused without qop and nc",
    async () => await replay({ callId: token(), edit: (d) => d.replace(/, qop=auth, nc=\w+, cnonce="[^"]*"/, "") }),
  );
  probe(
    "a captured digest is refused with a higher nc",
    async () => await replay({ callId: token(), edit: (d) => d.replace(/nc=\w+/, "nc=00000002") }),
  );
  probe(
    "a captured digest is refused with nc written shorter",
    async () => await replay({ callId: token(), edit: (d) => d.replace(/nc=\w+/, "nc=1") }),
  );
  probe(
    "a captured digest is refused with nc written longer",
    async () => await replay({ callId: token(), edit: (d) => d.replace(/nc=\w+/, "nc=0000000000000001") }),
  );

  probe("a captured REGISTER does not move the account to the thief", async () => {
    const owner = await field.agent("panel402");
    const uri = `sip:${owner.domain}`;
    const to = `<${owner.aor}>`;
    const headers = [["Authorization", owner.answer(await challengeOf(owner, "REGISTER"), "REGISTER", uri)]] as const;
    assert.equal((await owner.transact(owner.compose({ method: "REGISTER", uri, to, headers }))).status, 200);
    const thief = await field.agent("panel402", { anonymous: true });
    assertRefused(await thief.transact(thief.compose({ method: "REGISTER", uri, to, headers })));
    assertRefused(
      await thief.transact(
        thief.compose({ method: "REGISTER", uri, to, contact: "*", headers: [...headers, ["Expires", "0"]] }),
      ),
    );
  });

  probe("ten copies of one digest at the same instant make at most one call", async () => {
    const door = await field.agent("door");
    const uri = `sip:401@${door.domain}`;
    const headers = [["Proxy-Authorization", door.answer(await challengeOf(door), "INVITE", uri)]] as const;
    const thieves = await Promise.all(
      Array.from({ length: 10 }, () => field.agent("door", { anonymous: true, localAddress: door.wire.localAddress })),
    );
    const callIds = thieves.map(() => token());
    await Promise.allSettled(
      thieves.map((thief, i) =>
        thief.transact(thief.compose({ method: "INVITE", uri, callId: callIds[i] ?? "", headers }), 1500),
      ),
    );
    const rung = callIds.filter((id) => victim.received.some((m) => m.status === 0 && header(m, "call-id") === id));
    assert.ok(rung.length <= 1, `${rung.length} calls came through`);
  });

  probe("a digest without qop, whose uses nobody counts, is worth one call at most", async () => {
    const door = await field.agent("door");
    const uri = `sip:401@${door.domain}`;
    const challenge = { ...(await challengeOf(door)), qop: "" };
    const headers = [["Proxy-Authorization", door.answer(challenge, "INVITE", uri)]] as const;
    const first = await door.transact(door.compose({ method: "INVITE", uri, headers }), 1500).catch(() => null);
    const second = await door.transact(door.compose({ method: "INVITE", uri, headers }), 1500).catch(() => null);
    assert.ok(first?.status === 407 || second?.status === 407, "the same digest opened two calls");
  });

  probe("a nonce serves a second request only with the next count", async () => {
    const agent = await field.agent("panel402");
    const uri = `sip:${agent.domain}`;
    const to = `<${agent.aor}>`;
    const challenge = await challengeOf(agent, "REGISTER");
    const send = async (answer: string) =>
      (await agent.transact(agent.compose({ method: "REGISTER", uri, to, headers: [["Authorization", answer]] })))
        .status;
    const first = agent.answer(challenge, "REGISTER", uri);
    assert.equal(await send(first), 200);
    assert.equal(await send(first), 401, "the same count again");
    const jump = agent.answer(challenge, "REGISTER", uri);
    assert.equal(await send(jump), 200, "the next count");
    assert.equal(await send(first), 401, "an older count");
  });

  for (const [what, change] of [
    ["for another unit", { uri: `sip:402@` }],
    ["for a foreign destination", { uri: "sip:401@evil.example" }],
  ] as const) {
    probe(`a digest caught before its owner could use it is refused ${what}`, async () => {
      const door = await field.agent("door");
      const uri = `sip:401@${door.domain}`;
      const credentials = door.answer(await challengeOf(door), "INVITE", uri);
      const target = change.uri.replace(/@$/, `@${door.domain}`);
      const callId = token();
      const headers = [["Proxy-Authorization", credentials]] as const;
      assertRefused(await door.transact(door.compose({ method: "INVITE", uri: target, callId, headers })));
      assertNotReached(victim, callId);
    });
  }

  for (const [what, decoys] of [
    ["of another realm that names it", (d: string) => [d.replace(/realm="[^"]*"/, 'realm="evil.example"'), null]],
    ["with a wrong response that names it", (d: string) => [d, null]],
    ["behind it that names it", (d: string) => [null, d]],
  ] as const) {
    for (const name of ["Proxy-Authorization", "Authorization"]) {
      probe(`a caught digest opens no other unit with a second ${name} ${what}`, async () => {
        const door = await field.agent("door");
        const callId = token();
        const [caught, uri] = [`sip:402@${door.domain}`, `sip:401@${door.domain}`];
        const credentials = door.answer(await challengeOf(door), "INVITE", caught);
        const headers = decoys(credentials.replace(caught, uri)).map((decoy) =>
          decoy === null ? (["Proxy-Authorization", credentials] as const) : ([name, decoy] as const),
        );
        if (headers[0]?.[1] !== credentials) headers.push(["Proxy-Authorization", credentials]);
        assertRefused(await door.transact(door.compose({ method: "INVITE", uri, callId, headers })));
        assertNotReached(victim, callId);
      });
    }
  }

  probe("a digest without qop is counted also beside one of another realm with qop", async () => {
    const door = await field.agent("door");
    const uri = `sip:401@${door.domain}`;
    const mine = door.answer({ ...(await challengeOf(door)), qop: "" }, "INVITE", uri);
    const other = door.answer(
      { realm: "other.example", nonce: "n", qop: "auth", opaque: "", stale: false },
      "INVITE",
      uri,
    );
    const headers = [["Proxy-Authorization", mine] as const, ["Authorization", other] as const];
    const callIds = [token(), token(), token()];
    for (const callId of callIds) {
      await door.transact(door.compose({ method: "INVITE", uri, callId, headers }), 1500).catch(() => null);
    }
    const rung = callIds.filter((id) => victim.received.some((m) => m.status === 0 && header(m, "call-id") === id));
    assert.ok(rung.length <= 1, `${rung.length} calls came through`);
  });

  for (const number of ["+33639980178", "0639980178", "anonymous", "Anonymous", "restricted"]) {
    probe(`a gateway presents ${number}`, async () => {
      const gateway = await field.agent("line1");
      const call = await gateway.call("401", { from: `<sip:${number}@${gateway.domain}>;tag=${token()}` });
      const seen = await victim.waitFor("the call", (m) => header(m, "call-id") === call.callId, 5000);
      assert.match(header(seen, "from"), new RegExp(`sip:${number.replace("+", "\\+")}@`));
      await call.cancel();
    });
  }
  const presented = [
    "panel402",
    "door",
    "12",
    "+12",
    "1".repeat(16),
    "+",
    "*",
    "0612*",
    "anonymous2",
    "%2B33639980178x",
  ];
  presented.push("40404", "50505"); // accounts
  presented.push("0612;x=1", "+33(0)612", "0x123456", "１２３４");
  for (const number of presented) {
    probe(`a gateway does not present ${number}`, async () => {
      const gateway = await field.agent("line1");
      await refusedCall(gateway, { from: `<sip:${number}@${gateway.domain}>;tag=${token()}` });
    });
  }
  for (const number of ["0639980178' OR '1'='1", "06 12"]) {
    probe(`a gateway does not present ${number}, which Kamailio 6 cannot even read`, async () => {
      const gateway = await field.agent("line1");
      const callId = token();
      const parts = { method: "INVITE", uri: `sip:401@${field.here}`, callId };
      const from = `<sip:${number}@${gateway.domain}>;tag=${token()}`;
      const reply = await gateway.request({ ...parts, from }, 2_000).catch(() => null);
      if (reply) assertRefused(reply, "INVITE");
      // The server is as before, and what it did not read it did not pass on.
      assert.equal((await gateway.request({ method: "OPTIONS", uri: `sip:${gateway.domain}` })).status, 200);
      assertNotReached(victim, callId);
    });
  }
  probe("a gateway hides the domain with the number (RFC 3323), and with nothing else", async () => {
    const gateway = await field.agent("line1");
    const call = await gateway.call("401", { from: `<sip:anonymous@anonymous.invalid>;tag=${token()}` });
    await victim.waitFor("the call", (m) => header(m, "call-id") === call.callId, 5000);
    await call.cancel();
    for (const user of ["+33639980178", "line1", "panel402"]) {
      await refusedCall(gateway, { from: `<sip:${user}@anonymous.invalid>;tag=${token()}` });
    }
  });
  probe("a gateway does not present a number at a foreign domain", async () => {
    await refusedCall(await field.agent("line1"), { from: `<sip:+33639980178@evil.example>;tag=${token()}` });
  });
  probe("a gateway does not register as a number", async () => {
    const gateway = await field.agent("line1");
    const aor = `<sip:+33639980178@${gateway.domain}>`;
    const parts = { method: "REGISTER", uri: `sip:${gateway.domain}` };
    assertRefused(await gateway.request({ ...parts, from: `${aor};tag=1`, to: aor }));
    assertRefused(await gateway.request({ ...parts, from: `${aor};tag=1`, to: `<${gateway.aor}>` }));
  });
  for (const user of ["door", "panel402", "insider"]) {
    probe(`${user} is no gateway and presents no number`, async () => {
      await refusedCall(await field.agent(user), { from: `<sip:+33639980178@${field.here}>;tag=${token()}` });
    });
  }
});
