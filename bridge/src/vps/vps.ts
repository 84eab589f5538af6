/** The bridge's links to its VPS, one for each site token, seen as one. */
import { documentId, newToken, seal } from "../../../infra/control/src/sealed-document.ts";
import type { Registration, TurnCredentials } from "../../../infra/control/src/wire.ts";
import type { VpsErased } from "../api/board.ts";
import type { LiveState } from "../api/live.ts";
import type { PackedSnapshot } from "../directory/packed-snapshot.ts";
import type { DocumentPost } from "../directory/pairing/document-post.ts";
import type { TokenDoor } from "../directory/site-tokens.ts";
import type { SiteChanges } from "../directory/snapshot.ts";
import type { EventBus } from "../events/bus.ts";
import { AppError } from "../events/errors.ts";
import type { Log } from "../links/log.ts";
import type { NetworkWatch } from "../links/network-watch.ts";
import type { Store } from "../store/store.ts";
import { type ControlAccess, ControlClient } from "./control-client.ts";
import type { FeedSink } from "./feed-reader.ts";
import { SiteLink, type SiteLinkOptions } from "./site-link.ts";
import { VpsError } from "./vps-error.ts";

export interface VpsOptions {
  /** One for each site token of the options. */
  access: readonly ControlAccess[];
  /** The control service of tokens that were entered in the panel; null or left out: none is configured. */
  control?: Omit<ControlAccess, "token"> | null;
  store: Store;
  bus: EventBus;
  /** The call log. */
  sink: FeedSink;
  /** A site's whole directory at its present revision (directory/packed-snapshot.ts). */
  snapshot: (siteId: string) => Promise<PackedSnapshot>;
  /** What of it was edited since the VPS had everything. */
  changes: (siteId: string) => SiteChanges | null;
  /** The live contacts of a site, every few seconds; null: nobody can say. */
  heard?: (siteId: string, contacts: readonly Registration[] | null) => void;
  /** Whoever manages a site from elsewhere. */
  remote?: SiteLinkOptions["remote"];
  network: NetworkWatch;
  log: Log;
  silenceMs?: number;
  registrationsEveryMs?: number;
}

export interface Vps {
  /** The worst of all links; parts that are down anywhere. */
  state(): LiveState["vps"];
  /** The link to one site's VPS. */
  linkOf(siteId: string): LiveState["vps"];
  /** Tries at once what waits for that site. */
  retry(siteId: string): void;
  /** Ids of the accounts with at least one live contact, of all sites; those of a link that is down are not among them. */
  registered(): string[];
  /** Throws AppError VPS_NOT_CONFIGURED, VPS_UNREACHABLE or UNKNOWN_ACCOUNT. */
  turnCredentials(siteId: string, username: string): Promise<TurnCredentials>;
  /**
   * Has every VPS forget a caller; never rejects. `none`: there is none; `away`: at least one did not do it, and it is to be asked again.
   */
  forgetCaller(callerNumber: string): Promise<VpsErased>;
  /** Where installers reach a site. Throws AppError VPS_NOT_CONFIGURED and VPS_UNREACHABLE. */
  relayUrl(siteId: string): string;
  /** Documents for devices, by the VPS. */
  post: DocumentPost;
  /** Tokens that are entered while the bridge runs. */
  tokenDoor: TokenDoor;
  stop(): Promise<void>;
}

const WORST_FIRST = ["down", "connecting", "up"] as const;

