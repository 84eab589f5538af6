import { Type } from "typebox";
import { LiveState } from "../../api/live.ts";
import { DeviceId } from "../../api/session.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";
import { endSession, keepAlive, sayingNothing, send } from "../socket.ts";
import { viewerOf } from "../viewer.ts";

const DeviceQuery = Type.Object({ device: Type.Optional(DeviceId) }, { additionalProperties: false });

export function liveRoutes(api: App, ports: HttpPorts): void {
  const { live, identity } = ports;
  const refuseMessages = sayingNothing();
  api.get(
    "/state",
    {
      config: { access: "resident" },
      schema: { summary: "The live state.", querystring: DeviceQuery, response: { 200: LiveState } },
    },
    async (request) => live.state(viewerOf(ports, askerOf(request), request.query.device)),
  );
  api.get(
    "/ws",
    {
      websocket: true,
      config: { access: "resident" },
      schema: { summary: "WebSocket: `hello`, then every change (PanelMessage).", querystring: DeviceQuery },
    },
    (socket, request) => {
      // Asked again for every message, and with every ping: a session that ended hears nothing more, and who is no
      // administrator any more starts anew as what they are.
      const { role } = askerOf(request);
      const viewer = () => {
        const asker = identity.whoAsks(request);
        if (asker?.role === role) return viewerOf(ports, asker, request.query.device);
        endSession(socket, asker ? "FORBIDDEN" : "NOT_SIGNED_IN");
        return null;
      };
      const unsubscribe = live.subscribe(viewer, (message) => send(socket, message));
      const stopPinging = keepAlive(socket, () => void viewer());
      refuseMessages(socket, request);
      socket.on("close", () => {
        stopPinging();
        unsubscribe();
      });
      socket.on("error", () => socket.terminate());
    },
  );
}
