import { Device, DevicePut, IceServers } from "../../api/session.ts";
import { AppError } from "../../events/errors.ts";
import type { App } from "../app-type.ts";
import { type Asker, askerOf } from "../identity.ts";
import type { HttpPorts } from "../ports.ts";
import { DeviceParams, Nothing } from "./params.ts";

export function deviceRoutes(api: App, { directory, turn }: HttpPorts): void {
  /** A resident's device lives in one of their flats; of others they do not even learn that they exist. */
  const isForeign = ({ unitIds }: Asker, deviceId: string) => {
    const account = directory.devices.accountOf(deviceId);
    return account !== null && unitIds !== null && !unitIds.includes(account.unitId ?? "");
  };
  const refuseForeign = (asker: Asker, deviceId: string) => {
    if (isForeign(asker, deviceId)) throw new AppError("DEVICE_UNKNOWN", "this device is not set up");
    return directory.devices.accountOf(deviceId);
  };
  api.get(
    "/devices/:deviceId",
    {
      config: { access: "resident" },
      schema: {
        summary: "This browser's own SIP account; 204 before it is set up.",
        params: DeviceParams,
        response: { 200: Device, 204: Nothing },
      },
    },
    async (request, reply) => {
      const { deviceId } = request.params;
      const device = isForeign(askerOf(request), deviceId) ? null : directory.devices.get(deviceId);
      return device === null ? reply.code(204).send(null) : reply.send(device);
    },
  );
  api.put(
    "/devices/:deviceId",
    {
      config: { access: "resident" },
      schema: {
        summary: "Makes this browser's account, renames it, or moves it to another unit. Idempotent.",
        params: DeviceParams,
        body: DevicePut,
        response: { 200: Device },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      const { deviceId } = request.params;
      refuseForeign(asker, deviceId);
      if (asker.unitIds && !asker.unitIds.includes(request.body.unitId)) {
        throw new AppError("UNKNOWN_UNIT", "there is no such unit of yours");
      }
      // An administrator sets up panels of the house; in their own flat it is their own device like anybody's.
      const isAtHome = asker.userId !== null && directory.members.unitsOf(asker.userId).includes(request.body.unitId);
      return directory.devices.put(deviceId, request.body, isAtHome ? asker.userId : null);
    },
  );
  api.post(
    "/devices/:deviceId/ice",
    {
      config: { access: "resident" },
      schema: {
        summary: "STUN and TURN servers for one call; none when the VPS has no TURN or is away.",
        params: DeviceParams,
        response: { 200: IceServers },
      },
    },
    async (request) => {
      const account = refuseForeign(askerOf(request), request.params.deviceId);
      if (!account) throw new AppError("DEVICE_UNKNOWN", "this device is not set up");
      try {
        const { urls, username, credential, expiresAtMs } = await turn(account.siteId, account.username);
        return { iceServers: urls.length > 0 ? [{ urls, username, credential }] : [], expiresAtMs };
      } catch (error) {
        // The call goes on without: TURN only helps where UDP is blocked.
        request.log.warn({ err: error }, "no TURN credentials");
        return { iceServers: [], expiresAtMs: 0 };
      }
    },
  );
}
