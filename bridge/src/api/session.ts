/**
 * Who is asking, and what this browser needs to ring.
 * Standalone mode: `POST /api/session {token}` sets an HttpOnly, SameSite=Strict cookie. Every mutation carries
 * `Content-Type: application/json` and the header `X-Neolia: 1` (CSRF).
 */
import { type Static, Type } from "typebox";
import { Id, Label } from "./directory.ts";

export const NewSession = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
);
/** `GET /api/session`, and the reply to POST. */
export const Session = Type.Object({
  role: Type.Union([Type.Literal("admin"), Type.Literal("resident")]),
  name: Type.String(),
  /** Works at the restaurant's desk: may use what says *desk*. A resident without flats sees nothing else. */
  desk: Type.Boolean(),
  version: Type.String(),
  /** What an administrator must know, plain English sentences: data that was restored from a copy, parts not set up. */
  notices: Type.Array(Type.String()),
  /** No site is here yet: it may be about to be restored, and nothing can be said about its devices. */
  empty: Type.Boolean(),
});

/** A device id is made once by the browser (crypto.randomUUID) and kept there. */
export const DeviceId = Type.String({
  pattern: "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
});

/** `PUT /api/devices/:deviceId` {unitId, label}: makes (or moves) this browser's own panel account. Idempotent. */
export const DevicePut = Type.Object({ unitId: Id, label: Label }, { additionalProperties: false });

/**
 * Reply of `PUT /api/devices/:deviceId` and `GET /api/devices/:deviceId` (204: not set up yet): the
 * only place where a browser gets SIP credentials, and only its own. A second PUT keeps the login unless the unit is at
 * another site.
 */
export const Device = Type.Object({
  deviceId: Type.String(),
  label: Type.String(),
  siteId: Id,
  unitId: Id,
  unitNumber: Type.String(),
  sip: Type.Object({
    username: Type.String(),
    domain: Type.String(),
    ha1: Type.String(),
    /** e.g. wss://sip.example.com:8443; null while no VPS is configured. */
    uri: Type.Union([Type.String(), Type.Null()]),
  }),
});

/** `POST /api/devices/:deviceId/ice`: STUN/TURN servers for one call; empty when the VPS has no TURN or is away. */
export const IceServers = Type.Object({
  iceServers: Type.Array(
    Type.Object({
      urls: Type.Array(Type.String()),
      username: Type.Optional(Type.String()),
      credential: Type.Optional(Type.String()),
    }),
  ),
  expiresAtMs: Type.Integer(),
});

export type NewSession = Static<typeof NewSession>;
export type Session = Static<typeof Session>;
export type DevicePut = Static<typeof DevicePut>;
export type Device = Static<typeof Device>;
export type IceServers = Static<typeof IceServers>;