export function startVps(options: VpsOptions): Vps {
  const { access, control = null, ...rest } = options;
  const { store, bus } = options;
  const entered = control === null ? [] : store.siteTokens.list().map((token) => ({ ...control, token }));
  const tokens = new Set(entered.map(({ token }) => token));
  const open = (one: ControlAccess) => new SiteLink({ ...rest, access: one });
  let links = [...access.filter(({ token }) => !tokens.has(token)), ...entered].map(open);
  const closings = new Set<Promise<void>>();
  // A site that is removed takes its token along.
  const offDirectory = bus.on("directoryChanged", () => {
    const kept = new Set(store.siteTokens.list());
    close(links.filter((link) => [...tokens].some((token) => link.hasToken(token) && !kept.has(token))));
  });

  function close(old: readonly SiteLink[]): void {
    links = links.filter((link) => !old.includes(link));
    for (const link of old) {
      const closing = link.stop().finally(() => closings.delete(closing));
      closings.add(closing);
    }
  }

  /** A token that the options still hold after a newer one was entered is nobody's: it holds no site up. */
  function counted(): SiteLink[] {
    const sites = store.sites.list();
    const isServed = sites.length > 0 && sites.every(({ id }) => links.some((link) => link.siteId() === id));
    const isDead = (link: SiteLink) => link.siteId() === null && link.state().code === "VPS_UNAUTHORIZED";
    return isServed ? links.filter((link) => !isDead(link)) : links;
  }

  function state(): LiveState["vps"] {
    if (links.length === 0) return { link: "not-configured", code: "VPS_NOT_CONFIGURED", partsDown: [] };
    const states = counted().map((link) => link.state());
    const worst = WORST_FIRST.flatMap((link) => states.find((one) => one.link === link) ?? [])[0];
    return {
      link: worst?.link ?? "connecting",
      code: worst?.code ?? null,
      partsDown: [...new Set(states.flatMap(({ partsDown }) => partsDown))],
    };
  }

  /** A link that has not said yet whose it is may be this site's. */
  function linkOf(siteId: string): LiveState["vps"] {
    const own = links.find((link) => link.siteId() === siteId) ?? links.find((link) => link.siteId() === null);
    if (own) return { ...own.state(), clockAheadMs: own.clockAheadMs() };
    return { link: "not-configured", code: "VPS_NOT_CONFIGURED", partsDown: [] };
  }

  function of(siteId: string): SiteLink {
    const link = links.find((one) => one.siteId() === siteId);
    if (link) return link;
    const code = links.length === 0 ? "VPS_NOT_CONFIGURED" : "VPS_UNREACHABLE";
    throw new AppError(code, "no link to the VPS of this site");
  }

  /** Asks the site's control; what it throws becomes an AppError. */
  async function ask<T>(siteId: string, work: (control: SiteLink["control"]) => Promise<T>): Promise<T> {
    const link = of(siteId);
    try {
      return await work(link.control);
    } catch (error) {
      if (error instanceof AppError) throw error;
      const unknown = error instanceof VpsError && error.code === "UNKNOWN_ACCOUNT";
      throw new AppError(unknown ? "UNKNOWN_ACCOUNT" : "VPS_UNREACHABLE", "the VPS did not do it", { cause: error });
    }
  }

  const turn = (siteId: string, username: string, lifetimeS?: number) =>
    ask(siteId, (control) => control.turnCredentials(username, lifetimeS));
  const post: DocumentPost = {
    isThere: (siteId) => linkOf(siteId).link !== "not-configured",
    post: (siteId, document, terms) =>
      ask(siteId, async (control) => {
        const token = newToken();
        const id = documentId(token);
        await control.putDocument(id, { ...terms, sealed: seal(document, token) }).catch(tooMany);
        return { id, url: control.documentUrl(terms.kind, token) };
      }),
    status: (siteId, id) => ask(siteId, (control) => control.documentStatus(id)),
    withdraw: async (siteId, id) => void (await ask(siteId, (control) => control.withdrawDocument(id))),
    turn,
  };

  const tokenDoor: TokenDoor = {
    domainOf: async (token) => {
      if (control === null) throw new AppError("VPS_NOT_CONFIGURED", "no address of a control service is configured");
      const client = new ControlClient({ ...control, token });
      try {
        return (await client.directory()).domain;
      } catch (error) {
        if (!(error instanceof VpsError) || error.code !== "VPS_UNAUTHORIZED") {
          throw new AppError("VPS_UNREACHABLE", "the VPS cannot be asked about the token", { cause: error });
        }
        throw new AppError("SITE_TOKEN_WRONG", "the VPS does not know this token");
      } finally {
        client.close();
      }
    },
    use: (siteId, token) => {
      if (control === null) return;
      close(links.filter((link) => link.siteId() === siteId || link.hasToken(token)));
      tokens.add(token);
      links.push(open({ ...control, token }));
      bus.emit("linkChanged", { link: "vps" });
    },
  };

  return {
    state,
    linkOf,
    tokenDoor,
    retry: (siteId) => {
      for (const link of links.filter((one) => [siteId, null].includes(one.siteId()))) link.retryNow();
    },
    registered: () => links.flatMap((link) => link.registeredAccountIds()),
    turnCredentials: turn,
    forgetCaller: async (callerNumber) => {
      if (links.length === 0) return "none";
      const asked = await Promise.allSettled(counted().map(({ control: one }) => one.forgetCaller(callerNumber)));
      return asked.every(({ status }) => status === "fulfilled") ? "done" : "away";
    },
    relayUrl: (siteId) => of(siteId).control.url,
    post,
    stop: async () => {
      offDirectory();
      await Promise.all([...links.map((link) => link.stop()), ...closings]);
    },
  };
}

/** What control refuses of a document is how many of them there are. */
function tooMany(error: unknown): never {
  if (!(error instanceof VpsError) || error.code !== "DIRECTORY_REFUSED") throw error;
  throw new AppError("TOO_MANY_CODES", "the VPS takes no more of this site's codes and files", { cause: error });
}
