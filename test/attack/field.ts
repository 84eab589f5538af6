/**
 * The field the attacks are played on: a real edge with two sites whose names are all the same, and nothing but
 * loopback addresses. Every attacker gets an address of its own, so that one ban never hides the next hole.
 */
import assert from "node:assert/strict";
import Database from "better-sqlite3";
import { defaultPassword, type Edge, type SiteSeed, startEdge } from "../lab/edge.ts";
import { header, type SipMessage } from "../lab/sip/message.ts";
import type { Protocol } from "../lab/sip/wire.ts";
import { type AgentOptions, SipAgent } from "../lab/sip-agent.ts";
import { openTrap, type Trap } from "./trap.ts";

/** Both sites know the same names; only their passwords differ. */
const HERE = "here.test";
const THERE = "there.test";

/** Units from here on hold one phone each and serve `pair`. */
export const FIRST_POOL_UNIT = 500;
export const POOL_UNITS = 60;

/** Statuses that refuse: nothing was done and nothing was relayed. */
const REFUSALS = [400, 401, 403, 404, 405, 406, 407, 410, 414, 416, 420, 421, 423, 481, 482, 483, 484, 501, 505, 513];

export class Field {
  readonly edge: Edge;
  readonly here = HERE;
  readonly there = THERE;
  private readonly agents: SipAgent[] = [];
  private readonly traps: Trap[] = [];
  private addresses = 0;
  private pairs = 0;
  private readonly block = 1 + Math.floor(Math.random() * 200);

  private constructor(edge: Edge) {
    this.edge = edge;
  }

  static async open(): Promise<Field> {
    const edge = await startEdge();
    try {
      for (const domain of [HERE, THERE]) edge.seedDirectory(siteSeed(domain));
    } catch (error) {
      // Its programs would keep the test's process alive for ever.
      await edge.stop();
      throw error;
    }
    return new Field(edge);
  }

  /** A loopback address that nobody in this run used before. */
  newAddress(): string {
    const n = this.addresses++;
    return `127.${this.block}.${Math.floor(n / 250)}.${1 + (n % 250)}`;
  }

  /** The listening port of a protocol. */
  port(protocol: Protocol): number {
    const { wssPort, plainWsPort, sipPort } = this.edge.values;
    if (protocol === "wss") return wssPort;
    return protocol === "ws" ? (plainWsPort ?? wssPort) : sipPort;
  }

  /** An agent at an address of its own, with the good password of that name unless told otherwise. */
  async agent(user: string, options: Partial<AgentOptions> & { anonymous?: boolean } = {}): Promise<SipAgent> {
    const { anonymous = false, ...rest } = options;
    const protocol = rest.protocol ?? "udp";
    const domain = rest.domain ?? HERE;
    const agent = await SipAgent.open({
      port: this.port(protocol),
      localAddress: this.newAddress(),
      user,
      domain,
      ...(anonymous ? {} : { password: passwordOf(user, domain) }),
      ...rest,
    });
    this.agents.push(agent);
    return agent;
  }

  /** An agent that registers and rings without answering. */
  async registered(user: string, options: Parameters<Field["agent"]>[1] = {}): Promise<SipAgent> {
    const agent = await this.agent(user, options);
    agent.policy = { ring: true, final: null };
    const reply = await agent.register(600);
    assert.equal(reply.status, 200, `${user} registers`);
    return agent;
  }

  /** A door and a registered phone that answers, in a unit that no other probe uses. */
  async pair(
    protocols: { caller?: Protocol; callee?: Protocol } = {},
  ): Promise<{ caller: SipAgent; callee: SipAgent; unit: string }> {
    const unit = String(FIRST_POOL_UNIT + this.pairs++);
    const caller = await this.agent(`caller${unit}`, { protocol: protocols.caller ?? "udp" });
    const callee = await this.registered(`phone${unit}`, { protocol: protocols.callee ?? "udp" });
    callee.policy = { final: 200 };
    return { caller, callee, unit };
  }

  async trap(): Promise<Trap> {
    const trap = await openTrap(this.newAddress());
    this.traps.push(trap);
    return trap;
  }

  async close(): Promise<void> {
    for (const agent of this.agents) agent.close();
    for (const trap of this.traps) trap.close();
    await this.edge.stop();
  }
}

/** Fails unless the reply refuses. */
export function assertRefused(reply: SipMessage, what = ""): void {
  assert.ok(REFUSALS.includes(reply.status), `${what} answered ${reply.startLine}`);
}

/** Fails if a request of this Call-ID came through to the agent. */
export function assertNotReached(victim: SipAgent, callId: string): void {
  const seen = victim.received.find((message) => message.status === 0 && header(message, "call-id") === callId);
  assert.equal(seen?.startLine, undefined, `${victim.user} was reached`);
}

/** Fails if one of these processes is gone. More may have come since: Kamailio serves before its last worker has started. */
export function assertWorkersLive(edge: Edge, workers: number[]): void {
  const live = edge.kamailioProcesses();
  assert.deepEqual(
    workers.filter((pid) => !live.includes(pid)),
    [],
    "workers died",
  );
}

/** What the directory holds, to see that nothing was lost or added. */
export function directoryCounts(edge: Edge): Record<string, number> {
  const db = new Database(edge.dataFile("directory.db"), { readonly: true });
  try {
    const tables = ["site", "subscriber", "unit", "rule"];
    return Object.fromEntries(
      tables.map((table) => [table, Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())]),
    );
  } finally {
    db.close();
  }
}

/** An account's password; the same name has another one at the other site. */
export function passwordOf(user: string, domain: string): string {
  return `${defaultPassword(user)}-${domain}`;
}

/** Accounts of a site, all with `passwordOf`. */
function siteSeed(domain: string): SiteSeed {
  const pool = Array.from({ length: POOL_UNITS }, (_, i) => String(FIRST_POOL_UNIT + i));
  const accounts: SiteSeed["accounts"] = [
    { username: "door", type: "door", unit: "entrance" },
    { username: "panel401", type: "panel", unit: "401" },
    { username: "panel402", type: "panel", unit: "402" },
    { username: "insider", type: "mobile", unit: null },
    { username: "retired", type: "mobile", unit: "401", enabled: false },
    { username: "line1", type: "gateway", unit: null },
    { username: "40404", type: "mobile", unit: null },
    { username: "50505", type: "mobile", unit: null, enabled: false },
    ...pool.map((unit) => ({ username: `phone${unit}`, type: "mobile" as const, unit })),
    ...pool.map((unit) => ({ username: `caller${unit}`, type: "door" as const, unit: null })),
  ];
  return {
    domain,
    units: [
      { name: "entrance", kind: "door" },
      ...["401", "402", ...pool].map((name) => ({ name, kind: "residential" as const })),
    ],
    accounts: accounts.map((account) => ({ ...account, password: passwordOf(account.username, domain) })),
    rules: [
      { unit: "401", sourcePattern: "door" },
      { unit: "401", sourcePattern: "line1", position: 1 },
      { unit: "402", sourcePattern: "door" },
      ...pool.map((unit) => ({ unit, sourcePattern: `caller${unit}` })),
    ],
  };
}

/** An SDP body whose every address is `host`, port 4000. */
export function sdpNaming(host: string): string {
  return `v=0\r\no=- 1 2 IN IP4 ${host}\r\ns=-\r\nc=IN IP4 ${host}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n`;
}
