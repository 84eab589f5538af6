/** Sites, buildings, units, accounts, rules and doors as the HTTP API shows them. Ids are ULIDs made by the bridge. */
import { type Static, Type } from "typebox";
import {
  AccountType,
  RuleAction,
  SipName,
  SipUri,
  SourcePattern,
  WeekWindow,
} from "../../../infra/control/src/wire.ts";

export const Id = Type.String({ pattern: "^[0-9A-HJKMNP-TV-Z]{26}$" });
/** Text for people has no control characters, bidirectional overrides or halves of characters. */
const CLEAN = "[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]*$";
/** 1 to 80 characters, not only spaces. */
export const Label = Type.String({ minLength: 1, maxLength: 80, pattern: `^(?=.*\\S)${CLEAN}` });

const closed = { additionalProperties: false } as const;

export const NewSite = Type.Object(
  {
    name: Label,
    address: Type.String({ maxLength: 200, pattern: `^${CLEAN}` }),
    /** SIP domain and realm of the site. Fixed once made: every HA1 is bound to it. */
    domain: Type.String({ pattern: "^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$" }),
    /** IANA name, e.g. Europe/Paris. */
    timeZone: Type.String({ minLength: 1, maxLength: 64 }),
  },
  closed,
);
export const SitePatch = Type.Partial(Type.Omit(NewSite, ["domain"]), closed);
export const Site = Type.Interface([NewSite], { id: Id });

export const NewBuilding = Type.Object({ siteId: Id, name: Label }, closed);
export const BuildingPatch = Type.Object({ name: Label }, closed);
export const Building = Type.Interface([NewBuilding], { id: Id });

/** A flat, an office, a reception: what a visitor calls. `name` is the SIP name (unit401), `number` what people say. */
export const NewUnit = Type.Object({ buildingId: Id, number: Label, name: Type.Optional(SipName) }, closed);
export const UnitPatch = Type.Partial(Type.Object({ number: Label }, closed), closed);
export const Unit = Type.Object({ id: Id, siteId: Id, buildingId: Id, number: Label, name: SipName });

/**
 * A door and its station. Making one makes its account (type door, of the door's name) and its default rule as well;
 * the reply carries the account with its password.
 */
export const NewDoor = Type.Object({ buildingId: Id, label: Label, name: SipName }, closed);
export const DoorPatch = Type.Object({ label: Label }, closed);
export const Door = Type.Object({
  id: Id,
  siteId: Id,
  buildingId: Id,
  label: Label,
  name: SipName,
  accountId: Type.Union([Id, Type.Null()]),
});

/** A device's SIP login, by default named after its type, for a door after the door. `unitId` for panels and mobiles, `doorId` for doors, neither for gateway and bridge. */
export const NewAccount = Type.Object(
  {
    siteId: Id,
    username: Type.Optional(SipName),
    type: AccountType,
    label: Label,
    unitId: Type.Optional(Type.Union([Id, Type.Null()])),
    doorId: Type.Optional(Type.Union([Id, Type.Null()])),
  },
  closed,
);
export const AccountPatch = Type.Partial(Type.Object({ label: Label, enabled: Type.Boolean() }, closed), closed);
export const Account = Type.Object({
  id: Id,
  siteId: Id,
  username: SipName,
  domain: Type.String(),
  type: AccountType,
  label: Label,
  unitId: Type.Union([Id, Type.Null()]),
  doorId: Type.Union([Id, Type.Null()]),
  enabled: Type.Boolean(),
  createdAtMs: Type.Integer(),
});
/** Only in the reply that made it (create, regenerate): the password is not stored and never sent again. */
export const AccountWithPassword = Type.Interface([Account], { password: Type.String() });
export const DoorWithPassword = Type.Interface([Door], { account: AccountWithPassword });

/**
 * Reply of `DELETE` on buildings, units, doors and accounts: what went along. `GET …/removal` tells it beforehand.
 */
