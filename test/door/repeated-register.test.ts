/** A REGISTER that comes again over UDP because its answer was lost (RFC 3261 section 17.1.2.2), and what must not pass for one. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { header, type SipMessage, token } from "../lab/sip/message.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, house, inHouse } from "./house.ts";

inHouse();

const registrar = `sip:${DOMAIN}`;

/** A REGISTER of `seconds` with the answer to a fresh challenge, not yet sent. */
async function prepared(agent: SipAgent, callId: string, cseq: number, seconds = 300): Promise<string> {
  const parts = { method: "REGISTER", uri: registrar, to: `<${agent.aor}>`, callId, from: `<${agent.aor}>;tag=repeat` };
  const headers = [["Expires", String(seconds)] as const];
  const challenge = await agent.transact(agent.compose({ ...parts, cseq, headers }));
  const credentials = agent.credentials(challenge, "REGISTER", registrar);
  assert.ok(credentials);
  return agent.compose({ ...parts, cseq: cseq + 1, headers: [...headers, credentials] });
}

/** Sends it and gives the reply to this very sending. */
async function answered(agent: SipAgent, text: string): Promise<SipMessage> {
  agent.received.length = 0;
  agent.send(text);
  return await until(() => agent.received.find((m) => m.status >= 200), { what: "an answer" });
}

function stale(reply: SipMessage): boolean {
  assert.equal(reply.status, 401);
  return /stale=true/i.test(header(reply, "www-authenticate"));
}

describe("a REGISTER that comes again over UDP", () => {
  test("is answered as before, and the contact stays one", async () => {
    const agent = await house.agent("panel401");
    const text = await prepared(agent, token(), 1);
    const first = await answered(agent, text);
    assert.equal(first.status, 200);
    for (let n = 0; n < 3; n++) {
      const again = await answered(agent, text);
      assert.equal(again.status, 200);
      assert.match(header(again, "contact"), new RegExp(`:${agent.wire.localPort}>;expires=(300|29\\d)`));
      assert.doesNotMatch(header(again, "contact"), /,/);
    }
  });

  test("does not bring back what the device took away since", async () => {
    const agent = await house.agent("panel401");
    const callId = token();
    const text = await prepared(agent, callId, 1);
    assert.equal((await answered(agent, text)).status, 200);
    assert.equal((await answered(agent, await prepared(agent, callId, 3, 0))).status, 200);
    const late = await answered(agent, text);
    assert.equal(late.status, 200);
    assert.equal(header(late, "contact"), "");
    const caller = await house.device("door");
    assert.equal((await (await caller.call("panel401")).final).status, 480);
  });

  test("is asked for a new login once its account has another password, or is gone", async () => {
    const [agent, other] = [await house.agent("second401"), await house.agent("mobile401")];
    const [text, others] = [await prepared(agent, token(), 1), await prepared(other, token(), 1)];
    assert.equal((await answered(agent, text)).status, 200);
    assert.equal((await answered(other, others)).status, 200);
    house.seed([{ username: "second401", type: "panel", unit: "unit401", password: "another" }], []);
    try {
      assert.equal((await answered(agent, text)).status, 401);
      assert.equal((await answered(other, others)).status, 401);
    } finally {
      house.rules({ unit: "unit401" }, { unit: "unit402" }, { unit: "entrance" });
    }
  });

  test("is a replay from another port, with another byte, and on a stream: a new login, never a contact", async () => {
    const agent = await house.agent("panel401");
    const text = await prepared(agent, token(), 1);
    assert.equal((await answered(agent, text)).status, 200);
    const thief = await house.agent("panel402");
    assert.ok(
      stale(await answered(thief, text.replace(`:${agent.wire.localPort};branch`, `:${thief.wire.localPort};branch`))),
    );
    assert.ok(stale(await answered(agent, text.replace(/branch=z9hG4bK\w+/, `branch=z9hG4bK${token()}`))));
    const stream = await house.agent("panel401", "tcp");
    const there = await prepared(stream, token(), 1);
    assert.equal((await answered(stream, there)).status, 200);
    assert.ok(stale(await answered(stream, there)));
  });

  test("with a wrong password is one failure, however often it comes", async () => {
    const guesser = await SipAgent.open({
      port: house.edge.values.sipPort,
      localAddress: "127.0.0.77",
      user: "panel401",
      domain: DOMAIN,
      password: "wrong",
    });
    try {
      const text = await prepared(guesser, token(), 1);
      for (let n = 0; n < 30; n++) assert.equal((await answered(guesser, text)).status, 401);
      const banned = JSON.stringify(await house.edge.jsonRpc("htable.dump", ["banned"]));
      assert.doesNotMatch(banned, /127\.0\.0\.77/);
    } finally {
      guesser.close();
    }
  });
});
