/** Figures for Prometheus: the process, the parts of the edge, and what control itself did. */
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** Asked at each scrape; nothing is counted twice in two places. */
export interface MetricSources {
  /** 1 for every part that is up, 0 for one that is down. */
  parts(): Record<string, "up" | "down">;
  feeds(): number;
  refusedTokens(): number;
  pendingLogOuts(): number;
  newestEventId(): number;
  sites(): number;
}

export class Metrics {
  private readonly registry = new Registry();

  constructor(sources: MetricSources) {
    collectDefaultMetrics({ register: this.registry });
    const registers = [this.registry];
    new Gauge({
      name: "neolia_part_up",
      help: "1 when this part of the edge is up",
      labelNames: ["part"],
      registers,
      collect() {
        for (const [part, state] of Object.entries(sources.parts())) this.set({ part }, state === "up" ? 1 : 0);
      },
    });
    const figures: [name: string, help: string, read: () => number][] = [
      ["neolia_event_feeds", "Connected event feeds", sources.feeds],
      ["neolia_refused_tokens", "Requests with a bad token since start", sources.refusedTokens],
      ["neolia_pending_log_outs", "Accounts that Kamailio still has to log out", sources.pendingLogOuts],
      ["neolia_newest_event_id", "Id of the newest call event", sources.newestEventId],
      ["neolia_sites", "Sites of this VPS", sources.sites],
    ];
    for (const [name, help, read] of figures) {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    }
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
