/** The phone codes that stand on hand-over pages: one a unit, each good once and for minutes, renewed together. */
import type { PanelMessage } from "../../../bridge/src/api/live.ts";
import type { Api } from "../data/api.ts";
import { addPairing, fetchPairings, type PairingWithSecret, withdrawPairing } from "../data/devices.ts";

/** As many at once as a browser sends to one server. */
const AT_ONCE = 6;
/** A code that ends within this time is not printed without a word, ms. */
const SOON_MS = 5 * 60_000;

export interface PhoneCode extends PairingWithSecret {
  /** When it ends by this browser's clock, which may differ from Neolia's. */
  endsAtMs: number;
}

/** What has become of a unit's code; `soon` is still good. */
export type CodeState = "none" | "good" | "soon" | "over" | "used";

export interface Making {
  unitIds: readonly string[];
  label: string;
  progress(done: number): void;
  signal: AbortSignal;
}

export interface Made {
  /** Units that have a new one. */
  made: string[];
  /** Earlier ones of these units that are good for nothing now. */
  withdrawn: number;
  /** The first thing that went wrong; units behind it have the code they had, or none. */
  error: unknown;
}

export class PhoneCodes {
  /** By unit. */
  private readonly codes = new Map<string, PhoneCode>();
  /** Open codes for phones of the site that were made elsewhere, or before this page was loaded, by id. */
  private others = new Set<string>();
  private readonly api: Api;
  private readonly siteId: string;
  private readonly changed: () => void;

  /** `changed`: something of it is to be shown anew. */
  constructor(api: Api, siteId: string, changed: () => void) {
    this.api = api;
    this.siteId = siteId;
    this.changed = changed;
    void this.look();
  }

  get othersOpen(): number {
    return this.others.size;
  }

  of(unitId: string): PhoneCode | null {
    return this.codes.get(unitId) ?? null;
  }

  state(unitId: string, nowMs: number): CodeState {
    const code = this.codes.get(unitId);
    if (code === undefined) return "none";
    if (code.state === "used") return "used";
    if (code.state !== "waiting" || code.endsAtMs <= nowMs) return "over";
    return code.endsAtMs - nowMs < SOON_MS ? "soon" : "good";
  }

  /** A new code for each of the units, then its old one is withdrawn. Stops at the first error, or when it is told to. */
  async make({ unitIds, label, progress, signal }: Making): Promise<Made> {
    const result: Made = { made: [], withdrawn: 0, error: null };
    const waiting = [...unitIds];
    const work = async (): Promise<void> => {
      for (let unitId = waiting.shift(); unitId !== undefined; unitId = waiting.shift()) {
        if (signal.aborted || result.error !== null) return;
        try {
          if (await this.renew(unitId, label)) result.withdrawn++;
          progress(result.made.push(unitId));
        } catch (error) {
          result.error ??= error;
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    this.changed();
    return result;
  }

  /** Those that nobody has used are good for nothing any more. Returns how many; throws ApiError, and may be tried again. */
  async withdraw(unitIds: readonly string[], nowMs: number): Promise<number> {
    let count = 0;
    try {
      for (const unitId of unitIds) {
        const code = this.codes.get(unitId);
        if (code === undefined || !["good", "soon"].includes(this.state(unitId, nowMs))) continue;
        await withdrawPairing(this.api, code.id);
        this.note({ ...code, state: "withdrawn" });
        count++;
      }
    } finally {
      this.changed();
    }
    return count;
  }

  /** The open ones of others. Throws ApiError, and may be tried again. */
  async withdrawOthers(): Promise<number> {
    let count = 0;
    for (const id of [...this.others]) {
      await withdrawPairing(this.api, id);
      this.others.delete(id);
      count++;
    }
    this.changed();
    return count;
  }

  /** What the bridge pushes of one; a connection that was away has missed some. */
  heard(message: PanelMessage): void {
    if (message.type === "hello") void this.look();
    if (message.type !== "pairing") return;
    const { id, state } = message.pairing;
    if (state !== "waiting" && this.others.delete(id)) this.changed();
    this.note(message.pairing);
  }

  private async look(): Promise<void> {
    const pairings = await fetchPairings(this.api, this.siteId).catch(() => []);
    for (const pairing of pairings) this.note(pairing);
    const own = new Set([...this.codes.values()].map(({ id }) => id));
    const open = pairings.filter(({ id, kind, state }) => kind === "phone" && state === "waiting" && !own.has(id));
    this.others = new Set(open.map(({ id }) => id));
    this.changed();
  }

  private note(pairing: Pick<PhoneCode, "id" | "unitId" | "state">): void {
    const code = this.codes.get(pairing.unitId);
    if (code?.id !== pairing.id || code.state === pairing.state) return;
    this.codes.set(code.unitId, { ...code, state: pairing.state });
    this.changed();
  }

  /** Whether an earlier code was withdrawn for it. */
  private async renew(unitId: string, label: string): Promise<boolean> {
    const before = this.codes.get(unitId);
    const code = await addPairing(this.api, { kind: "phone", unitId, label });
    this.codes.set(unitId, { ...code, endsAtMs: Date.now() + code.expiresAtMs - code.createdAtMs });
    if (before?.state !== "waiting" || before.endsAtMs <= Date.now()) return false;
    await withdrawPairing(this.api, before.id);
    return true;
  }
}
