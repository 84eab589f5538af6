/** What keeps a device from ringing, now or soon. Pure. */
import type { DeviceHealth, HealthProblem } from "../../api/site-health.ts";
import { certificateProblems } from "./certificate-problems.ts";
import { problem } from "./problem.ts";

export type DeviceFacts = Pick<DeviceHealth, "type" | "registration" | "report" | "lastTest"> & {
  /** Reports could have come for this long, ms. */
  listeningMs: number;
  nowMs: number;
  /** Parts of the VPS that are down. */
  partsDown: readonly string[];
};

/** A panel reports each minute; after three missed ones its page is not running. */
const SILENT_MS = 3 * 60_000 + 15_000;
const SLOW_MS = 400;
/** Without these no call gets through. */
const CARRIES_CALLS = ["kamailio", "rtpengine"];

export function deviceProblems(facts: DeviceFacts): HealthProblem[] {
  const { partsDown } = facts;
  return [
    ...(CARRIES_CALLS.some((part) => partsDown.includes(part)) ? [problem("DEVICE_WAITS_FOR_SERVER", "error")] : []),
    // Nobody is registered with what is down, and that is no fault of the device.
    ...(partsDown.includes("kamailio") ? [] : registrationProblems(facts)),
    ...(facts.type === "panel" ? panelProblems(facts) : []),
    ...testProblems(facts),
  ];
}

function registrationProblems(facts: DeviceFacts): HealthProblem[] {
  const { registration, type } = facts;
  // A phone that is switched off is no fault of the house.
  const severity = type === "mobile" ? "warning" : "error";
  if (registration.state === "not-registered") {
    return [problem(registration.lastSeenMs === null ? "DEVICE_NEVER_SEEN" : "DEVICE_NOT_REGISTERED", severity)];
  }
  // The edge keeps a contact for a while after its device lost the way there, and nobody can ask an edge that is away.
  return !isSilent(facts) && facts.report?.registered === false ? [problem("DEVICE_NOT_REGISTERED", severity)] : [];
}

function isSilent({ report, listeningMs, nowMs }: DeviceFacts): boolean {
  return report === null ? listeningMs > SILENT_MS : nowMs - report.atMs > SILENT_MS;
}

function panelProblems(facts: DeviceFacts): HealthProblem[] {
  const { report, registration } = facts;
  // Of a device that is not connected this is no news.
  if (isSilent(facts)) return registration.state === "not-registered" ? [] : [problem("DEVICE_SILENT", "error")];
  if (report === null) return [];
  const { audioUnlocked, microphone, rttMs, certificateDays } = report;
  return [
    ...(audioUnlocked ? [] : [problem("AUDIO_LOCKED", "error")]),
    ...microphoneProblems(microphone),
    ...(rttMs !== null && rttMs > SLOW_MS ? [problem("DEVICE_SLOW", "warning", { ms: rttMs })] : []),
    ...certificateProblems(certificateDays, {}, { ends: "CERTIFICATE_ENDS", over: "CERTIFICATE_EXPIRED" }),
  ];
}

function microphoneProblems(microphone: NonNullable<DeviceFacts["report"]>["microphone"]): HealthProblem[] {
  switch (microphone) {
    case "granted":
      return [];
    case "prompt":
      return [problem("MICROPHONE_NOT_ASKED", "warning")];
    case "denied":
      return [problem("MICROPHONE_DENIED", "error")];
    case "absent":
      return [problem("MICROPHONE_ABSENT", "error")];
  }
}

function testProblems({ lastTest }: DeviceFacts): HealthProblem[] {
  // Whether it is registered now is known better than a test of last night can say, and the server's faults are not its own.
  if (lastTest?.state !== "failed" || ["register", "server"].includes(lastTest.failedStep ?? "")) return [];
  return [problem("TEST_RING_FAILED", "error", { step: lastTest.failedStep ?? "" })];
}
