/** A VPS without Kamailio: the real control service over an outbox that the test writes in Kamailio's place. */
import { mkdirSync, rmSync } from "node:fs";
import Database from "better-sqlite3";
import type { CallEvent } from "../../infra/control/src/wire.ts";
import { createDatabases } from "../../infra/kamailio/databases.ts";
import type { EdgeValues } from "../../infra/values.ts";
import { Control } from "../lab/control.ts";
import { labValues } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { reservePorts } from "../lab/ports.ts";

export class BareVps {
  readonly values: EdgeValues;
  control: Control;
  private readonly close: () => void;

  private constructor(values: EdgeValues, close: () => void) {
    this.values = values;
    this.close = close;
    this.control = this.make();
  }

  static async start(): Promise<BareVps> {
    const folder = labFolder("vps");
    const ports = await reservePorts();
    const vps = new BareVps(labValues(folder.path, ports.base), () => {
      ports.release();
      folder.remove();
    });
    await vps.control.start();
    return vps;
  }

  /** Loses everything it had, as a VPS that is set up anew; the site keeps its domain and gets a new token. */
  async rebuild(): Promise<void> {
    await this.control.stop("SIGKILL");
    rmSync(this.values.dataFolder, { recursive: true });
    this.control = this.make();
    await this.control.start();
  }

  /** Writes what Kamailio would have written. */
  emit(domain: string, ...events: Array<Omit<CallEvent, "id">>): void {
    const db = new Database(`${this.values.dataFolder}/outbox.db`, { timeout: 5_000 });
    const insert = db.prepare(
      `INSERT INTO call_event (at_ms, domain, call_id, kind, caller, caller_number, callee, unit, account, ended_by, code)
       VALUES (@atMs, @domain, @callId, @kind, @caller, @callerNumber, @callee, @unit, @account, @endedBy, @code)`,
    );
    for (const event of events) insert.run({ ...event, domain });
    db.close();
  }

  async stop(): Promise<void> {
    await this.control.stop("SIGKILL");
    this.close();
  }

  private make(): Control {
    mkdirSync(this.values.runFolder, { recursive: true });
    createDatabases(this.values.dataFolder);
    return new Control({ values: this.values, caFile: null });
  }
}
