/** What the HTTP side needs from the links to the outside, so that it runs and is tested without any of them. */
import type { TurnCredentials } from "../../../infra/control/src/wire.ts";
import type { LiveState } from "../api/live.ts";

export interface VpsPort {
  state(): LiveState["vps"];
  /** Ids of the accounts with at least one live contact, of all sites; empty when the link is down. */
  registered(): string[];
  /** Throws AppError VPS_NOT_CONFIGURED or VPS_UNREACHABLE. */
  turnCredentials(siteId: string, username: string): Promise<TurnCredentials>;
}

export interface MqttPort {
  state(): LiveState["mqtt"];
}
