/** Bans count failed logins, never traffic, and never hit an address that devices live behind. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { afterEach, describe, test } from "node:test";
import type { SiteSeed } from "../lab/edge.ts";
import { type SipMessage, token } from "../lab/sip/message.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, house, inHouse, ringing, status } from "./house.ts";

const BUILDING = 60;

inHouse({ quiet: false });

const guessers: SipAgent[] = [];
afterEach(() => {
  for (const guesser of guessers.splice(0)) guesser.close();
});

describe("bans", () => {
  test("sixty devices behind one address that register at once are all registered", async () => {
    const accounts: SiteSeed["accounts"] = Array.from({ length: BUILDING }, (_, i) => ({
      username: `device${i}`,
      type: "panel",
      unit: "unit401",
    }));
    house.seed(accounts, [{ unit: "unit401" }]);
    const protocols = ["udp", "wss", "tcp"] as const;
    const agents = await Promise.all(
      accounts.map(({ username }, i) => house.agent(username, protocols[i % 3], "127.0.0.60")),
    );
    for (let round = 0; round < 3; round++) {
      const startedAt = performance.now();
      const replies = await Promise.all(agents.map((agent) => agent.register(300, [], 30_000)));
      assert.deepEqual(
        replies.filter((reply) => reply.status !== 200).map((reply) => reply.startLine),
        [],
      );
      assert.ok(performance.now() - startedAt < 30_000);
    }
    house.rules({ unit: "unit401" });
  });

  test("a flood without credentials is answered and bans nobody", async () => {
    const door = await house.agent("door", "udp", "127.0.0.61");
    for (let n = 0; n < 200; n++) {
      const reply = await door.transact(
        door.compose({ method: "REGISTER", uri: `sip:${DOMAIN}`, to: `<${door.aor}>` }),
      );
      assert.equal(reply.status, 401);
    }
    assert.equal((await door.register()).status, 200);
  });

  test("ten wrong passwords silence a stranger's address, and no other", async () => {
    const address = "127.0.0.62";
    const guesser = await guess(address, "panel401", 10);
    await assert.rejects(guesser.transact(registration(guesser), 1500), /no final reply/);
    const sameAddress = await house.agent("panel401", "udp", address);
    await assert.rejects(sameAddress.register(300, [], 1500), /no final reply/);
    await assert.rejects(house.agent("panel401", "wss", address));
    const elsewhere = await house.agent("panel401", "udp", "127.0.0.63");
    assert.equal((await elsewhere.register()).status, 200);
    await house.edge.jsonRpc("htable.delete", ["banned", address]);
    assert.equal((await sameAddress.register()).status, 200);
  });

  test("guesses at names that do not exist count as much", async () => {
    const guesser = await guess("127.0.0.64", "nobody", 10);
    await assert.rejects(guesser.transact(registration(guesser), 1500), /no final reply/);
  });

  test("where devices live, guessing slows one account down and the others register and call on", async () => {
    const address = "127.0.0.65";
    const neighbour = await house.agent("mobile401", "udp", address);
    neighbour.policy = { final: null };
    assert.equal((await neighbour.register()).status, 200);
    const guesser = await guess(address, "panel401", 10);
    const slowed = await guesser.register(300, [], 2000);
    assert.equal(slowed.status, 429);
    assert.equal((await neighbour.register()).status, 200);
    const door = await house.agent("door", "udp", address);
    assert.equal((await door.register()).status, 200);
    const call = await door.call("unit401");
    (await ringing(neighbour)).answer(486);
    assert.equal(await status(call), 486);
  });

  test("a door registers and calls on while somebody behind its own address guesses its password, after a kill too", async () => {
    const address = "127.0.0.67";
    const phone = await house.device("mobile401");
    const door = await house.agent("door", "udp", address);
    assert.equal((await door.register()).status, 200);
    for (const killed of [false, true]) {
      if (killed) {
        await house.edge.killKamailio();
        await house.edge.startKamailio();
      }
      // After a kill the first ten tell that devices live here.
      const guesser = await guess(address, "door", killed ? 20 : 10);
      const slowed = await guesser.register(300, [], 2000);
      assert.equal(slowed.status, 429);
      const call = await door.call("unit401");
      (await ringing(phone, killed ? 1 : 0)).answer(486);
      assert.equal(await status(call), 486);
      assert.equal((await door.register()).status, 200);
    }
  });

  test("a panel comes back by a new connection while somebody behind its own address guesses its account, after a kill too", async () => {
    const address = "127.0.0.68";
    const panel = await house.agent("panel401", "wss", address);
    const instance = randomUUID();
    assert.equal((await registerAs(panel, instance)).status, 200);
    for (const killed of [false, true]) {
      if (killed) {
        await house.edge.killKamailio();
        await house.edge.startKamailio();
      }
      // After a kill the first ten tell that devices live here.
      const guesser = await guess(address, "panel401", killed ? 20 : 10);
      assert.equal((await registerAs(guesser, randomUUID())).status, 429);
      await panel.reconnect();
      assert.equal((await registerAs(panel, instance)).status, 200);
      // Also when its old connection is long gone, and its contact with it.
      await house.edge.jsonRpc("ul.rm", ["location", `panel401@${DOMAIN}`]);
      await panel.reconnect();
      assert.equal((await registerAs(panel, instance)).status, 200);
    }
  });

  test("who knows the name that a panel gives itself guesses ten times with it as well, and no more", async () => {
    const address = "127.0.0.69";
    const panel = await house.agent("panel401", "wss", address);
    const instance = randomUUID();
    assert.equal((await registerAs(panel, instance)).status, 200);
    const knowing = await house.agent("panel401", "tcp", address);
    const guesser = await guess(address, "panel401", 0);
    for (let n = 0; n < 10; n++) assert.equal((await registerAs(guesser, instance)).status, 401);
    assert.equal((await registerAs(guesser, instance)).status, 429);
    assert.equal((await guesser.register()).status, 429);
    // Then the right password waits with it.
    assert.equal((await registerAs(knowing, instance)).status, 429);
    const door = await house.agent("door", "udp", address);
    assert.equal((await door.register()).status, 200);
  });

  test("a ban doubles each time", async () => {
    const address = "127.0.0.66";
    for (const seconds of [300, 600, 1200]) {
      await guess(address, "panel401", 10);
      const line = `banned ${address} for ${seconds} s after failed logins`;
      await until(() => house.edge.kamailioLog().includes(line), { what: `the log to say: ${line}` });
      await house.edge.jsonRpc("htable.delete", ["banned", address]);
    }
  });
});

/** Registers as a device that calls itself by this UUID (RFC 5626 section 4.1), as browsers do. */
function registerAs(agent: SipAgent, instance: string): Promise<SipMessage> {
  return agent.request({
    method: "REGISTER",
    uri: `sip:${DOMAIN}`,
    to: `<${agent.aor}>`,
    contact: `<${agent.contactUri}>;+sip.ice;reg-id=1;+sip.instance="<urn:uuid:${instance}>";expires=120`,
  });
}

/** An agent that has tried `times` wrong passwords. */
async function guess(address: string, user: string, times: number): Promise<SipAgent> {
  const port = house.edge.values.sipPort;
  const agent = await SipAgent.open({ user, domain: DOMAIN, password: token(), port, localAddress: address });
  guessers.push(agent);
  for (let n = 0; n < times; n++) assert.equal((await agent.register()).status, 401);
  return agent;
}

function registration(agent: SipAgent): string {
  return agent.compose({ method: "REGISTER", uri: `sip:${DOMAIN}`, to: `<${agent.aor}>` });
}
