/** Everything between one site and its VPS, on one token: find the site, push its directory, follow its events. */
import type { ControlHealth, Registration } from "../../../infra/control/src/wire.ts";
import type { LinkState } from "../api/live.ts";
import type { PackedSnapshot } from "../directory/packed-snapshot.ts";
import type { GrantDoor } from "../directory/remote/grant-door.ts";
import type { Grants } from "../directory/remote/grants.ts";
import type { SiteChanges } from "../directory/snapshot.ts";
import type { EventBus } from "../events/bus.ts";
import { type Connection, keepConnected } from "../links/keep-connected.ts";
import type { Log } from "../links/log.ts";
import type { NetworkWatch } from "../links/network-watch.ts";
import type { Store } from "../store/store.ts";
import { type ControlAccess, ControlClient } from "./control-client.ts";
import { type FeedSink, readFeed } from "./feed-reader.ts";
import { Provisioner } from "./provisioner.ts";
import { RegistrationWatch } from "./registrations.ts";
import { type GrantLink, startGrantLink } from "./remote/grant-link.ts";
import { VpsError, type VpsProblem } from "./vps-error.ts";

export interface SiteLinkOptions {
  access: ControlAccess;
  store: Store;
  bus: EventBus;
  sink: FeedSink;
  snapshot: (siteId: string) => Promise<PackedSnapshot>;
  changes: (siteId: string) => SiteChanges | null;
  /** The live contacts of a site, every few seconds; null: nobody can say. */
  heard?: ((siteId: string, contacts: readonly Registration[] | null) => void) | undefined;
  /** Whoever manages a site from elsewhere; left out: nobody does. */
  remote?: { grants: Pick<Grants, "relayed">; door: GrantDoor } | undefined;
  network: NetworkWatch;
  log: Log;
  /** Only tests are in a hurry. */
  silenceMs?: number | undefined;
  registrationsEveryMs?: number | undefined;
}

export interface SiteLinkState {
  link: LinkState;
  code: VpsProblem | null;
  partsDown: string[];
}

export class SiteLink {
  private readonly options: SiteLinkOptions;
  private readonly client: ControlClient;
  private readonly connection: Connection;
  private readonly registrations: RegistrationWatch;
  private readonly offDirectory: () => void;
  private provisioner: Provisioner | null = null;
  private grantLink: GrantLink | null = null;
  private site: { id: string; domain: string } | null = null;
  private siteGone = new AbortController();
  private current: SiteLinkState = { link: "connecting", code: null, partsDown: [] };

  constructor(options: SiteLinkOptions) {
    this.options = options;
    this.client = new ControlClient(options.access);
    this.registrations = new RegistrationWatch({
      client: this.client,
      onChange: () => {
        if (this.site) options.bus.emit("registrationsChanged", { siteId: this.site.id });
      },
      onHeard: (contacts) => {
        if (this.site) options.heard?.(this.site.id, contacts);
      },
      log: options.log,
      everyMs: options.registrationsEveryMs,
    });
    this.connection = keepConnected({
      connect: (up, signal) => this.connect(up, signal),
      onDown: (error) => this.down(error),
      network: options.network,
    });
    // The site of our token may be made only now, and may be removed.
    this.offDirectory = options.bus.on("directoryChanged", () => {
      if (this.current.code === "VPS_SITE_UNKNOWN") this.connection.retryNow();
      else if (this.site && !options.store.sites.get(this.site.id)) this.siteGone.abort();
    });
  }

  state(): SiteLinkState {
    return this.current;
  }

  /** How far the VPS's clock is ahead of ours, ms; 0 before its first reply. */
  clockAheadMs(): number {
    return this.client.vpsNowMs() - Date.now();
  }

  /** Null until the VPS has said which site the token is of. */
  siteId(): string | null {
    return this.site?.id ?? null;
  }

  hasToken(token: string): boolean {
    return this.options.access.token === token;
  }

  registeredAccountIds(): string[] {
    const { site } = this;
    if (!site) return [];
    return [...this.registrations.usernames()].flatMap(
      (username) => this.options.store.accounts.byUsername(site.id, username)?.id ?? [],
    );
  }

  /** Tries at once what waits: the link, or the directory. */
  retryNow(): void {
    if (this.current.link === "up") this.provisioner?.reconcile();
    else this.connection.retryNow();
  }

  /** Its methods throw VpsError. */
  get control(): Pick<
    ControlClient,
    "turnCredentials" | "putDocument" | "documentStatus" | "withdrawDocument" | "documentUrl" | "forgetCaller" | "url"
  > {
    return this.client;
  }

  async stop(): Promise<void> {
    this.offDirectory();
    this.registrations.stop();
    this.client.close();
    await Promise.all([this.connection.stop(), this.provisioner?.stop(), this.grantLink?.stop()]);
  }

  private async connect(up: () => void, signal: AbortSignal): Promise<void> {
    const { store, sink, log, silenceMs } = this.options;
    this.siteGone = new AbortController();
    const { domain } = await this.client.directory();
    const site = store.sites.byDomain(domain);
    if (!site) throw new VpsError("VPS_SITE_UNKNOWN", `the token is of ${domain}, which does not exist here`);
    if (signal.aborted) return;
    await this.serve(site);
    await readFeed(
      {
        client: this.client,
        cursors: store.feed,
        sink,
        site,
        log,
        onHealth: (health) => this.set({ link: "up", code: null, partsDown: partsDown(health) }),
        signal: AbortSignal.any([signal, this.siteGone.signal]),
        silenceMs,
      },
      () => {
        up();
        this.set({ link: "up", code: null, partsDown: this.current.partsDown });
        this.registrations.start();
        this.provisioner?.reconcile();
      },
    );
  }

  /** A site that was removed and made anew has another id: what was for the old one ends. */
  private async serve(site: { id: string; domain: string }): Promise<void> {
    if (this.site?.id === site.id) return;
    await Promise.all([this.provisioner?.stop(), this.grantLink?.stop()]);
    const { store, bus, snapshot, remote, network, log, silenceMs } = this.options;
    this.site = { id: site.id, domain: site.domain };
    this.provisioner = new Provisioner({
      client: this.client,
      store,
      bus,
      siteId: site.id,
      snapshot: () => snapshot(site.id),
      changes: () => this.options.changes(site.id),
      // It is back before our next try was due.
      onLive: () => this.current.link === "down" && this.connection.retryNow(),
      log,
    });
    this.grantLink = remote
      ? startGrantLink({ client: this.client, siteId: site.id, ...remote, bus, network, log, silenceMs })
      : null;
  }

  private down(error: unknown): void {
    const code = error instanceof VpsError ? error.code : "VPS_UNREACHABLE";
    if (this.current.link !== "down" || this.current.code !== code) {
      this.options.log.warn({ code, error: String(error) }, "the link to the VPS is down");
    }
    this.registrations.stop();
    this.set({ link: "down", code, partsDown: [] });
  }

  private set(state: SiteLinkState): void {
    const before = this.current;
    this.current = state;
    if (JSON.stringify(before) === JSON.stringify(state)) return;
    if (before.link !== "up" && state.link === "up") this.options.log.info({}, "the link to the VPS is up");
    this.options.bus.emit("linkChanged", { link: "vps" });
  }
}

function partsDown({ parts }: ControlHealth): string[] {
  return Object.entries(parts)
    .filter(([, state]) => state === "down")
    .map(([part]) => part)
    .toSorted();
}
