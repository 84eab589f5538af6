import type { EventBus } from "../events/bus.ts";
import { AppError } from "../events/errors.ts";
import type { RowMarks } from "../store/row-marks.ts";
import type { Store } from "../store/store.ts";
import type { Audit } from "./audit.ts";
import { looksLikeNumber, TEST_ACCOUNT } from "./names.ts";
import type { Registrations } from "./registrations.ts";
import type { SipAddress } from "./sip-card.ts";

/** What every part of the directory stands on. */
export interface DirectoryContext {
  store: Store;
  bus: EventBus;
  now(): number;
  /** Ms since whenever: what nobody sets, for how long something lasts. */
  steady(): number;
  newId(): string;
  audit: Audit;
  registrations: Registrations;
  sip: SipAddress;
}

/** Version that the editor has seen; null: whatever it is by now. */
export type SeenVersion = number | null;

/**
 * One edit of a site: the provisioning row's new revision and the change in one transaction, the news after the
 * commit. What `work` throws undoes it all.
 */
export function edit<T>(context: DirectoryContext, siteId: string, work: () => T): T {
  const { store } = context;
  return store.transaction(() => {
    store.provisioning.raise(siteId);
    const result = work();
    store.afterCommit(() => announceEdit(context, siteId));
    return result;
  });
}

export function announceEdit({ bus }: DirectoryContext, siteId: string): void {
  bus.emit("directoryChanged", { siteId });
  bus.emit("provisioningChanged", { siteId });
}

/** Throws EDITED_MEANWHILE, with the row as people see it, when it is no longer the one that the editor has seen. */
export function refuseStale<Row extends Pick<RowMarks, "version">>(
  seen: SeenVersion,
  row: Row,
  shown: (row: Row) => unknown,
): void {
  if (seen === null || row.version === seen) return;
  throw new AppError("EDITED_MEANWHILE", "somebody else changed this meanwhile; nothing was overwritten", {
    details: { current: shown(row) },
  });
}

/**
 * The site's names are one namespace: `sip:x@site` is a unit, a door or an account, never two of them. Nor do two differ in
 * case alone: SIP would tell them apart (RFC 3261 section 19.1.4), people, door stations and Home Assistant's ids do not.
 */
export function isTaken({ store }: DirectoryContext, siteId: string): (name: string) => boolean {
  return (name) =>
    name.toLowerCase() === TEST_ACCOUNT ||
    store.units.alike(siteId, name) !== null ||
    store.accounts.alike(siteId, name) !== null;
}

/** Throws NAME_RESERVED: a gateway could present such a name as a caller's number; `field` is where the name was given. */
export function refuseNumber(name: string, field = "name"): void {
  if (!looksLikeNumber(name)) return;
  throw new AppError("NAME_RESERVED", "an account's name must not look like a number that a gateway could present", {
    fields: { [field]: "NAME_RESERVED" },
  });
}

/** Throws NAME_TAKEN and says by what; `field` is where the name was given. */
export function refuseTaken({ store }: DirectoryContext, siteId: string, name: string, field = "name"): void {
  const unit = store.units.alike(siteId, name);
  const account = store.accounts.alike(siteId, name);
  if (!unit && !account && name.toLowerCase() !== TEST_ACCOUNT) return;
  const takenBy = unit ? (unit.kind === "door" ? "door" : "unit") : "account";
  const label = unit?.label ?? account?.label;
  throw new AppError("NAME_TAKEN", `the name ${name} is already taken by a ${takenBy} of this site`, {
    details: { name, takenBy, label },
    fields: { [field]: "NAME_TAKEN" },
  });
}
