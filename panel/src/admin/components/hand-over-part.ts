import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import { addPairing, type PairingWithSecret } from "../../data/devices.ts";
import type { Unit } from "../../data/directory.ts";
import { type Account, fetchAccounts } from "../../data/rows.ts";
import { fetchSiteHealth, type SiteHealth } from "../../data/upkeep.ts";
import { counted } from "../../localize/admin.ts";
import { clock, unitLabel } from "../../localize/localize.ts";
import type { SiteAdmin } from "../admin.ts";
import { testText } from "../health-text.ts";
import { isOnlyHere } from "../own-address.ts";
import { adminStyle } from "./admin-style.ts";
import { printPart } from "./print-part.ts";
import { qrCode } from "./qr-code.ts";
import { moment, stateWord } from "./registration.ts";

interface Sheets {
  health: SiteHealth | null;
  accounts: Account[];
  /** Empty: the report of the site. */
  units: Unit[];
  pairings: Map<string, PairingWithSecret>;
}

/** What is printed when a building is handed over: a page for each unit, and a report with each device's test result. */
@customElement("neolia-hand-over-part")
export class HandOverPart extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  @state() private building = "";
  @state() private withPairing = false;
  @state() private progress: { done: number; count: number } | null = null;
  @state() private sheets: Sheets | null = null;
  @query(".sheets") private readonly paper!: HTMLElement | null;

  static override styles = [
    shared,
    adminStyle,
    css`
      :host {
        display: grid;
        gap: 16px;
      }
      label:not(.check) {
        display: grid;
        font-weight: 600;
        gap: 4px;
      }
      .sheets {
        display: grid;
        gap: 16px;
      }
      .sheet {
        background: #ffffff;
        border: 1px solid var(--nl-line);
        border-radius: 6px;
        color: #000000;
        padding: 28px;
      }
      .sheet p,
      .sheet th,
      .sheet .muted {
        color: #222222;
      }
      .codes {
        display: flex;
        flex-wrap: wrap;
        gap: 28px;
        margin-block: 18px;
      }
      .codes > * {
        flex: 1 1 220px;
        max-inline-size: 320px;
      }
      @media print {
        .sheet {
          border: 0;
          break-after: page;
        }
        .sheet:last-child {
          break-after: auto;
        }
      }
      .qr {
        block-size: 170px;
        inline-size: 170px;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t, directory, site } = this.admin;
    const { progress, sheets } = this;
    const buildings = directory.buildings.filter(({ siteId }) => siteId === site.id);
    const pages = sheets === null ? 0 : Math.max(1, sheets.units.length);
    return html`
      <section class="card no-print" aria-label=${t("handOver.title")}>
        <p class="muted">${t("handOver.intro")}</p>
        <label>${t("handOver.building")}
          <select @change=${this.onBuilding}>
            <option value="">${t("handOver.allBuildings")}</option>
            ${buildings.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
          </select>
        </label>
        <label class="check"><input type="checkbox" .checked=${this.withPairing} @change=${this.togglePairing} />${t("handOver.pairing")}</label>
        <div class="end">
          <button class="accent" ?disabled=${progress !== null} @click=${() => void this.prepare("units")}>${t("handOver.units")}</button>
          <button ?disabled=${progress !== null} @click=${() => void this.prepare("site")}>${t("handOver.site")}</button>
        </div>
        ${progress === null ? nothing : this.renderProgress(progress)}
        ${
          sheets === null || progress !== null
            ? nothing
            : html`<div class="end" role="status"><span>${counted(t, "handOver.ready", pages)}</span>
                <button class="go" @click=${this.print}>${t("handOver.print")}</button></div>`
        }
      </section>
      ${sheets === null ? nothing : html`<div class="sheets">${sheets.units.length === 0 ? this.renderReport(sheets) : sheets.units.map((unit) => this.renderUnit(unit, sheets))}</div>`}
    `;
  }

  private renderProgress(progress: { done: number; count: number }): TemplateResult {
    const told = this.admin.t("handOver.preparing", progress);
    return html`<p role="status">${told}</p><progress aria-label=${told} max=${progress.count} value=${progress.done}></progress>`;
  }

  private renderUnit(unit: Unit, sheets: Sheets): TemplateResult {
    const { t, site, directory } = this.admin;
    const pageUrl = this.admin.pageUrl ?? "";
    const name = unitLabel(t, unit.number);
    const building = directory.buildings.find(({ id }) => id === unit.buildingId)?.name ?? "";
    const pairing = sheets.pairings.get(unit.id);
    const accounts = sheets.accounts.filter(({ unitId }) => unitId === unit.id);
    return html`
      <article class="sheet" aria-label=${name}>
        <h1>${t("handOver.for", { name })}</h1>
        <p>${[site.name, site.address, building].filter(Boolean).join(" · ")}</p>
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
            ${
              pairing?.httpsUrl == null
                ? html`<p>${t("handOver.phoneLater")}</p>`
                : html`${qrCode(pairing.httpsUrl, t("handOver.qrPhone"))}
                    <p>${t("handOver.phoneHow", { time: clock(t, pairing.expiresAtMs) })}</p>`
            }
          </div>
        </div>
        ${accounts.length === 0 ? nothing : html`<h2>${t("handOver.devices")}</h2>${this.renderDevices(accounts, sheets.health)}`}
        <p>${t("text.labelled", { label: t("handOver.signature"), value: "____________________________" })}</p>
      </article>
    `;
  }

  private renderReport({ health, accounts }: Sheets): TemplateResult {
    const { t, site } = this.admin;
    return html`
      <article class="sheet" aria-label=${t("handOver.reportTitle", { name: site.name })}>
        <h1>${t("handOver.reportTitle", { name: site.name })}</h1>
        <p>${[site.address, site.domain].filter(Boolean).join(" · ")}</p>
        <p>${t("handOver.reportMade", { time: moment(Date.now(), t) })}</p>
        ${this.renderDevices(accounts, health)}
        <p>${t("text.labelled", { label: t("handOver.signature"), value: "____________________________" })}</p>
      </article>
    `;
  }

  private renderDevices(accounts: readonly Account[], health: SiteHealth | null): TemplateResult {
    const { t, directory } = this.admin;
    const known = new Map((health?.devices ?? []).map((device) => [device.accountId, device]));
    const units = new Map(directory.units.map(({ id, number }) => [id, unitLabel(t, number)]));
    const placeOf = ({ id, unitId }: Account): string => units.get(unitId ?? "") ?? known.get(id)?.placeLabel ?? "";
    const order = new Intl.Collator(t.locale, { numeric: true });
    const sorted = accounts.toSorted(
      (a, b) => order.compare(placeOf(a), placeOf(b)) || order.compare(a.label, b.label),
    );
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
              <td>${t(stateWord(account))}</td>
              <td>${testText(device?.lastTest ?? null, t)}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    `;
  }

  private async prepare(what: "units" | "site"): Promise<void> {
    const { api, site, directory, fail, t } = this.admin;
    const inBuilding = ({ buildingId }: Unit): boolean => this.building === "" || buildingId === this.building;
    const units =
      what === "site"
        ? []
        : directory.units
            .filter((unit) => unit.siteId === site.id && inBuilding(unit))
            .sort((a, b) => a.number.localeCompare(b.number, t.locale, { numeric: true }));
    const count = Math.max(1, units.length);
    this.progress = { done: 0, count };
    try {
      const [accounts, health] = await Promise.all([
        fetchAccounts(api, { siteId: site.id }),
        fetchSiteHealth(api, site.id).catch(() => null),
      ]);
      const pairings = new Map<string, PairingWithSecret>();
      for (const [done, unit] of (this.withPairing ? units : []).entries()) {
        this.progress = { done, count };
        pairings.set(unit.id, await addPairing(api, { kind: "phone", unitId: unit.id, label: t("pair.defaultPhone") }));
      }
      this.sheets = { accounts, health, units, pairings };
    } catch (error) {
      fail(error);
    } finally {
      this.progress = null;
    }
  }

  private print = (): void => {
    if (this.paper !== null) printPart(this.paper, this.admin.t("handOver.title"));
  };

  private onBuilding = (event: Event): void => {
    this.building = (event.target as HTMLSelectElement).value;
  };

  private togglePairing = (): void => {
    this.withPairing = !this.withPairing;
  };
}
