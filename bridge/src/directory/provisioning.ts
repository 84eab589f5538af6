/** How far edits have got, in the words that people see, and the way out when they are stuck. */
import type { LinkState } from "../api/live.ts";
import type { Provisioning, ProvisioningState, WayOut } from "../api/provisioning.ts";
import type { ProvisioningRow } from "../store/provisioning-store.ts";
import type { Store } from "../store/store.ts";
import { siteOf } from "./lookup.ts";

/** `link`: to the VPS of the site. */
export function provisioningState(row: ProvisioningRow, link: LinkState): ProvisioningState {
  if (row.liveRevision >= row.revision) return "live";
  if (row.problem !== null) return "stuck";
  return link === "up" ? "on-its-way" : "saved";
}

export interface ProvisioningView {
  list(): Provisioning[];
  /** Throws UNKNOWN_SITE. */
  retry(siteId: string): void;
}

interface Link {
  linkOf(siteId: string): { link: LinkState; code: string | null };
  retry(siteId: string): void;
}

export function provisioningView(store: Store, vps: Link): ProvisioningView {
  return {
    list: () => store.provisioning.list().map((row) => describeProvisioning(store, row, vps.linkOf(row.siteId))),
    retry: (siteId) => vps.retry(siteOf(store, siteId).id),
  };
}

/** `link` and `code`: of the link to the site's VPS and why it is not up. */
function describeProvisioning(
  store: Store,
  row: ProvisioningRow,
  { link, code }: { link: LinkState; code: string | null },
): Provisioning {
  const { siteId, revision, liveRevision, liveAtMs } = row;
  const state = provisioningState(row, link);
  const problem = state === "live" ? null : (row.problem ?? (link === "up" ? null : code));
  const conflicts = row.problem === "NAME_CONFLICT" ? conflictsIn(store, siteId, row.detail ?? "") : [];
  return {
    siteId,
    revision,
    liveRevision,
    state,
    liveAtMs,
    problem,
    wayOut: problem === null ? null : (WAYS_OUT[problem] ?? (state === "stuck" ? "retry" : "wait")),
    conflicts,
  };
}

const WAYS_OUT: Readonly<Record<string, WayOut>> = {
  NAME_CONFLICT: "rename",
  DIRECTORY_REFUSED: "remove",
  REVISION_CONFLICT: "retry",
  VPS_UNAUTHORIZED: "token",
  VPS_SITE_UNKNOWN: "token",
  VPS_NOT_CONFIGURED: "configure",
  VPS_CERTIFICATE: "configure",
};

/** The row's detail ends in what control said, as JSON: see `describe` in vps/provisioner.ts. */
function conflictsIn(store: Store, siteId: string, detail: string): Provisioning["conflicts"] {
  const start = detail.indexOf("{");
  if (start < 0) return [];
  try {
    const { conflicts } = JSON.parse(detail.slice(start)) as { conflicts?: { problem?: unknown; name?: unknown }[] };
    return (conflicts ?? []).slice(0, 50).map(({ problem, name }) => {
      const unit = store.units.byName(siteId, String(name));
      const account = store.accounts.byUsername(siteId, String(name));
      return {
        problem: String(problem),
        name: String(name),
        noun: unit ? (unit.kind === "door" ? "door" : "unit") : account ? "account" : null,
        rowId: unit?.id ?? account?.id ?? null,
      };
    });
  } catch {
    return [];
  }
}
