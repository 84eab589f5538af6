/** Could it ring now? One answer for a site: what is wrong with all of it, and with each device. */
import { setImmediate as turn } from "node:timers/promises";
import type { LiveState } from "../../api/live.ts";
import type { DeviceHealth, HealthProblem, ServerCertificate, SiteHealth } from "../../api/site-health.ts";
import type { AccountRow } from "../../store/account-store.ts";
import type { UnitRow } from "../../store/unit-store.ts";
import type { DirectoryContext } from "../edit.ts";
import { siteOf } from "../lookup.ts";
import { provisioningState } from "../provisioning.ts";
import { daysLeft, serverCertificateProblems } from "./certificate-problems.ts";
import { deviceProblems } from "./device-problems.ts";
import type { DeviceReports } from "./device-reports.ts";
import { problem } from "./problem.ts";

export type LinkStates = Pick<LiveState, "vps" | "mqtt">;

/** Throws UNKNOWN_SITE. */
export type SiteHealthOf = (siteId: string, links: LinkStates) => Promise<SiteHealth>;

/** Of one device; null: nobody asks whether such an account could ring. */
export type DeviceHealthOf = (account: AccountRow, links: Pick<LinkStates, "vps">) => DeviceHealth | null;

/** Devices that are looked at before somebody else gets a turn. */
const DEVICES_AT_ONCE = 250;
/** Units that are named one by one; of more, the first ones tell what is wrong. */
const MOST_SILENT_UNITS = 50;
/** Less is what two machines that ask the same time servers may show for a moment. */
const CLOCKS_MINUTES = 2;
/** Room for some days of calls, edits and copies; and for hardly anything. */
const DISK_LOW_BYTES = 500e6;
const DISK_FULL_BYTES = 50e6;

export function siteHealth(
  context: DirectoryContext,
  reports: DeviceReports,
  certificates: () => readonly ServerCertificate[],
  freeBytes: () => number | null,
): { siteHealth: SiteHealthOf; deviceHealth: DeviceHealthOf } {
  const { store, now, registrations } = context;

  /** A panel cannot see the certificate of its connection; the bridge saw the same one. */
  function reportOf(accountId: string): DeviceHealth["report"] {
    const report = reports.of(accountId);
    const wss = certificates().find(({ service }) => service === "wss");
    if (report === null || wss === undefined) return report;
    return { ...report, certificateDays: report.certificateDays ?? daysLeft(wss, now()) };
  }

  /** `placeLabel`: of its flat or door. */
  function device(row: AccountRow, placeLabel: string | null, partsDown: readonly string[]): DeviceHealth {
    const facts = {
      type: row.type,
      registration: registrations.of(row),
      report: reportOf(row.id),
      lastTest: store.tests.get(row.id),
    };
    const problems = deviceProblems({ ...facts, listeningMs: now() - reports.sinceMs, nowMs: now(), partsDown });
    const { registration, report, lastTest } = facts;
    return {
      accountId: row.id,
      label: row.label,
      type: row.type,
      placeLabel,
      ok: problems.every(({ severity }) => severity !== "error"),
      problems,
      registration,
      report,
      lastTest,
    };
  }

  /** Flats whose people would not hear the door: no device of theirs is registered. */
  function silentUnits(siteId: string, accounts: readonly AccountRow[], units: readonly UnitRow[]): HealthProblem[] {
    if (registrations.usernames(siteId) === null) return [];
    const ringing = new Set(
      accounts.filter((row) => row.enabled && registrations.of(row).state === "registered").map(({ unitId }) => unitId),
    );
    return units
      .filter(({ id, kind }) => kind === "residential" && !ringing.has(id))
      .slice(0, MOST_SILENT_UNITS)
      .map(({ label }) => problem("UNIT_RINGS_NOBODY", "warning", { unit: label }));
  }

  const siteHealth: SiteHealthOf = async (siteId, links) => {
    siteOf(store, siteId);
    const accounts = store.accounts.list({ siteId });
    const units = store.units.list({ siteId });
    const byId = new Map(units.map((unit) => [unit.id, unit]));
    const labelOf = ({ unitId }: AccountRow) => byId.get(unitId ?? "")?.label ?? null;
    const devices: DeviceHealth[] = [];
    for (const row of accounts.filter(isMeant)) {
      devices.push(device(row, labelOf(row), links.vps.partsDown));
      if (devices.length % DEVICES_AT_ONCE === 0) await turn();
    }
    const problems = [
      ...linkProblems(links),
      ...diskProblems(freeBytes()),
      ...serverCertificateProblems(certificates(), now()),
      ...editProblems(context, siteId, links),
      ...silentUnits(siteId, accounts, units),
    ];
    const ok = problems.every(({ severity }) => severity !== "error") && devices.every((one) => one.ok);
    return { siteId, atMs: now(), ok, problems, certificates: [...certificates()], devices };
  };
  return {
    siteHealth,
    deviceHealth: (row, { vps }) => {
      if (!isMeant(row)) return null;
      return device(row, store.units.get(row.unitId ?? "")?.label ?? null, vps.partsDown);
    },
  };
}

/** Whoever disabled a device knows that it does not ring. */
const isMeant = ({ type, enabled }: AccountRow): boolean => type !== "bridge" && enabled;

function linkProblems({ vps, mqtt }: LinkStates): HealthProblem[] {
  return [
    ...(vps.link === "not-configured" ? [problem("VPS_NOT_CONFIGURED", "error")] : []),
    ...(vps.link === "down" ? [problem("VPS_DOWN", "error", { code: vps.code ?? "" })] : []),
    ...vps.partsDown.map((part) => problem("VPS_PART_DOWN", part === "coturn" ? "warning" : "error", { part })),
    ...clockProblems(vps),
    ...(mqtt.link === "down" ? [problem("MQTT_DOWN", "warning", { code: mqtt.code ?? "" })] : []),
  ];
}

function clockProblems({ link, clockAheadMs = 0 }: LinkStates["vps"]): HealthProblem[] {
  const minutes = Math.round(Math.abs(clockAheadMs) / 60_000);
  if (link !== "up" || minutes < CLOCKS_MINUTES) return [];
  return [problem("CLOCKS_DIFFER", "warning", { minutes, ahead: clockAheadMs > 0 ? "server" : "here" })];
}

function diskProblems(freeBytes: number | null): HealthProblem[] {
  if (freeBytes === null || freeBytes >= DISK_LOW_BYTES) return [];
  const severity = freeBytes < DISK_FULL_BYTES ? "error" : "warning";
  return [problem("DISK_FULL", severity, { mb: Math.floor(freeBytes / 1e6) })];
}

function editProblems({ store }: DirectoryContext, siteId: string, { vps }: LinkStates): HealthProblem[] {
  const row = store.provisioning.get(siteId);
  const state = row && provisioningState(row, vps.link);
  if (state === "stuck") return [problem("EDITS_REFUSED", "error", { code: row?.problem ?? "" })];
  return state === "saved" ? [problem("EDITS_WAITING", "warning")] : [];
}
