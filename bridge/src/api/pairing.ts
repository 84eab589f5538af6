/**
 * Bringing a device to its account without typing a password: a wall panel by link or short code, a phone by Linphone's
 * remote provisioning, a door station or gateway by a configuration file. Secrets stand in the reply that made them.
 */
import { type Static, Type } from "typebox";
import { SipName } from "../../../infra/control/src/wire.ts";
import { Id, Label } from "./directory.ts";
import { DeviceId } from "./session.ts";

const closed = { additionalProperties: false } as const;
const OrNull = Type.Union([Type.String(), Type.Null()]);

/**
 * `POST /api/pairings` → 201 PairingWithSecret. A phone's account is made at once and removed again if nobody fetched
 * it in time; a panel's is made when it is claimed. `accountId` gives an account that exists to another device, when that
 * one takes it; earlier codes for the account are over then.
 */
export const NewPairing = Type.Object(
  {
    kind: Type.Union([Type.Literal("panel"), Type.Literal("phone")]),
    unitId: Id,
    label: Label,
    accountId: Type.Optional(Id),
  },
  closed,
);
/** `GET /api/pairings?siteId=|unitId=`: newest first, of the last day. `DELETE /api/pairings/:id` withdraws one. */
export const Pairing = Type.Object({
  id: Id,
  kind: NewPairing.properties.kind,
  siteId: Id,
  unitId: Id,
  /** Panel: null until claimed. */
  accountId: Type.Union([Id, Type.Null()]),
  label: Label,
  state: Type.Union([
    Type.Literal("waiting"),
    Type.Literal("used"),
    Type.Literal("expired"),
    Type.Literal("withdrawn"),
  ]),
  createdAtMs: Type.Integer(),
  expiresAtMs: Type.Integer(),
  usedAtMs: Type.Union([Type.Integer(), Type.Null()]),
});
export const PairingWithSecret = Type.Interface([Pairing], {
  /** Panel: to be typed, e.g. K7MP-2XQ9; upper or lower case, with or without the dash. Else null. */
  code: OrNull,
  /** Panel: what the page's own address gets after its `#`: `pair=<token>`. Else null. */
  fragment: OrNull,
  /** Phone: what Linphone's scanner takes. Null when no VPS is configured. */
  httpsUrl: OrNull,
  /** Phone: what a tap on the phone opens in Linphone, `linphone-config:https://…`. */
  linphoneUrl: OrNull,
});

/**
 * `POST /api/pairings/claim`: this browser becomes the panel of the unit. In Home Assistant a resident's user is given
 * the unit as well; standalone the reply signs the browser in as that panel. Wrong, used and expired are one answer:
 * 404 PAIRING_INVALID. Ten wrong short codes a minute: 429. The device that has taken it gets the same answer again while
 * it would be good: its first one may have been lost.
 */
export const PairingClaim = Type.Object(
  {
    /** The short code or the token of the link. */
    secret: Type.String({ minLength: 8, maxLength: 64, pattern: "^[A-Za-z0-9_-]+$" }),
    deviceId: DeviceId,
  },
  closed,
);

/**
 * `POST /api/device-files` → 201 DeviceFile. Makes new passwords for the accounts: a device that holds the old ones is
 * logged out. Akuvox: one door account, a second one for its other server; Grandstream HT841: 1 to 4 gateway accounts,
 * one for each FXO line.
 */
export const DeviceModel = Type.Union([Type.Literal("akuvox-door"), Type.Literal("grandstream-ht841")]);
export const NewDeviceFile = Type.Object(
  {
    model: DeviceModel,
    accountIds: Type.Array(Id, { minItems: 1, maxItems: 4 }),
    /** Akuvox: DTMF digits that open relay A; empty: the file does not touch it. */
    dtmfCode: Type.Optional(Type.String({ pattern: "^[0-9*#]{0,8}$" })),
  },
  closed,
);
export const DeviceFile = Type.Object({
  fileName: Type.String(),
  mediaType: Type.String(),
  content: Type.String(),
  usernames: Type.Array(SipName),
  /** Serves the file once, until `expiresAtMs`; null when no VPS is configured. */
  url: OrNull,
  expiresAtMs: Type.Integer(),
  /** Keys of the file that nobody has proved on a device yet; each is explained in docs/hardware.md. */
  unproved: Type.Array(Type.String()),
});

export type NewPairing = Static<typeof NewPairing>;
export type Pairing = Static<typeof Pairing>;
export type PairingWithSecret = Static<typeof PairingWithSecret>;
export type PairingClaim = Static<typeof PairingClaim>;
export type DeviceModel = Static<typeof DeviceModel>;
export type NewDeviceFile = Static<typeof NewDeviceFile>;
export type DeviceFile = Static<typeof DeviceFile>;
