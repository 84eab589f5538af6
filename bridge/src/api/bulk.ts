/** Many rows at once: ranges of units, CSV in and out, and the jobs that long work runs as. All or nothing, always. */
import { type Static, Type } from "typebox";
import { Id, LabelPart, Unit } from "./directory.ts";

const closed = { additionalProperties: false } as const;

/** `POST /api/units/range`: 101 to 199 in one step; at most 1,000 units. */
export const NewUnitRange = Type.Object(
  {
    buildingId: Id,
    from: Type.Integer({ minimum: 0, maximum: 999_999 }),
    to: Type.Integer({ minimum: 0, maximum: 999_999 }),
    /** Before and after each number: "A-" and "" make A-101. */
    prefix: Type.Optional(LabelPart),
    suffix: Type.Optional(LabelPart),
    /** At least so many digits: 2 makes 01 to 20. */
    digits: Type.Optional(Type.Integer({ minimum: 1, maximum: 6 })),
    /** true: looks and makes nothing. */
    dryRun: Type.Boolean(),
  },
  closed,
);
/** 201 when made, 200 after a dry run; 409 UNIT_EXISTS names numbers that the building has already, and makes nothing. */
export const UnitRangeReply = Type.Object({
  dryRun: Type.Boolean(),
  /** The numbers, in order. */
  numbers: Type.Array(Type.String()),
  /** Those that the building has already: nothing is made while there are any. */
  existing: Type.Array(Type.String()),
  units: Type.Array(Unit),
});

/**
 * What a CSV file is of. Columns, in any order, separated by commas, semicolons or tabs, UTF-8; French headings and words
 * are understood as well:
 * - units: building, number, kind (unit or door, default unit), name (SIP name, default made from the number or label)
 * - accounts: username, type, label, place (SIP name of the unit or door, empty for gateway and bridge), enabled,
 *   vendor, model, mac, note, ha1 (empty: a new login that nobody knows, until the device is paired)
 * - rules: unit (SIP name), position, source_pattern, action, target_sip_uri, ring_seconds, schedule, enabled
 * A row whose key is there already (building and number or name; username; unit and position) changes it; nothing is
 * removed, but the rules of a unit that occurs in a rules file become those of the file.
 */
export const CsvKind = Type.Union([Type.Literal("units"), Type.Literal("accounts"), Type.Literal("rules")]);

/** `POST /api/imports` → 202 Job. Body up to 8 MB. The site's own other rows stay. */
export const NewImport = Type.Object(
  {
    siteId: Id,
    kind: CsvKind,
    csv: Type.String({ maxLength: 8_000_000 }),
    /** true: says what would happen, line by line, and changes nothing. */
    dryRun: Type.Boolean(),
    /**
     * `revision` of the dry run: nothing is written when somebody changed the site since, but `error` is
     * CHANGED_SINCE_CHECK.
     */
    revision: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  closed,
);

export const LineProblem = Type.Object({
  /** As an editor counts, the header is line 1. */
  line: Type.Integer(),
  /** Name of the column; "" when it is about the whole line. */
  column: Type.String(),
  /** A code of `FieldCode` or of the error table. */
  code: Type.String(),
  /** For developers, in English. */
  message: Type.String(),
});

/**
 * `GET /api/jobs/:id`, `DELETE` cancels it as long as nothing is written, and pushed on the WebSocket as `job` to
 * administrators. It runs on when the page that started it is closed; `GET /api/jobs?siteId=` finds it again, newest
 * first. Jobs are forgotten with the process; what was written stands in the audit log under the job's id.
 */
export const Job = Type.Object({
  id: Id,
  kind: Type.Union([Type.Literal("import-units"), Type.Literal("import-accounts"), Type.Literal("import-rules")]),
  siteId: Id,
  dryRun: Type.Boolean(),
  /** Who started it, and when. */
  by: Type.String(),
  startedAtMs: Type.Integer(),
  /** null: it runs. */
  endedAtMs: Type.Union([Type.Integer(), Type.Null()]),
  state: Type.Union([
    Type.Literal("checking"),
    Type.Literal("writing"),
    /** Written, or for a dry run: it could be. */
    Type.Literal("done"),
    /** Nothing was written: `problems` or `error` say why. */
    Type.Literal("refused"),
    /** Nothing was written: somebody cancelled it. */
    Type.Literal("cancelled"),
  ]),
  /** What the file calls its columns, in its order, and how that is understood. */
  headings: Type.Array(Type.Object({ heading: Type.String(), column: Type.String() })),
  /** The site's, when it was looked at. */
  revision: Type.Integer(),
  /** Lines that were looked at, of how many. */
  done: Type.Integer(),
  total: Type.Integer(),
  /** Lines that were new, other than before, and as before; and rows that were there and are not in the file (rules). */
  counts: Type.Object({
    added: Type.Integer(),
    changed: Type.Integer(),
    same: Type.Integer(),
    removed: Type.Integer(),
  }),
  /** The first 200. */
  problems: Type.Array(LineProblem),
  problemCount: Type.Integer(),
  /** Code of what went wrong apart from the lines. */
  error: Type.Union([Type.String(), Type.Null()]),
});

export type NewUnitRange = Static<typeof NewUnitRange>;
export type UnitRangeReply = Static<typeof UnitRangeReply>;
export type CsvKind = Static<typeof CsvKind>;
export type NewImport = Static<typeof NewImport>;
export type LineProblem = Static<typeof LineProblem>;
export type Job = Static<typeof Job>;
