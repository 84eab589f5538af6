/**
 * Takes the VPS's call events into the call log: each event moves one call through the state machine, and the new
 * state, the cursor of the feed and what is to be announced are one transaction. Whoever wants to know hears of it on
 * the bus, after the commit.
 */
import type { CallEvent } from "../../../infra/control/src/wire.ts";
import { TEST_ACCOUNT } from "../directory/names.ts";
import type { EventBus } from "../events/bus.ts";
import type { CallRow } from "../store/call-store.ts";
import type { Store } from "../store/store.ts";
import {
  type Announcement,
  type CallInput,
  type CallState,
  deadlineOf,
  FRESH_MS,
  IDLE,
  transition,
} from "./call-machine.ts";
import { answererOf, partiesOf } from "./parties.ts";
import { VpsClock } from "./vps-clock.ts";

export interface CallLogOptions {
  store: Store;
  bus: EventBus;
  /**
   * Called inside the transaction for everything that the world outside should hear of a call. `atMs` is when it
   * happened, by our clock.
   */
  announce: (call: CallRow, what: Announcement, atMs: number) => void;
  nowMs?: () => number;
}

export interface CallLog {
  /**
   * Takes one event of the feed; one that was taken before changes nothing. `ageMs` is how long ago it happened
   * (by the VPS's clock, so that a wrong clock here silences no ring). Throws what the store throws.
   */
  take(siteId: string, event: CallEvent, ageMs: number): void;
  /** Whether anything was ever heard of this call. */
  knows(siteId: string, callId: string): boolean;
  /**
   * Whether the feed of a site is up to date. While it is not, a call that is overdue is given time, because its true
   * end may still be on its way. `vpsNowMs`: what time it is there, null for what was said last; a call is overdue by
   * that clock, which also wrote its times.
   */
  following(siteId: string, upToDate: boolean, vpsNowMs: number | null): void;
  /** The VPS was rebuilt and knows nothing of the calls that were on: they end as failed. */
  lost(siteId: string): void;
  stop(): void;
}

const SWEEP_EVERY_MS = 10_000;
/** A station that is refused and calls again by itself, or a finger that stays on the button while nobody can be rung, is one press. */
const SAME_PRESS_MS = 2_000;
const MOST_BUTTONS = 1_000;
/** How much longer an overdue call may stay on while the feed is away. */
const AWAY_PATIENCE_MS = 3_600_000;

export function startCallLog(options: CallLogOptions): CallLog {
  const { store, bus } = options;
  const nowMs = options.nowMs ?? Date.now;
  const upToDate = new Set<string>();
  /** Button (a door's unit and whom it calls) whose last call rang nobody → when it was announced, by our clock. */
  const refused = new Map<string, number>();
  const clocks = new Map<string, VpsClock>();
  const siteNowMs = (siteId: string) => clocks.get(siteId)?.nowMs() ?? nowMs();

  /** Moves one call; the row is null when this event is the first of it. */
  function apply(
    known: CallRow | null,
    fresh: boolean,
    input: CallInput,
    blank: () => CallRow,
    heardAtMs: number,
  ): void {
    const { state, effects } = transition(known ? stateOf(known) : IDLE, input);
    if (effects.length === 0) return;
    const row = withState(known ?? blank(), state, store);
    if (known === null && fresh) announcePress(row, heardAtMs);
    if (row.ringingAtMs !== null || row.answeredAtMs !== null) store.afterCommit(() => refused.delete(buttonOf(row)));
    for (const effect of effects) {
      switch (effect.type) {
        case "save":
          store.calls.upsertCall(row);
          break;
        case "announce":
          options.announce(row, effect.what, heardAtMs);
          break;
      }
    }
    store.afterCommit(() => bus.emit("callChanged", { callId: row.callId, siteId: row.siteId, fresh }));
  }

  /**
   * The bell of a door, before anybody is rung and also when nobody will be: the first that is heard of a call that came
   * from a door's own station. The VPS tells of no call whose caller did not prove to be that account.
   */
  function announcePress(call: CallRow, atMs: number): void {
    if (call.caller.kind !== "door" || call.doorId === null) return;
    const sinceMs = atMs - (refused.get(buttonOf(call)) ?? Number.NEGATIVE_INFINITY);
    if (sinceMs >= 0 && sinceMs < SAME_PRESS_MS) return;
    options.announce(call, "pressed", atMs);
    store.afterCommit(() => notePress(buttonOf(call), atMs));
  }

  function notePress(button: string, atMs: number): void {
    // What a station dials is its own choice: what is past is forgotten before it fills the memory.
    if (refused.size >= MOST_BUTTONS) refused.clear();
    refused.set(button, atMs);
  }

  function take(siteId: string, event: CallEvent, ageMs: number): void {
    const fresh = ageMs <= FRESH_MS;
    store.transaction(() => {
      if (!store.feed.take(siteId, event.id)) return;
      // A test of the house is nobody's call: no log, no event, no light in the hall.
      if (event.caller === TEST_ACCOUNT) return;
      const known = store.calls.getCall(event.callId);
      // The id is a digest with the site's domain in it: a call of another site is a fault of the sender.
      if (known && known.siteId !== siteId) return;
      const row = known ?? newCall(store, siteId, event);
      apply(known, fresh, inputOf(event, fresh, row), () => row, nowMs() - ageMs);
    });
  }

  function expire(call: CallRow): void {
    const atMs = siteNowMs(call.siteId);
    store.transaction(() => apply(call, true, { kind: "timeout", atMs }, () => call, nowMs()));
  }

  function sweep(): void {
    for (const call of store.calls.activeCalls()) {
      const deadline = deadlineOf(stateOf(call));
      const patience = upToDate.has(call.siteId) ? 0 : AWAY_PATIENCE_MS;
      if (deadline !== null && deadline + patience <= siteNowMs(call.siteId)) expire(call);
    }
  }

  const timer = setInterval(sweep, SWEEP_EVERY_MS);
  return {
    take,
    knows: (siteId, callId) => store.calls.getCall(callId)?.siteId === siteId,
    following: (siteId, following, vpsNowMs) => {
      if (vpsNowMs !== null) {
        const clock = clocks.get(siteId) ?? new VpsClock();
        clocks.set(siteId, clock);
        clock.set(vpsNowMs);
      }
      if (following) upToDate.add(siteId);
      else upToDate.delete(siteId);
      sweep();
    },
    lost: (siteId) => {
      for (const call of store.calls.activeCalls({ siteId })) expire(call);
    },
    stop: () => clearInterval(timer),
  };
}

