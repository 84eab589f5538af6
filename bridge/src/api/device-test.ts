/** What the bridge does for the test page of a device: it looks at the call server's links, and rings the device. */
import { type Static, Type } from "typebox";
import { Id } from "./directory.ts";
import { TestRingDevice } from "./site-health.ts";

const closed = { additionalProperties: false } as const;
/** The way to the call server: each link holds only if those before it do. */
export const ServerLink = Type.Enum(["name", "port", "certificate", "websocket"]);

/** `POST /api/devices/:deviceId/server-check` → ServerLook. The server is the configured one and no other. */
export const ServerCheck = Type.Object({ link: ServerLink }, closed);

/**
 * `not-configured`: there is no call server. Link `name`: it has no address, or nobody could be asked for it; `port`: nobody
 * listens, no answer in time, no way there; `certificate`: `none` of a plain ws://, `private` is trusted by this bridge
 * (ca_file) and by no browser of itself; `websocket`: none, one that does not speak SIP (RFC 7118), or not a word in time.
 */
export const ServerOutcome = Type.Enum([
  ...(["ok", "not-configured"] as const),
  ...(["unresolved", "no-resolver"] as const),
  ...(["refused", "silent", "no-route"] as const),
  ...(["none", "private", "expired", "not-yet", "wrong-name", "untrusted", "no-tls"] as const),
  ...(["no-websocket", "no-sip", "mute"] as const),
]);
export const ServerLook = Type.Object({
  /** Whatever breaks first up to the link that was asked for. */
  outcome: ServerOutcome,
  /** Name or address, and port, of the configured server; "" and 0 without one. */
  host: Type.String(),
  port: Type.Integer(),
  /** Of link `name`. */
  addresses: Type.Array(Type.String()),
  /** Of link `certificate`; null: not read. */
  endsAtMs: Type.Union([Type.Integer(), Type.Null()]),
  /** The HTTP status instead of a WebSocket; null: none. */
  httpStatus: Type.Union([Type.Integer(), Type.Null()]),
});

/** `POST /api/devices/:deviceId/test-ring` → 202, and `GET …/test-rings/:testId`: this device's part of a test. */
export const OwnTestRing = Type.Object({ testId: Id, device: TestRingDevice });

export type ServerCheck = Static<typeof ServerCheck>;
export type ServerLink = Static<typeof ServerLink>;
export type ServerOutcome = Static<typeof ServerOutcome>;
export type ServerLook = Static<typeof ServerLook>;
export type OwnTestRing = Static<typeof OwnTestRing>;
