/** A house for tests of calls: one site, one door, units with panels and mobiles, each a SIP agent. */
import assert from "node:assert/strict";
import { afterEach } from "node:test";
import type { CallEvent } from "../../infra/control/src/wire.ts";
import { around } from "../lab/around.ts";
import { defaultPassword, type Edge, type EdgeOptions, type SiteSeed, startEdge } from "../lab/edge.ts";
import type { Call } from "../lab/sip/call.ts";
import type { Protocol } from "../lab/sip/wire.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import type { Rule } from "./rule-case.ts";

export const DOMAIN = "house.sip.example.com";

const ACCOUNTS: SiteSeed["accounts"] = [
  { username: "door", type: "door", unit: "entrance" },
  { username: "panel401", type: "panel", unit: "unit401" },
  { username: "second401", type: "panel", unit: "unit401" },
  { username: "mobile401", type: "mobile", unit: "unit401" },
  { username: "panel402", type: "panel", unit: "unit402" },
  { username: "bridge", type: "bridge", unit: null },
  { username: "ht841", type: "gateway", unit: null },
];

export class House {
  readonly edge: Edge;
  private readonly agents: SipAgent[] = [];

  private constructor(edge: Edge) {
    this.edge = edge;
  }

  static async open(options: EdgeOptions = {}): Promise<House> {
    const house = new House(await startEdge(options));
    house.rules({ unit: "unit401" }, { unit: "unit402" }, { unit: "entrance" });
    return house;
  }

  /** Replaces the directory's rules; without any `accounts` all of the house's are there. */
  rules(...rules: Partial<Rule>[]): void {
    this.seed(ACCOUNTS, rules);
  }

  seed(accounts: SiteSeed["accounts"], rules: Partial<Rule>[]): void {
    this.edge.seedDirectory({
      domain: DOMAIN,
      units: [...new Set(["entrance", "unit401", "unit402", ...accounts.map(({ unit }) => unit)])]
        .filter((name) => name !== null)
        .map((name) => ({ name, kind: name === "entrance" ? "door" : "residential" })),
      accounts,
      rules,
    });
  }

  /** An agent that is not registered yet. */
  async agent(user: string, protocol: Protocol = "udp", localAddress?: string): Promise<SipAgent> {
    const { sipPort, wssPort, plainWsPort } = this.edge.values;
    const ports: Record<Protocol, number> = {
      udp: sipPort,
      tcp: sipPort,
      tls: wssPort,
      ws: plainWsPort ?? 0,
      wss: wssPort,
    };
    const agent = await SipAgent.open({
      user,
      domain: DOMAIN,
      password: defaultPassword(user),
      protocol,
      port: ports[protocol],
      ...(localAddress ? { localAddress } : {}),
    });
    this.agents.push(agent);
    return agent;
  }

  /** A registered agent that rings and waits. */
  async device(user: string, protocol: Protocol = "udp"): Promise<SipAgent> {
    const agent = await this.agent(user, protocol);
    agent.policy = { final: null };
    assert.equal((await agent.register()).status, 200, `${user} registers`);
    return agent;
  }

  /** The events of the site, as short lines: `kind account endedBy code`. */
  story(callId?: string): string[] {
    return this.edge
      .events(DOMAIN)
      .filter((event) => callId === undefined || event.callId === callId)
      .map(line);
  }

  /** Waits until the last event of the site is an end, and gives its call's events. */
  async finished(): Promise<string[]> {
    const last = await until(() => this.edge.events(DOMAIN).at(-1), { what: "an event" });
    const over = await until(
      () => this.edge.events(DOMAIN).find((e) => e.callId === last.callId && /ended|failed/.test(e.kind)),
      { what: "the end of the call" },
    );
    return this.story(over.callId);
  }

  /** No call is left in Kamailio or RTPEngine. */
  async quiet(): Promise<void> {
    await until(async () => (await this.edge.mediaSessions()) === 0, { what: "RTPEngine to forget the call" });
  }

  /** Forgets the registrations and ends the agents, so that the next test starts empty. */
  async clear(): Promise<void> {
    for (const agent of this.agents.splice(0)) {
      await this.edge.jsonRpc("ul.rm", ["location", `${agent.user}@${DOMAIN}`]);
      agent.close();
    }
  }

  async close(): Promise<void> {
    for (const agent of this.agents.splice(0)) agent.close();
    await this.edge.stop();
  }
}

/** The house of the test file that called `inHouse`, from the first test on. */
export let house: House;

/** One house for a whole test file. A test leaves no device behind, and no call unless `quiet` is false. */
export function inHouse({ quiet = true } = {}): void {
  around(
    async () => {
      house = await House.open();
    },
    () => house?.close(),
  );
  afterEach(async () => {
    if (quiet) await house.quiet();
    await house.clear();
  });
}

function line({ kind, account, endedBy, code }: CallEvent): string {
  return [kind, account, endedBy, code === 0 ? "" : String(code)].filter((word) => word !== "").join(" ");
}

/** The first call that reached the agent. */
export function ringing(agent: SipAgent, n = 0): Promise<Call> {
  return until(() => agent.incoming[n], { what: `call ${n + 1} at ${agent.user}` });
}

/** The caller's final status. */
export async function status(call: Call): Promise<number> {
  return (await call.final).status;
}
