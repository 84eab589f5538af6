/** What panels said of themselves last. Only in memory: it is said anew each minute. */
import type { DeviceHealth, DeviceReport } from "../../api/site-health.ts";

export interface DeviceReports {
  note(accountId: string, report: DeviceReport): void;
  of(accountId: string): DeviceHealth["report"];
  /** Nobody can have reported before; ms. */
  sinceMs: number;
}

const MOST = 20_000;

export function deviceReports(now: () => number): DeviceReports {
  const reports = new Map<string, NonNullable<DeviceHealth["report"]>>();
  return {
    sinceMs: now(),
    note: (accountId, report) => {
      if (reports.size >= MOST) reports.clear();
      reports.set(accountId, { ...report, atMs: now() });
    },
    of: (accountId) => reports.get(accountId) ?? null,
  };
}
