/**
 * What the pages know of a site elsewhere. Nobody pushes anything from there: it is asked every few seconds, and at once
 * after a change of ours, and what is new is told to the pages as if it had been pushed.
 */
import type { PanelMessage } from "../../../bridge/src/api/live.ts";
import type { Pairing } from "../../../bridge/src/api/pairing.ts";
import type { TestRing } from "../../../bridge/src/api/site-health.ts";
import { type Api, ApiError } from "../data/api.ts";
import { type Directory, fetchDirectory } from "../data/directory.ts";
import { fetchProvisioning, type Provisioning } from "../data/provisioning.ts";
import { fetchRemoteWord, type RemoteSite, remoteApi } from "../data/remote.ts";
import type { Host } from "../host/host.ts";
import type { PanelState } from "../model.ts";

const ASK_EVERY_MS = 5_000;
const ASK_SOON_MS = 1_000;
/** A longer one would be over at once. */
const MOST_TIMER_MS = 2 ** 31 - 1;

export class RemoteSiteModel {
  readonly site: RemoteSite;
  readonly api: Api;
  directory: Directory | null = null;
  /** Where its own page stands, for the links that pair its wall panels; null: not known. */
  pageUrl: string | null = null;
  /** Why the site cannot be shown now; null: it can. */
  failure: unknown = null;
  private provisioning: Provisioning[] = [];
  private connections = "";
  private readonly changed: () => void;
  private readonly listeners = new Set<(message: PanelMessage) => void>();
  /** Invitations and tests of ours whose end somebody waits for. */
  private readonly pairings = new Map<string, Pairing["state"]>();
  private readonly tests = new Set<string>();
  /** As it answers; the pages' own questions are watched. */
  private readonly asked: Api;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly end: ReturnType<typeof setTimeout>;
  private asking = false;
  private stopped = false;

  /** `changed` is called when something of the above is different. */
  constructor(host: Host, site: RemoteSite, changed: () => void) {
    this.site = site;
    this.changed = changed;
    this.asked = remoteApi(host, site.id);
    this.api = {
      ...this.asked,
      get: (path, options) => this.watched(this.asked.get(path, options)),
      send: async (method, path, body, options) => {
        const reply = await this.watched(this.asked.send(method, path, body, options));
        this.follow(method, path, reply);
        this.askAgain(0);
        return reply as never;
      },
    };
    document.addEventListener("visibilitychange", this.shown);
    // On the minute, as far as this clock goes by the site's.
    this.end = setTimeout(() => this.askAgain(0), Math.min(site.expiresAtMs - Date.now() + 250, MOST_TIMER_MS));
    void this.ask();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.end);
    document.removeEventListener("visibilitychange", this.shown);
  }

  retry(): void {
    this.askAgain(0);
  }

  onMessage(listener: (message: PanelMessage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The live state as far as it is known from here; the rest is the panel's own. */
  panelState(own: PanelState): PanelState {
    const provisioning = this.provisioning.map(({ siteId, revision, liveRevision, state, problem }) => {
      return { siteId, revision, liveRevision, state, problem };
    });
    const nothing = { link: "not-configured" as const, code: null };
    // Not whose accounts: pages only look whether it is another word than before.
    const registered = [this.connections];
    const state = { vps: { ...nothing, partsDown: [] }, mqtt: nothing, provisioning, registered, calls: [] };
    return { ...own, live: { up: this.failure === null, state } };
  }

  private readonly shown = (): void => {
    if (document.visibilityState === "visible") this.askAgain(0);
  };

  /** What a page was refused may be so for all of the site: that is asked at once. */
  private async watched<Reply>(reply: Promise<Reply>): Promise<Reply> {
    try {
      return await reply;
    } catch (error) {
      if (this.failure === null) this.askAgain(0);
      throw error;
    }
  }

  private follow(method: string, path: string, reply: unknown): void {
    if (method !== "POST") return;
    if (path === "api/pairings") this.pairings.set((reply as Pairing).id, "waiting");
    if (path === "api/test-rings") this.tests.add((reply as TestRing).id);
  }

  private askAgain(inMs: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), inMs);
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      // Nobody looks at a page that is hidden: what was so stays so until it is shown.
      if (document.visibilityState === "visible") {
        await this.look();
        this.fail(null);
      }
    } catch (error) {
      this.fail(error);
    }
    this.asking = false;
    const isAway = this.failure instanceof ApiError && this.failure.code === "REMOTE_OFFLINE";
    this.askAgain(this.tests.size > 0 || isAway ? ASK_SOON_MS : ASK_EVERY_MS);
  }

  private async look(): Promise<void> {
    const before = JSON.stringify(this.provisioning);
    const revisions = this.provisioning.map(({ revision }) => revision).join();
    this.provisioning = await fetchProvisioning(this.asked);
    const { pageUrl, connections } = await fetchRemoteWord(this.asked);
    this.pageUrl = pageUrl;
    if (connections !== this.connections) {
      this.connections = connections;
      this.changed();
    }
    if (this.directory === null || revisions !== this.provisioning.map(({ revision }) => revision).join()) {
      this.directory = await fetchDirectory(this.asked);
      this.changed();
      this.tell({ type: "directory", siteId: this.site.siteId });
    }
    if (JSON.stringify(this.provisioning) !== before) {
      this.changed();
      const { state } = this.panelState({} as PanelState).live;
      if (state !== null) this.tell({ type: "state", state });
    }
    await this.lookAtPairings();
    await this.lookAtTests();
  }

  private async lookAtPairings(): Promise<void> {
    if (this.pairings.size === 0) return;
    const all = await this.asked.get<Pairing[]>(`api/pairings?siteId=${this.site.siteId}`);
    for (const [id, known] of this.pairings) {
      const pairing = all.find((one) => one.id === id);
      if (pairing?.state !== "waiting") this.pairings.delete(id);
      if (pairing !== undefined && pairing.state !== known) this.tell({ type: "pairing", pairing });
    }
  }

  private async lookAtTests(): Promise<void> {
    for (const id of this.tests) {
      const testRing = await this.asked.get<TestRing>(`api/test-rings/${id}`);
      if (testRing.endedAtMs !== null) this.tests.delete(id);
      this.tell({ type: "testRing", testRing });
    }
  }

  private fail(error: unknown): void {
    const code = (of: unknown) => (of instanceof ApiError ? of.code : of);
    if (code(error) === code(this.failure)) return;
    this.failure = error;
    this.changed();
  }

  private tell(message: PanelMessage): void {
    for (const listener of this.listeners) listener(message);
  }
}
