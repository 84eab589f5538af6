/**
 * What the bridge and the control service say to each other over HTTPS: the request and reply bodies and the
 * event feed. The schema is validation, type and documentation at once; both sides import it, neither adds to it.
 *
 * Every request carries `Authorization: Bearer <site token>`; the token names the site, so no path or body does.
 */
import { type Static, Type } from "typebox";

/** A name that is safe as SIP user part, MQTT topic level and file name. It is also the guard in `kamailio.cfg`. */
export const SipName = Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$" });
/** MD5(username:domain:password), RFC 2617 section 3.2.2.2, lower-case hex. The realm is always the site's domain. */
export const Ha1 = Type.String({ pattern: "^[0-9a-f]{32}$" });
/** SQLite GLOB on the caller's account name, or for a gateway on the caller's number. */
export const SourcePattern = Type.String({ pattern: "^[A-Za-z0-9._*?+\\[\\]^-]{1,64}$" });
/** `sip:name@domain`. Only the site's own domain is routed; anything else counts as not reachable. */
export const SipUri = Type.String({ pattern: "^sip:[A-Za-z0-9][A-Za-z0-9._-]{0,39}@[A-Za-z0-9.-]{1,253}$" });
export const AccountType = Type.Union([
  Type.Literal("panel"),
  Type.Literal("mobile"),
  Type.Literal("door"),
  Type.Literal("gateway"),
  Type.Literal("bridge"),
]);
export const RuleAction = Type.Union([Type.Literal("ring"), Type.Literal("forward"), Type.Literal("voicemail")]);

