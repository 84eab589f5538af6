/**
 * The life of one call, as a pure function.
 *
 *            invited             ringing            answered              ended
 *     idle ───────────► inviting ────────► ringing ────────► in-progress ────────► over
 *                          │ failed,          │ failed,            │ timeout         ▲
 *                          │ timeout          │ timeout            │                 │
 *                          └──────────────────┴────────────────────┴─────────────────┘
 *
 * Events come from another machine, so they may be doubled, late, out of order, or missing after a gap. Any event may
 * therefore be the first one that is seen of a call, a phase may be skipped, and none is ever gone back to: a call
 * ends at most once, and with the first end that is heard of. Timeouts are events like all others.
 */

import type { CallEndReason } from "../api/call.ts";
import { ANSWERED, FAILED, type FinalStatus, isMissed, type Outcome, outcomeOf } from "./outcome.ts";

export type CallState =
  | { phase: "idle" }
  | { phase: "inviting"; startedAtMs: number }
  | { phase: "ringing"; startedAtMs: number; ringingAtMs: number }
  | {
      phase: "in-progress";
      startedAtMs: number;
      ringingAtMs: number | null;
      answeredAtMs: number;
      /** SIP name of the account that answered. */
      answeredBy: string;
    }
  | {
      phase: "over";
      startedAtMs: number;
      ringingAtMs: number | null;
      answeredAtMs: number | null;
      answeredBy: string | null;
      endedAtMs: number;
      status: FinalStatus;
      reason: CallEndReason;
    };

/**
 * `fresh` is false when the event is too old to alert anybody (see FRESH_MS). `pressed`: the caller is a door's station,
 * so that whoever calls is a visitor who waits for somebody of the house.
 */
export type CallInput =
  | { kind: "invited"; atMs: number }
  | { kind: "ringing"; atMs: number; fresh: boolean }
  | { kind: "answered"; atMs: number; account: string }
  | { kind: "ended"; atMs: number }
  | { kind: "failed"; atMs: number; code: number; pressed: boolean }
  | { kind: "timeout"; atMs: number };

/** What the world outside hears of a call; `pressed`, of a door's bell, comes from the call log. */
export type Announcement = "pressed" | "ringing" | "answered" | "ended" | "missed";

export type CallEffect = { type: "save" } | { type: "announce"; what: Announcement };

export interface Step {
  state: CallState;
  /** Empty when the event changed nothing. `save` comes first. */
  effects: CallEffect[];
}

/** A ring older than this is never announced as a ring: nobody runs to a door that was pressed minutes ago. */
export const FRESH_MS = 30_000;
/** Kamailio gives a call 15 minutes to be answered (dialog early_timeout); after this silence the end was lost. */
const SETUP_LIMIT_MS = 16 * 60_000;
/** Kamailio ends every call after two hours (dialog default_timeout). */
const TALK_LIMIT_MS = 150 * 60_000;

export const IDLE: CallState = { phase: "idle" };

/** When a `timeout` event is due, ms since the epoch; null when the call is not on. */
export function deadlineOf(state: CallState): number | null {
  switch (state.phase) {
    case "idle":
    case "over":
      return null;
    case "inviting":
      return state.startedAtMs + SETUP_LIMIT_MS;
    case "ringing":
      return state.ringingAtMs + SETUP_LIMIT_MS;
    case "in-progress":
      return state.answeredAtMs + TALK_LIMIT_MS;
  }
}

export function transition(state: CallState, input: CallInput): Step {
  if (state.phase === "over") return { state, effects: [] };
  switch (input.kind) {
    case "invited":
      return invited(state, input.atMs);
    case "ringing":
      return ringing(state, input.atMs, input.fresh);
    case "answered":
      return answered(state, input.atMs, input.account);
    case "ended":
      return over(state, input.atMs, ANSWERED);
    case "failed":
      // The VPS says `failed` only of unanswered calls; if we know of an answer, that answer is the outcome.
      return over(state, input.atMs, state.phase === "in-progress" ? ANSWERED : outcomeOf(input.code), input.pressed);
    case "timeout":
      return state.phase === "idle" ? { state, effects: [] } : over(state, input.atMs, FAILED);
  }
}

type Open = Exclude<CallState, { phase: "over" }>;

function invited(state: Open, atMs: number): Step {
  switch (state.phase) {
    case "idle":
      return { state: { phase: "inviting", startedAtMs: atMs }, effects: [{ type: "save" }] };
    case "inviting":
    case "ringing":
    case "in-progress":
      if (atMs >= state.startedAtMs) return { state, effects: [] };
      return { state: { ...state, startedAtMs: atMs }, effects: [{ type: "save" }] };
  }
}

function ringing(state: Open, atMs: number, fresh: boolean): Step {
  switch (state.phase) {
    case "idle":
    case "inviting":
      return {
        state: { phase: "ringing", startedAtMs: startOf(state, atMs), ringingAtMs: atMs },
        effects: fresh ? [{ type: "save" }, { type: "announce", what: "ringing" }] : [{ type: "save" }],
      };
    case "ringing":
      // Another device of the unit rings as well.
      return { state, effects: [] };
    case "in-progress":
      // Overtaken by the answer: worth keeping, too late to tell.
      if (state.ringingAtMs !== null) return { state, effects: [] };
      return { state: { ...state, ringingAtMs: atMs }, effects: [{ type: "save" }] };
  }
}

function answered(state: Open, atMs: number, account: string): Step {
  switch (state.phase) {
    case "idle":
    case "inviting":
    case "ringing":
      return {
        state: {
          phase: "in-progress",
          startedAtMs: startOf(state, atMs),
          ringingAtMs: state.phase === "ringing" ? state.ringingAtMs : null,
          answeredAtMs: atMs,
          answeredBy: account,
        },
        effects: [{ type: "save" }, { type: "announce", what: "answered" }],
      };
    case "in-progress":
      return { state, effects: [] };
  }
}

function over(state: Open, atMs: number, outcome: Outcome, pressed = false): Step {
  const answer = state.phase === "in-progress" ? state : null;
  const missed = answer === null && isMissed(outcome, pressed);
  return {
    state: {
      phase: "over",
      startedAtMs: startOf(state, atMs),
      ringingAtMs: state.phase === "ringing" || state.phase === "in-progress" ? state.ringingAtMs : null,
      answeredAtMs: answer?.answeredAtMs ?? null,
      answeredBy: answer?.answeredBy ?? null,
      endedAtMs: atMs,
      ...outcome,
    },
    effects: [{ type: "save" }, { type: "announce", what: missed ? "missed" : "ended" }],
  };
}

/** The first event that is seen of a call began it, as far as we know. */
function startOf(state: Open, atMs: number): number {
  return state.phase === "idle" ? atMs : Math.min(state.startedAtMs, atMs);
}
