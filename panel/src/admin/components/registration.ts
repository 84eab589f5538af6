/** A device's registration, as its list and its page tell it. */
import { html, nothing, type TemplateResult } from "lit";
import type { Account } from "../../data/rows.ts";
import type { AdminLocalizer } from "../../localize/admin.ts";
import { clock, day } from "../../localize/localize.ts";

export function registrationChip({ enabled, registration }: Account, t: AdminLocalizer): TemplateResult {
  if (!enabled) return html`<span class="chip">${t("device.disabled")}</span>`;
  switch (registration.state) {
    case "registered":
      return html`<span class="chip good">${t("device.registered")}</span>`;
    case "not-registered":
      return html`<span class="chip bad">${t("device.notRegistered")}</span>`;
    case "unknown":
      return html`<span class="chip" title=${t("device.unknownHint")}>${t("device.unknownState")}</span>`;
  }
}

/** "Today, 14:03"; the device that is connected now was not "last seen". */
export function lastSeen({ registration }: Account, t: AdminLocalizer): string {
  if (registration.state === "registered") return t("device.now");
  if (registration.lastSeenMs === null) return t("device.never");
  return moment(registration.lastSeenMs, t);
}

export function moment(atMs: number, t: AdminLocalizer): string {
  return `${day(t, atMs, Date.now())}, ${clock(t, atMs)}`;
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
