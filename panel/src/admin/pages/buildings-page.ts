import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { repeat } from "lit/directives/repeat.js";
import { shared } from "../../components/style.ts";
import type { Building } from "../../data/directory.ts";
import { addRow, changeRow, fetchRemoval, removeRow } from "../../data/rows.ts";
import { counted } from "../../localize/admin.ts";
import "../components/admin-dialog.ts";
import "../components/admin-form.ts";
import { adminStyle } from "../components/admin-style.ts";
import { type FormField, type FormValues, textOf } from "../components/form-field.ts";
import { liveChip } from "../components/live-chip.ts";
import "../components/removal-dialog.ts";
import { AdminPage } from "./admin-page.ts";

/** The buildings of a site, each with its name to change and what it holds. */
@customElement("neolia-buildings-page")
export class BuildingsPage extends AdminPage {
  @state() private adding = false;
  @state() private removing: Building | null = null;

  static override styles = [shared, adminStyle];

  protected override render(): TemplateResult {
    const { t, site, directory } = this.admin;
    const buildings = directory.buildings.filter(({ siteId }) => siteId === site.id);
    return html`
      <div class="page">
        <div class="bar">
          <h1 tabindex="-1">${t("nav.buildings")}</h1>
          <button class="accent" @click=${this.toggleAdding}>${t("building.new")}</button>
        </div>
        ${buildings.length === 0 ? html`<p class="card">${t("building.none")}</p>` : nothing}
        ${repeat(buildings, (building) => building.id, this.renderBuilding)}
        ${
          this.adding
            ? html`<neolia-admin-dialog .t=${t} .heading=${t("building.new")} @closed=${this.toggleAdding}>
                <neolia-admin-form autofocus .t=${t} .fields=${this.fields(null)} fresh .submitLabel=${t("building.add")}
                  .save=${this.add}></neolia-admin-form>
              </neolia-admin-dialog>`
            : nothing
        }
        ${this.removing === null ? nothing : this.renderRemoval(this.removing)}
      </div>
    `;
  }

  private renderBuilding = (building: Building): TemplateResult => {
    const { admin } = this;
    const { t, directory, open } = admin;
    const units = directory.units.filter(({ buildingId }) => buildingId === building.id).length;
    const doors = directory.doors.filter(({ buildingId }) => buildingId === building.id).length;
    return html`
      <section class="card" aria-label=${building.name}>
        <div class="bar">
          <h2>${building.name}</h2>
          ${liveChip(admin, building)}
        </div>
        <p class="muted">${counted(t, "count.units", units)} · ${counted(t, "count.doors", doors)}</p>
        ${keyed(
          building.id,
          html`<neolia-admin-form .t=${t} .fields=${this.fields(building)} .version=${building.version}
            .save=${(values: FormValues, version: number | undefined) => this.rename(building, values, version)}>
            <button slot="beside" type="button" @click=${() => open("units", "many", building.id)}>${t("building.makeUnits")}</button>
            <button slot="beside" type="button" class="danger" @click=${() => this.ask(building)}>${t("form.remove")}</button>
          </neolia-admin-form>`,
        )}
      </section>
    `;
  };

  private renderRemoval(building: Building): TemplateResult {
    const { t, api, toast } = this.admin;
    return html`<neolia-removal-dialog .t=${t} .name=${building.name}
      .look=${() => fetchRemoval(api, "buildings", building.id)} .removeNow=${() => removeRow(api, "buildings", building)}
      @closed=${() => this.ask(null)}
      @removed=${() => {
        this.ask(null);
        toast({ text: t("removal.done", { name: building.name }) });
      }}></neolia-removal-dialog>`;
  }

  private fields(building: Building | null): FormField[] {
    const { t } = this.admin;
    const value = building?.name ?? "";
    return [
      { name: "name", label: t("building.name"), hint: t("building.nameHint"), kind: "text", value, maxLength: 80 },
    ];
  }

  private add = async (values: FormValues): Promise<void> => {
    const { api, site, toast, t, open } = this.admin;
    const building = await addRow(api, "buildings", { siteId: site.id, name: textOf(values, "name") });
    this.adding = false;
    toast({ text: t("building.added", { name: building.name }) });
    const first = this.admin.directory.units.every(({ siteId }) => siteId !== site.id);
    if (first) open("units", "many", building.id);
  };

  private async rename(building: Building, values: FormValues, version: number | undefined): Promise<void> {
    await changeRow(this.admin.api, "buildings", building.id, version, { name: textOf(values, "name") });
  }

  private toggleAdding = (): void => {
    this.adding = !this.adding;
  };

  private ask(building: Building | null): void {
    this.removing = building;
  }
}
