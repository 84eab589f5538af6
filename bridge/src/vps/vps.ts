/** The bridge's links to its VPS, one for each site token, seen as one. */
import type { DirectoryPut, Registration, TurnCredentials } from "../../../infra/control/src/wire.ts";
import type { LinkState, LiveState } from "../api/live.ts";
import type { EventBus } from "../events/bus.ts";
import { AppError } from "../events/errors.ts";
import type { Log } from "../links/log.ts";
import type { NetworkWatch } from "../links/network-watch.ts";
import type { Store } from "../store/store.ts";
import type { ControlAccess } from "./control-client.ts";
import type { FeedSink } from "./feed-reader.ts";
import { SiteLink } from "./site-link.ts";
import { VpsError } from "./vps-error.ts";

export interface VpsOptions {
  /** One for each site token; none: not configured. */
  access: readonly ControlAccess[];
  store: Store;
  bus: EventBus;
  /** The call log. */
  sink: FeedSink;
  /** A site's whole directory at its present revision (directory/snapshot.ts). */
  snapshot: (siteId: string) => DirectoryPut;
  /** The live contacts of a site, every few seconds; null: nobody can say. */
  heard?: (siteId: string, contacts: readonly Registration[] | null) => void;
  network: NetworkWatch;
  log: Log;
  silenceMs?: number;
  registrationsEveryMs?: number;
}

export interface Vps {
  /** The worst of all links; parts that are down anywhere. */
  state(): LiveState["vps"];
  /** The link to one site's VPS. */
  linkOf(siteId: string): { link: LinkState; code: string | null };
  /** Tries at once what waits for that site. */
  retry(siteId: string): void;
  /** Ids of the accounts with at least one live contact, of all sites; those of a link that is down are not among them. */
  registered(): string[];
  /** Throws AppError VPS_NOT_CONFIGURED, VPS_UNREACHABLE or UNKNOWN_ACCOUNT. */
  turnCredentials(siteId: string, username: string): Promise<TurnCredentials>;
  stop(): Promise<void>;
}

const WORST_FIRST = ["down", "connecting", "up"] as const;

export function startVps(options: VpsOptions): Vps {
  const { access, ...rest } = options;
  const links = access.map((one) => new SiteLink({ ...rest, access: one }));

  function state(): LiveState["vps"] {
    if (links.length === 0) return { link: "not-configured", code: "VPS_NOT_CONFIGURED", partsDown: [] };
    const states = links.map((link) => link.state());
    const worst = WORST_FIRST.flatMap((link) => states.find((one) => one.link === link) ?? [])[0];
    return {
      link: worst?.link ?? "connecting",
      code: worst?.code ?? null,
      partsDown: [...new Set(states.flatMap(({ partsDown }) => partsDown))],
    };
  }

  /** A link that has not said yet whose it is may be this site's. */
  function linkOf(siteId: string): { link: LinkState; code: string | null } {
    const own = links.find((link) => link.siteId() === siteId) ?? links.find((link) => link.siteId() === null);
    if (own) return own.state();
    return { link: "not-configured", code: "VPS_NOT_CONFIGURED" };
  }

  async function turnCredentials(siteId: string, username: string): Promise<TurnCredentials> {
    const link = links.find((one) => one.siteId() === siteId);
    if (!link) {
      const code = links.length === 0 ? "VPS_NOT_CONFIGURED" : "VPS_UNREACHABLE";
      throw new AppError(code, "no link to the VPS of this site");
    }
    try {
      return await link.turnCredentials(username);
    } catch (error) {
      const unknown = error instanceof VpsError && error.code === "UNKNOWN_ACCOUNT";
      throw new AppError(unknown ? "UNKNOWN_ACCOUNT" : "VPS_UNREACHABLE", "the VPS gave no TURN login", {
        cause: error,
      });
    }
  }

  return {
    state,
    linkOf,
    retry: (siteId) => {
      for (const link of links.filter((one) => [siteId, null].includes(one.siteId()))) link.retryNow();
    },
    registered: () => links.flatMap((link) => link.registeredAccountIds()),
    turnCredentials,
    stop: async () => {
      await Promise.all(links.map((link) => link.stop()));
    },
  };
}
