/**
 * One call at this device, from its SIP events and the person's taps alone. Pure: time and ids come in, effects go out.
 *
 *            invite                answer                accepted
 *   idle ───────────► incoming ───────────► answering ───────────► active
 *     │                  │ cancelled, declined,  │                   │ hang-up, no packets, BYE
 *     │ dial             ▼ answered elsewhere    ▼                   ▼
 *     └──► outgoing ──► ended ◄──────────────────┴───────────────────┘
 *              └── accepted ──► active          ended ── dismiss ──► idle
 *
 * Every call ends once, with one reason. What rings, and whether packets are counted, follows from the state, so a
 * ringtone cannot outlive its call.
 */
import type { CallEndReason } from "../../../bridge/src/api/call.ts";
import type { MicrophoneProblem } from "./microphone.ts";

/** The bridge's closed list, and two that only the device itself can know. */
export type EndReason = CallEndReason | "no-audio" | "connection-lost";

/** Codes that we refuse an INVITE with: 603 ends it for every device, 486 leaves the others ringing (RFC 3261). */
export type RejectCode = 603 | 486;

export interface CallInfo {
  /** The adapter's own id of the SIP session. */
  key: string;
  /** `X-Neolia-Call`, the id that the bridge knows the call by. null: the INVITE did not carry one. */
  callId: string | null;
  direction: "inbound" | "outbound";
  /** SIP name of the other end, and what its INVITE calls itself. */
  peer: { name: string; displayName: string | null };
  startedAtMs: number;
  /** Why the other end cannot hear us. null: it can, or we do not know yet. */
  microphone: MicrophoneProblem | null;
}

export type CallState =
  | { phase: "idle" }
  | { phase: "incoming"; call: CallInfo; ringing: boolean }
  | { phase: "answering"; call: CallInfo }
  | { phase: "outgoing"; call: CallInfo; ringing: boolean }
  | { phase: "active"; call: CallInfo; answeredAtMs: number; muted: boolean; media: Media; path: Path }
  | { phase: "ended"; call: CallInfo; reason: EndReason; answeredAtMs: number | null; endedAtMs: number };

/** What has arrived from the other end: packets so far, and when the count last grew. */
export interface Media {
  flow: "waiting" | "flowing" | "silent";
  packets: number;
  lastPacketAtMs: number;
}

/** The way that sound takes between this device and the server. */
export type Path =
  | { state: "good" }
  /** The network changed; the packets of the next second will tell. */
  | { state: "doubted"; sinceMs: number }
  /** Another way is asked for as soon as the server can be reached; without one the call ends after `gapMs` of silence. */
  | { state: "lost"; gapMs: number }
  /** It was asked for. */
  | { state: "moving"; gapMs: number };

export type CallEvent =
  | { type: "invite"; call: CallInfo; fresh: boolean }
  | { type: "dial"; call: CallInfo }
  | { type: "progress"; key: string }
  | { type: "accepted"; key: string; nowMs: number }
  /** Whether the other end can hear us, and why not; it may change in mid-call. */
  | { type: "microphone"; key: string; problem: MicrophoneProblem | null }
  | { type: "packets"; key: string; packets: number; nowMs: number }
  /** ICE lost or found a working pair of candidates (RFC 8445). */
  | { type: "path-lost"; key: string }
  | { type: "path-found"; key: string }
  /** This device has another address or another network. */
  | { type: "network-changed"; nowMs: number }
  /** The server has just replied over the present connection. */
  | { type: "reachable" }
  | { type: "terminated"; key: string; reason: EndReason; nowMs: number }
  | { type: "socket-closed"; nowMs: number }
  | { type: "answer" }
  | { type: "decline"; nowMs: number }
  | { type: "hang-up"; nowMs: number }
  | { type: "silence" }
  | { type: "mute"; muted: boolean }
  | { type: "digit"; digit: string }
  | { type: "dismiss" };

export type CallEffect =
  | { type: "accept"; key: string }
  | { type: "reject"; key: string; code: RejectCode }
  | { type: "place"; key: string; name: string }
  | { type: "terminate"; key: string }
  | { type: "find-server" }
  | { type: "move-path"; key: string }
  | { type: "set-muted"; key: string; muted: boolean }
  | { type: "send-digit"; key: string; digit: string };

