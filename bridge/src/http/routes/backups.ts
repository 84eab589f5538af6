import { Backup, RestoreProgress, RestoreReply, RestoreRequest } from "../../api/backup.ts";
import { AppError } from "../../events/errors.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";
import { IdParams } from "./params.ts";

/** 20,000 units with their accounts and rules take some 30 MB, every phrase in both languages as recordings as much. */
const RESTORE_LIMIT = 96 * 1024 * 1024;

export function backupRoutes(api: App, { directory, version, people }: HttpPorts): void {
  api.get(
    "/sites/:id/backup",
    {
      config: { elsewhere: "backups" },
      schema: {
        summary: "The whole site as one JSON file, with HA1s and without passwords.",
        params: IdParams,
        response: { 200: Backup },
      },
    },
    async (request, reply) => {
      const backup = directory.backups.make(request.params.id, version, askerOf(request).visit ? "directory" : "all");
      const day = new Date(backup.madeAtMs).toISOString().slice(0, 10);
      const name = `neolia-${backup.site.domain}-${day}.json`;
      return reply.header("content-disposition", `attachment; filename="${name}"`).send(backup);
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
      if (typeof body !== "string") throw new AppError("INVALID_REQUEST", "there is no backup in it");
      const users = people?.()?.map(({ id }) => id) ?? null;
      const restored = await directory.restores.restore(body, users);
      return reply.code(restored.dryRun ? 200 : 201).send(restored);
    },
  );
}
