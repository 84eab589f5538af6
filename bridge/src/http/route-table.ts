import type { RouteOptions } from "fastify";
import type { TObject, TSchema } from "typebox";
import type { App } from "./app-type.ts";
import type { Elsewhere } from "./confine.ts";
import type { Access } from "./identity.ts";

/** What the API's descriptions are made from. */
export interface RouteEntry {
  method: string;
  /** With its prefix: /api/sites/:id */
  url: string;
  access: Access;
  /** How far whoever manages one site from elsewhere may use it; null: not at all. */
  elsewhere: Elsewhere | null;
  summary: string;
  params: TObject | null;
  query: TObject | null;
  body: TSchema | null;
  /** Largest body taken, bytes. */
  bodyLimit: number | null;
  /** Status → body. */
  replies: [status: number, schema: TSchema][];
}

/** What a route's `schema` holds; each is JSON Schema as it stands. */
interface RouteSchema {
  summary?: string;
  params?: TObject;
  querystring?: TObject;
  body?: TSchema;
  response?: Record<number, TSchema>;
}

/** Notes every route that is added from now on. */
export function routeTable(api: App): RouteEntry[] {
  const table: RouteEntry[] = [];
  api.addHook("onRoute", (route) => {
    for (const method of [route.method].flat()) {
      // Fastify adds HEAD to every GET by itself.
      if (method !== "HEAD") table.push(entryOf(method, route));
    }
  });
  return table;
}

function entryOf(method: string, { url, config, schema, bodyLimit }: RouteOptions): RouteEntry {
  const { summary = "", params, querystring, body, response = {} } = (schema ?? {}) as RouteSchema;
  return {
    method,
    url,
    access: config?.access ?? "admin",
    elsewhere: config?.elsewhere ?? null,
    summary,
    params: params ?? null,
    query: querystring ?? null,
    body: body ?? null,
    bodyLimit: bodyLimit ?? null,
    replies: Object.entries(response).map(([status, reply]) => [Number(status), reply]),
  };
}
