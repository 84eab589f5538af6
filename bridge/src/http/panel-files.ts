/** Serves the built panel: plain files of one folder, looked up anew each time so that a new build shows at once. */

import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { FastifyReply, FastifyRequest } from "fastify";
import { AppError } from "../events/errors.ts";
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

/** Names that neither leave the folder nor lead to a hidden file. */
const FILE_PATH = /^(\w[\w.-]*\/)*\w[\w.-]*$/;

/** `folder` may be missing: then there is no page, and the API is served alone. */
export function panelFiles(app: App, folder: string): void {
  const send = async (path: string, request: FastifyRequest, reply: FastifyReply) => {
    const file = join(folder, path);
    const found = await stat(file).catch(() => null);
    // A link may lead out of the folder.
    if (!found?.isFile() || (await realpath(file)) !== join(await realpath(folder), path))
      throw new AppError("NOT_FOUND", "there is nothing at this address");
    const tag = `"${found.size.toString(36)}-${Math.floor(found.mtimeMs).toString(36)}"`;
    reply.headers({ "cache-control": "no-cache", etag: tag });
    if (request.headers["if-none-match"] === tag) return reply.code(304).send();
    return reply
      .type(TYPES[extname(path)] ?? "application/octet-stream")
      .header("content-length", found.size)
      .send(createReadStream(file));
  };
  app.get("/", (request, reply) => send("index.html", request, reply));
  app.get<{ Params: { "*": string } }>("/*", (request, reply) => {
    const path = request.params["*"];
    if (!FILE_PATH.test(path)) throw new AppError("NOT_FOUND", "there is nothing at this address");
    return send(path, request, reply);
  });
}
