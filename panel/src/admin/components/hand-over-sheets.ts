/** What is printed when a building is handed over. Plain elements: the printer gets a copy of them. */
import { html, nothing, type TemplateResult } from "lit";
import type { Unit } from "../../data/directory.ts";
import type { Account } from "../../data/rows.ts";
import type { SiteHealth } from "../../data/upkeep.ts";
import type { AdminKey, AdminLocalizer } from "../../localize/admin.ts";
import { clock, unitLabel } from "../../localize/localize.ts";
import type { SiteAdmin } from "../admin.ts";
import { testText } from "../health-text.ts";
import { isOnlyHere } from "../own-address.ts";
import type { CodeState, PhoneCode } from "../phone-codes.ts";
import { qrCode } from "./qr-code.ts";
import { stateWord } from "./registration.ts";

export interface HandOverState {
  health: SiteHealth | null;
  accounts: readonly Account[];
}

/** A unit's phone code, and the way to another one. */
export interface SheetCode {
  code: PhoneCode | null;
  state: CodeState;
  /** null: not now. */
  renew: (() => void) | null;
}

/** `phone` null: the page is without a code for a phone. */
export function unitSheet(
  admin: SiteAdmin,
  unit: Unit,
  { accounts, health }: HandOverState,
  phone: SheetCode | null,
): TemplateResult {
  const { t, site, directory } = admin;
  const pageUrl = admin.pageUrl ?? "";
  const name = unitLabel(t, unit.number);
  const building = directory.buildings.find(({ id }) => id === unit.buildingId)?.name ?? "";
  const own = accounts.filter(({ unitId }) => unitId === unit.id);
  return html`
    <article class="sheet" aria-label=${name}>
      <h1>${t("handOver.for", { name })}</h1>
      <p>${[...new Set([site.name, site.address, building])].filter(Boolean).join(" · ")}</p>
      ${isOnlyHere(pageUrl) ? html`<p class="note">${t("pair.onlyHere", { address: pageUrl })}</p>` : nothing}
      <div class="codes">
        <div>
          <h2>${t("handOver.panel")}</h2>
          ${qrCode(pageUrl, t("handOver.qrPanel"))}
          <p>${t("handOver.panelHow", { name })}</p>
          <p class="mono">${pageUrl}</p>
        </div>
        <div>
          <h2>${t("handOver.phone")}</h2>
          ${phone === null ? html`<p>${t("handOver.phoneLater")}</p>` : phonePart(admin, name, phone)}
        </div>
      </div>
      ${own.length === 0 ? nothing : html`<h2>${t("handOver.devices")}</h2>${devices(admin, own, health)}`}
      ${signature(admin)}
    </article>
  `;
}

/** A code that is good for nothing is not printed. */
function phonePart({ t }: SiteAdmin, name: string, { code, state, renew }: SheetCode): TemplateResult {
  const isGood = state === "good" || state === "soon";
  return html`
    ${
      isGood && code?.httpsUrl != null
        ? html`${qrCode(code.httpsUrl, t("handOver.qrPhone"))}
            <p>${t("handOver.phoneHow", { time: onPaper(code.expiresAtMs, t) })}</p>`
        : html`${state === "over" ? html`<p class="no-print"><strong>${t("handOver.codeOver")}</strong></p>` : nothing}
            <p>${t(state === "used" ? "handOver.codeUsed" : "handOver.phoneLater")}</p>`
    }
    <button class="no-print" aria-label=${t("label.of", { what: t("handOver.renewOne"), of: name })} ?disabled=${renew === null} @click=${renew}>
      ${t("handOver.renewOne")}
    </button>
  `;
}

export function siteReport(admin: SiteAdmin, { accounts, health }: HandOverState): TemplateResult {
  const { t, site } = admin;
  return html`
    <article class="sheet" aria-label=${t("handOver.reportTitle", { name: site.name })}>
      <h1>${t("handOver.reportTitle", { name: site.name })}</h1>
      <p>${[site.address, site.domain].filter(Boolean).join(" · ")}</p>
      ${devices(admin, accounts, health)} ${signature(admin)}
    </article>
  `;
}

function signature({ t }: SiteAdmin): TemplateResult {
  const value = "____________________________";
  return html`
    <p>${t("handOver.reportMade", { time: onPaper(Date.now(), t) })}</p>
    <p>${t("text.labelled", { label: t("handOver.signature"), value })}</p>
  `;
}

/** "30 November 2026, 14:03": it is read on another day. */
function onPaper(atMs: number, t: AdminLocalizer): string {
  const day = new Intl.DateTimeFormat(t.locale, { dateStyle: "long", timeZone: t.timeZone }).format(atMs);
  return `${day}, ${clock(t, atMs)}`;
}

/** A login that waits for its device, as that of a code on this very paper, is no device that has lost its connection. */
function wordOnPaper(account: Account): AdminKey {
  const word = stateWord(account);
  const isNew = word === "device.notRegistered" && account.registration.lastSeenMs === null;
  return isNew ? "handOver.notYet" : word;
}

function devices({ t, directory }: SiteAdmin, accounts: readonly Account[], health: SiteHealth | null): TemplateResult {
  const known = new Map((health?.devices ?? []).map((device) => [device.accountId, device]));
  const units = new Map(directory.units.map(({ id, number }) => [id, unitLabel(t, number)]));
  const placeOf = ({ id, unitId }: Account): string => units.get(unitId ?? "") ?? known.get(id)?.placeLabel ?? "";
  const order = new Intl.Collator(t.locale, { numeric: true });
  const sorted = accounts.toSorted((a, b) => order.compare(placeOf(a), placeOf(b)) || order.compare(a.label, b.label));
  return html`
    <table>
      <thead><tr><th scope="col">${t("handOver.device")}</th><th scope="col">${t("device.place")}</th>
        <th scope="col">${t("handOver.state")}</th><th scope="col">${t("handOver.test")}</th></tr></thead>
      <tbody>
        ${sorted.map((account) => {
          const device = known.get(account.id);
          return html`<tr>
            <td>${account.label} (${t(`device.type.${account.type}`)})</td>
            <td>${placeOf(account)}</td>
            <td>${t(wordOnPaper(account))}</td>
            <td>${testText(device?.lastTest ?? null, t, onPaper)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  `;
}