export const Removal = Type.Object({
  /** SIP names. */
  units: Type.Array(SipName),
  doors: Type.Array(SipName),
  accounts: Type.Array(SipName),
  /** Number of call rules. */
  rules: Type.Integer(),
  /** SIP names of units that stay, but have a rule whose target is gone. */
  targetsLost: Type.Array(SipName),
});

/** A call rule of a unit or of a door (exactly one of unitId, doorId). */
export const NewRule = Type.Object(
  {
    unitId: Type.Optional(Type.Union([Id, Type.Null()])),
    doorId: Type.Optional(Type.Union([Id, Type.Null()])),
    sourcePattern: SourcePattern,
    action: RuleAction,
    targetSipUri: Type.Union([SipUri, Type.Null()]),
    ringSeconds: Type.Integer({ minimum: 3, maximum: 180 }),
    /** Empty: always. */
    schedule: Type.Array(WeekWindow, { maxItems: 64 }),
    enabled: Type.Boolean(),
    /** Where in the order, 0 is tried first; left out: last. The others move along. */
    position: Type.Optional(Type.Integer({ minimum: 0, maximum: 9999 })),
  },
  closed,
);
export const RulePatch = Type.Partial(Type.Omit(NewRule, ["unitId", "doorId"]), closed);
export const Rule = Type.Object({
  id: Id,
  siteId: Id,
  unitId: Type.Union([Id, Type.Null()]),
  doorId: Type.Union([Id, Type.Null()]),
  position: Type.Integer(),
  sourcePattern: SourcePattern,
  action: RuleAction,
  targetSipUri: Type.Union([SipUri, Type.Null()]),
  ringSeconds: Type.Integer(),
  schedule: Type.Array(WeekWindow),
  enabled: Type.Boolean(),
});

/** `POST /api/rules/evaluate`: what would happen if this account (or number) called this name then? */
export const EvaluateRequest = Type.Object(
  {
    siteId: Id,
    caller: Type.String({ pattern: "^[A-Za-z0-9+][A-Za-z0-9._-]{0,39}$" }),
    callee: SipName,
    /** Up to the year 2100. */
    atMs: Type.Integer({ minimum: 0, maximum: 4_102_444_800_000 }),
  },
  closed,
);
export const EvaluateReply = Type.Object({
  /** Steps in the order they would be tried; empty with `code` 403 or 404. */
  steps: Type.Array(
    Type.Object({
      ruleId: Id,
      action: RuleAction,
      /** Names of the accounts that would ring. */
      accounts: Type.Array(Type.String()),
      ringSeconds: Type.Integer(),
    }),
  ),
  code: Type.Union([Type.Literal(200), Type.Literal(403), Type.Literal(404)]),
});

export type Site = Static<typeof Site>;
export type NewSite = Static<typeof NewSite>;
export type SitePatch = Static<typeof SitePatch>;
export type Building = Static<typeof Building>;
export type NewBuilding = Static<typeof NewBuilding>;
export type BuildingPatch = Static<typeof BuildingPatch>;
export type Unit = Static<typeof Unit>;
export type NewUnit = Static<typeof NewUnit>;
export type UnitPatch = Static<typeof UnitPatch>;
export type Door = Static<typeof Door>;
export type NewDoor = Static<typeof NewDoor>;
export type DoorPatch = Static<typeof DoorPatch>;
export type Account = Static<typeof Account>;
export type NewAccount = Static<typeof NewAccount>;
export type AccountPatch = Static<typeof AccountPatch>;
export type AccountWithPassword = Static<typeof AccountWithPassword>;
export type DoorWithPassword = Static<typeof DoorWithPassword>;
export type Removal = Static<typeof Removal>;
export type Rule = Static<typeof Rule>;
export type NewRule = Static<typeof NewRule>;
export type RulePatch = Static<typeof RulePatch>;
export type EvaluateRequest = Static<typeof EvaluateRequest>;
export type EvaluateReply = Static<typeof EvaluateReply>;
