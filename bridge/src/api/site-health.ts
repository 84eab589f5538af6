/** Could it ring now? What devices report, what the bridge makes of it, and the test that proves it. */
import { type Static, Type } from "typebox";
import { Id, Registration } from "./directory.ts";

const closed = { additionalProperties: false } as const;
const IntOrNull = Type.Union([Type.Integer(), Type.Null()]);

/** `POST /api/devices/:deviceId/report` → 204: what a panel knows about itself, once a minute. */
export const DeviceReport = Type.Object(
  {
    registered: Type.Boolean(),
    /** Round trip to the SIP edge and back; null: not measured. */
    rttMs: Type.Union([Type.Integer({ minimum: 0, maximum: 600_000 }), Type.Null()]),
    /** The browser lets the page play sound. */
    audioUnlocked: Type.Boolean(),
    /** `absent`: no microphone, or no secure context to ask for one. */
    microphone: Type.Union([
      Type.Literal("granted"),
      Type.Literal("prompt"),
      Type.Literal("denied"),
      Type.Literal("absent"),
    ]),
    /**
     * Days that the certificate of its connection to the edge is still good for. No page may know: it says null, and
     * what the bridge has seen stands in the reply of `GET /api/site-health`.
     */
    certificateDays: Type.Union([Type.Integer({ minimum: -36_500, maximum: 36_500 }), Type.Null()]),
  },
  closed,
);

/** Codes of plain sentences; each has a text and a "what to do" in the panel's translations. */
export const HealthCode = Type.Union([
  Type.Literal("DEVICE_NOT_REGISTERED"),
  Type.Literal("DEVICE_NEVER_SEEN"),
  Type.Literal("DEVICE_SILENT"),
  Type.Literal("DEVICE_WAITS_FOR_SERVER"),
  Type.Literal("DEVICE_SLOW"),
  Type.Literal("AUDIO_LOCKED"),
  Type.Literal("MICROPHONE_DENIED"),
  Type.Literal("MICROPHONE_NOT_ASKED"),
  Type.Literal("MICROPHONE_ABSENT"),
  Type.Literal("CERTIFICATE_ENDS"),
  Type.Literal("CERTIFICATE_EXPIRED"),
  Type.Literal("SERVER_CERTIFICATE_ENDS"),
  Type.Literal("SERVER_CERTIFICATE_EXPIRED"),
  Type.Literal("SERVER_CERTIFICATE_NAME"),
  Type.Literal("SERVER_CERTIFICATE_UNTRUSTED"),
  Type.Literal("TEST_RING_FAILED"),
  Type.Literal("VPS_DOWN"),
  Type.Literal("VPS_PART_DOWN"),
  Type.Literal("VPS_NOT_CONFIGURED"),
  Type.Literal("CLOCKS_DIFFER"),
  Type.Literal("DISK_FULL"),
  Type.Literal("MQTT_DOWN"),
  Type.Literal("EDITS_WAITING"),
  Type.Literal("EDITS_REFUSED"),
  Type.Literal("UNIT_RINGS_NOBODY"),
]);
export const HealthProblem = Type.Object({
  code: HealthCode,
  /** `error`: it does not ring; `warning`: it may not, or soon will not. */
  severity: Type.Union([Type.Literal("error"), Type.Literal("warning")]),
  /** For the sentence: { days: 5 }, { unit: "401" }, { part: "rtpengine" }. */
  params: Type.Record(Type.String(), Type.Union([Type.String(), Type.Integer()])),
});

export const TestRingStep = Type.Union([
  /** Not the device's: the server is away, or carried no call just then. */
  Type.Literal("server"),
  Type.Literal("register"),
  Type.Literal("reach"),
  Type.Literal("answer"),
  /** Out of the device: its microphone was not heard. */
  Type.Literal("audio-out"),
  /** Into the device: it heard nothing. */
  Type.Literal("audio-in"),
  /** Neither: nothing came from the server, and a browser sends no sound until it did. Which way is blocked cannot be told. */
  Type.Literal("audio-both"),
  /** Not the device's: it and the server hear each other, the bridge's own sound does not get to the server or back. */
  Type.Literal("audio-home"),
]);
/** One device's part of a test; `failedStep` names the first link of the chain that broke. */
export const TestRingDevice = Type.Object({
  accountId: Id,
  state: Type.Union([
    Type.Literal("waiting"),
    Type.Literal("ringing"),
    Type.Literal("passed"),
    Type.Literal("failed"),
    Type.Literal("skipped"),
  ]),
  failedStep: Type.Union([TestRingStep, Type.Null()]),
  /** Milliseconds from the call to ringing, answer and first audio; null: did not get there. */
  ringMs: IntOrNull,
  answerMs: IntOrNull,
  atMs: IntOrNull,
});
/**
 * `POST /api/test-rings` {siteId, accountIds?} → 202 TestRing, `GET /api/test-rings/:id`, and `testRing` on the
 * WebSocket. Silent: a panel's page answers it by itself without a sound; other devices are looked up, not rung.
 * `DELETE /api/test-rings/:id` cancels it, and so does the end of the right of whoever started it: what was not tested
 * by then is `skipped`.
 */
