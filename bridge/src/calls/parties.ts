/** Who the two ends of a call are, as the directory knows them when the call begins. */
import type { CallEvent } from "../../../infra/control/src/wire.ts";
import type { Party } from "../api/call.ts";
import type { AccountRow } from "../store/account-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";

export interface Parties {
  caller: Party;
  callee: Party;
  /** Flat that is called. */
  unitId: string | null;
  /** Door that calls, or is called. */
  doorId: string | null;
  /** Flat of the calling device. */
  callerUnitId: string | null;
}

type Directory = Pick<Store, "accounts" | "units">;

/** What a gateway presents for a caller who withholds the number. */
const ANONYMOUS = "anonymous";

/** Both ends of the call that this event speaks of. Names that the directory does not know (any more) stay names. */
export function partiesOf(directory: Directory, siteId: string, event: CallEvent): Parties {
  const account = directory.accounts.byUsername(siteId, event.caller);
  const callerUnit = account?.unitId ? directory.units.get(account.unitId) : null;
  const calledUnit = calledUnitOf(directory, siteId, event);
  return {
    caller: callerParty(event, account, callerUnit),
    callee: calleeParty(directory, siteId, event.callee),
    unitId: calledUnit?.kind === "residential" ? calledUnit.id : null,
    doorId: [callerUnit, calledUnit].find((unit) => unit?.kind === "door")?.id ?? null,
    callerUnitId: callerUnit?.kind === "residential" ? callerUnit.id : null,
  };
}

/** The device that answered, null for the empty name. */
export function answererOf(directory: Directory, siteId: string, username: string): Party | null {
  if (username === "") return null;
  const account = directory.accounts.byUsername(siteId, username);
  const unit = account?.unitId ? directory.units.get(account.unitId) : null;
  return accountParty(username, account, unit);
}

/** The VPS names the unit whose rules decided; a name that it did not know may still be one of ours. */
function calledUnitOf(directory: Directory, siteId: string, event: CallEvent): UnitRow | null {
  const unit = directory.units.byName(siteId, event.unit === "" ? event.callee : event.unit);
  if (unit) return unit;
  const account = directory.accounts.byUsername(siteId, event.callee);
  return account?.unitId ? directory.units.get(account.unitId) : null;
}

function callerParty(event: CallEvent, account: AccountRow | null, unit: UnitRow | null): Party {
  const party = accountParty(event.caller, account, unit);
  const number = event.callerNumber === ANONYMOUS ? "" : event.callerNumber;
  // Only a gateway brings a number, also one that the directory does not know any more.
  return number === "" ? party : { ...party, label: number, kind: "gateway" };
}

function calleeParty(directory: Directory, siteId: string, name: string): Party {
  const unit = directory.units.byName(siteId, name);
  if (unit) return { name, label: unit.label, kind: unit.kind === "door" ? "door" : "unit" };
  const account = directory.accounts.byUsername(siteId, name);
  return accountParty(name, account, account?.unitId ? directory.units.get(account.unitId) : null);
}

/** People know a door by the door's label, not by the label of the station that is in it at the moment. */
function accountParty(name: string, account: AccountRow | null, unit: UnitRow | null): Party {
  if (!account) return { name, label: name, kind: "unknown" };
  return { name, label: account.type === "door" && unit ? unit.label : account.label, kind: account.type };
}
