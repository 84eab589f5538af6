/** A call as people see it. Status words follow the telephone APIs; SIP's dialog words stay in SIP code. */
import { type Static, Type } from "typebox";

export const CallStatus = Type.Union([
  Type.Literal("ringing"),
  Type.Literal("in-progress"),
  Type.Literal("completed"),
  Type.Literal("no-answer"),
  Type.Literal("busy"),
  Type.Literal("failed"),
  Type.Literal("cancelled"),
]);

/** Why a call is over: the closed list. `answered-here` is relative to the device that asks. */
export const CallEndReason = Type.Union([
  Type.Literal("answered-here"),
  Type.Literal("answered-elsewhere"),
  Type.Literal("declined"),
  Type.Literal("cancelled"),
  Type.Literal("no-answer"),
  Type.Literal("busy"),
  Type.Literal("forbidden"),
  Type.Literal("unreachable"),
  Type.Literal("failed"),
]);

/** One end of a call with what the directory knew of it when the call began. */
export const Party = Type.Object({
  /** SIP name: account of the caller, dialled name of the callee. */
  name: Type.String(),
  /** What people call it ("Entrance", "Unit 401", the number); falls back to the SIP name. */
  label: Type.String(),
  kind: Type.Union([
    Type.Literal("door"),
    Type.Literal("unit"),
    Type.Literal("panel"),
    Type.Literal("mobile"),
    Type.Literal("gateway"),
    Type.Literal("bridge"),
    Type.Literal("unknown"),
  ]),
});

/** The id that the INVITE carries as `X-Neolia-Call`. */
export const CallId = Type.String({ pattern: "^[0-9a-f]{32}$" });

export const Call = Type.Object({
  callId: Type.String(),
  siteId: Type.String(),
  unitId: Type.Union([Type.String(), Type.Null()]),
  doorId: Type.Union([Type.String(), Type.Null()]),
  caller: Party,
  callee: Party,
  status: CallStatus,
  /** null while the call is on. */
  reason: Type.Union([CallEndReason, Type.Null()]),
  /** Account that answered. */
  answeredBy: Type.Union([Party, Type.Null()]),
  startedAtMs: Type.Integer(),
  ringingAtMs: Type.Union([Type.Integer(), Type.Null()]),
  answeredAtMs: Type.Union([Type.Integer(), Type.Null()]),
  endedAtMs: Type.Union([Type.Integer(), Type.Null()]),
});

/** `GET /api/calls?limit=&before=<startedAtMs>`, newest first; `?callId=` gives that call alone, or none. */
export const CallPage = Type.Object({ calls: Type.Array(Call), nextBefore: Type.Union([Type.Integer(), Type.Null()]) });

export type CallStatus = Static<typeof CallStatus>;
export type CallEndReason = Static<typeof CallEndReason>;
export type Party = Static<typeof Party>;
export type Call = Static<typeof Call>;
export type CallPage = Static<typeof CallPage>;
