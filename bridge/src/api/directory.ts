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
/** Text for people has no control characters, bidirectional overrides, halves of characters, or what XML cannot hold. */
const CLEAN = "[^\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff\\ufffe\\uffff]*$";
/** What stands before or after a label; may be empty. */
export const LabelPart = Type.String({ maxLength: 20, pattern: `^${CLEAN}` });
/** 1 to 80 characters, not only spaces. */
export const Label = Type.String({ minLength: 1, maxLength: 80, pattern: `^(?=.*\\S)${CLEAN}` });

const closed = { additionalProperties: false } as const;

/**
 * Every row of the directory carries these two.
 *
 * `version` grows with every edit of the row. PATCH and DELETE name the one they have seen in `If-Match: "<version>"`
 * (`*`: whatever it is by now); without it they are refused with 428 PRECONDITION_MISSING, and when somebody else was
 * faster with 412 EDITED_MEANWHILE, whose `details.current` is the row as it stands. Nothing is overwritten then.
 *
 * `revision` is the state of the site's directory that the row's last edit made: the row is live once the
 * `liveRevision` of its site (`LiveState.provisioning`) has reached it.
 */
const rowFields = { version: Type.Integer({ minimum: 1 }), revision: Type.Integer({ minimum: 0 }) };

export const NewSite = Type.Object(
  {
    name: Label,
    address: Type.String({ maxLength: 200, pattern: `^${CLEAN}` }),
    /** SIP domain and realm of the site. Fixed once made: every HA1 is bound to it. */
    domain: Type.String({
      pattern: "^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$",
    }),
    /** IANA name, e.g. Europe/Paris. */
    timeZone: Type.String({ minLength: 1, maxLength: 64 }),
  },
  closed,
);
export const SitePatch = Type.Partial(Type.Omit(NewSite, ["domain"]), closed);
export const Site = Type.Interface([NewSite], { id: Id, ...rowFields });

export const NewBuilding = Type.Object({ siteId: Id, name: Label }, closed);
export const BuildingPatch = Type.Object({ name: Label }, closed);
export const Building = Type.Interface([NewBuilding], { id: Id, ...rowFields });

/** A flat, an office, a reception: what a visitor calls. `name` is the SIP name (unit401), `number` what people say. */
export const NewUnit = Type.Object({ buildingId: Id, number: Label, name: Type.Optional(SipName) }, closed);
/** `buildingId` moves the unit to another building of the same site. */
export const UnitPatch = Type.Partial(Type.Object({ number: Label, buildingId: Id }, closed), closed);
export const Unit = Type.Object({
  id: Id,
  siteId: Id,
  buildingId: Id,
  number: Label,
  name: SipName,
  /** Its devices do not ring: a caller gets the next rule, at last 480. */
  doNotDisturb: Type.Boolean(),
  ...rowFields,
});
/** `PUT /api/units/:id/do-not-disturb`, by its residents too. */
export const DoNotDisturbPut = Type.Object({ on: Type.Boolean() }, closed);

/**
 * A door and its station. Making one makes its account (type door, of the door's name) and its default rule as well;
 * the reply carries the account with its password.
 */
/**
 * Where the door's camera is watched: an http(s) address in the house's own network that speaks WHEP (RFC 9725), e.g.
 * MediaMTX's http://192.168.1.20:8889/entrance/whep. Empty: no camera. Without user, password and fragment.
 */
export const VideoUrl = Type.String({
  maxLength: 300,
  pattern: "^(https?://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?(/[!$-~]*)?)?$",
});
export const NewDoor = Type.Object(
  { buildingId: Id, label: Label, name: SipName, videoUrl: Type.Optional(VideoUrl) },
  closed,
);
export const DoorPatch = Type.Partial(Type.Object({ label: Label, videoUrl: VideoUrl }, closed), closed);
export const Door = Type.Object({
  id: Id,
  siteId: Id,
  buildingId: Id,
  label: Label,
  name: SipName,
  accountId: Type.Union([Id, Type.Null()]),
  /** Always empty for residents, who watch through `POST /api/doors/:id/video`. */
  videoUrl: VideoUrl,
  /** There is a camera to be watched. */
  hasVideo: Type.Boolean(),
  ...rowFields,
});

