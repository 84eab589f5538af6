/**
 * The whole site in one JSON file, with HA1s and without a single password. `GET /api/sites/:id/backup` makes it,
 * `POST /api/backups/restore` puts it into an app that does not have the site: accounts, panels and phones work on.
 */
import { type Static, Type } from "typebox";
import { Ha1, SipName } from "../../../infra/control/src/wire.ts";
import { Account, Building, DeviceInfo, Door, Id, Label, Rule, Site, Unit, VideoUrl } from "./directory.ts";
import { UserId } from "./member.ts";
import { DeviceId } from "./session.ts";

const closed = { additionalProperties: false } as const;
/** Of the file's format: what an older Neolia cannot read raises it. */
export const BACKUP_VERSION = 1;
/** Sixteen seconds as a studio records them: 48 kHz, stereo. */
export const LARGEST_CLIP_BYTES = 3 * 2 ** 20;
/** All recordings of a file: as base64 a third more, and a restore takes 96 MB in all. */
export const ALL_CLIPS_BYTES = 24 * 2 ** 20;
/** A language and a phrase: fr/notice.wav. */
export const CLIP_NAME = "^(en|fr)/[a-z][a-z-]{0,39}\\.wav$";
const rowless = ["version", "revision"] as const;

export const Backup = Type.Object(
  {
    format: Type.Literal("neolia-site"),
    formatVersion: Type.Literal(BACKUP_VERSION),
    madeAtMs: Type.Integer(),
    /** The Neolia that made it. */
    madeBy: Type.String({ maxLength: 40 }),
    site: Type.Omit(Site, rowless, closed),
    buildings: Type.Array(Type.Omit(Building, rowless, closed), { maxItems: 10_000 }),
    units: Type.Array(Type.Omit(Unit, rowless, closed), { maxItems: 20_000 }),
    doors: Type.Array(
      Type.Object(
        {
          ...Type.Omit(Door, [...rowless, "accountId", "hasVideo", "videoUrl"]).properties,
          /** Left out by a Neolia that knew no cameras. */
          videoUrl: Type.Optional(VideoUrl),
        },
        closed,
      ),
      { maxItems: 20_000 },
    ),
    accounts: Type.Array(
      Type.Object(
        {
          id: Id,
          username: SipName,
          type: Account.properties.type,
          label: Label,
          unitId: Type.Union([Id, Type.Null()]),
          doorId: Type.Union([Id, Type.Null()]),
          enabled: Type.Boolean(),
          createdAtMs: Type.Integer(),
          deviceInfo: DeviceInfo,
          ha1: Ha1,
          /** Browsers that are this account. */
          deviceIds: Type.Array(DeviceId, { maxItems: 10 }),
          /** Which of them belong to a person, who takes no bell along when they move out. */
          deviceUsers: Type.Optional(Type.Record(DeviceId, UserId)),
        },
        closed,
      ),
      { maxItems: 50_000 },
    ),
    rules: Type.Array(Type.Omit(Rule, rowless, closed), { maxItems: 100_000 }),
    members: Type.Array(Type.Object({ userId: UserId, unitId: Id }, closed), { maxItems: 100_000 }),
    /**
     * What other parts keep of the site, row by row: phone lines, menus, who works at the desk, the call log, orders and
     * drafts, the audit log; of histories the newest 20,000. Without what callers said, and without the names and
     * numbers of those whom nobody has to get back to.
     */
    extras: Type.Record(
      Type.String({ maxLength: 40 }),
      Type.Array(Type.Record(Type.String({ maxLength: 60 }), Type.Union([Type.String(), Type.Number(), Type.Null()])), {
        maxItems: 100_000,
      }),
    ),
    /** Recordings that are played instead of rendered sentences: of the app, with a site that has a phone line. */
    clips: Type.Optional(
      Type.Array(
        Type.Object(
          {
            name: Type.String({ pattern: CLIP_NAME }),
            /** The WAV file in base64. */
            wav: Type.String({ maxLength: 4 * Math.ceil(LARGEST_CLIP_BYTES / 3), pattern: "^[A-Za-z0-9+/]+={0,2}$" }),
          },
          closed,
        ),
        { maxItems: 100 },
      ),
    ),
    /** Recordings that the file had no room for: more than 3 MB, or 24 MB with those before them. They have to be copied by hand. */
    clipsLeftOut: Type.Optional(Type.Array(Type.String({ pattern: CLIP_NAME }), { maxItems: 100 })),
    /** SHA-256 hex of the file's other fields as JSON: half a file is told from a whole one. */
    checksum: Type.String({ pattern: "^[0-9a-f]{64}$" }),
  },
  closed,
);

/** `POST /api/backups/restore` → 201 RestoreReply; body up to 96 MB. 409 SITE_EXISTS when its domain or id is here, RESTORE_RUNNING. */
export const RestoreRequest = Type.Object({ backup: Backup, dryRun: Type.Boolean() }, closed);
export const RestoreReply = Type.Object({
  dryRun: Type.Boolean(),
  site: Type.Object({ id: Id, name: Label, domain: Type.String() }),
  counts: Type.Object({
    buildings: Type.Integer(),
    units: Type.Integer(),
    doors: Type.Integer(),
    accounts: Type.Integer(),
    rules: Type.Integer(),
    members: Type.Integer(),
    calls: Type.Integer(),
    orders: Type.Integer(),
    /** Recordings in the file. One whose name is taken here is not written. */
    clips: Type.Integer(),
  }),
});

/** `GET /api/backups/restore`: what is being done for the restore, or the look into a file, that is under way; null: there is none. */
export const RestoreProgress = Type.Object({
  step: Type.Union([Type.Literal("reading"), Type.Literal("checking"), Type.Literal("writing"), Type.Null()]),
});

export type Backup = Static<typeof Backup>;
export type RestoreRequest = Static<typeof RestoreRequest>;
export type RestoreReply = Static<typeof RestoreReply>;
export type RestoreProgress = Static<typeof RestoreProgress>;
export type RestoreStep = NonNullable<RestoreProgress["step"]>;
