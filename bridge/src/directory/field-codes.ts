/** From a schema's complaints to one code for each field, which the form turns into a sentence (api/names.ts). */
import type { TSchema } from "typebox";
import { Value } from "typebox/value";
import { SipName, SipUri, SourcePattern } from "../../../infra/control/src/wire.ts";
import { Label, NewSite, VideoUrl } from "../api/directory.ts";
import type { FieldCode } from "../api/names.ts";

interface Complaint {
  keyword: string;
  /** JSON pointer. */
  instancePath: string;
  params: object;
}

const BY_KEYWORD: Readonly<Record<string, FieldCode>> = {
  boolean: "UNKNOWN_FIELD",
  type: "WRONG_TYPE",
  const: "NOT_ALLOWED",
  enum: "NOT_ALLOWED",
  minLength: "TOO_SHORT",
  maxLength: "TOO_LONG",
  minimum: "TOO_SMALL",
  maximum: "TOO_LARGE",
  maxItems: "TOO_MANY",
  minItems: "REQUIRED",
};
const CONTROLS = /[\p{Cc}\u2028-\u202e\u2066-\u2069\ufffe\uffff]/u;

/** Field (`name`, `schedule.0.toMinute`) → code; empty when the value fits. */
export function fieldCodes(schema: TSchema, value: unknown): Record<string, FieldCode> {
  return codesOf(Value.Errors(schema, value) as unknown as Complaint[], value);
}

export function codesOf(complaints: readonly Complaint[], value: unknown): Record<string, FieldCode> {
  const codes: Record<string, FieldCode> = {};
  for (const { keyword, instancePath, params } of complaints) {
    const path = instancePath.split("/").slice(1);
    if (keyword === "required" && "requiredProperties" in params) {
      for (const name of params.requiredProperties as string[]) codes[[...path, name].join(".")] ??= "REQUIRED";
      continue;
    }
    if (path.length === 0) continue;
    const at = path.join(".");
    const code = keyword === "pattern" ? patternCode(params, valueAt(value, path)) : BY_KEYWORD[keyword];
    // A choice complains once for each of its options; the one that looks into the value says most.
    if (code && (codes[at] === undefined || keyword === "pattern")) codes[at] = code;
  }
  return codes;
}

/** Why a text is no SIP name; null: it is one. */
export function sipNameCode(name: string): FieldCode | null {
  if (name === "") return "REQUIRED";
  if (CONTROLS.test(name)) return "CONTROL_CHARACTERS";
  if (/\s/.test(name)) return "NAME_SPACE";
  if (/[/+#$]/.test(name)) return "NAME_MQTT";
  if (/[@:;,?&=<>"%[\]()\\|'!*~^`{}]/.test(name)) return "NAME_SIP";
  if (/[^A-Za-z0-9._-]/.test(name)) return "NAME_ASCII";
  if (/^[^A-Za-z0-9]/.test(name)) return "NAME_START";
  return name.length > 40 ? "TOO_LONG" : null;
}

function patternCode(params: object, value: unknown): FieldCode {
  const pattern = "pattern" in params ? params.pattern : "";
  const text = String(value);
  if (pattern === patternOf(SipName)) return sipNameCode(text) ?? "MALFORMED";
  if (pattern === patternOf(SourcePattern)) return "PATTERN";
  if (pattern === patternOf(SipUri)) return "SIP_URI";
  if (pattern === patternOf(NewSite.properties.domain)) return "DOMAIN";
  if (pattern === patternOf(VideoUrl)) return "VIDEO_URL";
  if (CONTROLS.test(text)) return "CONTROL_CHARACTERS";
  return pattern === patternOf(Label) ? "BLANK" : "MALFORMED";
}

function patternOf(schema: TSchema): unknown {
  return "pattern" in schema ? schema.pattern : null;
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[key] : undefined),
    value,
  );
}
