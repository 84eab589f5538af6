/** The whole site out into one file: see api/backup.ts; in again: restores.ts. */
import { BACKUP_VERSION, type Backup } from "../api/backup.ts";
import type { RowMarks } from "../store/row-marks.ts";
import { checksumOf } from "./backup-checksum.ts";
import type { DirectoryContext } from "./edit.ts";
import { siteOf } from "./lookup.ts";

export interface Backups {
  /** `directory`: without residents, calls, the restaurant and the log, which are nobody's business elsewhere. */
  make(siteId: string, madeBy: string, part?: "all" | "directory"): Backup;
}

export function backups(context: DirectoryContext): Backups {
  const { audit } = context;
  return {
    make: (siteId, madeBy, part = "all") => {
      const all = contentOf(context, siteId, madeBy);
      const content = part === "all" ? { ...all, ...clipsOf(context, all) } : { ...all, members: [], extras: {} };
      audit.note({ siteId, noun: "backup", verb: "exported", rowId: null, label: content.site.name });
      return { ...content, checksum: checksumOf(content) };
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
      ...devicesIn(devices.get(account.id) ?? []),
    })),
    rules: store.rules.list({ siteId }).map(({ unitId, ...rule }) => ({ ...bare(rule), ...placeOf(unitId) })),
    members: store.members.list().filter(({ unitId }) => flats.has(unitId)),
    extras: store.extras.dump(siteId),
  };
}

function devicesIn(rows: readonly { deviceId: string; userId: string | null }[]) {
  const owned = rows.flatMap(({ deviceId, userId }) => (userId === null ? [] : [[deviceId, userId] as const]));
  return {
    deviceIds: rows.map(({ deviceId }) => deviceId),
    ...(owned.length > 0 && { deviceUsers: Object.fromEntries(owned) }),
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

function bare<Row extends RowMarks>({
  version: _version,
  revision: _revision,
  ...row
}: Row): Omit<Row, keyof RowMarks> {
  return row;
}
