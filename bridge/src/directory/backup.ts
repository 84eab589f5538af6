/** The whole site out into one file, and in again somewhere else: see api/backup.ts. */
import { createHash } from "node:crypto";
import { findConflicts } from "../../../infra/control/src/directory-check.ts";
import { BACKUP_VERSION, type Backup, type RestoreReply, type RestoreRequest } from "../api/backup.ts";
import { AppError } from "../events/errors.ts";
import type { RowMarks } from "../store/row-marks.ts";
import type { NewUnitRow } from "../store/unit-store.ts";
import { placeOf } from "./accounts.ts";
import { announceEdit, type DirectoryContext } from "./edit.ts";
import { siteOf } from "./lookup.ts";
import { looksLikeNumber } from "./names.ts";
import { refuseSenseless } from "./rules.ts";
import { refuseUnknownZone } from "./sites.ts";
import { siteSnapshot } from "./snapshot.ts";

export interface Backups {
  /** `directory`: without residents, calls, the restaurant and the log, which are nobody's business elsewhere. */
  make(siteId: string, madeBy: string, part?: "all" | "directory"): Backup;
  /** All of it or nothing. Throws SITE_EXISTS, UNKNOWN_TIME_ZONE and BACKUP_DAMAGED. */
  restore(request: RestoreRequest): RestoreReply;
}

/** Thrown to undo what a dry run has written. */
class DryRun extends Error {}

