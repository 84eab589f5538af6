/** How far an edit has got: saved here, on its way to the server, live there. Never more than is true. */
import { html, nothing, type TemplateResult } from "lit";
import type { AdminKey } from "../../localize/admin.ts";
import type { Admin } from "../admin.ts";

export interface Edited {
  siteId: string;
  revision: number;
}

type Stage = "saved" | "onItsWay" | "live" | "stuck";

const TONE: Record<Stage, string> = { saved: "wait", onItsWay: "wait", live: "good", stuck: "bad" };
const STAGE: Record<string, Stage> = { saved: "saved", "on-its-way": "onItsWay", live: "live", stuck: "stuck" };

export function stageOf({ panel }: Admin, { siteId, revision }: Edited): Stage | null {
  const site = panel.live.state?.provisioning.find((known) => known.siteId === siteId);
  if (site === undefined || panel.live.up !== true) return null;
  if (revision <= site.liveRevision) return "live";
  // Our list may be newer than the state: then it is on its way at best.
  return site.state === "live" ? "onItsWay" : (STAGE[site.state] ?? "saved");
}

export function liveChip(admin: Admin, row: Edited): TemplateResult | typeof nothing {
  const stage = stageOf(admin, row);
  if (stage === null) return nothing;
  const { t } = admin;
  return html`<span class="chip ${TONE[stage]}" role="status" data-stage=${stage}
    title=${t(`live.${stage}Hint` as AdminKey)}>${t(`live.${stage}`)}</span>`;
}

/** Of the site as a whole: what its latest edit has got to. */
export function siteChip(admin: Admin, site: { id: string }): TemplateResult | typeof nothing {
  const known = admin.panel.live.state?.provisioning.find(({ siteId }) => siteId === site.id);
  return known === undefined ? nothing : liveChip(admin, { siteId: site.id, revision: known.revision });
}