export const NewTestRing = Type.Object(
  { siteId: Id, accountIds: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 1000 })) },
  closed,
);
export const TestRing = Type.Object({
  id: Id,
  siteId: Id,
  startedAtMs: Type.Integer(),
  endedAtMs: IntOrNull,
  /** The nightly one, or a person's. */
  cause: Type.Union([Type.Literal("nightly"), Type.Literal("asked")]),
  devices: Type.Array(TestRingDevice),
});
/**
 * On the WebSocket, to the device that is about to be tested: for `forMs` it answers a call from `caller` at once, plays
 * nothing, sends its microphone's silence, and shows nothing. `testRingResult` comes back by
 * `POST /api/devices/:deviceId/test-result`.
 */
export const TestCall = Type.Object({ testId: Id, caller: Type.String(), forMs: Type.Integer() });
/** `POST /api/devices/:deviceId/test-result` → 204: what the panel itself saw of the test call. */
export const TestCallResult = Type.Object(
  {
    testId: Id,
    /** RTP packets it heard and sent. */
    packetsIn: Type.Integer({ minimum: 0 }),
    packetsOut: Type.Integer({ minimum: 0 }),
    /** ICE connectivity checks (RFC 8445) that came from the server, and those of its own that were answered; an older page sends none. */
    checksIn: Type.Optional(Type.Integer({ minimum: 0 })),
    checksAnswered: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  closed,
);

export const DeviceHealth = Type.Object({
  accountId: Id,
  label: Type.String(),
  type: Type.String(),
  /** Number of the unit or label of the door; null: none. */
  placeLabel: Type.Union([Type.String(), Type.Null()]),
  /** No problem of severity `error`. */
  ok: Type.Boolean(),
  problems: Type.Array(HealthProblem),
  registration: Registration,
  report: Type.Union([Type.Interface([DeviceReport], { atMs: Type.Integer() }), Type.Null()]),
  lastTest: Type.Union([TestRingDevice, Type.Null()]),
});
/** A certificate of the VPS, as the bridge saw it: of the edge that panels register at, or of control. */
export const ServerCertificate = Type.Object({
  service: Type.Union([Type.Literal("wss"), Type.Literal("control")]),
  /** Name and port. */
  host: Type.String(),
  /** null: not known yet, or the server does not answer. */
  endsAtMs: IntOrNull,
  /** Why clients refuse it whatever its date: it is for another name, or of nobody whom they know. Left out: they do not. */
  refused: Type.Optional(Type.Union([Type.Literal("name"), Type.Literal("untrusted")])),
});
/** `GET /api/site-health?siteId=`: the site's own problems first, then each device's. */
export const SiteHealth = Type.Object({
  siteId: Id,
  atMs: Type.Integer(),
  ok: Type.Boolean(),
  problems: Type.Array(HealthProblem),
  certificates: Type.Array(ServerCertificate),
  devices: Type.Array(DeviceHealth),
});

export type DeviceReport = Static<typeof DeviceReport>;
export type HealthCode = Static<typeof HealthCode>;
export type HealthProblem = Static<typeof HealthProblem>;
export type TestRingDevice = Static<typeof TestRingDevice>;
export type NewTestRing = Static<typeof NewTestRing>;
export type TestRing = Static<typeof TestRing>;
export type TestCall = Static<typeof TestCall>;
export type TestCallResult = Static<typeof TestCallResult>;
export type DeviceHealth = Static<typeof DeviceHealth>;
export type ServerCertificate = Static<typeof ServerCertificate>;
export type SiteHealth = Static<typeof SiteHealth>;
