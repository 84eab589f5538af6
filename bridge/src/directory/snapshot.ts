import type { DirectoryPut } from "../../../infra/control/src/wire.ts";
import type { Store } from "../store/store.ts";
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
    units: units.map(({ name, kind }) => ({ name, kind })),
    accounts: store.accounts.list({ siteId }).map(({ username, ha1, type, unitId, enabled }) => ({
      username,
      ha1,
      type,
      unit: unitId === null ? null : (nameOf.get(unitId) ?? null),
      enabled,
    })),
    rules: rules.map((rule) => ({
      unit: nameOf.get(rule.unitId) ?? "",
      position: rule.position,
      sourcePattern: rule.sourcePattern,
      action: rule.action,
      target: rule.targetSipUri,
      ringSeconds: rule.ringSeconds,
      windows: rule.schedule,
      enabled: rule.enabled,
    })),
    // Only hours of the week need to know what time it is at the site.
    clock: [...(rules.some(({ schedule }) => schedule.length > 0) ? siteClock(site.timeZone, nowMs) : UTC)],
  };
}
