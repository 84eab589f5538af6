/** What a site's retained topics say at this moment: of one row, or of all in pieces, for a large site is never gone through in one go. */
import type { Site } from "../api/directory.ts";
import type { DeviceHealth } from "../api/site-health.ts";
import { TEST_ACCOUNT } from "../directory/names.ts";
import type { AccountRow } from "../store/account-store.ts";
import type { CallRow } from "../store/call-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { publicName } from "./announcer.ts";
import { couldRingTopic, doNotDisturbTopic, lastCallerTopic, registeredTopic, stateTopic } from "./topics.ts";

/** The payload of `…/last-caller`: the newest call to the unit. */
export interface LastCaller {
  caller: string;
  /** ISO 8601, UTC. */
  at: string;
  call_id: string;
  /** SIP name of the door, if it was one. */
  door: string | null;
}

/** The payload of `…/account/<username>/could-ring`: the health page's answer (directory/health). */
export interface RingCheck {
  /** `unknown`: the VPS is away, and nobody can say who is registered. */
  state: "ok" | "problem" | "unknown";
  /** Codes of the health page; `warnings` are what may keep it from ringing soon. */
  problems: string[];
  warnings: string[];
}

/** Could it ring now; null: it is not asked of such an account. */
export type DeviceHealthOf = (account: AccountRow) => DeviceHealth | null;

export type Entry = readonly [topic: string, payload: string];

export interface AccountFacts {
  /** Whether it has a live contact now. */
  isRegistered(accountId: string): boolean;
  health: DeviceHealthOf;
}

/** Rows that are looked at in one go. */
const PIECE = 30;

/** Of flats and doors of one site. */
export function unitsState(
  store: Store,
  { id, domain }: Pick<Site, "id" | "domain">,
  units: readonly UnitRow[],
): Entry[] {
  const calls = units.length > 0 ? store.calls.activeCalls({ siteId: id }) : [];
  return units.flatMap((unit) => unitState(store, domain, unit, calls));
}

function unitState(store: Store, domain: string, unit: UnitRow, active: readonly CallRow[]): Entry[] {
  const calls = active.filter((call) => concerns(call, unit.id));
  const state: Entry = [stateTopic(domain, unit.name), callState(calls)];
  if (unit.kind === "door") return [state];
  const last = store.calls.lastToUnit(unit.id);
  return [
    state,
    [doNotDisturbTopic(domain, unit.name), unit.doNotDisturb ? "on" : "off"],
    ...(last ? [[lastCallerTopic(domain, unit.name), JSON.stringify(lastCaller(store, last))] as const] : []),
  ];
}

export function accountState(
  { domain }: Pick<Site, "domain">,
  account: AccountRow,
  { isRegistered, health }: AccountFacts,
): Entry[] {
  // What tests a house at night is nothing that the house is told of.
  if (account.username === TEST_ACCOUNT) return [];
  const state: Entry = [registeredTopic(domain, account.username), isRegistered(account.id) ? "on" : "off"];
  const device = account.enabled ? health(account) : null;
  return device ? [state, [couldRingTopic(domain, account.username), JSON.stringify(checkOf(device))]] : [state];
}

/** Everything that a site's accounts are told with, each piece as it is when it is asked for. Nothing of a site that is gone. */
export function* accountsInPieces(store: Store, siteId: string, facts: AccountFacts): Generator<Entry[]> {
  for (let after = ""; ; ) {
    const site = store.sites.get(siteId);
    const rows = store.accounts.some(siteId, after, PIECE);
    const last = rows.at(-1);
    if (!site || !last) return;
    yield rows.flatMap((row) => accountState(site, row, facts));
    after = last.username;
  }
}

/** The same of its flats and doors. */
export function* unitsInPieces(store: Store, siteId: string): Generator<Entry[]> {
  for (let after = ""; ; ) {
    const site = store.sites.get(siteId);
    const rows = store.units.some(siteId, after, PIECE);
    const last = rows.at(-1);
    if (!site || !last) return;
    yield unitsState(store, site, rows);
    after = last.name;
  }
}

function checkOf({ ok, problems, registration }: DeviceHealth): RingCheck {
  const codes = (severity: string): string[] =>
    problems.filter((problem) => problem.severity === severity).map(({ code }) => code);
  const state = !ok ? "problem" : registration.state === "unknown" ? "unknown" : "ok";
  return { state, problems: codes("error"), warnings: codes("warning") };
}

function lastCaller(store: Store, { caller, startedAtMs, callId, doorId }: CallRow): LastCaller {
  return {
    caller: publicName(caller),
    at: new Date(startedAtMs).toISOString(),
    call_id: callId,
    door: doorId === null ? null : (store.units.get(doorId)?.name ?? null),
  };
}

function concerns(call: CallRow, unitId: string): boolean {
  return call.unitId === unitId || call.doorId === unitId || call.callerUnitId === unitId;
}

function callState(calls: readonly CallRow[]): "idle" | "ringing" | "in-call" {
  if (calls.some(({ status }) => status === "in-progress")) return "in-call";
  return calls.some(({ status, ringingAtMs }) => status === "ringing" && ringingAtMs !== null) ? "ringing" : "idle";
}