/** A callee: `sip:<name>@<domain>`. A door is a unit of kind `door` that holds the door station's account. */
export const DirectoryUnit = Type.Object(
  {
    name: SipName,
    kind: Type.Union([Type.Literal("residential"), Type.Literal("door"), Type.Literal("line")]),
    /** True: its devices are not rung, by whatever rule. Sent only when true. */
    doNotDisturb: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

/** A device's login. `unit` is null for an account that may call but is never rung (a gateway, the bridge). */
export const DirectoryAccount = Type.Object(
  {
    username: SipName,
    ha1: Ha1,
    type: AccountType,
    unit: Type.Union([SipName, Type.Null()]),
    enabled: Type.Boolean(),
  },
  { additionalProperties: false },
);

/** Part of the week in the site's local time, minutes from Monday 00:00, `fromMinute` included, `toMinute` not. */
export const WeekWindow = Type.Object(
  { fromMinute: Type.Integer({ minimum: 0, maximum: 10079 }), toMinute: Type.Integer({ minimum: 1, maximum: 10080 }) },
  { additionalProperties: false },
);

/** One call rule of a unit. Rules are tried in `position` order; no windows means always. */
export const DirectoryRule = Type.Object(
  {
    unit: SipName,
    position: Type.Integer({ minimum: 0, maximum: 9999 }),
    sourcePattern: SourcePattern,
    action: RuleAction,
    /** Required for forward and voicemail, null for ring. */
    target: Type.Union([SipUri, Type.Null()]),
    ringSeconds: Type.Integer({ minimum: 3, maximum: 180 }),
    windows: Type.Array(WeekWindow, { maxItems: 64 }),
    enabled: Type.Boolean(),
  },
  { additionalProperties: false },
);

/** From `fromUnix` (s) on the site's clock is UTC + `offsetSeconds`: how Kamailio knows daylight-saving changes. */
export const ClockOffset = Type.Object(
  { fromUnix: Type.Integer({ minimum: 0 }), offsetSeconds: Type.Integer({ minimum: -50400, maximum: 50400 }) },
  { additionalProperties: false },
);

/**
 * `PUT /v1/directory`: the whole directory of the site. Same revision and same content: 200, nothing done.
 * Same revision and other content, or an older revision: 409 REVISION_CONFLICT, with the current revision.
 */
export const DirectoryPut = Type.Object(
  {
    revision: Type.Integer({ minimum: 1 }),
    units: Type.Array(DirectoryUnit, { maxItems: 20000 }),
    accounts: Type.Array(DirectoryAccount, { maxItems: 50000 }),
    rules: Type.Array(DirectoryRule, { maxItems: 100000 }),
    clock: Type.Array(ClockOffset, { minItems: 1, maxItems: 64 }),
  },
  { additionalProperties: false },
);

/**
 * `PATCH /v1/directory`: what changed since a revision that both sides agree on. A unit stands for itself and all its rules; what is
 * null is removed. Refused with 409 REVISION_CONFLICT unless `baseRevision` and `baseContentHash` are what is stored: then
 * the whole directory is sent. The reply's `contentHash` is that of the whole directory afterwards.
 */
export const DirectoryPatch = Type.Object(
  {
    baseRevision: Type.Integer({ minimum: 1 }),
    baseContentHash: Type.String({ pattern: "^[0-9a-f]{64}$" }),
    revision: Type.Integer({ minimum: 2 }),
    units: Type.Array(
      Type.Object(
        {
          name: SipName,
          unit: Type.Union([DirectoryUnit, Type.Null()]),
          rules: Type.Array(DirectoryRule, { maxItems: 100 }),
        },
        { additionalProperties: false },
      ),
      { maxItems: 1000 },
    ),
    accounts: Type.Array(
      Type.Object(
        { username: SipName, account: Type.Union([DirectoryAccount, Type.Null()]) },
        { additionalProperties: false },
      ),
      { maxItems: 1000 },
    ),
  },
  { additionalProperties: false },
);

/** Reply to `PUT /v1/directory` and `GET /v1/directory`. `contentHash` is that of
 * directory-content.ts. */
export const DirectoryStatus = Type.Object({
  domain: Type.String(),
  revision: Type.Integer(),
  contentHash: Type.String(),
  appliedAtMs: Type.Integer(),
  /** Accounts whose registration and calls this PUT ended; empty for GET. */
  loggedOut: Type.Array(Type.String()),
  /** Accounts that have to wait for it, because Kamailio does not answer; it is done when it is back. */
  logOutLater: Type.Optional(Type.Array(Type.String())),
});

/** One live contact of an account, from Kamailio's location. `GET /v1/registrations` → { registrations }. */
export const Registration = Type.Object({
  username: Type.String(),
  /** Source address and port as Kamailio saw them. */
  address: Type.String(),
  transport: Type.String(),
  userAgent: Type.String(),
  expiresInS: Type.Integer(),
  lastSeenMs: Type.Integer(),
});
export const RegistrationList = Type.Object({ registrations: Type.Array(Registration) });

/** `POST /v1/turn-credentials` {account} → a login for coturn that dies by itself (TURN REST, HMAC-SHA1). */
/**
 * `lifetimeS`: for a phone that is configured once. Such a login reaches nothing but our own media relay, like every
 * other one.
 */
export const TurnRequest = Type.Object(
  { account: SipName, lifetimeS: Type.Optional(Type.Integer({ minimum: 60, maximum: 31_622_400 })) },
  { additionalProperties: false },
);
export const TurnCredentials = Type.Object({
  urls: Type.Array(Type.String()),
  username: Type.String(),
  credential: Type.String(),
  expiresAtMs: Type.Integer(),
});

/** `POST /v1/callers/forget`: no event of the site's calls that are over names this caller any more, however the number is written. */
export const CallerForget = Type.Object(
  { callerNumber: Type.String({ pattern: "^\\+?[0-9]{2,15}$" }) },
  { additionalProperties: false },
);
export const CallerForgotten = Type.Object({});

/**
 * `PUT /v1/documents/:id`: a sealed document (sealed-document.ts) that one device may fetch once, a phone at
 * `/p/<token>`, anything else at `/d/<token>`. `GET` tells what became of it, `DELETE` withdraws it.
 *
 * It is served only while the directory holds all of its `logins`: what is in it works, then. A device that comes before
 * that waits a few seconds, in which the state is `asked`: the site may put the login in place only now, so that the one
 * that it replaces works until somebody takes the new one.
 */
export const DocumentId = Type.String({ pattern: "^[0-9a-f]{32}$" });
export const DocumentPut = Type.Object(
  {
    kind: Type.Union([Type.Literal("linphone"), Type.Literal("file")]),
    sealed: Type.String({ maxLength: 200_000, pattern: "^[A-Za-z0-9+/]+=*$" }),
    /** From now on. No time of day: the clocks of site and VPS may differ. */
    validMs: Type.Integer({ minimum: 0, maximum: 3_600_000 }),
    logins: Type.Array(Type.Object({ username: SipName, ha1: Ha1 }, { additionalProperties: false }), { maxItems: 8 }),
  },
  { additionalProperties: false },
);
export const DocumentStatus = Type.Object({
  /** `gone`: expired, withdrawn, or never heard of (control was restarted). */
  state: Type.Union([Type.Literal("waiting"), Type.Literal("asked"), Type.Literal("used"), Type.Literal("gone")]),
  usedAtMs: Type.Union([Type.Integer(), Type.Null()]),
  /** What fetched it called itself. */
  usedBy: Type.String(),
});

/**
 * Frames between two bridges (bridge/src/directory/remote): control carries what it cannot read. `PUT /v1/remote-grants`
 * names all grants of the site, each with the SHA-256 of the token that frames for it come with. `GET /v1/remote` is a
 * WebSocket on which they come, `<delivery, 16 bytes><grant, 26 bytes><frame>`, and `POST /v1/remote-replies/:delivery`
 * (hex) takes the reply; an empty one says that the site does not know who asks. The other bridge posts its frame to
 * `POST /v1/remote/:grant` with the grant's token as bearer, and gets the reply. Frames and replies are
 * application/octet-stream.
 */
export const GrantId = Type.String({ pattern: "^[0-9A-HJKMNP-TV-Z]{26}$" });
export const RemoteGrantsPut = Type.Object(
  {
    grants: Type.Array(
      Type.Object(
        { id: GrantId, tokenHash: Type.String({ pattern: "^[0-9a-f]{64}$" }) },
        { additionalProperties: false },
      ),
      { maxItems: 500 },
    ),
  },
  { additionalProperties: false },
);
export const RemoteLimits = {
  requestBytes: 1024 * 1024,
  replyBytes: 8 * 1024 * 1024,
  deliveryBytes: 16,
  grantBytes: 26,
};

/** `GET /healthz` (no token). `ok` only when every part is up. */
export const ControlHealth = Type.Object({
  ok: Type.Boolean(),
  parts: Type.Record(Type.String(), Type.Union([Type.Literal("up"), Type.Literal("down")])),
});

export const CallEventKind = Type.Union([
  /** The rules let the call through; devices are about to be tried. */
  Type.Literal("invited"),
  /** A device of `account` rings (first 18x of that account). */
  Type.Literal("ringing"),
  Type.Literal("answered"),
  /** An answered call is over. */
  Type.Literal("ended"),
  /** A call that was never answered is over: `code` is the SIP status sent to the caller (487 = caller gave up). */
  Type.Literal("failed"),
]);

/** One row of Kamailio's outbox, as the feed sends it. */
export const CallEvent = Type.Object({
  /** Grows by at least one with every event of the VPS; the cursor. */
  id: Type.Integer(),
  atMs: Type.Integer(),
  /** 32 hex digits, others for each INVITE, which carries them as `X-Neolia-Call`. */
  callId: Type.String(),
  kind: CallEventKind,
  /** The authenticated account that calls. */
  caller: Type.String(),
  /** The number a gateway presented, else "". */
  callerNumber: Type.String(),
  /** The name that was dialled: a unit, or an account of a unit. */
  callee: Type.String(),
  /** Whose rules decided. "" if the name was unknown. */
  unit: Type.String(),
  /** ringing, answered: the account of the device. Else "". */
  account: Type.String(),
  /** ended: who hung up. */
  endedBy: Type.Union([Type.Literal("caller"), Type.Literal("callee"), Type.Literal("system"), Type.Literal("")]),
  /** SIP status for `failed` and 0 otherwise. */
  code: Type.Integer(),
});

/**
 * `GET /v1/events?after=<id>` as WebSocket: `hello`, then every stored event with a larger id in order, then live
 * ones. Nothing is acknowledged: the reader keeps its own cursor. WebSocket pings every 10 s.
 */
export const FeedMessage = Type.Union([
  Type.Object({
    type: Type.Literal("hello"),
    domain: Type.String(),
    newestId: Type.Integer(),
    oldestId: Type.Integer(),
  }),
  Type.Object({ type: Type.Literal("event"), event: CallEvent }),
  /** Kamailio's part of the VPS went up or down; the feed goes on. */
  Type.Object({ type: Type.Literal("health"), health: ControlHealth }),
]);

/** Every error reply of control. */
export const ControlErrorCode = Type.Union([
  Type.Literal("UNAUTHORIZED"),
  Type.Literal("INVALID_REQUEST"),
  Type.Literal("REVISION_CONFLICT"),
  Type.Literal("NAME_CONFLICT"),
  Type.Literal("UNKNOWN_ACCOUNT"),
  Type.Literal("NOT_FOUND"),
  Type.Literal("TOO_LARGE"),
  Type.Literal("EDGE_UNAVAILABLE"),
  /** Of a frame: the site is not connected. It did not get it. */
  Type.Literal("SITE_OFFLINE"),
  /** Of a frame: the site was sent it, and did not answer in time or went away over it. */
  Type.Literal("SITE_SILENT"),
  /** Of a frame: too many at once or in a minute. */
  Type.Literal("TOO_MANY"),
  Type.Literal("INTERNAL"),
]);
export const ControlError = Type.Object({
  error: Type.Object({
    code: ControlErrorCode,
    message: Type.String(),
    /** What is in conflict, for people: names, the current revision. */
    details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  }),
});

export type AccountType = Static<typeof AccountType>;
export type RuleAction = Static<typeof RuleAction>;
export type WeekWindow = Static<typeof WeekWindow>;
export type DirectoryUnit = Static<typeof DirectoryUnit>;
export type DirectoryAccount = Static<typeof DirectoryAccount>;
export type DirectoryRule = Static<typeof DirectoryRule>;
export type ClockOffset = Static<typeof ClockOffset>;
export type DirectoryPut = Static<typeof DirectoryPut>;
export type DirectoryPatch = Static<typeof DirectoryPatch>;
export type DirectoryStatus = Static<typeof DirectoryStatus>;
export type Registration = Static<typeof Registration>;
export type RegistrationList = Static<typeof RegistrationList>;
export type TurnCredentials = Static<typeof TurnCredentials>;
export type DocumentPut = Static<typeof DocumentPut>;
export type DocumentStatus = Static<typeof DocumentStatus>;
export type RemoteGrantsPut = Static<typeof RemoteGrantsPut>;
export type ControlHealth = Static<typeof ControlHealth>;
export type CallEventKind = Static<typeof CallEventKind>;
export type CallEvent = Static<typeof CallEvent>;
export type FeedMessage = Static<typeof FeedMessage>;
export type ControlErrorCode = Static<typeof ControlErrorCode>;
export type ControlError = Static<typeof ControlError>;
