/** Keeps Kamailio's outbox from growing for ever: Kamailio, its only writer, deletes what is older than a month. */
import type { FastifyBaseLogger } from "fastify";
import type { Kamailio } from "./kamailio.ts";
import type { OutboxReader } from "./outbox-reader.ts";

const EVERY_MS = 3_600_000;
/** A bridge that was away longer than this has lost events; its own call log is the lasting record. */
export const RETENTION_MS = 30 * 24 * 3_600_000;

export interface OutboxTrimmerOptions {
  outbox: Pick<OutboxReader, "newestIdBefore">;
  kamailio: Pick<Kamailio, "trimOutbox">;
  log: FastifyBaseLogger;
}

export class OutboxTrimmer {
  private readonly options: OutboxTrimmerOptions;
  private timer: NodeJS.Timeout | null = null;

  constructor(options: OutboxTrimmerOptions) {
    this.options = options;
  }

  start(): void {
    this.timer = setInterval(() => void this.trim(Date.now()), EVERY_MS);
    void this.trim(Date.now());
  }

  stop(): void {
    if (this.timer) clearInterval(this.timer);
  }

  /** Asks for the removal of what is too old at `nowMs`. Never rejects: the next hour tries again. */
  async trim(nowMs: number): Promise<void> {
    const { outbox, kamailio, log } = this.options;
    const upToId = outbox.newestIdBefore(nowMs - RETENTION_MS);
    if (upToId === 0) return;
    try {
      await kamailio.trimOutbox(upToId);
      log.info({ upToId }, "outbox trimmed");
    } catch (error) {
      log.warn({ err: error }, "outbox could not be trimmed");
    }
  }
}
