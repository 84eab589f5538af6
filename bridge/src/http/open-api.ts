/** The API as OpenAPI 3.1. TypeBox schemas are JSON Schema already, so there is little to translate. */
import type { TObject, TSchema } from "typebox";
import { ErrorReply } from "../api/error.ts";
import type { RouteEntry } from "./route-table.ts";

export function openApiOf(table: readonly RouteEntry[], version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const entry of table) {
    const path = entry.url.replace(/:(\w+)/g, "{$1}");
    paths[path] = { ...paths[path], [entry.method.toLowerCase()]: operationOf(entry) };
  }
  return { openapi: "3.1.0", info: { title: "Neolia bridge", version }, paths };
}

function operationOf({ access, summary, params, query, body, replies }: RouteEntry): Record<string, unknown> {
  const parameters = [...parametersOf("path", params), ...parametersOf("query", query)];
  const responses = replies.map(([status, schema]) => [
    status,
    { description: "", ...(status !== 204 && json(schema)) },
  ]);
  return {
    summary,
    description: `Open to: ${access}.`,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, ...json(body) } }),
    responses: { ...Object.fromEntries(responses), default: { description: "An error.", ...json(ErrorReply) } },
  };
}

function parametersOf(place: "path" | "query", schema: TObject | null): Record<string, unknown>[] {
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => ({
    in: place,
    name,
    required: schema?.required?.includes(name) ?? false,
    schema: property,
  }));
}

function json(schema: TSchema): Record<string, unknown> {
  return { content: { "application/json": { schema } } };
}