/** What an installer notes about the hardware behind an account; all of it may be empty. */
export const DeviceInfo = Type.Object(
  {
    vendor: Type.String({ maxLength: 80, pattern: `^${CLEAN}` }),
    model: Type.String({ maxLength: 80, pattern: `^${CLEAN}` }),
    /** Twelve hex digits, upper case, without separators; empty: not known. */
    mac: Type.String({ pattern: "^([0-9A-F]{12})?$" }),
    note: Type.String({ maxLength: 200, pattern: `^${CLEAN}` }),
  },
  closed,
);
/** What the SIP edge last saw of an account. `unknown`: the VPS is away, so nobody can say. */
export const Registration = Type.Object({
  state: Type.Union([Type.Literal("registered"), Type.Literal("not-registered"), Type.Literal("unknown")]),
  /** Last REGISTER that was heard of, also long ago; null: never. */
  lastSeenMs: Type.Union([Type.Integer(), Type.Null()]),
  /** What the device calls itself (User-Agent); "" when never seen. */
  userAgent: Type.String(),
  /** Address and port as the edge saw them, "" when never seen. */
  address: Type.String(),
  /** udp, tcp, tls, ws or wss; "" when never seen. */
  transport: Type.String(),
  /** Live contacts: more than one when several devices use the login. */
  contacts: Type.Integer(),
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
    deviceInfo: Type.Optional(DeviceInfo),
  },
  closed,
);
export const AccountPatch = Type.Partial(
  Type.Object({ label: Label, enabled: Type.Boolean(), deviceInfo: DeviceInfo }, closed),
  closed,
);
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
  deviceInfo: DeviceInfo,
  registration: Registration,
  ...rowFields,
});
/**
 * For any SIP client. `text` is the whole card in lines, also what its QR code holds. Ports are those of the VPS.
 */
export const SipCard = Type.Object({
  username: SipName,
  password: Type.String(),
  /** Domain and realm; with most clients also the "server". */
  domain: Type.String(),
  /** Outbound proxy, where the client does not look the domain up. */
  server: Type.String(),
  transports: Type.Array(Type.Object({ transport: Type.String(), port: Type.Integer() })),
  text: Type.String(),
});
/** Only in the reply that made it (create, regenerate): the password is not stored and never sent again. */
export const AccountWithPassword = Type.Interface([Account], { password: Type.String(), card: SipCard });
export const DoorWithPassword = Type.Interface([Door], { account: AccountWithPassword });

/**
 * Reply of `DELETE` on buildings, units, doors and accounts: what went along. `GET …/removal` tells it beforehand.
 */
export const Removal = Type.Object({
  /** As people call them: numbers of units, labels of doors and devices. */
  units: Type.Array(Type.String()),
  doors: Type.Array(Type.String()),
  accounts: Type.Array(Type.String()),
  /** Number of call rules. */
  rules: Type.Integer(),
  /** Units and doors that stay, but have a rule whose target is gone. */
  targetsLost: Type.Array(Type.String()),
  /** Units and doors that stay, but have a rule that nobody is left for: it can never fire, and is kept with a warning. */
  callersLost: Type.Array(Type.String()),
  /** How many of those accounts are registered now: their devices are logged out. */
  loggedOut: Type.Integer(),
  /** Calls that are on now and end with them. */
  callsEnded: Type.Integer(),
  /** Residents who lose a flat. */
  members: Type.Integer(),
  /** Codes and links that wait for a device: they are void then. */
  pairings: Type.Integer(),
  /** What stays for a while all the same: entries of the call log, voicemail. */
  kept: Type.Array(
    Type.Object({
      kind: Type.Union([Type.Literal("calls"), Type.Literal("voicemails")]),
      count: Type.Integer(),
      days: Type.Union([Type.Integer(), Type.Null()]),
    }),
  ),
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
  ...rowFields,
});

/**
 * `GET /api/rules/warnings?siteId=|unitId=`: rules that can never fire, or not as meant.
 * - `matches-nobody`: no enabled device of the site has a name, and no telephone number is such, that the pattern matches.
 * - `taken-by-voicemail`: at every hour and for every caller, earlier rules have sent the call to a line, which takes the message.
 * - `no-mailbox`: nobody takes a message: Neolia's own account (`bridge`) does, and only of who calls a telephone line.
 * - `repeats`: earlier rules have rung the same devices for every call that this one matches.
 * - `target-gone`: the target is not of this site or does not exist.
 * - `rings-nobody`: the target or unit has no enabled account.
 * - `out-of-time`: no call lasts that long: earlier rules that always match ring for more than the longest call set-up.
 */
