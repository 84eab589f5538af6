/** What of a site's retained topics may be different now: some rows, or all. A large site is gone through only when nobody knows what changed. */
import type { LineFacts } from "../ordering/board.ts";
import type { EditedRow } from "../store/edited-rows.ts";
import type { Store } from "../store/store.ts";
import type { MqttLines } from "./line-commands.ts";
import { lineState } from "./line-state.ts";
import {
  type AccountFacts,
  accountState,
  accountsInPieces,
  type Entry,
  unitsInPieces,
  unitsState,
} from "./site-state.ts";
import { accountTopics, unitTopics } from "./topics.ts";

export interface SiteDueOptions {
  site: { id: string; domain: string };
  store: Store;
  /** Ids of the accounts with at least one live contact. */
  registered: () => string[];
  deviceHealth: AccountFacts["health"];
  lines: MqttLines;
}

/** Devices that are looked at in one go. */
const MOST_ROWS = 50;

export class SiteDue {
  private readonly options: SiteDueOptions;
  private readonly facts: AccountFacts;
  private whole: "nothing" | "accounts" | "all" = "all";
  private readonly units = new Set<string>();
  private readonly accounts = new Set<string>();
  /** By name, as they may be gone. */
  private edited: EditedRow[] = [];
  /** null: any. */
  private lines: Set<string> | null = null;
  /** By the news that came last. */
  private registered: ReadonlySet<string> = new Set();

  constructor(options: SiteDueOptions) {
    this.options = options;
    this.facts = { isRegistered: (id) => this.registered.has(id), health: options.deviceHealth };
  }

  all(): void {
    this.whole = "all";
    this.lines = null;
  }

  /** And what of the lines tells nobody. */
  allAccounts(): void {
    this.lines = null;
    if (this.whole === "nothing") this.whole = "accounts";
  }

  /** @returns whether it is about some devices; otherwise they are all due, as when the VPS was away */
  registrations(): boolean {
    const before = this.registered;
    this.registered = new Set(this.options.registered());
    const came = [...this.registered].filter((id) => !before.has(id));
    const went = [...before].filter((id) => !this.registered.has(id));
    if (came.length + went.length > MOST_ROWS) {
      this.allAccounts();
      return false;
    }
    for (const id of [...came, ...went]) this.accounts.add(id);
    return true;
  }

  rows(rows: readonly EditedRow[]): void {
    this.lines = null;
    this.edited.push(...rows);
  }

  line(lineId: string): void {
    this.lines?.add(lineId);
  }

  /** Whom a call is from and to stays the same as long as it lasts. */
  call(callId: string): void {
    const call = this.options.store.calls.getCall(callId);
    for (const id of call ? [call.unitId, call.doorId, call.callerUnitId] : []) if (id !== null) this.units.add(id);
    this.lines = null;
  }

  /** What the rows that are due say now. */
  takeRows(): Entry[] {
    const { store, site } = this.options;
    const isOurs = ({ siteId }: { siteId: string }) => siteId === site.id;
    const { boards } = this.options.lines;
    const lines = this.lines ? take(this.lines).flatMap((id) => boards.lineFacts(id) ?? []) : boards.facts(site.id);
    this.lines = new Set();
    const units = take(this.units).flatMap((id) => store.units.get(id) ?? []);
    const accounts = take(this.accounts).flatMap((id) => store.accounts.get(id) ?? []);
    return [
      ...unitsState(store, site, units.filter(isOurs)),
      ...accounts.filter(isOurs).flatMap((account) => accountState(site, account, this.facts)),
      ...this.linesState(lines),
    ];
  }

  /** What the topics of edited rows say now, as far as there is something to say. */
  editedRows(): Entry[] {
    return this.edited.flatMap((row) => this.namedState(row)).filter(([, payload]) => payload !== "");
  }

  /** The same with those that are gone. What others say of a door or a line that is gone is due everywhere. */
  takeEdited(): Entry[] {
    const { units, lines } = this.options.store;
    const rows = this.edited.splice(0);
    const isGone = ({ noun, id }: EditedRow): boolean =>
      (noun === "door" && units.get(id) === null) || (noun === "line" && lines.get(id) === null);
    if (rows.some(isGone)) this.all();
    return rows.flatMap((row) => this.namedState(row));
  }

  /** Every topic that can have this name, an empty one where there is nothing to say (any more). */
  private namedState({ noun, name }: EditedRow): Entry[] {
    const { store, site } = this.options;
    if (noun === "line") return [];
    const unit = noun === "account" ? null : store.units.byName(site.id, name);
    const account = noun === "account" ? store.accounts.byUsername(site.id, name) : null;
    const said = new Map([
      ...unitsState(store, site, unit ? [unit] : []),
      ...(account ? accountState(site, account, this.facts) : []),
    ]);
    const topics = noun === "account" ? accountTopics(site.domain, name) : unitTopics(site.domain, name);
    return topics.map((topic) => [topic, said.get(topic) ?? ""]);
  }

  /** What is to be gone through; null: nothing. Each piece is as it is when it is asked for. */
  takeWhole(): { pieces: Iterable<Entry[]>; all: boolean } | null {
    const { whole } = this;
    this.whole = "nothing";
    return whole === "nothing" ? null : { pieces: this.pieces(whole), all: whole === "all" };
  }

  private *pieces(of: "accounts" | "all"): Generator<Entry[]> {
    const { store, site, registered } = this.options;
    this.registered = new Set(registered());
    yield* accountsInPieces(store, site.id, this.facts);
    if (of !== "all") return;
    yield* unitsInPieces(store, site.id);
    yield this.linesState(this.options.lines.boards.facts(site.id));
  }

  private linesState(lines: readonly LineFacts[]): Entry[] {
    return lines.flatMap((facts) => [...lineState(this.options.site.domain, facts)]);
  }
}

/** All of them; none is left. */
function take(ids: Set<string>): string[] {
  const taken = [...ids];
  ids.clear();
  return taken;
}
