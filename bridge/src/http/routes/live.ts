import { Type } from "typebox";
import { LiveState } from "../../api/live.ts";
import { DeviceId } from "../../api/session.ts";
import { AppError } from "../../events/errors.ts";
import type { App } from "../app-type.ts";
import { errorReply } from "../error-reply.ts";
import { askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";
import { keepAlive, send } from "../socket.ts";
import { viewerOf } from "../viewer.ts";

const DeviceQuery = Type.Object({ device: Type.Optional(DeviceId) }, { additionalProperties: false });

export function liveRoutes(api: App, { directory, live, identity }: HttpPorts): void {
  api.get(
    "/state",
    {
      config: { access: "resident" },
      schema: { summary: "The live state.", querystring: DeviceQuery, response: { 200: LiveState } },
    },
    async (request) => live.state(viewerOf(directory, askerOf(request), request.query.device)),
  );
  api.get(
    "/ws",
    {
      websocket: true,
      config: { access: "resident" },
      schema: { summary: "WebSocket: `hello`, then every change (PanelMessage).", querystring: DeviceQuery },
    },
    (socket, request) => {
      // Asked again for every message, and with every ping: a session that ended hears nothing more.
      const viewer = () => {
        const asker = identity.whoAsks(request);
        if (asker) return viewerOf(directory, asker, request.query.device);
        socket.close(4401, "session over");
        return null;
      };
      const unsubscribe = live.subscribe(viewer, (message) => send(socket, message));
      const stopPinging = keepAlive(socket, () => void viewer());
      socket.on("message", () => {
        send(socket, { type: "error", ...errorReply(new AppError("INVALID_REQUEST", "nothing is read here")) });
        socket.close(1008, "nothing is read here");
      });
      socket.on("close", () => {
        stopPinging();
        unsubscribe();
      });
      socket.on("error", () => socket.terminate());
    },
  );
}
