/**
 * Who did what. An entry is written in the transaction of the change itself, so that neither is there without the
 * other. Who is at work travels beside the call (AsyncLocalStorage): the HTTP side says it once for a request.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate as turn } from "node:timers/promises";
import type { AuditEntry, AuditPage, AuditQuery } from "../api/audit.ts";
import type { AuditSight } from "../store/audit-store.ts";
import type { Store } from "../store/store.ts";

export interface Actor {
  /** Name of the person, or of the part of Neolia. */
  who: string;
  /** Home Assistant's id of the user. */
  userId: string | null;
  /** Address of the browser. */
  from: string;
}

export interface AuditNote {
  siteId: string | null;
  noun: string;
  verb: string;
  rowId: string | null;
  /** What people call the thing. */
  label: string;
  /** The row before and after: only the fields that differ are kept, secrets never. */
  before?: object;
  after?: object;
}

export interface Audit {
  note(note: AuditNote): void;
  list(query: AuditQuery, sight?: AuditSight): Promise<AuditPage>;
  /** Drops what is older than the days that it is kept, and the oldest of too many; that there were too many is noted. */
  trim(): void;
}

const NEOLIA: Actor = { who: "Neolia", userId: null, from: "" };
const actors = new AsyncLocalStorage<Actor>();

/** Who has not said who they are. */
export const NOBODY = "nobody";

/** What nobody with a name does is done by what they have proved to be. */
export function provenAs<T>(who: string, work: () => T): T {
  const actor = actors.getStore();
  return actor?.who === NOBODY ? actors.run({ ...actor, who }, work) : work();
}

/** Everything that `work` starts is done by `actor`. */
export function actingAs<T>(actor: Actor, work: () => T): T {
  return actors.run(actor, work);
}

/** Nobody does it, whoever it was that made us look. */
export function byItself<T>(work: () => T): T {
  return actors.run(NEOLIA, work);
}

export const KEPT_DAYS = 365;
/** Whole lives of a building; beside it the database stays small, whoever makes entries on purpose. */
export const KEPT_ENTRIES = 200_000;
/** Nobody makes so many entries that these go: what somebody has just done is not washed away. */
const YOUNG_DAYS = 30;
const DAY_MS = 86_400_000;
const PAGE = 100;
/** Values never shown; that they changed is. */
const SECRET = /^(ha1|password|secret|token|code)$/i;
const UNINTERESTING = new Set(["version", "revision", "registration"]);
/** Told by name: the log outlives what it tells of. */
const PLACES = new Set(["unitId", "unitIds", "doorId", "buildingId"]);
const LONGEST_VALUE = 300;

export function audit(
  store: Store,
  now: () => number,
  keptDays: number = KEPT_DAYS,
  keptEntries: number = KEPT_ENTRIES,
): Audit {
  const note: Audit["note"] = ({ siteId, noun, verb, rowId, label, before, after }) => {
    const actor = actors.getStore() ?? NEOLIA;
    const changes = differences(before, after, (id) => placeName(store, id));
    if (verb === "changed" && Object.keys(changes).length === 0) return;
    store.audit.add({ atMs: now(), siteId, ...actor, noun, verb, rowId, label, changes });
  };
  return {
    note,
    list: async (query, sight) => {
      const limit = query.limit ?? PAGE;
      const entries: AuditEntry[] = [];
      for await (const some of auditInPieces(store, query, limit + 1, sight)) entries.push(...some);
      const next = entries.length > limit ? (entries[limit - 1]?.id ?? null) : null;
      return { entries: entries.slice(0, limit), next, keptDays, keptEntries };
    },
    trim: () => {
      store.audit.trim(now() - keptDays * DAY_MS);
      const count = store.audit.trimTo(keptEntries, now() - YOUNG_DAYS * DAY_MS);
      if (count > 0) note({ siteId: null, noun: "audit", verb: "trimmed", rowId: null, label: "", after: { count } });
    },
  };
}

/** "101, Building A"; the id of what is not there. */
function placeName({ units, buildings }: Store, id: string): string {
  const unit = units.get(id);
  const building = buildings.get(unit?.buildingId ?? id)?.name ?? id;
  return unit === null ? building : `${unit.label}, ${building}`;
}

/** Ids that are looked at between two turns of the event loop: whoever looks for what is not there has the whole log read. */
const LOOKED_AT = 2_000;

/** The newest `most` entries that are asked for, newest first. What is noted meanwhile is not among them. */
export async function* auditInPieces(
  store: Pick<Store, "audit">,
  query: AuditQuery,
  most: number,
  sight?: AuditSight,
): AsyncGenerator<AuditEntry[]> {
  const { first, last } = store.audit.bounds();
  let before = Math.min(query.before ?? last + 1, last + 1);
  let left = most;
  while (before > first && left > 0) {
    const from = Math.max(first, before - LOOKED_AT);
    const some = store.audit.list({ ...query, before }, left, sight, from);
    if (some.length > 0) yield some;
    left -= some.length;
    before = from;
    await turn();
  }
}

function differences(
  before: object = {},
  after: object = {},
  placeOf: (id: string) => string,
): Record<string, { from: unknown; to: unknown }> {
  const told = (name: string, value: unknown): unknown => {
    if (!PLACES.has(name)) return short(value ?? null);
    if (Array.isArray(value)) return short(value.map((id) => placeOf(String(id))));
    return typeof value === "string" ? placeOf(value) : null;
  };
  const from = before as Record<string, unknown>;
  const to = after as Record<string, unknown>;
  const names = new Set([...Object.keys(from), ...Object.keys(to)]);
  const changes: Record<string, { from: unknown; to: unknown }> = {};
  for (const name of names) {
    if (UNINTERESTING.has(name) || JSON.stringify(from[name]) === JSON.stringify(to[name])) continue;
    changes[name] = SECRET.test(name)
      ? { from: null, to: "changed" }
      : { from: told(name, from[name]), to: told(name, to[name]) };
  }
  return changes;
}

function short(value: unknown): unknown {
  const text = JSON.stringify(value) ?? "null";
  return text.length <= LONGEST_VALUE ? value : `${text.slice(0, LONGEST_VALUE)}…`;
}
