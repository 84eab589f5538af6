/**
 * The call that ended because its page went away: left for another page, loaded anew, or rebuilt by Home Assistant after
 * a restart. Kept by the tab, so that whoever comes back reads what happened and can call back.
 */
import type { CallInfo } from "./call-machine.ts";

export interface InterruptedCall {
  peer: CallInfo["peer"];
  atMs: number;
}

const KEY = "neolia.interrupted-call";
/** Afterwards nobody waits at a door any more. */
export const CALL_BACK_MS = 2 * 60_000;

export function keepInterruptedCall(call: InterruptedCall): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(call));
  } catch {
    // A browser without storage: the call ends without a word.
  }
}

/** Another call is on: what was before it is over. */
export function forgetInterruptedCall(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept either.
  }
}

/** The one of less than two minutes ago; again after another load, which Home Assistant may bring about twice. */
export function interruptedCall(nowMs: number): InterruptedCall | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as Partial<InterruptedCall> | null;
    const { peer, atMs } = kept ?? {};
    if (typeof peer?.name !== "string" || peer.name === "" || typeof atMs !== "number") return null;
    const { name, displayName } = peer;
    const isRecent = nowMs >= atMs && nowMs - atMs < CALL_BACK_MS;
    return isRecent ? { peer: { name, displayName: displayName ?? null }, atMs } : null;
  } catch {
    return null;
  }
}
