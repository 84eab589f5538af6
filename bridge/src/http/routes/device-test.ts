import { Type } from "typebox";
import { OwnTestRing, ServerCheck, ServerLook } from "../../api/device-test.ts";
import { Id } from "../../api/directory.ts";
import { DeviceId } from "../../api/session.ts";
import type { TestRing } from "../../api/site-health.ts";
import { AppError } from "../../events/errors.ts";
import type { App } from "../app-type.ts";
import { askerOf } from "../identity.ts";
import { ownAccount } from "../own-device.ts";
import type { HttpPorts } from "../ports.ts";
import { DeviceParams } from "./params.ts";

const TestParams = Type.Object({ deviceId: DeviceId, testId: Id }, { additionalProperties: false });

/** What a device's own page asks for, by whoever the device belongs to. */
export function deviceTestRoutes(api: App, { directory, serverCheck }: HttpPorts): void {
  /** Of a test of the whole site, nothing of the others. */
  const ownPart = ({ id, devices }: TestRing, accountId: string): OwnTestRing => {
    const device = devices.find((one) => one.accountId === accountId);
    if (!device) throw new AppError("UNKNOWN_TEST", "there is no such test (any more)");
    return { testId: id, device };
  };
  api.post(
    "/devices/:deviceId/server-check",
    {
      config: { access: "resident" },
      schema: {
        summary: "Looks at one link of the way from here to the configured call server.",
        params: DeviceParams,
        body: ServerCheck,
        response: { 200: ServerLook },
      },
    },
    async (request) => {
      const asker = askerOf(request);
      // An administrator may look before the first device is set up.
      if (asker.unitIds !== null) ownAccount(directory, asker, request.params.deviceId);
      return await serverCheck.look(request.body.link);
    },
  );
  api.post(
    "/devices/:deviceId/test-ring",
    {
      config: { access: "resident" },
      schema: {
        summary: "Tests this device without a sound; a test of it that is on is joined.",
        params: DeviceParams,
        response: { 202: OwnTestRing },
      },
    },
    async (request, reply) => {
      const { id, siteId } = ownAccount(directory, askerOf(request), request.params.deviceId);
      const { testRings } = directory;
      const test = testRings.running(id) ?? testRings.start({ siteId, accountIds: [id] }, "asked", request.stillMay);
      return reply.code(202).send(ownPart(test, id));
    },
  );
  api.get(
    "/devices/:deviceId/test-rings/:testId",
    {
      config: { access: "resident" },
      schema: {
        summary: "How far the test of this device has got.",
        params: TestParams,
        response: { 200: OwnTestRing },
      },
    },
    async (request) => {
      const { deviceId, testId } = request.params;
      const { id } = ownAccount(directory, askerOf(request), deviceId);
      return ownPart(directory.testRings.get(testId), id);
    },
  );
}
