/** What control asks Kamailio for, in words of the domain. The README of infra/kamailio describes the other side. */
import { ControlFailure } from "./errors.ts";
import { type KamailioRpc, RpcError } from "./kamailio-rpc.ts";
import type { LocationReader } from "./location-reader.ts";
import type { OutboxReader } from "./outbox-reader.ts";
import type { Registration } from "./wire.ts";

/** A dialog as `dlg.list` tells it; only what is used here. */
export interface EdgeCall {
  hashEntry: number;
  hashId: number;
  callId: string;
  answered: boolean;
  /** From tag and To tag (RFC 3261 section 12). */
  tags: string[];
}

interface AccountName {
  domain: string;
  username: string;
}

/** dialog module: 1 unconfirmed, 2 early, 3 confirmed without ACK, 4 confirmed, 5 deleted. */
const ANSWERED_STATES = [3, 4];
const DELETED_STATE = 5;
/** RPCs in flight at once. */
const PARALLEL = 16;
/** With more log-outs than this, those without a contact or a call are left out. */
const SIFT_FROM = 64;

export class Kamailio {
  private readonly rpc: KamailioRpc;
  private readonly locations: LocationReader;
  private readonly outbox: Pick<OutboxReader, "liveAccounts">;

  constructor(rpc: KamailioRpc, locations: LocationReader, outbox: Pick<OutboxReader, "liveAccounts">) {
    this.rpc = rpc;
    this.locations = locations;
    this.outbox = outbox;
  }

  /** The live contacts of a domain. Throws EDGE_UNAVAILABLE: without Kamailio nobody can be reached. */
  async registrations(domain: string): Promise<Registration[]> {
    await this.startedAtMs();
    const registrations = this.locations.registrations(domain, Date.now());
    if (registrations === null) throw new ControlFailure("EDGE_UNAVAILABLE", "the registrations cannot be read");
    return registrations;
  }

  /** When Kamailio started, Unix ms, in whole seconds. Throws EDGE_UNAVAILABLE. */
  async startedAtMs(): Promise<number> {
    const { up_since } = record(await this.rpc.call("core.uptime"));
    const startedAtMs = Date.parse(String(up_since));
    if (Number.isNaN(startedAtMs)) throw new ControlFailure("EDGE_UNAVAILABLE", "Kamailio does not tell its start");
    return startedAtMs;
  }

  /** Removes every contact of these accounts, ends their calls, and has their sites looked up anew. Throws EDGE_UNAVAILABLE. */
  async logOut(accounts: readonly AccountName[]): Promise<void> {
    const few = accounts.length < SIFT_FROM;
    const concerned = few ? accounts : this.activeAmong(accounts);
    await inParallel(concerned, ({ username, domain }) =>
      this.rpc.call("ul.rm", ["location", `${username}@${domain}`]),
    );
    await inParallel(concerned, ({ username, domain }) =>
      this.rpc.post(`/calls/end?domain=${domain}&account=${username}`),
    );
    await inParallel([...new Set(accounts.map(({ domain }) => domain))], (domain) => this.forgetSite(domain));
  }

  /** Kamailio takes a domain for a site's for some seconds after it last found it in the directory. */
  private async forgetSite(domain: string): Promise<void> {
    try {
      await this.rpc.call("htable.delete", ["site", domain]);
    } catch (error) {
      // It is not in the table.
      if (!(error instanceof RpcError)) throw error;
    }
  }

  /** The calls of all sites, answered or not yet. Throws EDGE_UNAVAILABLE. */
  async calls(): Promise<EdgeCall[]> {
    return list(await this.rpc.call("dlg.list"))
      .filter(({ state }) => Number(state) !== DELETED_STATE)
      .map(toCall);
  }

  /** Ends every call of every site. Throws EDGE_UNAVAILABLE. */
  async endAllCalls(): Promise<void> {
    await this.rpc.post("/calls/end");
  }

  /** Hangs up an answered call for both sides. One that ended meanwhile is fine. Throws EDGE_UNAVAILABLE. */
  async endCall(call: Pick<EdgeCall, "hashEntry" | "hashId">): Promise<void> {
    await this.rpc.post(`/calls/end?dialog=${call.hashEntry}:${call.hashId}`);
  }

  /** Has Kamailio read its certificate again; open connections stay. Throws EDGE_UNAVAILABLE. */
  async reloadCertificate(): Promise<void> {
    await this.rpc.call("tls.reload");
  }

  /** Deletes the events up to and including this id. Kamailio does it: it is the outbox's only writer. */
  async trimOutbox(upToId: number): Promise<void> {
    await this.rpc.post(`/outbox/trim?through=${upToId}`);
  }

  /**
   * Takes a caller's number, as it stands there, out of the events of a site's calls that are over. Throws EDGE_UNAVAILABLE.
   */
  async forgetCaller(domain: string, callerNumber: string): Promise<void> {
    await this.rpc.post(`/outbox/forget?domain=${domain}&number=${callerNumber}`);
  }

  /** Those of many accounts that have a contact or are in a call; the rest has nothing to lose. */
  private activeAmong(accounts: readonly AccountName[]): readonly AccountName[] {
    const registered = this.locations.registeredAccounts();
    const inCalls = this.outbox.liveAccounts();
    if (registered === null || inCalls === null) return accounts;
    return accounts.filter(({ username, domain }) => {
      const name = `${username}@${domain}`;
      return registered.has(name) || inCalls.has(name);
    });
  }
}

function toCall(dialog: Record<string, unknown>): EdgeCall {
  return {
    hashEntry: Number(dialog.h_entry),
    hashId: Number(dialog.h_id),
    callId: String(dialog["call-id"]),
    answered: ANSWERED_STATES.includes(Number(dialog.state)),
    tags: [record(dialog.caller).tag, record(dialog.callee).tag].map(String),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(record) : [];
}

async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < items.length; i += PARALLEL) await Promise.all(items.slice(i, i + PARALLEL).map(act));
}
