import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import { fetchRuleWarnings, type RuleWarning } from "../../data/call-rules.ts";
import type { Door } from "../../data/directory.ts";
import { fetchUnitPage, type UnitLine } from "../../data/units.ts";
import { counted } from "../../localize/admin.ts";
import { unitLabel } from "../../localize/localize.ts";
import "../components/admin-list.ts";
import { adminStyle, splitStyle } from "../components/admin-style.ts";
import "../components/call-simulator.ts";
import { ArraySource, PagedSource } from "../components/list-source.ts";
import "../components/rules-editor.ts";
import { AdminPage } from "./admin-page.ts";

/** Whose rules: a unit or a door on the left, its rules and the simulator on the right; without one, what needs a look. */
@customElement("neolia-rules-page")
export class RulesPage extends AdminPage {
  @state() private units: PagedSource<UnitLine> | null = null;
  @state() private ofDoors = false;
  @state() private warnings: RuleWarning[] | null = null;
  private readonly doors = new ArraySource<Door>((door) => `${door.label} ${door.name}`);

  static override styles = [
    shared,
    adminStyle,
    splitStyle,
    css`
      .kinds {
        display: grid;
        grid-template-columns: 1fr 1fr;
      }
      .kinds button {
        border-radius: 0;
      }
      .kinds button:first-child {
        border-end-start-radius: 12px;
        border-start-start-radius: 12px;
      }
      .kinds button:last-child {
        border-end-end-radius: 12px;
        border-inline-start: 0;
        border-start-end-radius: 12px;
      }
      .kinds [aria-pressed="true"] {
        background: var(--nl-accent-soft);
        font-weight: 600;
      }
    `,
  ];

  protected override siteChosen(): void {
    const { api, site } = this.admin;
    this.units = new PagedSource((query, signal) => fetchUnitPage(api, site.id, query, signal));
    void this.loadWarnings();
  }

  protected override directoryChanged(): void {
    this.units?.reload();
    void this.loadWarnings();
  }

  private async loadWarnings(): Promise<void> {
    const { api, site } = this.admin;
    this.warnings = await fetchRuleWarnings(api, { siteId: site.id }).catch(() => null);
  }

  protected override render(): TemplateResult {
    const { t, place, site, directory } = this.admin;
    const [chosen = null] = place.rest;
    this.doors.set(directory.doors.filter(({ siteId }) => siteId === site.id));
    return html`
      <div class="split ${chosen !== null ? "one" : ""}">
        <div class="list">
          <h1 tabindex="-1">${t("nav.rules")}</h1>
          <div class="kinds" role="group" aria-label=${t("rules.choose")}>
            <button aria-pressed=${this.ofDoors ? "false" : "true"} @click=${() => this.show(false)}>${t("rules.units")}</button>
            <button aria-pressed=${this.ofDoors ? "true" : "false"} @click=${() => this.show(true)}>${t("rules.doors")}</button>
          </div>
          ${this.ofDoors ? this.renderDoors(chosen) : this.renderUnits(chosen)}
        </div>
        <div class="detail">${chosen === null ? this.renderOverview() : this.renderChosen(chosen)}</div>
      </div>
    `;
  }

  private renderUnits(chosen: string | null): TemplateResult | typeof nothing {
    const { t, open } = this.admin;
    if (this.units === null) return nothing;
    const row = (unit: UnitLine): TemplateResult => html`
      <strong>${unitLabel(t, unit.number)}</strong>
      <span class="muted">${unit.buildingName} · ${counted(t, "count.rules", unit.rules)}</span>
    `;
    return html`<neolia-admin-list .t=${t} .label=${t("rules.units")} .source=${this.units} .row=${row} .chosenId=${chosen}
      .empty=${html`<p>${t("unit.none")}</p>`}
      @choose=${(event: CustomEvent<UnitLine>) => open("rules", event.detail.id)}></neolia-admin-list>`;
  }

  private renderDoors(chosen: string | null): TemplateResult {
    const { t, open } = this.admin;
    const row = (door: Door): TemplateResult => html`
      <strong>${door.label}</strong> <span class="muted mono">${door.name}</span>
    `;
    return html`<neolia-admin-list .t=${t} .label=${t("rules.doors")} .source=${this.doors} .row=${row} .chosenId=${chosen}
      .empty=${html`<p>${t("door.none")}</p>`}
      @choose=${(event: CustomEvent<Door>) => open("rules", event.detail.id)}></neolia-admin-list>`;
  }

  private renderOverview(): TemplateResult {
    const { admin, warnings } = this;
    const { t, open } = admin;
    return html`
      <div class="page">
        <div class="card">
          <h2>${t("rules.warnings")}</h2>
          ${
            warnings === null
              ? html`<span class="skeleton"></span>`
              : warnings.length === 0
                ? html`<p><span class="chip good">${t("rules.noWarnings")}</span></p>`
                : html`<ul class="rows">
                    ${warnings.slice(0, 50).map((warning) => {
                      const ownerId = warning.unitId ?? warning.doorId ?? "";
                      const name = this.nameOf(ownerId);
                      return html`<li>
                        <span><strong>${name}</strong>: ${t(`warning.${warning.kind}`)}</span>
                        <button aria-label=${t("rules.openWarning", { name })} @click=${() => open("rules", ownerId)}>${t("unit.openRules")}</button>
                      </li>`;
                    })}
                  </ul>`
          }
        </div>
        <neolia-call-simulator .admin=${admin}></neolia-call-simulator>
      </div>
    `;
  }

  private nameOf(ownerId: string): string {
    const { t, directory } = this.admin;
    const unit = directory.units.find(({ id }) => id === ownerId);
    if (unit !== undefined) return unitLabel(t, unit.number);
    return directory.doors.find(({ id }) => id === ownerId)?.label ?? "";
  }

  private renderChosen(ownerId: string): TemplateResult {
    const { admin } = this;
    const { t, directory } = admin;
    const unit = directory.units.find(({ id }) => id === ownerId);
    const door = directory.doors.find(({ id }) => id === ownerId);
    const row = unit ?? door;
    const name = this.nameOf(ownerId);
    const owner = { unitId: unit?.id ?? null, doorId: door?.id ?? null };
    return html`
      <div class="page">
        <div class="end">
          <button class="icon quiet narrow-only" aria-label=${t("admin.back")} @click=${this.back}>${icon("back")}</button>
          <h1 tabindex="-1">${row === undefined ? t("admin.notThere") : t("rules.of", { name })}</h1>
        </div>
        ${
          row === undefined
            ? nothing
            : keyed(
                ownerId,
                html`<neolia-rules-editor class="page-part" .admin=${admin} .owner=${owner}></neolia-rules-editor>
                  <neolia-call-simulator .admin=${admin} .callee=${{ id: row.name, label: name, more: row.name }}></neolia-call-simulator>`,
              )
        }
      </div>
    `;
  }

  private show(ofDoors: boolean): void {
    this.ofDoors = ofDoors;
  }

  private back = (): void => {
    this.admin.open("rules");
  };
}
