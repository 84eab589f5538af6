/**
 * Could each device ring now, as the broker is told: the health page's answer (directory/health), asked for anew when
 * something of it changed and each half minute, since devices that fall silent tell nobody.
 */
import type { DeviceHealth } from "../api/site-health.ts";

/** The payload of `…/account/<username>/could-ring`. */
export interface RingCheck {
  /** `unknown`: the VPS is away, and nobody can say who is registered. */
  state: "ok" | "problem" | "unknown";
  /** Codes of the health page; `warnings` are what may keep it from ringing soon. */
  problems: string[];
  warnings: string[];
}

export type DeviceHealthOf = (siteId: string) => readonly DeviceHealth[];

export const ASKED_EVERY_MS = 30_000;

export class RingChecks {
  private readonly of: DeviceHealthOf;
  private readonly sites = new Map<string, ReadonlyMap<string, RingCheck>>();

  constructor(of: DeviceHealthOf) {
    this.of = of;
  }

  /** By the account's id. */
  site(siteId: string): ReadonlyMap<string, RingCheck> {
    const known = this.sites.get(siteId);
    if (known) return known;
    const asked = new Map(this.of(siteId).map((device) => [device.accountId, checkOf(device)]));
    this.sites.set(siteId, asked);
    return asked;
  }

  /** Something changed, of one site or of all. */
  forget(siteId?: string): void {
    if (siteId === undefined) this.sites.clear();
    else this.sites.delete(siteId);
  }
}

function checkOf({ ok, problems, registration }: DeviceHealth): RingCheck {
  const codes = (severity: string): string[] =>
    problems.filter((problem) => problem.severity === severity).map(({ code }) => code);
  const state = !ok ? "problem" : registration.state === "unknown" ? "unknown" : "ok";
  return { state, problems: codes("error"), warnings: codes("warning") };
}
