import fastifySwagger from "@fastify/swagger";
import type { App } from "./app-type.ts";

/** Describes the API from the schemas of its routes. Before the routes. */
export async function describeApi(app: App, version: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: { openapi: "3.1.0", info: { title: "Neolia bridge", version } },
    transform: ({ schema, url, route }) => ({
      url,
      schema: {
        ...schema,
        hide: !url.startsWith("/api/"),
        description: `Open to: ${route.config?.access ?? "admin"}.`,
      },
    }),
  });
}

export function openApiRoutes(api: App): void {
  api.get("/openapi.json", { schema: { summary: "This API as OpenAPI 3.1." } }, async () => api.swagger());
}
