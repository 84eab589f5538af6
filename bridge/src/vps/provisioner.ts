/**
 * Keeps the VPS's copy of one site's directory equal to the store. An edit is pushed at once, edits that come together
 * as one; what could not be pushed is tried again; what the VPS refuses is noted in the provisioning row for people.
 */

import type { DirectoryStatus } from "../../../infra/control/src/wire.ts";
import type { PackedSnapshot } from "../directory/packed-snapshot.ts";
import type { SiteChanges } from "../directory/snapshot.ts";
import type { EventBus } from "../events/bus.ts";
import { Backoff } from "../links/backoff.ts";
import type { Log } from "../links/log.ts";
import type { Store } from "../store/store.ts";
import type { ControlClient } from "./control-client.ts";
import { VpsError } from "./vps-error.ts";

export interface ProvisionerOptions {
  client: Pick<ControlClient, "directory" | "putDirectory" | "patchDirectory">;
  store: Store;
  bus: EventBus;
  siteId: string;
  /** The site's whole directory at its present revision (directory/packed-snapshot.ts). */
  snapshot: () => Promise<PackedSnapshot>;
  /** What of it was edited since the VPS had everything; null: all of it must be sent. */
  changes: () => SiteChanges | null;
  /** The VPS has just taken the directory. */
  onLive?: () => void;
  log: Log;
  backoff?: Backoff;
}

/** Edits of one gesture (making a door makes an account and a rule) come within this time, ms. */
const GATHER_MS = 20;
/** The clock part of the directory changes by itself once a year; looking daily is plenty. */
const LOOK_AGAIN_MS = 24 * 3_600_000;
/** More rounds than this within one push mean that somebody else writes there too. */
const MOST_CONFLICTS = 3;

export class Provisioner {
  private readonly options: ProvisionerOptions;
  private readonly backoff: Backoff;
  private readonly offDirectory: () => void;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private again = false;
  private stopped = false;
  /** What both sides are known to hold; null: the whole directory has to be compared. */
  private agreed: { revision: number; contentHash: string; clock: string } | null = null;

  constructor(options: ProvisionerOptions) {
    this.options = options;
    this.backoff = options.backoff ?? new Backoff();
    this.offDirectory = options.bus.on("directoryChanged", ({ siteId }) => {
      if (siteId === options.siteId) this.schedule(GATHER_MS);
    });
  }

  /** The VPS is reachable (again): compares and pushes what differs. */
  reconcile(): void {
    this.agreed = null;
    this.schedule(0);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.offDirectory();
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    if (this.running) {
      this.again = true;
      return;
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.running = this.run();
    }, ms);
  }

  private async run(): Promise<void> {
    this.again = false;
    let next = LOOK_AGAIN_MS;
    try {
      await this.equalise();
      this.backoff.reset();
    } catch (error) {
      next = this.failed(error);
    }
    this.running = null;
    this.schedule(this.again ? 0 : next);
  }

  /** Makes the VPS's directory ours, by revision and content. */
  private async equalise(): Promise<void> {
    const { client, store, siteId, snapshot } = this.options;
    if (await this.sendChanges()) return;
    let theirs = await client.directory();
    this.lost(theirs);
    for (let conflicts = 0; ; ) {
      const ours = await snapshot();
      if (this.stopped) return;
      if (theirs.revision === ours.revision && theirs.contentHash === ours.contentHash) return this.agree(theirs, ours);
      if (theirs.revision >= ours.revision) {
        // Our file was restored, or the year's clock changed: what we have now is a new revision.
        store.provisioning.raiseAbove(siteId, theirs.revision);
        continue;
      }
      try {
        return this.agree(await client.putDirectory(ours.json), ours);
      } catch (error) {
        conflicts += 1;
        if (!isRevisionConflict(error) || conflicts > MOST_CONFLICTS) throw error;
        theirs = await client.directory();
      }
    }
  }

  /** False: the two sides do not agree on what changed, so the whole directory is compared. */
  private async sendChanges(): Promise<boolean> {
    const { client, store, siteId, changes } = this.options;
    const { agreed } = this;
    // Whatever goes wrong from here on, nothing is agreed on any more.
    this.agreed = null;
    const changed = agreed && changes();
    if (!agreed || !changed || JSON.stringify(changed.clock) !== agreed.clock) return false;
    const { revision, units, accounts } = changed;
    if (revision <= agreed.revision) {
      this.agreed = agreed;
      return revision === agreed.revision;
    }
    try {
      const base = { baseRevision: agreed.revision, baseContentHash: agreed.contentHash };
      const theirs = await client.patchDirectory({ ...base, revision, units, accounts });
      this.agreed = { revision, contentHash: theirs.contentHash, clock: agreed.clock };
      store.provisioning.forgetChanges(siteId, revision);
      this.isLive(theirs);
      return true;
    } catch (error) {
      // A control of another version knows no changes: everything is sent.
      if (isRevisionConflict(error) || (error instanceof VpsError && error.code === "VPS_BAD_REPLY")) return false;
      throw error;
    }
  }

  /** Both sides hold `ours`. */
  private agree(theirs: DirectoryStatus, { clock }: PackedSnapshot): void {
    const { store, siteId } = this.options;
    const { revision, contentHash } = theirs;
    this.agreed = { revision, contentHash, clock };
    store.provisioning.forgetChanges(siteId, revision);
    this.isLive(theirs);
  }

  /** A VPS that was rebuilt has less than it once confirmed; until it has caught up nobody should be told otherwise. */
  private lost(theirs: DirectoryStatus): void {
    const { store, bus, siteId } = this.options;
    const row = store.provisioning.get(siteId);
    if (!row || theirs.revision >= row.liveRevision) return;
    store.provisioning.setLive(siteId, theirs.revision, theirs.appliedAtMs);
    bus.emit("provisioningChanged", { siteId });
  }

  private isLive({ revision, appliedAtMs }: DirectoryStatus): void {
    const { store, bus, siteId, log, onLive } = this.options;
    onLive?.();
    const row = store.provisioning.get(siteId);
    if (!row || (row.liveRevision === revision && row.problem === null)) return;
    store.provisioning.setLive(siteId, revision, appliedAtMs);
    log.info({ siteId, revision }, "the VPS has the directory");
    bus.emit("provisioningChanged", { siteId });
  }

  /** Returns when to try again, ms. */
  private failed(error: unknown): number {
    const { store, bus, siteId, log } = this.options;
    const wait = this.backoff.next();
    if (this.stopped) return wait;
    const code = error instanceof VpsError ? error.code : "INTERNAL";
    log.warn({ siteId, code, error: String(error), retryInMs: wait }, "the directory was not taken by the VPS");
    // A VPS that is away is the link's state, not a problem of the directory.
    if (error instanceof VpsError && AWAY.has(error.code)) return wait;
    const detail = error instanceof VpsError ? describe(error) : String(error);
    const row = store.provisioning.get(siteId);
    if (row && (row.problem !== code || row.detail !== detail)) {
      store.provisioning.setProblem(siteId, code, detail);
      bus.emit("provisioningChanged", { siteId });
    }
    return wait;
  }
}

const AWAY: ReadonlySet<string> = new Set(["VPS_UNREACHABLE", "VPS_CERTIFICATE", "VPS_UNAUTHORIZED"]);

function isRevisionConflict(error: unknown): boolean {
  return error instanceof VpsError && error.code === "REVISION_CONFLICT";
}

function describe({ message, details }: VpsError): string {
  return Object.keys(details).length === 0 ? message : `${message}: ${JSON.stringify(details)}`;
}
