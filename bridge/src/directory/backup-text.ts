/** A site's backup as the text of its file, table after table: no more than one of them is in memory at once. */
import { BACKUP_VERSION, type Backup } from "../api/backup.ts";
import type { RowMarks } from "../store/row-marks.ts";
import type { SiteReader } from "../store/site-reader.ts";
import { withChecksum } from "./backup-checksum.ts";
import { siteOf } from "./lookup.ts";

export interface BackupOrder {
  siteId: string;
  /** The Neolia that makes it. */
  madeBy: string;
  madeAtMs: number;
  part: "all" | "directory";
}

type BackupReader = Omit<SiteReader, "close">;

/** In pieces. */
export function* backupText(reader: BackupReader, order: BackupOrder): Generator<string> {
  const { siteId, madeBy, madeAtMs, part } = order;
  const { buildings, accounts, rules, devices, members, extras } = reader;
  const units = reader.units.list({ siteId });
  const doors = units.filter(({ kind }) => kind === "door");
  const flats = units.filter(({ kind }) => kind === "residential");
  const doorIds = new Set(doors.map(({ id }) => id));
  const unitIds = new Set(units.map(({ id }) => id));
  const placeOf = (unitId: string | null) =>
    unitId !== null && doorIds.has(unitId) ? { unitId: null, doorId: unitId } : { unitId, doorId: null };
  const clips = part === "all" ? clipsOf(reader, siteId) : {};
  yield* withChecksum({
    format: () => "neolia-site",
    formatVersion: () => BACKUP_VERSION,
    madeAtMs: () => madeAtMs,
    madeBy: () => madeBy,
    site: () => bare(siteOf(reader, siteId)),
    buildings: () => buildings.list(siteId).map(bare),
    units: () =>
      flats.map(({ id, buildingId, label, name, doNotDisturb }) => ({
        ...{ id, siteId, buildingId, number: label, name, doNotDisturb },
      })),
    doors: () =>
      doors.map(({ id, buildingId, label, name, videoUrl }) => ({ id, siteId, buildingId, label, name, videoUrl })),
    accounts: () => {
      const byAccount = Map.groupBy(devices.list(), ({ accountId }) => accountId);
      return accounts.list({ siteId }).map(({ unitId, siteId: _siteId, ...account }) => ({
        ...bare(account),
        ...placeOf(unitId),
        ...devicesIn(byAccount.get(account.id) ?? []),
      }));
    },
    rules: () => rules.list({ siteId }).map(({ unitId, ...rule }) => ({ ...bare(rule), ...placeOf(unitId) })),
    members: () => (part === "all" ? members.list().filter(({ unitId }) => unitIds.has(unitId)) : []),
    extras: () => (part === "all" ? extras.dump(siteId) : {}),
    clips: () => clips.clips,
    clipsLeftOut: () => clips.clipsLeftOut,
  });
}

function devicesIn(rows: readonly { deviceId: string; userId: string | null }[]) {
  const owned = rows.flatMap(({ deviceId, userId }) => (userId === null ? [] : [[deviceId, userId] as const]));
  return {
    deviceIds: rows.map(({ deviceId }) => deviceId),
    ...(owned.length > 0 && { deviceUsers: Object.fromEntries(owned) }),
  };
}

/** Nobody else plays them: a site without a phone line takes none along. */
function clipsOf(reader: BackupReader, siteId: string): Pick<Backup, "clips" | "clipsLeftOut"> {
  if (reader.lines.list(siteId).length === 0) return {};
  const { clips, tooLarge } = reader.clips.list();
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
