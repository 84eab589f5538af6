/** Asks every part of the VPS in turn whether it is up, keeps the last answers, and tells who listens of changes. */
import type { ControlHealth } from "./wire.ts";

export type Probe = () => boolean | Promise<boolean>;
export type EdgePart = "kamailio" | "rtpengine" | "coturn" | "directory" | "outbox";

const EVERY_MS = 1_000;

export class EdgeWatch {
  private readonly probes: Record<EdgePart, Probe>;
  private readonly parts: ControlHealth["parts"] = {};
  private readonly listeners = new Set<(health: ControlHealth) => void>();
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(probes: Record<EdgePart, Probe>) {
    this.probes = probes;
  }

  /** Resolves after the first round, so that health is known from the first request on. */
  async start(): Promise<void> {
    await this.round();
  }

  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    this.listeners.clear();
  }

  health(): ControlHealth {
    return { ok: Object.values(this.parts).every((state) => state === "up"), parts: { ...this.parts } };
  }

  /** Calls `listener` after each round in which a part went up or down. Returns the unsubscribe. */
  onChange(listener: (health: ControlHealth) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async round(): Promise<void> {
    const answers = await Promise.all(
      Object.entries(this.probes).map(async ([part, probe]) => [part, await answersYes(probe)] as const),
    );
    if (this.stopped) return;
    let changed = false;
    for (const [part, up] of answers) {
      const state = up ? "up" : "down";
      if (this.parts[part] !== state) changed = true;
      this.parts[part] = state;
    }
    if (changed) for (const listener of this.listeners) listener(this.health());
    this.timer = setTimeout(() => void this.round(), EVERY_MS);
  }
}

/** A probe that throws says no. */
async function answersYes(probe: Probe): Promise<boolean> {
  try {
    return await probe();
  } catch {
    return false;
  }
}
