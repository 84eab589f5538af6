/**
 * A backup's file, looked at as a whole and put into an empty store of its own: what that takes without a complaint fits
 * together. It takes many seconds for a large site, and knows nothing of the store in use, so that it can run in a thread.
 */
import { join } from "node:path";
import { Value } from "typebox/value";
import { findConflicts } from "../../../infra/control/src/directory-check.ts";
import { BACKUP_VERSION, type Backup, type RestoreReply, RestoreRequest, type RestoreStep } from "../api/backup.ts";
import { AppError } from "../events/errors.ts";
import { clipFiles } from "../store/clip-files.ts";
import { openStore, type Store } from "../store/store.ts";
import type { NewUnitRow } from "../store/unit-store.ts";
import { placeOf } from "./accounts.ts";
import { checksumOf } from "./backup-checksum.ts";
import { looksLikeNumber } from "./names.ts";
import { refuseSenseless } from "./rules.ts";
import { refuseUnknownZone } from "./sites.ts";
import { siteSnapshot } from "./snapshot.ts";

const MOST_PLACES = 20;
/** Each `{`, `[` and `,`: more than the largest site has twice over would be read for minutes, and fill the memory. */
const MOST_VALUES = 8_000_000;

export interface RestoreCheck {
  /** The request's body as it came: JSON of a `RestoreRequest`. */
  body: Uint8Array;
  /** Where the store of its own is made; an empty folder. */
  folder: string;
  /** The data folder: recordings are put aside there. */
  dataFolder: string;
  /** Home Assistant's users here; null: nobody knows them. */
  users: readonly string[] | null;
  nowMs: number;
}

/**
 * Throws MALFORMED_JSON, BACKUP_NEWER, INVALID_REQUEST, BACKUP_DAMAGED, BACKUP_TOO_LARGE and UNKNOWN_TIME_ZONE; nothing is left in the
 * data folder then.
 */
export function checkBackup(check: RestoreCheck, step: (now: RestoreStep) => void = () => {}): RestoreReply {
  step("reading");
  const request = read(textOf(check));
  step("checking");
  const { backup, dryRun } = request;
  const { checksum, ...content } = backup;
  if (checksumOf(content) !== checksum) damaged("its checksum does not fit");
  refuseUnknownZone(backup.site.timeZone);
  const clips = (backup.clips ?? []).map(({ name, wav }) => ({ name, content: Buffer.from(wav, "base64") }));
  if (!clips.every(({ content: wav }) => isWav(wav))) damaged("a recording in it is no WAV file");
  const store = openStore({ folder: check.folder });
  try {
    store.transaction(() => {
      write(store, backup, ownersHere(backup, check.users));
      if (findConflicts(siteSnapshot(store, backup.site.id, check.nowMs)).length > 0) damaged("names in it clash");
    });
  } catch (error) {
    throw isTheFiles(error) ? notFitting(error) : error;
  } finally {
    store.close();
  }
  // Files cannot be part of a transaction: they lie aside until its rows are there, and a start after a crash knows which.
  if (!dryRun && clips.length > 0) clipFiles(join(check.dataFolder, "clips")).stage(backup.site.id, clips);
  const { id, name, domain } = backup.site;
  return { dryRun, site: { id, name, domain }, counts: countsOf(backup) };
}

/** As UTF-8; its bytes are let go of. */
function textOf(check: RestoreCheck): string {
  let values = 0;
  for (const byte of check.body) if (byte === 0x7b || byte === 0x5b || byte === 0x2c) values += 1;
  if (values > MOST_VALUES) throw new AppError("BACKUP_TOO_LARGE", "the backup has more rows than a site can have");
  const text = new TextDecoder().decode(check.body);
  check.body = new Uint8Array();
  return text;
}

function read(text: string): RestoreRequest {
  let value: unknown;
  try {
    if (text.includes('"__proto__"')) throw new SyntaxError("a name that is none");
    value = JSON.parse(text);
  } catch (error) {
    throw new AppError("MALFORMED_JSON", "the body is not valid JSON", { cause: error });
  }
  refuseNewer(value);
  if (!Value.Check(RestoreRequest, value))
    throw new AppError("INVALID_REQUEST", "the file is no backup of Neolia", { details: placesOf(value) });
  return value;
}

/** JSON pointer into the request → what is wrong there, as for any other request; values are not repeated. */
function placesOf(value: unknown): Record<string, string> {
  const wrong = Value.Errors(RestoreRequest, value).slice(0, MOST_PLACES);
  return Object.fromEntries(wrong.map(({ instancePath, message }) => [`/body${instancePath}`, message]));
}

/** Before its parts are looked at: this version cannot know what they mean. */
function refuseNewer(body: unknown): void {
  const { backup } = (body ?? {}) as { backup?: { format?: unknown; formatVersion?: unknown } | null };
  if (backup?.format !== "neolia-site" || typeof backup.formatVersion !== "number") return;
  if (backup.formatVersion <= BACKUP_VERSION) return;
  throw new AppError("BACKUP_NEWER", "the backup is of a newer Neolia than this one");
}

function isWav(content: Buffer): boolean {
  return content.toString("latin1", 0, 4) === "RIFF" && content.toString("latin1", 8, 12) === "WAVE";
}

/**
 * Whose a device is by the file: of people whom somebody has to know here. Where Home Assistant knows none of them it is
 * another one, with ids of its own: their devices are the house's then, or would be logged out as those of people who left.
 */
function ownersHere({ accounts }: Backup, users: readonly string[] | null): ReadonlyMap<string, string> {
  const known = new Set(users);
  const owners = new Map(accounts.flatMap(({ deviceUsers = {} }) => Object.entries(deviceUsers)));
  return [...owners.values()].some((userId) => known.has(userId)) ? owners : new Map();
}

function write(store: Store, backup: Backup, owners: ReadonlyMap<string, string>): void {
  const { site, buildings, units, doors, accounts, rules, members, extras } = backup;
  const siteId = site.id;
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
  for (const { unitId, doorId, deviceIds, deviceUsers: _deviceUsers, ...account } of accounts) {
    asTheForm(() => placeOf(store, siteId, account.type, unitId, doorId));
    if (looksLikeNumber(account.username)) damaged("an account is named like a telephone number");
    store.accounts.insert({ ...account, siteId, unitId: unitId ?? doorId });
    for (const deviceId of deviceIds) store.devices.insert(deviceId, account.id, owners.get(deviceId) ?? null);
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
  const accountIds = new Set<unknown>(accounts.map(({ id }) => id));
  for (const row of Object.values(extras).flat()) {
    const isOthers = row.site_id !== undefined && row.site_id !== siteId;
    const isOthersDevice = row.account_id !== undefined && !accountIds.has(row.account_id);
    if (isOthers || isOthersDevice || (row.line_id !== undefined && !lineIds.has(row.line_id))) {
      damaged("a row is another site's");
    }
  }
  store.extras.load(extras);
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

/** What SQLite or the parser of a column refuses is the fault of the file. */
export function isTheFiles(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  return error instanceof Error && "code" in error && /^SQLITE_(CONSTRAINT|ERROR|MISMATCH)/.test(String(error.code));
}

/** What the form would refuse is not in a file that we have made. */
function asTheForm(look: () => unknown): void {
  try {
    look();
  } catch (error) {
    throw error instanceof AppError ? notFitting(error) : error;
  }
}

export function notFitting(cause: unknown): AppError {
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
