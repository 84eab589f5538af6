import { Type } from "typebox";
import { Id } from "../../api/directory.ts";
import { DeviceFile, NewDeviceFile, NewPairing, Pairing, PairingClaim, PairingWithSecret } from "../../api/pairing.ts";
import { Device } from "../../api/session.ts";
import type { App } from "../app-type.ts";
import type { HttpPorts } from "../ports.ts";
import { IdParams, Nothing } from "./params.ts";

const PairingQuery = Type.Object(
  { siteId: Type.Optional(Id), unitId: Type.Optional(Id) },
  { additionalProperties: false },
);

export function pairingRoutes(api: App, { directory, identity }: HttpPorts): void {
  api.get(
    "/pairings",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Invitations for devices of the last day, newest first.",
        querystring: PairingQuery,
        response: { 200: Type.Array(Pairing) },
      },
    },
    async (request) => directory.pairings.list(request.query),
  );
  api.post(
    "/pairings",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary: "Invites a wall panel or a phone. Its secrets are in this reply only.",
        body: NewPairing,
        response: { 201: PairingWithSecret },
      },
    },
    async (request, reply) => reply.code(201).send(await directory.pairings.create(request.body)),
  );
  api.post(
    "/device-files",
    {
      config: { elsewhere: "yes" },
      schema: {
        summary:
          "A configuration file for a door station or gateway, with new passwords, in this reply and served once.",
        body: NewDeviceFile,
        response: { 201: DeviceFile },
      },
    },
    async (request, reply) => reply.code(201).send(await directory.makeDeviceFile(request.body)),
  );
  api.delete(
    "/pairings/:id",
    {
      config: { elsewhere: "yes" },
      schema: { summary: "Withdraws an invitation.", params: IdParams, response: { 204: Nothing } },
    },
    async (request, reply) => {
      await directory.pairings.withdraw(request.params.id);
      return reply.code(204).send(null);
    },
  );
  api.post(
    "/pairings/claim",
    {
      config: { access: "anyone" },
      schema: {
        summary: "This browser becomes the panel that the code or link invites. Once, within 15 minutes.",
        body: PairingClaim,
        response: { 200: Device },
      },
    },
    async (request, reply) => {
      const { asker } = request;
      const resident =
        asker?.role === "resident" && asker.userId !== null && asker.unitIds !== null
          ? { userId: asker.userId, unitIds: asker.unitIds }
          : null;
      const device = await directory.pairings.claim(request.body, { key: asker?.userId ?? request.ip, resident });
      if (!asker) identity.signInDevice?.(reply, device.deviceId);
      return device;
    },
  );
}
