import type { DirectoryAccount, DirectoryPut, DirectoryRule, DirectoryUnit } from "../../../infra/control/src/wire.ts";
import type { AccountRow } from "../store/account-store.ts";
import type { RuleRow } from "../store/rule-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { siteOf } from "./lookup.ts";
import { siteClock, UTC } from "./site-clock.ts";

/**
 * A site's whole directory as the VPS gets it, at its present revision. Throws AppError UNKNOWN_SITE.
 *
 * The clock of a new year makes other content of the same revision; the VPS then answers REVISION_CONFLICT with that
 * revision, and `provisioning.raiseAbove` makes a new one.
 */
export function siteSnapshot(store: Store, siteId: string, nowMs: number): DirectoryPut {
  const site = siteOf(store, siteId);
  const units = store.units.list({ siteId });
  const nameOf = new Map(units.map(({ id, name }) => [id, name]));
  const rules = store.rules.list({ siteId });
  return {
    revision: store.provisioning.get(siteId)?.revision ?? 1,
    units: units.map(wireUnit),
    accounts: store.accounts.list({ siteId }).map((row) => wireAccount(row, nameOf.get(row.unitId ?? "") ?? null)),
    rules: rules.map((row) => wireRule(row, nameOf.get(row.unitId) ?? "")),
    // Only hours of the week need to know what time it is at the site.
    clock: [...(rules.some(({ schedule }) => schedule.length > 0) ? siteClock(site.timeZone, nowMs) : UTC)],
  };
}

export function wireUnit({ name, kind, doNotDisturb }: UnitRow): DirectoryUnit {
  return { name, kind, ...(doNotDisturb && { doNotDisturb }) };
}

/** `unit` is the SIP name of the account's unit or door. */
export function wireAccount({ username, ha1, type, enabled }: AccountRow, unit: string | null): DirectoryAccount {
  return { username, ha1, type, unit, enabled };
}

export function wireRule(row: RuleRow, unit: string): DirectoryRule {
  const { position, sourcePattern, action, targetSipUri, ringSeconds, schedule, enabled } = row;
  return { unit, position, sourcePattern, action, target: targetSipUri, ringSeconds, windows: schedule, enabled };
}
