/**
 * Serves the built panel. Only the files that were there at start have an address, so no path leads anywhere else.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { App } from "./app-type.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wav": "audio/wav",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** `folder` may be missing: then there is no page, and the API is served alone. */
export function panelFiles(app: App, folder: string): void {
  for (const path of filesIn(folder)) {
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    const file = join(folder, path);
    app.get(path === "index.html" ? "/" : `/${path}`, async (request, reply) => {
      const { mtimeMs, size } = statSync(file);
      const tag = `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`;
      reply.headers({ "cache-control": "no-cache", etag: tag });
      if (request.headers["if-none-match"] === tag) return reply.code(304).send();
      return reply.type(type).send(await readFile(file));
    });
  }
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