/** No packet at all this long after the answer: the media path is broken. */
export const FIRST_PACKET_MS = 5_000;
/** Packets came and stopped: this long and the other end, or the way to it, is gone. */
export const PACKET_GAP_MS = 10_000;
/** As long is looked for another way to the server. Control ends a call with one unheard side after 30 s. */
export const PATH_GAP_MS = 25_000;
/** After a change of network: packets come every 20 ms where the way still holds. */
const DOUBT_MS = 1_000;
/**
 * Silence alone loses the path after this. ICE need not notice: when our checks come back by a second network it stays
 * connected, while the server goes on sending by the first.
 */
export const UNHEARD_MS = 4_000;
/** From here on the person is told that nothing is arriving. */
export const QUIET_NOTICE_MS = 2_500;

type Step = { state: CallState; effects: CallEffect[] };

/** The next state, and what is to be done about it. An event that does not fit the state changes nothing. */
export function transition(state: CallState, event: CallEvent): Step {
  switch (event.type) {
    case "invite":
      if (state.phase === "idle" || state.phase === "ended") {
        return to({ phase: "incoming", call: event.call, ringing: event.fresh });
      }
      return { state, effects: [{ type: "reject", key: event.call.key, code: 486 }] };
    case "dial":
      if (state.phase !== "idle" && state.phase !== "ended") return stay(state);
      return {
        state: { phase: "outgoing", call: event.call, ringing: false },
        effects: [{ type: "place", key: event.call.key, name: event.call.peer.name }],
      };
    case "progress":
      if (state.phase !== "outgoing" || state.call.key !== event.key) return stay(state);
      return to({ ...state, ringing: true });
    case "accepted":
      return accepted(state, event.key, event.nowMs);
    case "microphone":
      if (state.phase === "idle" || state.phase === "ended" || state.call.key !== event.key) return stay(state);
      return to({ ...state, call: { ...state.call, microphone: event.problem } });
    case "packets":
      return counted(state, event);
    case "path-lost":
      if (state.phase !== "active" || state.call.key !== event.key) return stay(state);
      return state.path.state === "lost" ? to(patient(state)) : pathLost(state, PATH_GAP_MS);
    case "path-found":
      if (state.phase !== "active" || state.call.key !== event.key) return stay(state);
      return to({ ...state, path: { state: "good" } });
    case "network-changed":
      if (state.phase !== "active" || state.path.state === "lost") return stay(state);
      return to({ ...state, path: { state: "doubted", sinceMs: event.nowMs } });
    case "reachable":
      if (state.phase !== "active" || state.path.state !== "lost") return stay(state);
      return {
        state: { ...state, path: { ...state.path, state: "moving" } },
        effects: [{ type: "move-path", key: state.call.key }],
      };
    case "terminated":
      if (state.phase === "idle" || state.phase === "ended" || state.call.key !== event.key) return stay(state);
      return to(ended(state, event.reason, event.nowMs));
    case "socket-closed":
      return socketClosed(state, event.nowMs);
    case "answer":
      if (state.phase !== "incoming") return stay(state);
      return { state: { phase: "answering", call: state.call }, effects: [{ type: "accept", key: state.call.key }] };
    case "decline":
      return state.phase === "incoming" ? declined(state, event.nowMs) : stay(state);
    case "hang-up":
      return hungUp(state, event.nowMs);
    case "silence":
      return state.phase === "incoming" ? to({ ...state, ringing: false }) : stay(state);
    case "mute":
      if (state.phase !== "active") return stay(state);
      return {
        state: { ...state, muted: event.muted },
        effects: [{ type: "set-muted", key: state.call.key, muted: event.muted }],
      };
    case "digit":
      if (state.phase !== "active") return stay(state);
      return { state, effects: [{ type: "send-digit", key: state.call.key, digit: event.digit }] };
    case "dismiss":
      return state.phase === "ended" ? to({ phase: "idle" }) : stay(state);
  }
}

function accepted(state: CallState, key: string, nowMs: number): Step {
  switch (state.phase) {
    case "answering":
    case "outgoing":
      if (state.call.key !== key) return stay(state);
      return to({
        phase: "active",
        call: state.call,
        answeredAtMs: nowMs,
        muted: false,
        media: { flow: "waiting", packets: 0, lastPacketAtMs: nowMs },
        path: { state: "good" },
      });
    case "idle":
    case "incoming":
    case "active":
    case "ended":
      return stay(state);
  }
}

