import type { Readable } from "node:stream";
import { Type } from "typebox";
import { Backup, RestoreProgress, RestoreReply, RestoreRequest } from "../../api/backup.ts";
import { AppError } from "../../events/errors.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";
import { IdParams } from "./params.ts";

/** Also in the panel's backup-part. 20,000 units with their accounts and rules take some 30 MB, every phrase in both languages as recordings as much. */
const RESTORE_LIMIT = 96 * 1024 * 1024;

export function backupRoutes(api: App, { directory, version, people }: HttpPorts): void {
  api.get(
    "/sites/:id/backup",
    {
      config: { elsewhere: "backups" },
      schema: {
        summary: "The whole site as one JSON file, with HA1s and without passwords.",
        params: IdParams,
        // It is JSON text already.
        response: { 200: Type.Unsafe<Readable>(Backup) },
      },
    },
    async (request, reply) => {
      const part = askerOf(request).visit ? "directory" : "all";
      const { name, bytes, content } = await directory.backups.make(request.params.id, version, part);
      return reply
        .type("application/json; charset=utf-8")
        .header("content-disposition", `attachment; filename="${name}"`)
        .header("content-length", bytes)
        .send(content());
    },
  );
  api.get(
    "/backups/restore",
    {
      schema: { summary: "What is being done for the restore that is under way.", response: { 200: RestoreProgress } },
    },
    async () => ({ step: directory.restores.step() }),
  );
  api.post(
    "/backups/restore",
    {
      bodyLimit: RESTORE_LIMIT,
      config: { unparsed: true },
      validatorCompiler: () => () => true,
      schema: {
        summary: "Puts a site back, all of it or nothing. 200 after a dry run.",
        body: RestoreRequest,
        response: { 200: RestoreReply, 201: RestoreReply },
      },
    },
    async (request, reply) => {
      const body: unknown = request.body;
      if (!Buffer.isBuffer(body)) throw new AppError("INVALID_REQUEST", "there is no backup in it");
      const users = people?.()?.map(({ id }) => id) ?? null;
      const restored = await directory.restores.restore(body, users);
      return reply.code(restored.dryRun ? 200 : 201).send(restored);
    },
  );
}
