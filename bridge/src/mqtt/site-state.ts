/** What a site's retained topics say at this moment. */
import type { CallRow } from "../store/call-store.ts";
import type { Store } from "../store/store.ts";
import { registeredTopic, stateTopic } from "./topics.ts";

/** Topic → payload of every retained topic of the site but its availability. */
export function retainedState(store: Store, siteId: string, registered: ReadonlySet<string>): Map<string, string> {
  const site = store.sites.get(siteId);
  const state = new Map<string, string>();
  if (!site) return state;
  const calls = store.calls.activeCalls({ siteId });
  for (const unit of store.units.list({ siteId })) {
    state.set(stateTopic(site.domain, unit.name), callState(calls.filter((call) => concerns(call, unit.id))));
  }
  for (const account of store.accounts.list({ siteId })) {
    state.set(registeredTopic(site.domain, account.username), registered.has(account.id) ? "on" : "off");
  }
  return state;
}

function concerns(call: CallRow, unitId: string): boolean {
  return call.unitId === unitId || call.doorId === unitId || call.callerUnitId === unitId;
}

function callState(calls: readonly CallRow[]): "idle" | "ringing" | "in-call" {
  if (calls.some(({ status }) => status === "in-progress")) return "in-call";
  return calls.some(({ status, ringingAtMs }) => status === "ringing" && ringingAtMs !== null) ? "ringing" : "idle";
}
