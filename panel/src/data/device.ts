/** This browser as a device of the site: its unit, its name, its own SIP account. */
import type { OwnTestRing, ServerLink, ServerLook } from "../../../bridge/src/api/device-test.ts";
import type { Device, DevicePut, IceServers } from "../../../bridge/src/api/session.ts";
import type { Api } from "./api.ts";

export type { Device };

/** null: this browser has not been set up yet. */
export async function fetchDevice(api: Api, deviceId: string): Promise<Device | null> {
  return (await api.get<Device | undefined>(`api/devices/${deviceId}`)) ?? null;
}

/** Makes or moves this browser's account. */
export function putDevice(api: Api, deviceId: string, device: DevicePut): Promise<Device> {
  return api.send("PUT", `api/devices/${deviceId}`, device);
}

/** One link of the way from the bridge to the call server. Throws ApiError. */
export function lookAtServer(api: Api, deviceId: string, link: ServerLink): Promise<ServerLook> {
  return api.send("POST", `api/devices/${deviceId}/server-check`, { link });
}

/** Has this device called without a sound. Throws ApiError. */
export function startTestRing(api: Api, deviceId: string): Promise<OwnTestRing> {
  return api.send("POST", `api/devices/${deviceId}/test-ring`, {});
}

export function fetchTestRing(api: Api, deviceId: string, testId: string): Promise<OwnTestRing> {
  return api.get(`api/devices/${deviceId}/test-rings/${testId}`);
}

/** How long an answer may wait for the list of servers. */
const ICE_WAIT_MS = 400;

/** STUN and TURN servers for one call. Empty when the bridge is slow or away: a call without them beats no call. */
export async function fetchIceServers(api: Api, deviceId: string): Promise<RTCIceServer[]> {
  const reply = askIceServers(api, deviceId).then(
    (servers) => servers.iceServers,
    () => [],
  );
  const late = new Promise<RTCIceServer[]>((resolve) => setTimeout(() => resolve([]), ICE_WAIT_MS));
  return await Promise.race([reply, late]);
}

/** The same for whoever has time: `expiresAtMs` 0 if the bridge got none from the VPS. Throws ApiError. */
export function askIceServers(api: Api, deviceId: string): Promise<IceServers> {
  return api.send("POST", `api/devices/${deviceId}/ice`, {});
}
