/** Health in plain sentences: what is wrong, and what to do. */
import type { HealthProblem, ServerCertificate, TestRingDevice } from "../data/upkeep.ts";
import type { AdminLocalizer } from "../localize/admin.ts";
import { moment } from "./components/registration.ts";

/** A link that is down says why: where that is known it is the sentence. */
export function problemSentences({ code, params }: HealthProblem, t: AdminLocalizer): { what: string; todo: string } {
  const cause = CAUSES.find((known) => known === params.code);
  const key = cause ?? code;
  const told = { ...params, ...toldOf(params, t) };
  const part = PARTS.find((known) => code === "VPS_PART_DOWN" && known === params.part);
  const what = part === undefined ? t(`problem.${key}`, told) : t(`problem.VPS_PART_DOWN.${part}`, told);
  return { what, todo: t(`problem.${key}.do`, told) };
}

/** What a person reads in the place of our words. */
function toldOf({ step, part }: HealthProblem["params"], t: AdminLocalizer): Record<string, string> {
  const known = STEPS.find((one) => one === step);
  return {
    ...(step !== undefined && { step: t(`health.step.${known ?? "none"}`) }),
    // The directory and the list of calls are kept by control.
    ...(part !== undefined && { service: part === "directory" || part === "outbox" ? "control" : String(part) }),
  };
}

const STEPS = ["server", "register", "reach", "answer", "audio-out", "audio-in", "audio-both", "audio-home"] as const;
const PARTS = ["kamailio", "rtpengine", "coturn", "directory", "outbox"] as const;

const CAUSES = [
  "VPS_UNAUTHORIZED",
  "VPS_CERTIFICATE",
  "VPS_BAD_REPLY",
  "STORE_UNAVAILABLE",
  "MQTT_UNAUTHORIZED",
  "MQTT_CERTIFICATE",
] as const;

/** The result of a device's last test ring. `told` writes its time: on paper nothing is "today". */
export function testText(test: TestRingDevice | null, t: AdminLocalizer, told = moment): string {
  if (test === null) return t("health.testNever");
  const time = test.atMs === null ? "" : told(test.atMs, t);
  return t(`health.testState.${test.state}`, { time, step: t(`health.step.${test.failedStep ?? "none"}`) });
}

const DAY_MS = 86_400_000;

/** How long a certificate of the server is still good. */
export function certificateText(
  { service, host, endsAtMs }: ServerCertificate,
  nowMs: number,
  t: AdminLocalizer,
): string {
  if (endsAtMs === null) return t("health.certificate.unknown", { host });
  const date = new Intl.DateTimeFormat(t.locale, { dateStyle: "long" }).format(endsAtMs);
  if (endsAtMs < nowMs) return t("health.certificate.over", { host, date });
  return t(`health.certificate.${service}`, { host, date, days: Math.floor((endsAtMs - nowMs) / DAY_MS) });
}
