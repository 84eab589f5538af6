/** What a site's retained topics say at this moment. */
import { TEST_ACCOUNT } from "../directory/names.ts";
import type { CallRow } from "../store/call-store.ts";
import type { Store } from "../store/store.ts";
import { publicName } from "./announcer.ts";
import type { RingCheck } from "./ring-checks.ts";
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

/** Topic → payload of every retained topic of the site but its availability. */
export function retainedState(
  store: Store,
  siteId: string,
  registered: ReadonlySet<string>,
  checks: ReadonlyMap<string, RingCheck>,
): Map<string, string> {
  const site = store.sites.get(siteId);
  const state = new Map<string, string>();
  if (!site) return state;
  const calls = store.calls.activeCalls({ siteId });
  for (const unit of store.units.list({ siteId })) {
    state.set(stateTopic(site.domain, unit.name), callState(calls.filter((call) => concerns(call, unit.id))));
    if (unit.kind === "residential") {
      state.set(doNotDisturbTopic(site.domain, unit.name), unit.doNotDisturb ? "on" : "off");
    }
  }
  for (const call of store.calls.lastToUnits(siteId)) {
    const unit = store.units.get(call.unitId ?? "");
    if (unit && unit.kind !== "door") {
      state.set(lastCallerTopic(site.domain, unit.name), JSON.stringify(lastCaller(store, call)));
    }
  }
  for (const account of store.accounts.list({ siteId })) {
    // What tests a house at night is nothing that the house is told of.
    if (account.username === TEST_ACCOUNT) continue;
    state.set(registeredTopic(site.domain, account.username), registered.has(account.id) ? "on" : "off");
    const check = checks.get(account.id);
    if (check && account.enabled) state.set(couldRingTopic(site.domain, account.username), JSON.stringify(check));
  }
  return state;
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
