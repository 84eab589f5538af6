/** What a step of the device's test came to. */
import type { DeviceKey } from "../localize/device.ts";

export interface StepResult {
  /** `skipped`: not tried, as a link before it fails. */
  state: "waiting" | "running" | "passed" | "warning" | "failed" | "skipped";
  /** A sentence that says what was found or why it fails, and what to do. */
  why: Why | null;
}

interface Why {
  key: DeviceKey;
  because?: DeviceKey;
  /** For the places in the sentence. */
  values?: Record<string, string>;
}

export const PASSED: StepResult = { state: "passed", why: null };
export const SKIPPED: StepResult = { state: "skipped", why: null };

export function failed(key: DeviceKey, because?: DeviceKey): StepResult {
  return { state: "failed", why: because === undefined ? { key } : { key, because } };
}

export function warning(key: DeviceKey): StepResult {
  return { state: "warning", why: { key } };
}
