/** The whole site out into one file, and in again somewhere else: see api/backup.ts. */
import { createHash } from "node:crypto";
import { findConflicts } from "../../../infra/control/src/directory-check.ts";
import type { Backup, RestoreReply, RestoreRequest } from "../api/backup.ts";
import { AppError } from "../events/errors.ts";
import type { RowMarks } from "../store/row-marks.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { announceEdit, type DirectoryContext } from "./edit.ts";
import { siteOf } from "./lookup.ts";
import { siteSnapshot } from "./snapshot.ts";

export interface Backups {
  make(siteId: string, madeBy: string): Backup;
  /** All of it or nothing. Throws SITE_EXISTS and BACKUP_DAMAGED. */
  restore(request: RestoreRequest): RestoreReply;
}

/** Thrown to undo what a dry run has written. */
class DryRun extends Error {}

export function backups(context: DirectoryContext): Backups {
  const { store, audit, now } = context;
  return {
    make: (siteId, madeBy) => {
      const content = contentOf(context, siteId, madeBy);
      audit.note({ siteId, noun: "backup", verb: "exported", rowId: null, label: content.site.name });
      return { ...content, checksum: checksumOf(content) };
    },
    restore: ({ backup, dryRun }) => {
      refuseDamaged(backup);
      const { id, name, domain } = backup.site;
      if (store.sites.get(id) || store.sites.byDomain(domain)) {
        throw new AppError("SITE_EXISTS", `the site ${domain} is here already; remove it first, or restore elsewhere`);
      }
      try {
        store.transaction(() => {
          write(context, backup);
          if (findConflicts(siteSnapshot(store, id, now())).length > 0) damaged("names in it clash");
          if (dryRun) throw new DryRun();
          audit.note({ siteId: id, noun: "backup", verb: "restored", rowId: id, label: name });
          store.afterCommit(() => announceEdit(context, id));
        });
      } catch (error) {
        if (!(error instanceof DryRun)) throw isConstraint(error) ? damagedBecause(error) : error;
      }
      return { dryRun, site: { id, name, domain }, counts: countsOf(backup) };
    },
  };
}

function contentOf({ store, now }: DirectoryContext, siteId: string, madeBy: string): Omit<Backup, "checksum"> {
  const units = store.units.list({ siteId });
  const doors = new Set(units.filter(({ kind }) => kind === "door").map(({ id }) => id));
  const flats = new Set(units.map(({ id }) => id));
  const devices = Map.groupBy(store.devices.list(), ({ accountId }) => accountId);
  const placeOf = (unitId: string | null) =>
    unitId !== null && doors.has(unitId) ? { unitId: null, doorId: unitId } : { unitId, doorId: null };
  return {
    format: "neolia-site",
    formatVersion: 1,
    madeAtMs: now(),
    madeBy,
    site: bare(siteOf(store, siteId)),
    buildings: store.buildings.list(siteId).map(bare),
    units: units
      .filter(({ kind }) => kind === "residential")
      .map(({ id, buildingId, label, name, doNotDisturb }) => ({
        id,
        siteId,
        buildingId,
        number: label,
        name,
        doNotDisturb,
      })),
    doors: units
      .filter(({ kind }) => kind === "door")
      .map(({ id, buildingId, label, name }) => ({ id, siteId, buildingId, label, name })),
    accounts: store.accounts.list({ siteId }).map(({ unitId, siteId: _siteId, ...account }) => ({
      ...bare(account),
      ...placeOf(unitId),
      deviceIds: (devices.get(account.id) ?? []).map(({ deviceId }) => deviceId),
    })),
    rules: store.rules.list({ siteId }).map(({ unitId, ...rule }) => ({ ...bare(rule), ...placeOf(unitId) })),
    members: store.members.list().filter(({ unitId }) => flats.has(unitId)),
    extras: store.extras.dump(siteId),
  };
}

function write({ store }: DirectoryContext, backup: Backup): void {
  const { site, buildings, units, doors, accounts, rules, members, extras } = backup;
  const siteId = site.id;
  store.sites.insert(site);
  store.provisioning.raise(siteId);
  for (const building of buildings) store.buildings.insert({ ...building, siteId });
  const insert = (unit: Pick<UnitRow, "id" | "buildingId" | "kind" | "name" | "label">) =>
    store.units.insert({ ...unit, siteId });
  for (const { id, buildingId, name, number, doNotDisturb } of units) {
    insert({ id, buildingId, kind: "residential", name, label: number });
    if (doNotDisturb) store.units.setDoNotDisturb({ id, siteId, doNotDisturb });
  }
  for (const { id, buildingId, name, label } of doors) insert({ id, buildingId, kind: "door", name, label });
  for (const { unitId, doorId, deviceIds, ...account } of accounts) {
    store.accounts.insert({ ...account, siteId, unitId: unitId ?? doorId });
    for (const deviceId of deviceIds) store.devices.insert(deviceId, account.id, null);
  }
  for (const { unitId, doorId, ...rule } of rules) {
    store.rules.insert({ ...rule, siteId, unitId: unitId ?? doorId ?? damaged("a rule is nobody's") });
  }
  for (const member of members) store.members.insert(member);
  store.extras.load(extras);
}

function refuseDamaged({ checksum, ...content }: Backup): void {
  if (checksumOf(content) !== checksum) damaged("its checksum does not fit");
}

/** Over the content with its keys in order, so that a tool that wrote it anew does not change it. */
function checksumOf(content: Omit<Backup, "checksum">): string {
  return createHash("sha256").update(inOrder(content)).digest("hex");
}

function inOrder(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function countsOf({ buildings, units, doors, accounts, rules, members }: Backup): RestoreReply["counts"] {
  return {
    ...{ buildings: buildings.length, units: units.length, doors: doors.length },
    ...{ accounts: accounts.length, rules: rules.length, members: members.length },
  };
}

function bare<Row extends RowMarks>({
  version: _version,
  revision: _revision,
  ...row
}: Row): Omit<Row, keyof RowMarks> {
  return row;
}

function isConstraint(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("SQLITE_CONSTRAINT");
}

function damagedBecause(cause: unknown): AppError {
  return new AppError(
    "BACKUP_DAMAGED",
    "the backup cannot be restored: its parts do not fit together, or are here already",
    {
      cause,
    },
  );
}

function damaged(why: string): never {
  throw new AppError("BACKUP_DAMAGED", `the backup cannot be restored: ${why}`);
}