const buttonOf = ({ doorId, callee }: CallRow): string => `${doorId} ${callee.name}`;

function inputOf(event: CallEvent, fresh: boolean, { caller }: CallRow): CallInput {
  const { atMs } = event;
  switch (event.kind) {
    case "invited":
      return { kind: "invited", atMs };
    case "ringing":
      return { kind: "ringing", atMs, fresh };
    case "answered":
      return { kind: "answered", atMs, account: event.account };
    case "ended":
      return { kind: "ended", atMs };
    case "failed":
      return { kind: "failed", atMs, code: event.code, pressed: caller.kind === "door" };
  }
}

function newCall(store: Store, siteId: string, event: CallEvent): CallRow {
  return {
    callId: event.callId,
    siteId,
    ...partiesOf(store, siteId, event),
    status: "ringing",
    reason: null,
    answeredBy: null,
    startedAtMs: event.atMs,
    ringingAtMs: null,
    answeredAtMs: null,
    endedAtMs: null,
  };
}

/** The machine's view of a stored call: the two directions of one function between two vocabularies. */
function stateOf(call: CallRow): CallState {
  const { startedAtMs, ringingAtMs, answeredAtMs, endedAtMs } = call;
  switch (call.status) {
    case "ringing":
      return ringingAtMs === null ? { phase: "inviting", startedAtMs } : { phase: "ringing", startedAtMs, ringingAtMs };
    case "in-progress":
      return {
        phase: "in-progress",
        startedAtMs,
        ringingAtMs,
        answeredAtMs: answeredAtMs ?? startedAtMs,
        answeredBy: call.answeredBy?.name ?? "",
      };
    case "completed":
    case "no-answer":
    case "busy":
    case "failed":
    case "cancelled":
      return {
        phase: "over",
        startedAtMs,
        ringingAtMs,
        answeredAtMs,
        answeredBy: call.answeredBy?.name ?? null,
        endedAtMs: endedAtMs ?? startedAtMs,
        status: call.status,
        reason: call.reason ?? "failed",
      };
  }
}

function withState(call: CallRow, state: CallState, store: Store): CallRow {
  switch (state.phase) {
    case "idle":
      return call;
    case "inviting":
      return { ...call, status: "ringing", startedAtMs: state.startedAtMs };
    case "ringing":
      return { ...call, status: "ringing", startedAtMs: state.startedAtMs, ringingAtMs: state.ringingAtMs };
    case "in-progress":
      return {
        ...call,
        status: "in-progress",
        startedAtMs: state.startedAtMs,
        ringingAtMs: state.ringingAtMs,
        answeredAtMs: state.answeredAtMs,
        answeredBy: call.answeredBy ?? answererOf(store, call.siteId, state.answeredBy),
      };
    case "over":
      return {
        ...call,
        status: state.status,
        reason: state.reason,
        startedAtMs: state.startedAtMs,
        ringingAtMs: state.ringingAtMs,
        answeredAtMs: state.answeredAtMs,
        endedAtMs: state.endedAtMs,
      };
  }
}
