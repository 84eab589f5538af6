import type {
  DirectoryAccount,
  DirectoryPatch,
  DirectoryPut,
  DirectoryRule,
  DirectoryUnit,
} from "../../../infra/control/src/wire.ts";
import type { Site } from "../api/directory.ts";
import type { AccountRow } from "../store/account-store.ts";
import type { RuleRow } from "../store/rule-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { siteOf } from "./lookup.ts";
import { siteClock, UTC } from "./site-clock.ts";

/** What of the store a snapshot is made of. */
export type SnapshotSource = Pick<Store, "sites" | "units" | "accounts" | "rules" | "provisioning">;

/**
 * A site's whole directory as the VPS gets it, at its present revision. Throws AppError UNKNOWN_SITE.
 *
 * The clock of a new year makes other content of the same revision; the VPS then answers REVISION_CONFLICT with that
 * revision, and `provisioning.raiseAbove` makes a new one.
 */
export function siteSnapshot(store: SnapshotSource, siteId: string, nowMs: number): DirectoryPut {
  const site = siteOf(store, siteId);
  const units = store.units.list({ siteId });
  const nameOf = new Map(units.map(({ id, name }) => [id, name]));
  const rules = store.rules.list({ siteId });
  return {
    revision: store.provisioning.get(siteId)?.revision ?? 1,
    units: units.map(wireUnit),
    accounts: store.accounts.list({ siteId }).map((row) => wireAccount(row, nameOf.get(row.unitId ?? "") ?? null)),
    rules: rules.map((row) => wireRule(row, nameOf.get(row.unitId) ?? "")),
    clock: clockOf(store, site, nowMs),
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

/** Only hours of the week need to know what time it is at the site. */
function clockOf(store: SnapshotSource, { id, timeZone }: Site, nowMs: number): DirectoryPut["clock"] {
  return [...(store.rules.haveHours(id) ? siteClock(timeZone, nowMs) : UTC)];
}

/** What was edited since the VPS had everything, as it stands now. null: too much, or nothing that can be told apart. */
export type SiteChanges = Pick<DirectoryPatch, "revision" | "units" | "accounts"> & Pick<DirectoryPut, "clock">;

/** More than this is sent as the whole directory. */
const MOST_CHANGES = 400;

export function siteChanges(store: Store, siteId: string, nowMs: number): SiteChanges | null {
  const changes = store.provisioning.changes(siteId, MOST_CHANGES + 1);
  if (changes.length > MOST_CHANGES) return null;
  const unitNames = new Set<string>();
  const usernames = new Set<string>();
  for (const { noun, name } of changes) (noun === "account" ? usernames : unitNames).add(name);
  const nameOf = (unitId: string | null) => (unitId === null ? null : (store.units.get(unitId)?.name ?? null));
  return {
    revision: store.provisioning.get(siteId)?.revision ?? 1,
    units: [...unitNames].map((name) => {
      const row = store.units.byName(siteId, name);
      const rules = row ? store.rules.list({ unitId: row.id }) : [];
      return { name, unit: row && wireUnit(row), rules: rules.map((rule) => wireRule(rule, name)) };
    }),
    accounts: [...usernames].map((username) => {
      const row = store.accounts.byUsername(siteId, username);
      return { username, account: row && wireAccount(row, nameOf(row.unitId)) };
    }),
    clock: clockOf(store, siteOf(store, siteId), nowMs),
  };
}
