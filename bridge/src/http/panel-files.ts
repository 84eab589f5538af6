/** Serves the built panel: plain files of one folder, looked up anew each time so that a new build shows at once. */
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import fastifyStatic from "@fastify/static";
import type { FastifyError } from "fastify";
import { AppError } from "../events/errors.ts";
import type { App } from "./app-type.ts";

/** `folder` may be missing: then there is no page, and the API is served alone. */
export async function panelFiles(app: App, folder: string): Promise<void> {
  const root = resolve(folder);
  await app.register(async (page) => {
    // To whoever made the address up, "forbidden" and "malformed" are one thing: nothing is there.
    page.setErrorHandler<FastifyError>((error) => {
      throw (error.statusCode ?? 500) < 500 ? new AppError("NOT_FOUND", "there is nothing at this address") : error;
    });
    await page.register(fastifyStatic, {
      root,
      suppressWarning: true,
      decorateReply: false,
      dotfiles: "ignore",
      acceptRanges: false,
      cacheControl: false,
      setHeaders: (reply) => void reply.header("cache-control", "no-cache"),
      allowedPath: (path) => isOwn(root, path),
    });
  });
}

/** False when a link leads out of the folder, and when nothing is there. */
function isOwn(root: string, path: string): boolean {
  try {
    return realpathSync(resolve(root, `.${path}`)) === resolve(realpathSync(root), `.${path}`);
  } catch {
    return false;
  }
}
