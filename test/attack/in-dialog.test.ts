/** Requests that claim to belong to a call, and Routes that claim to know the way: the edge must not be an open relay. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { RequestParts } from "../lab/sip/call.ts";
import { header, headersOf, token } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { assertNotReached, assertRefused, Field, sdpNaming } from "./field.ts";
import { openLedger } from "./ledger.ts";

const METHODS = [
  ...["INVITE", "BYE", "MESSAGE", "UPDATE", "INFO", "NOTIFY", "REFER", "PRACK", "ACK"],
  ...["SUBSCRIBE", "PUBLISH", "OPTIONS", "CANCEL", "REGISTER", "FOO"],
];

describe("made-up dialogs and preloaded routes", { concurrency: 8 }, () => {
  let field: Field;
  let victim: SipAgent;
  const { probe } = openLedger("in-dialog");

  before(async () => {
    field = await Field.open();
    victim = await field.registered("panel401");
  });
  after(async () => await field.close());

  /** Sends an in-dialog request nobody has a dialog for; it must be refused (an ACK: dropped) and go nowhere. */
  async function forged(
    method: string,
    uri: string,
    routes: string[],
    protocol: "udp" | "tcp" | "ws" = "udp",
  ): Promise<void> {
    const agent = await field.agent("door", { anonymous: true, protocol });
    const callId = token();
    const to = `<sip:401@${field.here}>;tag=${token()}`;
    const headers = routes.map((route) => ["Route", route] as const);
    const text = agent.compose({ method, uri, to, callId, headers });
    if (method === "ACK") {
      agent.send(text);
      return;
    }
    const reply = await agent.transact(text, 5000);
    assertRefused(reply, method);
    if (["INVITE", "BYE", "MESSAGE", "UPDATE", "INFO", "REFER"].includes(method)) assert.equal(reply.status, 481);
    assertNotReached(victim, callId);
  }

  for (const method of METHODS) {
    const self = (): string => `<sip:127.0.0.1:${field.edge.values.sipPort};lr>`;
    probe(`${method} with a made-up To-tag is not relayed to a foreign host`, async () => {
      const trap = await field.trap();
      await forged(method, `sip:x@${trap.host}`, []);
      await forged(method, `sip:x@${trap.host}`, [self()]);
      await trap.assertQuiet();
    });
    probe(`${method} with a made-up To-tag does not follow a foreign Route`, async () => {
      const trap = await field.trap();
      await forged(method, `sip:401@${field.here}`, [`<sip:${trap.host};lr>`]);
      await forged(method, `sip:401@${field.here}`, [self(), `<sip:${trap.host};lr>`]);
      await trap.assertQuiet();
    });
    probe(`${method} with a made-up To-tag does not follow an address alias in its URI`, async () => {
      const trap = await field.trap();
      const alias = `${trap.address}~${trap.port}~1`;
      await forged(method, `sip:x@127.0.0.1:${field.edge.values.sipPort};alias=${alias}`, [self()]);
      await forged(method, `sip:401@${field.here};alias=${alias}`, []);
      await trap.assertQuiet();
    });
    probe(`${method} with a made-up To-tag does not reach a registered phone`, async () => {
      await forged(method, victim.contactUri, [self()]);
      await forged(method, `sip:401@${field.here}`, []);
      await forged(method, `sip:panel401@${field.here}`, [self()]);
    });
    for (const protocol of ["tcp", "ws"] as const) {
      probe(`${method} with a made-up To-tag is not relayed over ${protocol}`, async () => {
        const trap = await field.trap();
        await forged(method, `sip:x@${trap.host};transport=tcp`, [self()], protocol);
        await trap.assertQuiet();
      });
    }
  }

  const routes: [what: string, route: (trap: string, port: number, domain: string) => string[]][] = [
    ["its own address, then a foreign host", (t, p) => [`<sip:127.0.0.1:${p};lr>`, `<sip:${t};lr>`]],
    ["its own domain, then a foreign host", (t, _, d) => [`<sip:${d};lr>`, `<sip:${t};lr>`]],
    ["a foreign host", (t) => [`<sip:${t};lr>`]],
    ["a foreign strict router", (t) => [`<sip:${t}>`]],
    ["its own address as a strict router, then a foreign host", (t, p) => [`<sip:127.0.0.1:${p}>`, `<sip:${t}>`]],
    ["a foreign host over TCP", (t) => [`<sip:${t};transport=tcp;lr>`]],
    ["a percent-encoded foreign host", (t) => [`<sip:%31${t.slice(1)};lr>`]],
    ["a percent-encoded lr", (t) => [`<sip:${t};%6cr>`]],
    ["lr=on and a user", (t) => [`<sip:user@${t};lr=on>`]],
    ["several foreign hosts in one line", (t) => [`<sip:${t};lr>, <sip:${t};lr>, <sip:${t};lr>`]],
    [
      "itself five times, then a foreign host",
      (t, p) => [...Array<string>(5).fill(`<sip:127.0.0.1:${p};lr>`), `<sip:${t};lr>`],
    ],
    ["a name that loops back", (t) => [`<sip:localhost:${t.split(":")[1]};lr>`]],
    ["an alias parameter", (t, p) => [`<sip:127.0.0.1:${p};lr;alias=${t.replace(":", "~")}~1>`]],
    ["maddr", (t, p) => [`<sip:127.0.0.1:${p};lr;maddr=${t.split(":")[0]}>`]],
    ["received", (t, p) => [`<sip:127.0.0.1:${p};lr;received=sip:${t}>`]],
    ["a quoted display name that looks like its own", (t, p) => [`"<sip:127.0.0.1:${p};lr>" <sip:${t};lr>`]],
    ["no brackets", (t) => [`sip:${t};lr`]],
  ];
  for (const [what, make] of routes) {
    for (const who of ["stranger", "insider", "door"] as const) {
      probe(
        `a call of ${who === "stranger" ? "a stranger" : `the account ${who}`} does not follow a Route of ${what}`,
        async () => {
          const trap = await field.trap();
          const agent = await field.agent(who === "stranger" ? "door" : who, { anonymous: who === "stranger" });
          const headers = make(trap.host, field.edge.values.sipPort, field.here).map((r) => ["Route", r] as const);
          const call = await agent.call("402", { headers });
          const settled = await Promise.race([call.final, trap.assertQuiet(600)]);
          if (settled) assert.ok(settled.status >= 400, settled.startLine);
          else await call.cancel().catch(() => {});
          await trap.assertQuiet();
        },
      );
    }
    for (const method of ["MESSAGE", "OPTIONS"]) {
      probe(`${method} with good credentials does not follow a Route of ${what}`, async () => {
        const trap = await field.trap();
        const agent = await field.agent("insider");
        const headers = make(trap.host, field.edge.values.sipPort, field.here).map((r) => ["Route", r] as const);
        assertRefusedOrOwn(await agent.request({ method, uri: `sip:402@${agent.domain}`, headers }, 5000));
        await trap.assertQuiet();
      });
    }
  }

  /** OPTIONS may be answered by the edge itself. */
  function assertRefusedOrOwn(reply: { status: number; startLine: string; method: string }): void {
    assert.ok(reply.status >= 400 || (reply.method === "OPTIONS" && reply.status === 200), reply.startLine);
  }

  for (const uri of [
    "sip:x@TRAP",
    "sip:TRAP",
    "sip:x@TRAP;transport=tcp",
    "sip:x@DOMAIN;maddr=TRAPADDRESS",
    "sip:x@DOMAIN:TRAPPORT",
  ]) {
    probe(`a call with good credentials is not relayed to ${uri}`, async () => {
      const trap = await field.trap();
      const agent = await field.agent("door");
      const target = uri
        .replace("TRAPADDRESS", trap.address)
        .replace("TRAPPORT", String(trap.port))
        .replace("TRAP", trap.host)
        .replace("DOMAIN", agent.domain);
      assertRefused(await agent.request({ method: "INVITE", uri: target }, 5000));
      await trap.assertQuiet();
    });
  }

  probe("a party's own call relays nothing to a third host", async () => {
    const trap = await field.trap();
    const { caller, unit } = await field.pair();
    const call = await caller.call(unit);
    assert.equal((await call.final).status, 200);
    const alias = `sip:x@127.0.0.1:${field.edge.values.sipPort};alias=${trap.address}~${trap.port}~1`;
    for (const method of ["INFO", "MESSAGE", "NOTIFY", "REFER", "UPDATE", "OPTIONS"]) {
      for (const uri of [`sip:x@${trap.host}`, alias]) {
        await call.request(method, { uri }).catch(() => null);
      }
    }
    await trap.assertQuiet();
    await call.hangup();
  });

  probe("an extra Route behind the edge's own is not followed within a call", async () => {
    const trap = await field.trap();
    const { caller, unit } = await field.pair();
    const call = await caller.call(unit);
    const final = await call.final;
    const own = header(final, "record-route").split(/,\s*/);
    const headers = [...own, `<sip:${trap.host};lr>`].map((route) => ["Route", route] as const);
    await call.request("INFO", { headers }).catch(() => null);
    await trap.assertQuiet();
    await call.hangup();
  });

  probe("a Record-Route the caller put in does not divert what the callee sends", async () => {
    const trap = await field.trap();
    const { caller, callee, unit } = await field.pair();
    const call = await caller.call(unit, { headers: [["Record-Route", `<sip:${trap.host};lr>`]] });
    assert.equal((await call.final).status, 200);
    await callee.incoming[0]?.hangup().catch(() => null);
    await trap.assertQuiet();
  });

  probe("a Record-Route the callee put in does not divert what the caller sends", async () => {
    const trap = await field.trap();
    const { caller, callee, unit } = await field.pair();
    callee.policy = { final: null };
    callee.onCall = (call) => call.answer(200, { headers: [["Record-Route", `<sip:${trap.host};lr>`]] });
    const call = await caller.call(unit);
    assert.equal((await call.final).status, 200);
    await call.hangup().catch(() => null);
    await trap.assertQuiet();
  });

  for (const what of ["caller", "callee"] as const) {
    for (const kind of ["a foreign host", "an address alias of a foreign host"]) {
      probe(`a Contact of ${kind} from the ${what} does not divert the call`, async () => {
        const trap = await field.trap();
        const { caller, callee, unit } = await field.pair();
        const target =
          kind === "a foreign host"
            ? `sip:x@${trap.host}`
            : `sip:x@127.0.0.1:${field.edge.values.sipPort};alias=${trap.address}~${trap.port}~1`;
        callee.policy = { final: null };
        callee.onCall = (call) => {
          if (what === "callee") Object.defineProperty(callee, "contactUri", { value: target });
          call.answer(200);
        };
        const call = await caller.call(unit, what === "caller" ? { contact: `<${target}>` } : {});
        assert.equal((await call.final).status, 200);
        await (what === "caller" ? callee.incoming[0]?.hangup() : call.hangup())?.catch(() => null);
        await trap.assertQuiet();
      });
    }
  }

  probe("a redirect of a device is not followed and not passed on", async () => {
    const trap = await field.trap();
    const { caller, callee, unit } = await field.pair();
    callee.policy = { final: null };
    callee.onCall = (call) => {
      Object.defineProperty(callee, "contactUri", { value: `sip:+33199000056@${trap.host}` });
      call.answer(302);
    };
    const final = await (await caller.call(unit)).final;
    assert.ok(final.status >= 400, final.startLine);
    assert.ok(!final.raw.includes(trap.host), "the caller is not told the foreign address");
    await trap.assertQuiet();
  });

  probe("a stranger who knows a call's Call-ID but not its tags cannot end it", async () => {
    const { caller, callee, unit } = await field.pair();
    const call = await caller.call(unit);
    const final = await call.final;
    const stranger = await field.agent("door", { anonymous: true });
    const known = { callId: call.callId, from: `<${caller.aor}>;tag=${call.localTag}` };
    for (const method of ["BYE", "INFO", "UPDATE", "INVITE", "REFER"]) {
      const to = `<sip:${unit}@${field.here}>;tag=${token()}`;
      assertRefused(
        await stranger.transact(stranger.compose({ method, uri: callee.contactUri, ...known, to }), 5000),
        method,
      );
    }
    const swapped = { callId: call.callId, from: `<${caller.aor}>;tag=${token()}`, to: header(final, "to") };
    assertRefused(
      await stranger.transact(stranger.compose({ method: "BYE", uri: callee.contactUri, ...swapped }), 5000),
    );
    assert.equal((await call.request("INFO")).status, 200, "the call goes on");
    await call.hangup();
  });

  probe("a stranger who knows all of a call can neither end nor change it, and its sides still can", async () => {
    for (const side of ["caller", "callee"] as const) {
      const { caller, callee, unit } = await field.pair();
      const call = await caller.call(unit);
      const final = await call.final;
      const answered = callee.incoming[0];
      assert.ok(answered?.invite, "the phone rang");
      const ends = { from: header(final, "from"), to: header(final, "to") };
      const identifiers = side === "caller" ? ends : { from: ends.to, to: ends.from };
      const stranger = await field.agent("insider");
      assert.equal((await stranger.register()).status, 200);
      const before = [caller, callee].map((agent) => agent.received.length);
      const routes = headersOf(final, "record-route").map((route) => ["Route", route] as const);
      for (const method of ["INVITE", "UPDATE", "INFO", "MESSAGE", "BYE"]) {
        for (const headers of [routes, []]) {
          const parts = { method, uri: callee.contactUri, callId: call.callId, cseq: 50, headers, ...identifiers };
          assert.equal((await stranger.request(parts, 5000)).status, 481, `${method} as ${side}`);
        }
      }
      const ack = { method: "ACK", uri: callee.contactUri, callId: call.callId, cseq: 50, ...identifiers };
      stranger.send(stranger.compose({ ...ack, headers: routes }));
      assert.equal((await call.request("INFO")).status, 200, "the call goes on");
      const reached = [caller, callee].flatMap((agent, i) => agent.received.slice(before[i]));
      assert.deepEqual(
        reached.filter((m) => m.status === 0).map((m) => m.method),
        ["INFO"],
      );
      assert.equal((await (side === "caller" ? answered : call).hangup()).status, 200);
    }
  });

  probe("another account's call with the same Call-ID and tags takes nothing over", async () => {
    const { caller, callee, unit } = await field.pair();
    const call = await caller.call(unit);
    assert.equal((await call.final).status, 200);
    const thief = await field.pair();
    const same = { callId: call.callId, from: `<${thief.caller.aor}>;tag=${call.localTag}` };
    assert.equal((await (await thief.caller.call(thief.unit, same)).final).status, 482);
    // A device that answers with the caller's own tag.
    const second = await field.pair();
    second.callee.policy = { final: null };
    const rung = await second.caller.call(second.unit);
    const invite = await second.callee.waitFor("INVITE", (m) => header(m, "call-id") === rung.callId);
    second.callee.reply(invite, 180, { toTag: rung.localTag });
    await second.caller.waitFor("180", (m) => m.status === 180 && header(m, "call-id") === rung.callId);
    second.callee.incoming[0]?.answer(200);
    assert.equal((await rung.final).status, 200);
    for (const [mine, other] of [
      [call, callee],
      [rung, second.callee],
    ] as const) {
      assert.equal((await mine.hangup()).status, 200);
      assert.ok(other.received.some((m) => m.method === "BYE"));
    }
  });

  probe("a side whose address changed is asked to log in, and may change and end the call then", async () => {
    const { caller, callee, unit } = await field.pair();
    const call = await caller.call(unit);
    const final = await call.final;
    const moved = await field.agent(callee.user);
    const routes = headersOf(final, "record-route").map((route) => ["Route", route] as const);
    const known = { callId: call.callId, from: header(final, "to"), to: header(final, "from") };
    const before = caller.received.length;
    const parts = { ...known, uri: caller.contactUri, body: sdpNaming("192.0.2.7") };
    const offer = [["Content-Type", "application/sdp"] as const, ...routes];
    const reply = await moved.request({ ...parts, method: "INVITE", cseq: 50, headers: offer });
    assert.equal(reply.status, 200);
    moved.send(moved.compose({ ...parts, method: "ACK", cseq: 51, headers: routes, body: "" }));
    await caller.waitFor("ACK", (m) => m.method === "ACK" && header(m, "cseq") === "51 ACK");
    assert.equal((await moved.request({ ...known, ...parts, method: "BYE", cseq: 52, headers: routes })).status, 200);
    assert.equal((await call.endedByPeer).method, "BYE");
    const seen = caller.received.slice(before).filter((m) => m.status === 0);
    assert.deepEqual(
      seen.map((m) => m.startLine.split(" ")[0]),
      ["INVITE", "ACK", "BYE"],
      "and nothing of the challenges",
    );
  });

  probe("a CANCEL from elsewhere does not stop a ringing call, whatever it knows of the INVITE", async () => {
    const { caller, callee, unit } = await field.pair();
    callee.policy = { ring: true, final: null };
    const call = await caller.call(unit);
    await caller.waitFor("ringing", (m) => m.status === 180 && header(m, "call-id") === call.callId);
    const invite = callee.incoming[0]?.invite;
    assert.ok(invite, "the phone rang");
    const stranger = await field.agent("insider", { anonymous: true });
    const uri = `sip:${unit}@${field.here}`;
    const known = { callId: call.callId, cseq: 2, from: header(invite, "from"), to: header(invite, "to") };
    // Its Via, too: the devices that ring have seen it.
    stranger.send(caller.compose({ method: "CANCEL", uri, ...known, branch: call.inviteBranch, contact: null }));
    const reply = await stranger.waitFor("a reply", (m) => m.method === "CANCEL");
    assert.equal(reply.status, 481);
    callee.incoming[0]?.answer(200);
    assert.equal((await call.final).status, 200);
    await call.hangup();
  });

  probe("a stranger's CANCEL does not stop a ringing call", async () => {
    const { caller, callee, unit } = await field.pair();
    callee.policy = { ring: true, final: null };
    const call = await caller.call(unit);
    await caller.waitFor("ringing", (m) => m.status === 180 && header(m, "call-id") === call.callId);
    const stranger = await field.agent("door", { anonymous: true });
    const uri = `sip:${unit}@${field.here}`;
    const parts = { method: "CANCEL", uri, callId: call.callId, cseq: 2, from: `<${caller.aor}>;tag=${call.localTag}` };
    const reply = await stranger.transact(stranger.compose(parts), 5000);
    assert.notEqual(reply.status, 200);
    callee.incoming[0]?.answer(200);
    assert.equal((await call.final).status, 200);
    await call.hangup();
  });

  probe("a device that rang but did not answer can neither end nor change the call", async () => {
    const { caller, callee, unit } = await field.pair();
    const loser = await field.registered(callee.user);
    callee.policy = { final: 200, afterMs: 150 };
    const call = await caller.call(unit);
    const final = await call.final;
    assert.equal(final.status, 200);
    const lost = loser.incoming[0];
    assert.ok(lost?.invite, "the second device rang");
    await lost.endedByPeer;
    const before = caller.received.length;
    const routes = headersOf(lost.invite, "record-route").map((route) => ["Route", route] as const);
    for (const method of ["BYE", "INVITE", "INFO", "UPDATE"]) {
      for (const [tag, headers] of [
        [lost.localTag, routes],
        [token(), routes],
        [lost.localTag, []],
      ] as const) {
        const from: string = `${header(lost.invite, "to")};tag=${tag}`;
        const to = header(lost.invite, "from");
        const parts: RequestParts = { method, uri: caller.contactUri, from, to, callId: call.callId, cseq: 7, headers };
        assert.equal((await loser.transact(loser.compose(parts), 5000)).status, 481, method);
      }
    }
    assert.deepEqual(
      caller.received.slice(before).map((m) => m.startLine),
      [],
    );
    assert.equal((await call.request("INFO")).status, 200, "the call goes on");
    await call.hangup();
  });

  probe("hostile identifiers are carried through a whole call and into its events", async () => {
    const { caller, unit } = await field.pair();
    const callId = `${token()}'--%00*!\`~@x'`;
    const from = `<${caller.aor}>;tag=${token()}'%27*\`!~`;
    const contact = `<sip:x'y%27z@${caller.wire.localAddress}:${caller.wire.localPort}>`;
    const known = field.edge.events().length;
    const call = await caller.call(unit, { callId, from, contact });
    assert.equal((await call.final).status, 200);
    assert.equal((await call.hangup()).status, 200);
    const kinds = await until(
      () => {
        const fresh = field.edge
          .events()
          .slice(known)
          .filter((event) => event.callee === unit);
        return fresh.some((event) => event.kind === "ended") && fresh.map((event) => event.kind);
      },
      { what: "the events of the call" },
    );
    assert.deepEqual(kinds, ["invited", "ringing", "answered", "ended"]);
  });

  test("calls still work after all of this", async () => {
    const { caller, unit } = await field.pair();
    const call = await caller.call(unit);
    assert.equal((await call.final).status, 200);
    assert.equal((await call.hangup()).status, 200);
  });
});