export function backups(context: DirectoryContext): Backups {
  const { store, audit, now } = context;
  return {
    make: (siteId, madeBy, part = "all") => {
      const all = contentOf(context, siteId, madeBy);
      const content = part === "all" ? { ...all, ...clipsOf(context, all) } : { ...all, members: [], extras: {} };
      audit.note({ siteId, noun: "backup", verb: "exported", rowId: null, label: content.site.name });
      return { ...content, checksum: checksumOf(content) };
    },
    restore: ({ backup, dryRun }) => {
      refuseDamaged(backup);
      refuseUnknownZone(backup.site.timeZone);
      const { id, name, domain } = backup.site;
      if (store.sites.get(id) || store.sites.byDomain(domain)) {
        throw new AppError("SITE_EXISTS", `the site ${domain} is here already; remove it first, or restore elsewhere`);
      }
      const clips = (backup.clips ?? []).map(({ name, wav }) => ({ name, content: Buffer.from(wav, "base64") }));
      if (!clips.every(({ content }) => isWav(content))) damaged("a recording in it is no WAV file");
      // Files cannot be part of a transaction: they lie aside until its rows are there, and a start after a crash knows which.
      if (!dryRun && clips.length > 0) store.clips.stage(id, clips);
      try {
        store.transaction(() => {
          write(context, backup);
          if (findConflicts(siteSnapshot(store, id, now())).length > 0) damaged("names in it clash");
          if (dryRun) throw new DryRun();
          audit.note({ siteId: id, noun: "backup", verb: "restored", rowId: id, label: name });
          store.afterCommit(() => announceEdit(context, id));
        });
      } catch (error) {
        store.clips.settle(id, false);
        if (!(error instanceof DryRun)) throw isTheFiles(error) ? damagedBecause(error) : error;
      }
      if (!dryRun) store.clips.settle(id, true);
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
    formatVersion: BACKUP_VERSION,
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
      .map(({ id, buildingId, label, name, videoUrl }) => ({ id, siteId, buildingId, label, name, videoUrl })),
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

/** Nobody else plays them: a site without a phone line takes none along. */
function clipsOf(
  { store }: DirectoryContext,
  { extras }: Pick<Backup, "extras">,
): Pick<Backup, "clips" | "clipsLeftOut"> {
  if ((extras.line ?? []).length === 0) return {};
  const { clips, tooLarge } = store.clips.list();
  return {
    ...(clips.length > 0 && { clips: clips.map(({ name, content }) => ({ name, wav: content.toString("base64") })) }),
    ...(tooLarge.length > 0 && { clipsLeftOut: tooLarge }),
  };
}

function isWav(content: Buffer): boolean {
  return content.toString("latin1", 0, 4) === "RIFF" && content.toString("latin1", 8, 12) === "WAVE";
}

function write({ store }: DirectoryContext, backup: Backup): void {
  const { site, buildings, units, doors, accounts, rules, members, extras } = backup;
  const siteId = site.id;
  // A browser that is another site's panel by now stays that.
  const taken = new Set(store.devices.list().map(({ deviceId }) => deviceId));
  if ([...buildings, ...units, ...doors].some((row) => row.siteId !== siteId)) damaged("a row is another site's");
  store.sites.insert(site);
  store.provisioning.raise(siteId);
  for (const building of buildings) store.buildings.insert({ ...building, siteId });
  const insert = (unit: Omit<NewUnitRow, "siteId">) => store.units.insert({ ...unit, siteId });
  for (const { id, buildingId, name, number, doNotDisturb } of units) {
    insert({ id, buildingId, kind: "residential", name, label: number });
    if (doNotDisturb) store.units.setDoNotDisturb({ id, siteId, doNotDisturb });
  }
  for (const door of doors) insert({ ...door, kind: "door" });
  for (const { unitId, doorId, deviceIds, ...account } of accounts) {
    asTheForm(() => placeOf(store, siteId, account.type, unitId, doorId));
    if (looksLikeNumber(account.username)) damaged("an account is named like a telephone number");
    store.accounts.insert({ ...account, siteId, unitId: unitId ?? doorId });
    const free = deviceIds.filter((deviceId) => !taken.has(deviceId));
    for (const deviceId of free) store.devices.insert(deviceId, account.id, null);
  }
  for (const { unitId, doorId, ...rule } of rules) {
    asTheForm(() => refuseSenseless(rule));
    store.rules.insert({ ...rule, siteId, unitId: unitId ?? doorId ?? damaged("a rule is nobody's") });
  }
  const flats = new Set(units.map(({ id }) => id));
  for (const member of members) {
    // Whoever wrote the file may not give anybody a flat of a site that is here already.
    if (!flats.has(member.unitId)) damaged("a resident's flat is none of the site");
    store.members.insert(member);
  }
  const lineIds = new Set(extras.line?.map(({ id }) => id));
  for (const row of Object.values(extras).flat()) {
    const isOthers = row.site_id !== undefined && row.site_id !== siteId;
    if (isOthers || (row.line_id !== undefined && !lineIds.has(row.line_id))) damaged("a row is another site's");
  }
  store.extras.load(extras);
}

function refuseDamaged({ checksum, ...content }: Backup): void {
  if (checksumOf(content) !== checksum) damaged("its checksum does not fit");
}

/** Over the content with its keys in order, so that a tool that wrote it anew does not change it. */
export function checksumOf(content: Omit<Backup, "checksum">): string {
  return createHash("sha256").update(inOrder(content)).digest("hex");
}

function inOrder(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function countsOf({
  buildings,
  units,
  doors,
  accounts,
  rules,
  members,
  extras,
  clips,
}: Backup): RestoreReply["counts"] {
  return {
    ...{ buildings: buildings.length, units: units.length, doors: doors.length },
    ...{ accounts: accounts.length, rules: rules.length, members: members.length },
    ...{ calls: extras.call?.length ?? 0, orders: extras.customer_order?.length ?? 0 },
    clips: clips?.length ?? 0,
  };
}

function bare<Row extends RowMarks>({
  version: _version,
  revision: _revision,
  ...row
}: Row): Omit<Row, keyof RowMarks> {
  return row;
}

/** What SQLite or the parser of a column refuses is the fault of the file. */
function isTheFiles(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return error instanceof Error && "code" in error && /^SQLITE_(CONSTRAINT|ERROR|MISMATCH)/.test(String(error.code));
}

/** What the form would refuse is not in a file that we have made. */
function asTheForm(look: () => unknown): void {
  try {
    look();
  } catch (error) {
    throw error instanceof AppError ? damagedBecause(error) : error;
  }
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
