/** The text of docs/api-contract.md, made from the routes and their schemas. */
import { IsSchema, type TSchema } from "typebox";
import * as wire from "../../../infra/control/src/wire.ts";
import * as audit from "../api/audit.ts";
import * as backup from "../api/backup.ts";
import * as board from "../api/board.ts";
import * as bulk from "../api/bulk.ts";
import * as call from "../api/call.ts";
import * as directory from "../api/directory.ts";
import { ErrorReply } from "../api/error.ts";
import * as line from "../api/line.ts";
import * as live from "../api/live.ts";
import * as member from "../api/member.ts";
import * as menu from "../api/menu.ts";
import * as names from "../api/names.ts";
import * as order from "../api/order.ts";
import * as page from "../api/page.ts";
import * as pairing from "../api/pairing.ts";
import * as provisioning from "../api/provisioning.ts";
import * as remote from "../api/remote.ts";
import * as session from "../api/session.ts";
import * as siteHealth from "../api/site-health.ts";
import { ERRORS } from "../events/errors.ts";
import type { RouteEntry } from "./route-table.ts";

/** Sections in the order in which somebody new needs them. */
const NOUNS = [
  "session",
  "devices",
  "state",
  "ws",
  "calls",
  "sites",
  "buildings",
  "units",
  "doors",
  "accounts",
  "rules",
  "members",
  "lines",
  "orders",
  "order-calls",
  "callers",
];

const { SipName, Ha1, SourcePattern, SipUri, AccountType, RuleAction, WeekWindow } = wire;
// By their text: an optional field holds a copy of its schema.
const NAMED = new Map<string, string>(
  Object.entries({
    ...{ SipName, Ha1, SourcePattern, SipUri, AccountType, RuleAction, WeekWindow },
    ...directory,
    ...session,
    ...member,
    ...call,
    ...live,
    ...names,
    ...page,
    ...bulk,
    ...pairing,
    ...provisioning,
    ...siteHealth,
    ...audit,
    ...backup,
    ...remote,
    ...line,
    ...menu,
    ...order,
    ...board,
    ErrorReply,
  }).flatMap(([name, value]) => (IsSchema(value) ? [[JSON.stringify(value), name]] : [])),
);

export function contractOf(table: readonly RouteEntry[]): string {
  const nounOf = ({ url }: RouteEntry) => url.split("/")[2] ?? "";
  const nouns = [...NOUNS, ...new Set(table.map(nounOf).filter((noun) => !NOUNS.includes(noun)))];
  return [
    "# The bridge's API",
    "",
    "Made by `node test/directory/api-contract.ts` from the routes and schemas in `bridge/src/http` and `bridge/src/api`; do not edit.",
    "",
    "JSON over HTTP under `/api`. Each route names who may use it: `anyone`, a `resident` (who sees their own flats and what is around them), who works at the restaurant's `desk`, or an `admin` (who may use all). " +
      "`from elsewhere`: also for whoever was given a grant for one site, within that site alone. " +
      "Every change (POST, PUT, PATCH, DELETE) carries `Content-Type: application/json` and `X-Neolia: 1`. " +
      'PATCH and DELETE of a row of the directory also carry `If-Match: "<version>"` with the row\'s `version` as it was seen, or `*`: ' +
      "without it 428, and when somebody else was faster 412 with the row as it stands in `details.current`. " +
      "Every error is an `ErrorReply`; the codes stand at the end. Times are Unix milliseconds, ids are ULIDs. " +
      "The same as OpenAPI 3.1: `GET /api/openapi.json`, and as a page: `GET /api/docs`.",
    ...nouns.flatMap((noun) =>
      section(
        noun,
        table.filter((entry) => nounOf(entry) === noun),
      ),
    ),
    ...types(),
    ...errors(),
    "",
  ].join("\n");
}

function section(noun: string, entries: readonly RouteEntry[]): string[] {
  return ["", `## ${noun}`, ...entries.flatMap(describe)];
}

const ELSEWHERE = {
  yes: ", from elsewhere",
  own: ", from elsewhere",
  backups: ", from elsewhere where backups are allowed",
} as const;

function describe({ method, url, access, elsewhere, summary, query, body, replies }: RouteEntry): string[] {
  const parameters = Object.entries(query?.properties ?? {}).map(([name, schema]) => `${name}?: ${typeText(schema)}`);
  const answers = replies.map(([status, schema]) => `${status}${status === 204 ? "" : ` ${code(typeText(schema))}`}`);
  return [
    "",
    `### ${method} ${url}`,
    "",
    `${summary} *${access}${elsewhere === null ? "" : ELSEWHERE[elsewhere]}*`,
    "",
    ...(parameters.length > 0 ? [`- query: ${code(parameters.join(", "))}`] : []),
    ...(body ? [`- body: ${code(typeText(body))}`] : []),
    ...(answers.length > 0 ? [`- reply: ${answers.join(", ")}`] : []),
  ];
}

function types(): string[] {
  const definitions = [...NAMED].map(([text, name]) => `${name} = ${definition(JSON.parse(text) as TSchema)}`);
  return ["", "## Types", "", "```ts", ...definitions, "```"];
}

function errors(): string[] {
  const rows = Object.entries(ERRORS).map(
    ([name, { status, category, retryable }]) => `| ${name} | ${status} | ${category} | ${retryable ? "yes" : "no"} |`,
  );
  return ["", "## Errors", "", "| Code | Status | Category | Worth trying again |", "|---|---|---|---|", ...rows];
}

/** A type's own text; elsewhere its name stands for it. */
function definition(schema: TSchema): string {
  const { properties, required } = schema as JsonSchema;
  if (!properties) return typeText(schema, true);
  const fields = Object.entries(properties).map(([name, property]) => {
    return `  ${name}${required?.includes(name) ? "" : "?"}: ${typeText(property)};`;
  });
  return ["{", ...fields, "}"].join("\n");
}

interface JsonSchema {
  type?: string;
  const?: unknown;
  anyOf?: TSchema[];
  items?: TSchema;
  properties?: Record<string, TSchema>;
  required?: string[];
  patternProperties?: Record<string, TSchema>;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
}

function typeText(schema: TSchema, own = false): string {
  const name = NAMED.get(JSON.stringify(schema));
  if (name !== undefined && !own) return name;
  const json = schema as JsonSchema;
  if ("const" in json) return JSON.stringify(json.const);
  if (json.anyOf) return json.anyOf.map((option) => typeText(option)).join(" | ");
  if (json.items) return `${parenthesized(typeText(json.items))}[]${limits({ max: json.maxItems })}`;
  const values = Object.values(json.patternProperties ?? {})[0];
  if (values) return `Record<string, ${typeText(values)}>`;
  if (json.properties) {
    const fields = Object.entries(json.properties).map(
      ([field, property]) => `${field}${json.required?.includes(field) ? "" : "?"}: ${typeText(property)}`,
    );
    return `{ ${fields.join("; ")} }`;
  }
  if (json.type === "string") {
    return `string${json.pattern ? ` /* ${json.pattern} */` : ""}${limits({ min: json.minLength, max: json.maxLength })}`;
  }
  if (json.type === "integer") return `integer${limits({ min: json.minimum, max: json.maximum })}`;
  return json.type ?? "unknown";
}

function parenthesized(text: string): string {
  return text.includes(" | ") && !text.startsWith("{") ? `(${text})` : text;
}

function limits({ min, max }: { min?: number | undefined; max?: number | undefined }): string {
  if (min === undefined && max === undefined) return "";
  return ` /* ${min ?? ""}..${max ?? ""} */`;
}

function code(text: string): string {
  return `\`${text}\``;
}