export const RuleWarning = Type.Object({
  ruleId: Id,
  unitId: Type.Union([Id, Type.Null()]),
  doorId: Type.Union([Id, Type.Null()]),
  kind: Type.Union([
    Type.Literal("matches-nobody"),
    Type.Literal("taken-by-voicemail"),
    Type.Literal("no-mailbox"),
    Type.Literal("repeats"),
    Type.Literal("target-gone"),
    Type.Literal("rings-nobody"),
    Type.Literal("out-of-time"),
  ]),
  /** The earlier rules that take its calls. */
  byRuleIds: Type.Array(Id),
});

/** `POST /api/rules/evaluate`: what would happen if this account (or number) called this name then? */
export const EvaluateRequest = Type.Object(
  {
    siteId: Id,
    caller: Type.String({ pattern: "^[A-Za-z0-9+][A-Za-z0-9._-]{0,39}$" }),
    /** Which gateway a number comes through; default the first by name. Of an account it says nothing. */
    gateway: Type.Optional(SipName),
    callee: SipName,
    /** Up to the year 2100. Exactly one of this and `localTime`. */
    atMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 4_102_444_800_000 })),
    /** On the site's clock: 2026-10-25T02:30. */
    localTime: Type.Optional(Type.String({ pattern: "^20\\d\\d-[01]\\d-[0-3]\\dT[0-2]\\d:[0-5]\\d$" })),
    /** Which of the two, in the hour that the clock shows twice; default the first. */
    second: Type.Optional(Type.Boolean()),
  },
  closed,
);
export const EvaluateReply = Type.Object({
  /** Steps in the order they would be tried; empty with any `code` but 200. */
  steps: Type.Array(
    Type.Object({
      ruleId: Id,
      action: RuleAction,
      /** Names of the accounts that would ring. */
      accounts: Type.Array(Type.String()),
      ringSeconds: Type.Integer(),
    }),
  ),
  /** 401: nobody can call so; the account is not there or is switched off, or no gateway brings the number. */
  code: Type.Union([Type.Literal(200), Type.Literal(401), Type.Literal(403), Type.Literal(404)]),
  /** The gateway that the number comes through. */
  gateway: Type.Union([SipName, Type.Null()]),
  /** The moment that was looked at. */
  at: Type.Object({
    atMs: Type.Integer(),
    /** On the site's clock, with its offset: 2026-10-25T02:30+02:00. */
    local: Type.String(),
    /** `skipped`: the clock never shows the time asked for, the next one was taken; `twice`: it shows it twice. */
    change: Type.Union([Type.Literal("skipped"), Type.Literal("twice"), Type.Null()]),
  }),
  /** The rule that fires: the first one that has anybody to ring. */
  firingRuleId: Type.Union([Id, Type.Null()]),
  /**
   * Every rule of the unit in order, and why it does or does not take part: it `fires`; is tried `next` when nobody
   * answered before; is `disabled`; its `pattern` does not match the caller; its `schedule` is closed; its
   * `target-gone`; all that it would ring is on `do-not-disturb`; it `rings-nobody` (no enabled account but the caller's own).
   */
  considered: Type.Array(
    Type.Object({
      ruleId: Id,
      outcome: Type.Union([
        Type.Literal("fires"),
        Type.Literal("next"),
        Type.Literal("disabled"),
        Type.Literal("pattern"),
        Type.Literal("schedule"),
        Type.Literal("target-gone"),
        Type.Literal("do-not-disturb"),
        Type.Literal("rings-nobody"),
      ]),
    }),
  ),
});

export type Site = Static<typeof Site>;
export type NewSite = Static<typeof NewSite>;
export type SitePatch = Static<typeof SitePatch>;
export type Building = Static<typeof Building>;
export type NewBuilding = Static<typeof NewBuilding>;
export type BuildingPatch = Static<typeof BuildingPatch>;
export type Unit = Static<typeof Unit>;
export type DoNotDisturbPut = Static<typeof DoNotDisturbPut>;
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
export type DeviceInfo = Static<typeof DeviceInfo>;
export type Registration = Static<typeof Registration>;
export type SipCard = Static<typeof SipCard>;
export type RuleWarning = Static<typeof RuleWarning>;
export type Rule = Static<typeof Rule>;
export type NewRule = Static<typeof NewRule>;
export type RulePatch = Static<typeof RulePatch>;
export type EvaluateRequest = Static<typeof EvaluateRequest>;
export type EvaluateReply = Static<typeof EvaluateReply>;
