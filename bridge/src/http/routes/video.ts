import { Type } from "typebox";
import { Id } from "../../api/directory.ts";
import { VideoAnswer, VideoId, VideoOffer } from "../../api/video.ts";
import { AppError } from "../../events/errors.ts";
import type { App } from "../app-type.ts";
import { type Asker, askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";
import { sightOf } from "../rights.ts";
import { IdParams, Nothing } from "./params.ts";

const VideoParams = Type.Object({ id: Id, videoId: VideoId }, { additionalProperties: false });

export function videoRoutes(api: App, { directory, cameras }: HttpPorts): void {
  /** Who sees the door may watch it: it could ring them, and they could call it. */
  const refuseUnseen = (asker: Asker, doorId: string) => {
    const door = directory.doors.list({}).find(({ id }) => id === doorId);
    if (door && sightOf(directory, asker).door(door)) return;
    throw new AppError("UNKNOWN_DOOR", "there is no such door of yours");
  };
  api.post(
    "/doors/:id/video",
    {
      config: { access: "resident" },
      schema: {
        summary: "Watches the door's camera: an SDP offer to receive, its answer (WHEP, RFC 9725).",
        params: IdParams,
        body: VideoOffer,
        response: { 201: VideoAnswer },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      refuseUnseen(askerOf(request), id);
      return reply.code(201).send(await cameras.watch(id, request.body.sdp));
    },
  );
  api.delete(
    "/doors/:id/video/:videoId",
    {
      config: { access: "resident" },
      schema: { summary: "Watches no longer. Idempotent.", params: VideoParams, response: { 204: Nothing } },
    },
    async (request, reply) => {
      const { id, videoId } = request.params;
      refuseUnseen(askerOf(request), id);
      await cameras.leave(id, videoId);
      return reply.code(204).send(null);
    },
  );
}
