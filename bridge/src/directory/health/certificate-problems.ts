/** What certificates make of a site's health. Pure. */
import type { HealthProblem, ServerCertificate } from "../../api/site-health.ts";
import { problem } from "./problem.ts";

const DAY_MS = 86_400_000;
/** A renewal that failed once or twice is still in time; from then on a person has to look. */
const WARNING_DAYS = 14;
const ERROR_DAYS = 3;

/** Whole days that it is still good for, negative once it is over; null: not known. */
export function daysLeft({ endsAtMs }: ServerCertificate, nowMs: number): number | null {
  return endsAtMs === null ? null : Math.floor((endsAtMs - nowMs) / DAY_MS);
}

/** The site's own problems. */
export function serverCertificateProblems(certificates: readonly ServerCertificate[], nowMs: number): HealthProblem[] {
  return certificates.flatMap((certificate) => {
    const days = daysLeft(certificate, nowMs);
    const { host, refused } = certificate;
    return [
      ...(refused === "name" ? [problem("SERVER_CERTIFICATE_NAME", "error", { host })] : []),
      ...(refused === "untrusted" ? [problem("SERVER_CERTIFICATE_UNTRUSTED", "error", { host })] : []),
      ...certificateProblems(days, { host }, { ends: "SERVER_CERTIFICATE_ENDS", over: "SERVER_CERTIFICATE_EXPIRED" }),
    ];
  });
}

/** Of one certificate, by its days; `codes` say whose it is. */
export function certificateProblems(
  days: number | null,
  params: HealthProblem["params"],
  codes: { ends: HealthProblem["code"]; over: HealthProblem["code"] },
): HealthProblem[] {
  if (days === null || days >= WARNING_DAYS) return [];
  if (days < 0) return [problem(codes.over, "error", params)];
  return [problem(codes.ends, days < ERROR_DAYS ? "error" : "warning", { ...params, days })];
}
