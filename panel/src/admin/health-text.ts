/** Health in plain sentences: what is wrong, and what to do. */
import type { HealthProblem, ServerCertificate, TestRingDevice } from "../data/upkeep.ts";
import type { AdminLocalizer } from "../localize/admin.ts";
import { moment } from "./components/registration.ts";

/** A link that is down says why: where that is known it is the sentence. */
export function problemSentences({ code, params }: HealthProblem, t: AdminLocalizer): { what: string; todo: string } {
  const cause = CAUSES.find((known) => known === params.code);
  const key = cause ?? code;
  return { what: t(`problem.${key}`, params), todo: t(`problem.${key}.do`, params) };
}

const CAUSES = [
  "VPS_UNAUTHORIZED",
  "VPS_CERTIFICATE",
  "VPS_BAD_REPLY",
  "STORE_UNAVAILABLE",
  "MQTT_UNAUTHORIZED",
  "MQTT_CERTIFICATE",
] as const;

/** The result of a device's last test ring. */
export function testText(test: TestRingDevice | null, t: AdminLocalizer): string {
  if (test === null) return t("health.testNever");
  const time = test.atMs === null ? "" : moment(test.atMs, t);
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
