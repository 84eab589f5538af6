import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { guard } from "lit/directives/guard.js";
import { shared } from "../../components/style.ts";
import type { Unit } from "../../data/directory.ts";
import { fetchAccounts } from "../../data/rows.ts";
import { fetchSiteHealth } from "../../data/upkeep.ts";
import { counted } from "../../localize/admin.ts";
import { clock, unitLabel } from "../../localize/localize.ts";
import type { SiteAdmin } from "../admin.ts";
import { type CodeState, PhoneCodes } from "../phone-codes.ts";
import "./admin-dialog.ts";
import { adminStyle } from "./admin-style.ts";
import { type HandOverState, siteReport, unitSheet } from "./hand-over-sheets.ts";
import { printPart } from "./print-part.ts";

interface Sheets extends HandOverState {
  /** Empty: the report of the site. */
  units: Unit[];
  withPhones: boolean;
}

/** How often it is looked which codes have run out, ms. */
const LOOK_MS = 5_000;
/** In the order in which they are told. */
const STATES = ["over", "none", "soon", "good", "used"] as const satisfies readonly CodeState[];
const UNFIT: readonly CodeState[] = ["over", "none", "soon"];

/** What is printed when a building is handed over: a page for each unit, and a report with each device's test result. */
@customElement("neolia-hand-over-part")
export class HandOverPart extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  /** "": all; else the id of a building or a unit. */
  @state() private choice = "";
  @state() private withPhones = false;
  @state() private progress: { done: number; count: number } | null = null;
  @state() private sheets: Sheets | null = null;
  /** What the last press has done. */
  @state() private told = "";
  @state() private warns = false;
  @query(".sheets") private readonly paper!: HTMLElement | null;
  private codes!: PhoneCodes;
  private making = new AbortController();
  private stops: (() => void)[] = [];

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
      .sheet .note {
        background: #fff4dc;
        border-color: #c79a3a;
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

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = setInterval(() => this.sheets?.withPhones && this.requestUpdate(), LOOK_MS);
    const unsubscribe = this.admin.onMessage((message) => this.codes?.heard(message));
    this.stops = [() => clearInterval(timer), unsubscribe];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.stops.splice(0)) stop();
    this.making.abort();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get("admin");
    const { admin } = this;
    if (!changed.has("admin") || (before?.site.id === admin.site.id && before.place.rest[1] === admin.place.rest[1])) {
      return;
    }
    this.making.abort();
    this.codes = new PhoneCodes(admin.api, admin.site.id, () => this.requestUpdate());
    this.sheets = null;
    this.told = "";
    const unit = admin.directory.units.find(({ id }) => id === admin.place.rest[1]);
    this.choice = unit?.id ?? "";
    this.withPhones = unit !== undefined;
  }

  protected override render(): TemplateResult {
    const { t, directory, site } = this.admin;
    const { progress, sheets } = this;
    const buildings = directory.buildings.filter(({ siteId }) => siteId === site.id);
    const unit = directory.units.find(({ id }) => id === this.admin.place.rest[1]);
    const option = (id: string, name: string): TemplateResult =>
      html`<option value=${id} ?selected=${id === this.choice}>${name}</option>`;
    return html`
      <section class="card no-print" aria-label=${t("handOver.title")}>
        <p class="muted">${t("handOver.intro")}</p>
        <label>${t("handOver.building")}
          <select @change=${this.onChoice}>
            ${unit === undefined ? nothing : option(unit.id, unitLabel(t, unit.number))} ${option("", t("handOver.allBuildings"))}
            ${buildings.map(({ id, name }) => option(id, name))}
          </select>
        </label>
        <div>
          <label class="check"><input type="checkbox" aria-describedby="hint" .checked=${this.withPhones} @change=${this.togglePhones} />${t("handOver.pairing")}</label>
          <p class="muted" id="hint">${t("handOver.pairingHint")}</p>
        </div>
        <div class="end">
          <button class="accent" ?disabled=${progress !== null} @click=${() => void this.prepare("units")}>${t("handOver.units")}</button>
          <button ?disabled=${progress !== null} @click=${() => void this.prepare("site")}>${t("handOver.site")}</button>
        </div>
        ${progress === null ? nothing : this.renderProgress(progress)}
        ${sheets === null || progress !== null ? nothing : this.renderReady(sheets)}
        <p role="status">${progress === null ? this.told : ""}</p>
        ${this.renderOthers()}
      </section>
      ${this.warns && sheets !== null ? this.renderWarning(sheets) : nothing}
      ${sheets === null ? nothing : html`<div class="sheets">${this.renderSheets(sheets)}</div>`}
    `;
  }

  private renderSheets(sheets: Sheets): unknown {
    const { admin, codes } = this;
    const { t, site, directory, pageUrl } = admin;
    if (sheets.units.length === 0) return siteReport(admin, sheets);
    const nowMs = Date.now();
    const names = new Map(directory.buildings.map(({ id, name }) => [id, name]));
    const isIdle = this.progress === null;
    return sheets.units.map((unit) => {
      const renew = isIdle ? () => void this.renew([unit]) : null;
      const phone = { code: codes.of(unit.id), state: codes.state(unit.id, nowMs), renew };
      const shown = [t, site.name, site.address, pageUrl, names.get(unit.buildingId), unit, sheets];
      // A thousand pages are not drawn anew, with all their codes, for each code that is made for one of them.
      return guard([...shown, phone.code, phone.state, isIdle], () =>
        unitSheet(admin, unit, sheets, sheets.withPhones ? phone : null),
      );
    });
  }

  private renderProgress(progress: { done: number; count: number }): TemplateResult {
    const { t } = this.admin;
    const told = t("handOver.preparing", progress);
    return html`<p role="status">${told}</p><progress aria-label=${told} max=${progress.count} value=${progress.done}></progress>
      <div class="end"><button @click=${() => this.making.abort()}>${t("handOver.stop")}</button></div>`;
  }

  private renderReady(sheets: Sheets): TemplateResult {
    const { t } = this.admin;
    const unfit = sheets.withPhones && this.inState(sheets.units, UNFIT).length > 0;
    return html`
      <p>${counted(t, "handOver.ready", Math.max(1, sheets.units.length))}</p>
      ${sheets.withPhones ? html`<ul class=${unfit ? "note" : ""} aria-live="polite">${this.lines(sheets).map((line) => html`<li>${line}</li>`)}</ul>` : nothing}
      <div class="end">
        <button class="go" @click=${() => (unfit ? this.toggleWarning() : this.print())}>${t("handOver.print")}</button>
        ${
          sheets.withPhones
            ? html`<button class=${unfit ? "accent" : ""} @click=${this.renewAll}>${t("handOver.renew")}</button>
                <button ?disabled=${this.inState(sheets.units, ["good", "soon"]).length === 0} @click=${this.withdraw}>${t("handOver.withdraw")}</button>`
            : nothing
        }
      </div>
    `;
  }

  /** What has become of the codes of these pages, the worst first. */
  private lines({ units: shown }: Sheets): string[] {
    const { t } = this.admin;
    return STATES.flatMap((state) => {
      const units = this.inState(shown, state === "good" ? ["good", "soon"] : [state]);
      if (units.length === 0) return [];
      if (state !== "good") return [counted(t, `handOver.${state}`, units.length)];
      const ends = units.map(({ id }) => this.codes.of(id)?.expiresAtMs ?? 0);
      const [first, last] = [clock(t, Math.min(...ends)), clock(t, Math.max(...ends))];
      return [counted(t, "handOver.good", units.length, { first, last })];
    });
  }

  private renderOthers(): TemplateResult | typeof nothing {
    const { t } = this.admin;
    const { othersOpen } = this.codes;
    if (othersOpen === 0 || this.progress !== null) return nothing;
    return html`<div class="bar"><p>${counted(t, "handOver.others", othersOpen)}</p>
      <button @click=${this.withdrawOthers}>${t("handOver.withdrawOthers")}</button></div>`;
  }

  private renderWarning(sheets: Sheets): TemplateResult {
    const { t } = this.admin;
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t("handOver.warnTitle")} @closed=${this.toggleWarning}>
        <ul>${this.lines(sheets).map((line) => html`<li>${line}</li>`)}</ul>
        <div class="end">
          <button class="accent" @click=${this.renewFirst}>${t("handOver.renewFirst")}</button>
          <button @click=${this.printAnyway}>${t("handOver.printAnyway")}</button>
        </div>
      </neolia-admin-dialog>
    `;
  }

  private inState(units: readonly Unit[], states: readonly CodeState[]): Unit[] {
    const nowMs = Date.now();
    return units.filter(({ id }) => states.includes(this.codes.state(id, nowMs)));
  }

  private chosen(): Unit[] {
    const { site, directory, t } = this.admin;
    const { choice } = this;
    return directory.units
      .filter(
        ({ id, siteId, buildingId }) => siteId === site.id && (choice === "" || [id, buildingId].includes(choice)),
      )
      .sort((a, b) => a.number.localeCompare(b.number, t.locale, { numeric: true }));
  }

  private async prepare(what: "units" | "site"): Promise<void> {
    const { api, site, fail } = this.admin;
    const units = what === "site" ? [] : this.chosen();
    const withPhones = this.withPhones && what === "units";
    this.told = "";
    this.progress = { done: 0, count: Math.max(1, units.length) };
    try {
      const [accounts, health] = await Promise.all([
        fetchAccounts(api, { siteId: site.id }),
        fetchSiteHealth(api, site.id).catch(() => null),
      ]);
      if (withPhones && !(await this.makeCodes(units))) return;
      this.sheets = { accounts, health, units, withPhones };
    } catch (error) {
      fail(error);
    } finally {
      this.progress = null;
    }
  }

  /** False: it was stopped. What it made is withdrawn where it would stand on no page that anybody sees. */
  private async makeCodes(units: readonly Unit[], isShown = false): Promise<boolean> {
    const { t, fail } = this.admin;
    const { codes } = this;
    this.making = new AbortController();
    const { signal } = this.making;
    const unitIds = units.map(({ id }) => id);
    const progress = (done: number): void => {
      this.progress = { done, count: units.length };
    };
    const { made, withdrawn, error } = await codes.make({ unitIds, label: t("pair.defaultPhone"), progress, signal });
    if (signal.aborted && !(isShown && this.isConnected)) {
      const gone = await codes.withdraw(made, Date.now());
      this.told = gone === 0 ? "" : counted(t, "handOver.gone", gone);
      return false;
    }
    if (error !== null) fail(error);
    const told = made.length === 0 ? [] : [counted(t, "handOver.renewed", made.length)];
    if (withdrawn > 0) told.push(counted(t, "handOver.gone", withdrawn));
    this.told = told.join(" ");
    return true;
  }

  private async renew(units: readonly Unit[]): Promise<void> {
    this.progress = { done: 0, count: units.length };
    try {
      await this.makeCodes(units, true);
    } catch (error) {
      this.admin.fail(error);
    } finally {
      this.progress = null;
    }
  }

  private renewAll = (): Promise<void> => this.renew(this.inState(this.sheets?.units ?? [], [...UNFIT, "good"]));

  private renewFirst = async (): Promise<void> => {
    this.warns = false;
    await this.renewAll();
  };

  private withdraw = async (): Promise<void> => {
    const { t, fail } = this.admin;
    try {
      const unitIds = (this.sheets?.units ?? []).map(({ id }) => id);
      this.told = counted(t, "handOver.gone", await this.codes.withdraw(unitIds, Date.now()));
    } catch (error) {
      fail(error);
    }
  };

  private withdrawOthers = async (): Promise<void> => {
    const { t, fail } = this.admin;
    try {
      this.told = counted(t, "handOver.gone", await this.codes.withdrawOthers());
    } catch (error) {
      fail(error);
    }
  };

  private print = (): void => {
    if (this.paper !== null) printPart(this.paper, this.admin.t("handOver.title"));
  };

  private printAnyway = (): void => {
    this.warns = false;
    this.print();
  };

  private toggleWarning = (): void => {
    this.warns = !this.warns;
  };

  private onChoice = (event: Event): void => {
    this.choice = (event.target as HTMLSelectElement).value;
  };

  private togglePhones = (): void => {
    this.withPhones = !this.withPhones;
  };
}
