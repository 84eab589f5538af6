/** Names that mean something to SQL, GLOB, logs or a parser: they must be names that do not exist, and nothing more. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { header, token } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { assertNotReached, directoryCounts, FIRST_POOL_UNIT, Field } from "./field.ts";
import { openLedger } from "./ledger.ts";

/** Written as they stand in a SIP user part. */
const NAMES = [
  "401'--",
  "401';DROP%20TABLE%20subscriber;--",
  "x'%20OR%20'1'='1",
  "x'OR'1'='1",
  "'",
  "''",
  "401%27",
  "401%22",
  "401%00",
  "401%0d%0aX-Evil:%201",
  "%34%30%32",
  "%2e%2e%2f401",
  "../401",
  "..%2f..%2fetc%2fpasswd",
  "*",
  "4*",
  "40?",
  "4%3f1",
  "%5b4%5d01",
  "!401",
  "401&402",
  "401=402",
  "401+402",
  "401$402",
  "401,402",
  "401;x=1",
  "401/402",
  "401|402",
  "401`id`",
  "$(id)",
  "%24%7b401%7d",
  "$var(x)",
  "$sht(a=>b)",
  "{sql.val.str}",
  "%25s%25n%25n",
  "%s%s%s%n",
  "401 ",
  "401%20",
  "401%c0%80",
  "４０１",
  "401\u202e",
  "x".repeat(41),
  "x".repeat(2000),
  "-1",
  "0x191",
  "4e2",
  "NULL",
  "401@402",
  "(select%20name%20from%20unit)",
  "~401",
  "401%",
  "401%4",
  "401%zz",
  ".401",
  "-401",
  "_401",
  "sip:401",
];

