/** Why a field was refused: one closed list, each code has a text in the panel's translations (`field.<code>`). */
import { type Static, Type } from "typebox";
import { Id } from "./directory.ts";

export const FIELD_CODES = [
  "REQUIRED",
  "UNKNOWN_FIELD",
  "WRONG_TYPE",
  "NOT_ALLOWED",
  "TOO_SHORT",
  "TOO_LONG",
  "TOO_SMALL",
  "TOO_LARGE",
  "TOO_MANY",
  "BLANK",
  /** Of a line of a file: there is something behind the last column. */
  "EXTRA_CELLS",
  /** Of a line of a file: 1,00E+02 or #N/A, which is no longer what was typed. */
  "SPREADSHEET",
  /** Of a line of a file: no flat or door of the site has this SIP name. */
  "UNKNOWN_PLACE",
  /** Of a line of a file: the account is of another type already. */
  "OTHER_TYPE",
  /** Of a line of a file: a line before it is about the same. */
  "TWICE",
  "CONTROL_CHARACTERS",
  /** A SIP name must begin with a letter or digit. */
  "NAME_START",
  "NAME_SPACE",
  /** / + # $ have a meaning in MQTT topics. */
  "NAME_MQTT",
  /** @ : ; , ? & = < > " % [ ] have a meaning in SIP addresses. */
  "NAME_SIP",
  /** Only a-z, A-Z, 0-9 and . _ - : Home Assistant's ids and many door stations know no others. */
  "NAME_ASCII",
  "NAME_RESERVED",
  "NAME_TAKEN",
  /** The building has a unit of this number. */
  "NUMBER_TAKEN",
  "DOMAIN",
  "DOMAIN_TAKEN",
  "TIME_ZONE",
  "PATTERN",
  "SIP_URI",
  "SCHEDULE",
  /** Not an http(s) address in the house's own network. */
  "VIDEO_URL",
  "MALFORMED",
] as const;
export const FieldCode = Type.Enum(FIELD_CODES);
export type FieldCode = (typeof FIELD_CODES)[number];

/** `POST /api/names/check`: may a unit, door or account of the site have this SIP name? For forms, while somebody types. */
export const NameQuestion = Type.Object(
  {
    siteId: Id,
    noun: Type.Union([Type.Literal("unit"), Type.Literal("door"), Type.Literal("account")]),
    name: Type.String({ maxLength: 200 }),
    /** The row that is being edited: its own name is not taken. */
    rowId: Type.Optional(Id),
  },
  { additionalProperties: false },
);
export const NameAnswer = Type.Object({
  ok: Type.Boolean(),
  code: Type.Union([FieldCode, Type.Null()]),
  /** A free name close to it. */
  suggestion: Type.Union([Type.String(), Type.Null()]),
});

export type NameQuestion = Static<typeof NameQuestion>;
export type NameAnswer = Static<typeof NameAnswer>;
