/** Which accounts of one site can be reached: asked for every few seconds while the link stands. */
import type { Registration } from "../../../infra/control/src/wire.ts";
import type { Log } from "../links/log.ts";
import type { ControlClient } from "./control-client.ts";
import { VpsError } from "./vps-error.ts";

export interface RegistrationWatchOptions {
  client: Pick<ControlClient, "registrations">;
  onChange: () => void;
  /** Every list as it comes; null: nobody can say. */
  onHeard: (contacts: readonly Registration[] | null) => void;
  log: Log;
  everyMs?: number | undefined;
}

const EVERY_MS = 3_000;
/** While Kamailio restarts its contacts outlive it; one that stays away longer has nobody registered. */
const HOLDS_MS = 15_000;

export class RegistrationWatch {
  private readonly options: RegistrationWatchOptions;
  private names: ReadonlySet<string> = new Set();
  private timer: NodeJS.Timeout | undefined;
  private following = false;
  /** When the last list came, by a clock that nobody sets; null: nobody can say any more. */
  private heardAtMs: number | null = null;

  constructor(options: RegistrationWatchOptions) {
    this.options = options;
  }

  /** SIP names of the accounts with at least one live contact; empty while the link is down. */
  usernames(): ReadonlySet<string> {
    return this.names;
  }

  start(): void {
    if (this.following) return;
    this.following = true;
    void this.look();
  }

  /** The link is down: nobody can be said to be reachable. */
  stop(): void {
    this.following = false;
    clearTimeout(this.timer);
    this.heard(null);
  }

  private async look(): Promise<void> {
    try {
      const registrations = await this.options.client.registrations();
      if (this.following) this.heard(registrations);
    } catch (error) {
      if (this.heardAtMs !== null && performance.now() - this.heardAtMs > HOLDS_MS) this.heard(null);
      const code = error instanceof VpsError ? error.code : "INTERNAL";
      if (this.following && code !== "VPS_EDGE_UNAVAILABLE") {
        this.options.log.warn({ code, error: String(error) }, "the registrations could not be read");
      }
    }
    if (this.following) this.timer = setTimeout(() => void this.look(), this.options.everyMs ?? EVERY_MS);
  }

  /** null: nobody can say. */
  private heard(contacts: readonly Registration[] | null): void {
    const names = new Set(contacts?.map(({ username }) => username));
    const isSame = names.size === this.names.size && [...names].every((name) => this.names.has(name));
    // "Nobody" and "not known" are two things.
    const isNews = !isSame || (contacts === null) !== (this.heardAtMs === null);
    this.heardAtMs = contacts && performance.now();
    this.names = names;
    this.options.onHeard(contacts);
    if (isNews) this.options.onChange();
  }
}