function counted(state: CallState, event: { key: string; packets: number; nowMs: number }): Step {
  if (state.phase !== "active" || state.call.key !== event.key) return stay(state);
  if (event.packets > state.media.packets) {
    const path = arrived(state.path, event.nowMs);
    return to({ ...state, path, media: { flow: "flowing", packets: event.packets, lastPacketAtMs: event.nowMs } });
  }
  const quietMs = event.nowMs - state.media.lastPacketAtMs;
  if (quietMs >= gapMs(state)) {
    return {
      state: ended(state, "no-audio", event.nowMs),
      effects: [{ type: "terminate", key: state.call.key }],
    };
  }
  if (state.path.state === "doubted" && quietMs >= DOUBT_MS) return pathLost(state, PATH_GAP_MS);
  if (state.path.state === "good" && quietMs >= UNHEARD_MS && state.media.packets > 0) {
    // It may as well be the other end that is gone, for which nobody is kept waiting longer.
    return pathLost({ ...state, media: { ...state.media, flow: "silent" } }, PACKET_GAP_MS);
  }
  if (quietMs < QUIET_NOTICE_MS || state.media.flow === "silent") return stay(state);
  // By the time that another path is asked for the connection to the server should be a living one.
  return { state: { ...state, media: { ...state.media, flow: "silent" } }, effects: [{ type: "find-server" }] };
}

/** What new packets say of the way they came. ICE tells it only when its state changes, which it need not. */
function arrived(path: Path, nowMs: number): Path {
  switch (path.state) {
    case "moving":
      return { state: "good" };
    case "doubted":
      return nowMs - path.sinceMs >= DOUBT_MS ? { state: "good" } : path;
    case "lost":
      // Only silence had told against it.
      return path.gapMs < PATH_GAP_MS ? { state: "good" } : path;
    case "good":
      return path;
  }
}

type Active = Extract<CallState, { phase: "active" }>;

/** How long nothing may arrive before the call ends, ms. */
function gapMs({ media, path }: Active): number {
  if (media.packets === 0) return FIRST_PACKET_MS;
  switch (path.state) {
    case "good":
      return PACKET_GAP_MS;
    case "doubted":
      return PATH_GAP_MS;
    case "lost":
    case "moving":
      return path.gapMs;
  }
}

function pathLost(state: Active, gapMs: number): Step {
  return { state: { ...state, path: { state: "lost", gapMs } }, effects: [{ type: "find-server" }] };
}

/** It is this device's network that is the matter, and not the other end: another way is worth the wait. */
function patient(state: Active): Active {
  const { path } = state;
  const waits = path.state === "lost" || path.state === "moving";
  return waits && path.gapMs < PATH_GAP_MS ? { ...state, path: { ...path, gapMs: PATH_GAP_MS } } : state;
}

/** An unanswered INVITE dies with its connection (RFC 3261 section 17); an established call does not. */
function socketClosed(state: CallState, nowMs: number): Step {
  switch (state.phase) {
    case "incoming":
    case "answering":
    case "outgoing":
      return {
        state: ended(state, "connection-lost", nowMs),
        effects: [{ type: "terminate", key: state.call.key }],
      };
    case "active":
      return to(patient(state));
    case "idle":
    case "ended":
      return stay(state);
  }
}

/** 603: this ends the call for every device of the unit. */
function declined(state: Extract<CallState, { phase: "incoming" | "answering" }>, nowMs: number): Step {
  return {
    state: ended(state, "declined", nowMs),
    effects: [{ type: "reject", key: state.call.key, code: 603 }],
  };
}

function hungUp(state: CallState, nowMs: number): Step {
  switch (state.phase) {
    case "incoming":
    case "answering":
      return declined(state, nowMs);
    case "outgoing":
      return { state: ended(state, "cancelled", nowMs), effects: [{ type: "terminate", key: state.call.key }] };
    case "active":
      return { state: ended(state, "answered-here", nowMs), effects: [{ type: "terminate", key: state.call.key }] };
    case "idle":
    case "ended":
      return stay(state);
  }
}

function ended(state: Exclude<CallState, { phase: "idle" }>, reason: EndReason, nowMs: number): CallState {
  const talked = state.phase === "active" && reason !== "answered-elsewhere";
  const answeredAtMs = talked ? state.answeredAtMs : null;
  return { phase: "ended", call: state.call, reason, answeredAtMs, endedAtMs: nowMs };
}

function to(state: CallState): Step {
  return { state, effects: [] };
}

function stay(state: CallState): Step {
  return { state, effects: [] };
}
