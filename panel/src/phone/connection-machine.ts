/**
 * The phone's own registration keeper. JsSIP's recovery backs off to 30 s on timers that a hidden tab freezes, and
 * cannot tell a half-dead socket from a living one; this one retries every cause within 4 s, at once when the page
 * wakes, and asks the server for a sign of life.
 *
 *   off ─start─► connecting ─open─► registering ─registered─► registered ─refresh, wake─► probing
 *                    ▲  │ deadline, closed   │ refused, deadline                              │ alive
 *                    │  ▼                    ▼                          registered ◄──────────┤
 *                    └─ waiting ◄────────────┴──────────────────────────────────── closed ────┤
 *                                                                       connecting ◄ deadline ┘
 */

/** Why there is no registration just now. */
export type ConnectionProblem = "unreachable" | "refused" | "credentials" | "no-reply";

export type ConnectionState =
  | { phase: "off" }
  /** `problem`: what the attempt before this one met. */
  | { phase: "connecting"; attempt: number; problem: ConnectionProblem | null }
  | { phase: "registering"; attempt: number; problem: ConnectionProblem | null }
  | { phase: "registered" }
  /** `hurried`: the network changed, so silence soon counts as an answer. */
  | { phase: "probing"; hurried: boolean }
  | { phase: "waiting"; attempt: number; problem: ConnectionProblem };

export type ConnectionEvent =
  | { type: "start" }
  | { type: "stop" }
  | { type: "open" }
  | { type: "closed" }
  | { type: "registered" }
  | { type: "refused"; problem: "refused" | "credentials" }
  /** A probe was answered. */
  | { type: "alive" }
  /** The state's own timer. */
  | { type: "timer" }
  /** The page was shown, the network came back: do now what would be done later. */
  | { type: "wake" }
  /** This device has another network, or sound stopped coming. */
  | { type: "network-changed" };

export type ConnectionEffect = "open" | "drop" | "register";

type Step = { state: ConnectionState; effects: ConnectionEffect[] };

const CONNECT_MS = 4_000;
const REGISTER_MS = 3_000;
const PROBE_MS = 2_500;
const HURRIED_PROBE_MS = 1_000;
const REFRESH_MS = 25_000;
const BACKOFF_MS = [1_000, 2_000, 4_000];
/**
 * A new account takes a moment from the bridge to the VPS, so the first refusals are soon tried again; a wrong password
 * every few seconds would get this address banned.
 */
const CREDENTIALS_BACKOFF_MS = [1_500, 4_000, 30_000];

/** How long a state lasts before its `timer` event; null: for ever. Retries are spread by `random` (0 to 1). */
export function timerOf(state: ConnectionState, random: number): number | null {
  switch (state.phase) {
    case "off":
      return null;
    case "connecting":
      return CONNECT_MS;
    case "registering":
      return REGISTER_MS;
    case "probing":
      return state.hurried ? HURRIED_PROBE_MS : PROBE_MS;
    case "registered":
      return REFRESH_MS;
    case "waiting": {
      const steps = state.problem === "credentials" ? CREDENTIALS_BACKOFF_MS : BACKOFF_MS;
      const longest = steps[Math.min(state.attempt, steps.length - 1)] ?? 0;
      return Math.round(longest * (0.75 + random * 0.25));
    }
  }
}

export function transition(state: ConnectionState, event: ConnectionEvent): Step {
  switch (event.type) {
    case "start":
      return state.phase === "off" ? connect(0, null) : stay(state);
    case "stop":
      return state.phase === "off" ? stay(state) : { state: { phase: "off" }, effects: ["drop"] };
    case "open":
      // The SIP stack sends its REGISTER by itself on a new connection.
      return state.phase === "connecting" ? to({ ...state, phase: "registering" }) : stay(state);
    case "closed":
      return lost(state, "unreachable", []);
    case "registered":
    case "alive":
      return state.phase === "off" || state.phase === "waiting" ? stay(state) : to({ phase: "registered" });
    case "refused":
      return lost(state, event.problem, ["drop"]);
    case "timer":
      return elapsed(state);
    case "wake":
      return woken(state, false);
    case "network-changed":
      return state.phase === "probing" && !state.hurried ? probe(true) : woken(state, true);
  }
}

function elapsed(state: ConnectionState): Step {
  switch (state.phase) {
    case "off":
      return stay(state);
    case "connecting":
      return lost(state, "unreachable", ["drop"]);
    case "registering":
      return lost(state, "no-reply", ["drop"]);
    case "probing":
      // Half-dead: the server may be fine, only this socket is not.
      return { state: { phase: "connecting", attempt: 0, problem: "no-reply" }, effects: ["drop", "open"] };
    case "registered":
      return probe(false);
    case "waiting":
      return connect(state.attempt + 1, state.problem);
  }
}

function woken(state: ConnectionState, hurried: boolean): Step {
  switch (state.phase) {
    case "waiting":
      return connect(0, state.problem);
    case "registered":
      return probe(hurried);
    // An attempt that began without a network may hang for minutes: begin anew.
    case "connecting":
      return connect(state.attempt, state.problem);
    case "off":
    case "registering":
    case "probing":
      return stay(state);
  }
}

function lost(state: ConnectionState, problem: ConnectionProblem, effects: ConnectionEffect[]): Step {
  switch (state.phase) {
    case "off":
    case "waiting":
      return stay(state);
    case "connecting":
    case "registering":
      return { state: { phase: "waiting", attempt: state.attempt, problem }, effects };
    case "registered":
    case "probing":
      return { state: { phase: "waiting", attempt: 0, problem }, effects };
  }
}

function probe(hurried: boolean): Step {
  return { state: { phase: "probing", hurried }, effects: ["register"] };
}

function connect(attempt: number, problem: ConnectionProblem | null): Step {
  return { state: { phase: "connecting", attempt, problem }, effects: ["open"] };
}

function to(state: ConnectionState): Step {
  return { state, effects: [] };
}

function stay(state: ConnectionState): Step {
  return { state, effects: [] };
}
