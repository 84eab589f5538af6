import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import { addRow } from "../../data/rows.ts";
import { fetchUnitPage, type UnitLine } from "../../data/units.ts";
import { counted } from "../../localize/admin.ts";
import { unitLabel } from "../../localize/localize.ts";
import "../components/admin-dialog.ts";
import "../components/admin-form.ts";
import "../components/admin-list.ts";
import { adminStyle, splitStyle } from "../components/admin-style.ts";
import { type FormField, type FormValues, textOf } from "../components/form-field.ts";
import { PagedSource } from "../components/list-source.ts";
import "../components/range-dialog.ts";
import "../components/unit-detail.ts";
import { AdminPage } from "./admin-page.ts";

/** Address of the dialog that makes many units, behind `units/`. */
const MANY = "many";
const NEW = "new";

/** All units of a site: search, one or many new ones, and the chosen one beside. */
@customElement("neolia-units-page")
export class UnitsPage extends AdminPage {
  @state() private source: PagedSource<UnitLine> | null = null;

  static override styles = [shared, adminStyle, splitStyle];

  protected override siteChosen(): void {
    const { api, site } = this.admin;
    this.source = new PagedSource((query, signal) => fetchUnitPage(api, site.id, query, signal));
  }

  protected override directoryChanged(): void {
    this.source?.reload();
  }

  protected override connectionsChanged(): void {
    this.source?.reload();
  }

  protected override render(): TemplateResult {
    const { admin, source } = this;
    const { t, place, site, directory, open } = admin;
    const [chosen = null] = place.rest;
    const unit = directory.units.find(({ id, siteId }) => id === chosen && siteId === site.id);
    const inDialog = chosen === MANY || chosen === NEW;
    const noBuilding = directory.buildings.every(({ siteId }) => siteId !== site.id);
    return html`
      <div class="split ${chosen !== null && !inDialog ? "one" : ""}">
        <div class="list">
          <div class="bar">
            <h1 tabindex="-1">${t("nav.units")}</h1>
            <div class="end">
              <button ?disabled=${noBuilding} @click=${() => open("units", MANY)}>${t("unit.newMany")}</button>
              <button class="accent" ?disabled=${noBuilding} @click=${() => open("units", NEW)}>${t("unit.new")}</button>
            </div>
          </div>
          ${
            noBuilding
              ? html`<div class="note"><p>${t("unit.needBuilding")}</p>
                  <button @click=${() => open("buildings")}>${t("site.nextBuilding")}</button></div>`
              : source === null
                ? nothing
                : html`<neolia-admin-list .t=${t} .label=${t("nav.units")} .source=${source} .row=${this.row} .rowHeight=${76}
                    .chosenId=${chosen} .empty=${html`<p>${t("unit.none")}</p>`}
                    @choose=${(event: CustomEvent<UnitLine>) => open("units", event.detail.id)}></neolia-admin-list>`
          }
        </div>
        <div class="detail">
          ${
            unit !== undefined
              ? keyed(unit.id, html`<neolia-unit-detail .admin=${admin} .unit=${unit}></neolia-unit-detail>`)
              : html`<div class="page">
                  ${chosen !== null && !inDialog ? html`<p>${t("admin.notThere")}</p>` : html`<p class="muted">${t("unit.choose")}</p>`}
                  <button class="narrow-only" @click=${this.back}>${icon("back")} ${t("admin.back")}</button>
                </div>`
          }
        </div>
      </div>
      ${chosen === MANY && !noBuilding ? html`<neolia-range-dialog .admin=${admin} .buildingId=${place.rest[1] ?? ""} @closed=${this.back} @made=${this.back}></neolia-range-dialog>` : nothing}
      ${chosen === NEW && !noBuilding ? this.renderNew() : nothing}
    `;
  }

  private row = (unit: UnitLine): TemplateResult => {
    const { t } = this.admin;
    const { accounts, registered } = unit;
    const isKnown = accounts > 0 && registered !== null;
    const devices = isKnown
      ? t("count.registered", { registered, count: accounts })
      : counted(t, "count.devices", accounts);
    const hint = accounts > 0 && registered === null ? t("device.unknownHint") : "";
    return html`
      <span class="bar"><strong>${unitLabel(t, unit.number)}</strong>
        <span class="chip ${isKnown ? (registered > 0 ? "good" : "bad") : ""}" title=${hint}>${devices}</span></span>
      <span class="muted">${unit.buildingName} · ${counted(t, "count.rules", unit.rules)}</span>
    `;
  };

  private renderNew(): TemplateResult {
    const { t, site, directory } = this.admin;
    const options = directory.buildings
      .filter(({ siteId }) => siteId === site.id)
      .map(({ id, name }) => ({ value: id, label: name }));
    const fields: FormField[] = [
      { name: "number", label: t("unit.number"), hint: t("unit.numberHint"), kind: "text", value: "", maxLength: 80 },
      { name: "buildingId", label: t("unit.building"), kind: "select", value: options[0]?.value ?? "", options },
      {
        name: "name",
        label: t("unit.sipName"),
        hint: t("unit.sipNameHint"),
        kind: "text",
        value: "",
        maxLength: 40,
        optional: true,
      },
    ];
    return html`<neolia-admin-dialog .t=${t} .heading=${t("unit.new")} @closed=${this.back}>
      <neolia-admin-form .t=${t} .fields=${fields} fresh .submitLabel=${t("unit.add")} .save=${this.add}></neolia-admin-form>
    </neolia-admin-dialog>`;
  }

  private add = async (values: FormValues): Promise<void> => {
    const { api, t, toast, open } = this.admin;
    const name = textOf(values, "name");
    const unit = await addRow(api, "units", {
      buildingId: textOf(values, "buildingId"),
      number: textOf(values, "number"),
      ...(name !== "" && { name }),
    });
    toast({ text: t("unit.added", { name: unitLabel(t, unit.number) }) });
    open("units", unit.id);
  };

  private back = (): void => {
    this.admin.open("units");
  };
}
