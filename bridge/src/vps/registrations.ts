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

export class RegistrationWatch {
  private readonly options: RegistrationWatchOptions;
  private names: ReadonlySet<string> = new Set();
  private timer: NodeJS.Timeout | undefined;
  private following = false;

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
    this.options.onHeard(null);
    this.set(new Set());
  }

  private async look(): Promise<void> {
    try {
      const registrations = await this.options.client.registrations();
      if (this.following) this.options.onHeard(registrations);
      if (this.following) this.set(new Set(registrations.map(({ username }) => username)));
    } catch (error) {
      // While Kamailio restarts its contacts outlive it: what we knew is still the best guess.
      const code = error instanceof VpsError ? error.code : "INTERNAL";
      if (this.following && code !== "VPS_EDGE_UNAVAILABLE") {
        this.options.log.warn({ code, error: String(error) }, "the registrations could not be read");
      }
    }
    if (this.following) this.timer = setTimeout(() => void this.look(), this.options.everyMs ?? EVERY_MS);
  }

  private set(names: ReadonlySet<string>): void {
    if (names.size === this.names.size && [...names].every((name) => this.names.has(name))) return;
    this.names = names;
    this.options.onChange();
  }
}
