/** A device's registration, as its list and its page tell it. */
import { html, nothing, type TemplateResult } from "lit";
import type { Account } from "../../data/rows.ts";
import type { AdminKey, AdminLocalizer } from "../../localize/admin.ts";
import { clock, day, momentWithin } from "../../localize/localize.ts";
import type { Admin } from "../admin.ts";

type State = "disabled" | Account["registration"]["state"];

const TONES: Record<State, string> = { disabled: "", registered: "good", "not-registered": "bad", unknown: "" };
const WORDS: Record<State, AdminKey> = {
  disabled: "device.disabled",
  registered: "device.registered",
  "not-registered": "device.notRegistered",
  unknown: "device.unknownState",
};

function stateOf({ enabled, registration }: Account): State {
  return enabled ? registration.state : "disabled";
}

export function stateWord(account: Account): AdminKey {
  return WORDS[stateOf(account)];
}

export function registrationChip(account: Account, t: AdminLocalizer): TemplateResult {
  const state = stateOf(account);
  const hint = state === "unknown" ? t("device.unknownHint") : "";
  return html`<span class="chip ${TONES[state]}" title=${hint}>${t(WORDS[state])}</span>`;
}

/** Another word when a device comes or goes, or when nobody can say any more: what is pushed of that are ids alone. */
export function connectionsOf({ panel }: Pick<Admin, "panel">): string {
  const { registered = [], vps = null } = panel.live.state ?? {};
  return JSON.stringify([registered, vps]);
}

/** "Today, 14:03"; the device that is connected now was not "last seen". */
export function lastSeen({ registration }: Account, t: AdminLocalizer): string {
  if (registration.state === "registered") return t("device.now");
  if (registration.lastSeenMs === null) return t("device.never");
  return `${day(t, registration.lastSeenMs, Date.now())}, ${clock(t, registration.lastSeenMs)}`;
}

/** Within a sentence: "today, 14:03". */
export function moment(atMs: number, t: AdminLocalizer): string {
  return momentWithin(t, atMs, Date.now());
}

export function registrationFacts(account: Account, t: AdminLocalizer): TemplateResult {
  const { registration } = account;
  const fact = (title: string, value: string): TemplateResult | typeof nothing =>
    value === "" ? nothing : html`<dt>${title}</dt><dd>${value}</dd>`;
  return html`<dl>
    <dt>${t("device.username")}</dt><dd class="mono">${account.username}@${account.domain}</dd>
    <dt>${t("device.lastSeen")}</dt><dd>${lastSeen(account, t)}</dd>
    ${fact(t("device.software"), registration.userAgent)} ${fact(t("device.address"), registration.address)}
    ${fact(t("device.transport"), registration.transport.toUpperCase())}
  </dl>
  ${registration.contacts > 1 ? html`<p class="note">${t("device.contacts", { count: registration.contacts })}</p>` : nothing}`;
}