describe("injection", { concurrency: 8 }, () => {
  let field: Field;
  let victims: SipAgent[];
  let counts: Record<string, number>;
  const { probe } = openLedger("injection");

  before(async () => {
    field = await Field.open();
    counts = directoryCounts(field.edge);
    victims = [await field.registered("panel401"), await field.registered("panel402")];
  });
  after(async () => await field.close());

  const shown = (name: string): string => (name.length > 60 ? `${name.length} times ${name[0]}` : name);

  /** Sends a request; an answer is a 4xx within a second or silence, and nobody rings. */
  async function harmless(agent: SipAgent, parts: Parameters<SipAgent["request"]>[0]): Promise<void> {
    const callId = token();
    const startedMs = performance.now();
    const reply = await agent.request({ callId, ...parts }, 3000).catch(() => null);
    const tookMs = performance.now() - startedMs;
    if (reply) {
      assert.ok(reply.status >= 400 && reply.status < 500, `${reply.startLine}`);
      assert.ok(tookMs < 2000, `took ${tookMs} ms`);
    }
    for (const victim of victims) assertNotReached(victim, callId);
  }

  for (const name of NAMES) {
    probe(`a call to ${shown(name)} rings nobody`, async () => {
      const agent = await field.agent("door");
      await harmless(agent, { method: "INVITE", uri: `sip:${name}@${agent.domain}` });
    });
    probe(`a caller named ${shown(name)} rings nobody`, async () => {
      const agent = await field.agent("door");
      const uri = `sip:401@${agent.domain}`;
      await harmless(agent, { method: "INVITE", uri, from: `<sip:${name}@${agent.domain}>;tag=${token()}` });
    });
    probe(`a gateway presenting ${shown(name)} rings nobody`, async () => {
      const agent = await field.agent("line1");
      const uri = `sip:401@${agent.domain}`;
      await harmless(agent, { method: "INVITE", uri, from: `<sip:${name}@${agent.domain}>;tag=${token()}` });
    });
  }

  for (const [i, name] of NAMES.filter((each) => !/[\r\n"]/.test(each)).entries()) {
    probe(`logging in as ${shown(name)} fails like any unknown name`, async () => {
      const agent = await field.agent(name, { password: "x", domain: field.here });
      const reply = await agent
        .request(
          {
            method: "REGISTER",
            uri: `sip:${agent.domain}`,
            to: `<sip:door@${agent.domain}>`,
            from: `<sip:door@${agent.domain}>;tag=1`,
            contact: `<sip:x@${agent.wire.localAddress}>`,
          },
          3000,
        )
        .catch(() => null);
      if (reply) assert.ok(reply.status >= 400 && reply.status < 500, reply.startLine);
    });
    probe(`a contact named ${shown(name)} registers inertly or not at all`, async () => {
      const agent = await field.agent(`caller${FIRST_POOL_UNIT + i}`);
      const contact = `<sip:${name}@${agent.wire.localAddress}:${agent.wire.localPort}>`;
      const reply = await agent
        .request(
          {
            method: "REGISTER",
            uri: `sip:${agent.domain}`,
            to: `<${agent.aor}>`,
            contact,
            headers: [["Expires", "60"]],
          },
          3000,
        )
        .catch(() => null);
      if (reply) assert.ok(reply.status < 500, reply.startLine);
    });
  }

  for (const domain of ["x'OR'1'='1", "%27", "a.test'--", "*", "[::1]", "..", "a.test%00", "x".repeat(300)]) {
    probe(`the domain ${shown(domain)} is refused everywhere`, async () => {
      const agent = await field.agent("door");
      await harmless(agent, { method: "INVITE", uri: `sip:401@${domain}` });
      await harmless(agent, { method: "INVITE", uri: `sip:401@${agent.domain}`, from: `<sip:door@${domain}>;tag=1` });
      await harmless(agent, { method: "REGISTER", uri: `sip:${domain}`, to: `<sip:door@${domain}>` });
    });
  }

  for (const field_ of ["Call-ID", "User-Agent", "Subject", "Contact"]) {
    probe(`SQL and control characters in ${field_} are only text`, async () => {
      const { caller, callee, unit } = await field.pair();
      callee.policy = { final: 486 };
      const hostile = `x'); DELETE FROM call_event; --\\'\\"%s%n\t$var(x)`;
      const parts = field_ === "Call-ID" ? { callId: `${token()}${hostile.replace(/[\s"\\]/g, "")}@x'` } : {};
      const headers = field_ === "Call-ID" || field_ === "Contact" ? [] : [[field_, hostile] as const];
      const contact =
        field_ === "Contact" ? { contact: `"${hostile.replaceAll('"', "")}" <${caller.contactUri}>` } : {};
      const final = await (await caller.call(unit, { ...parts, ...contact, headers })).final;
      assert.ok(final.status >= 400 && final.status < 500, final.startLine);
    });
  }

  for (const [what, blank] of [
    ["Call-ID", { callId: "two words" }],
    ["Call-ID", { callId: "two\twords" }],
    ["From tag", { tag: '"two words"' }],
  ] as const) {
    probe(`a ${what} of two words, ${JSON.stringify(blank)}, starts no call`, async () => {
      const { caller, callee, unit } = await field.pair();
      const tag = "tag" in blank ? blank.tag : token();
      const callId = "callId" in blank ? blank.callId + token() : token();
      const from = `<${caller.aor}>;tag=${tag}`;
      assert.equal((await (await caller.call(unit, { callId, from })).final).status, 400);
      assertNotReached(callee, callId);
    });
  }

  test("nothing was lost or added: the same accounts log in, the same call rings", async () => {
    assert.deepEqual(directoryCounts(field.edge), counts);
    const door = await field.agent("door");
    const call = await door.call("401");
    await victims[0]?.waitFor("the call", (m) => header(m, "call-id") === call.callId);
    await call.cancel();
    const log = field.edge.kamailioLog();
    assert.doesNotMatch(log, /syntax error|unrecognized token|malformed|no such (table|column)|SQL logic error/i);
  });
});
