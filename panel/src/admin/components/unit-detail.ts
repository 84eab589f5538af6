import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import type { Unit } from "../../data/directory.ts";
import { changeRow, fetchRemoval, removeRow } from "../../data/rows.ts";
import { unitLabel } from "../../localize/localize.ts";
import type { SiteAdmin } from "../admin.ts";
import "./admin-form.ts";
import { adminStyle, splitStyle } from "./admin-style.ts";
import { type FormField, type FormValues, textOf } from "./form-field.ts";
import { liveChip } from "./live-chip.ts";
import "./place-devices.ts";
import "./removal-dialog.ts";

/** One unit: its number and building, its devices, the way to its rules and hand-over page, and its removal. */
@customElement("neolia-unit-detail")
export class UnitDetail extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  @property({ attribute: false }) unit!: Unit;
  @state() private removing = false;

  static override styles = [shared, adminStyle, splitStyle];

  protected override render(): TemplateResult {
    const { admin, unit } = this;
    const { t, api, open, pageUrl } = admin;
    const name = unitLabel(t, unit.number);
    return html`
      <div class="page">
        <div class="bar">
          <div class="end">
            <button class="icon quiet narrow-only" aria-label=${t("admin.back")} @click=${this.back}>${icon("back")}</button>
            <h1 tabindex="-1">${name}</h1>
          </div>
          ${liveChip(admin, unit)}
        </div>
        <div class="card">
          <neolia-admin-form .t=${t} .fields=${this.fields()} .version=${unit.version} .save=${this.save}></neolia-admin-form>
          <dl><dt>${t("unit.sipName")}</dt><dd class="mono">${unit.name}</dd></dl>
        </div>
        <neolia-place-devices takesNew .admin=${admin} .placeId=${unit.id}></neolia-place-devices>
        <div class="end">
          <button @click=${() => open("rules", unit.id)}>${icon("rules")} ${t("unit.openRules")}</button>
          ${pageUrl === null ? nothing : html`<button @click=${() => open("settings", "handOver", unit.id)}>${t("unit.handOver")}</button>`}
          <button class="danger" @click=${this.ask}>${t("form.remove")}</button>
        </div>
        ${
          this.removing
            ? html`<neolia-removal-dialog .t=${t} .name=${name} .look=${() => fetchRemoval(api, "units", unit.id)}
                .removeNow=${() => removeRow(api, "units", unit)} @closed=${this.ask} @removed=${this.removed}></neolia-removal-dialog>`
            : nothing
        }
      </div>
    `;
  }

  private fields(): FormField[] {
    const { t, directory, site } = this.admin;
    const { unit } = this;
    const options = directory.buildings
      .filter(({ siteId }) => siteId === site.id)
      .map(({ id, name }) => ({ value: id, label: name }));
    return [
      { name: "number", label: t("unit.number"), kind: "text", value: unit.number, maxLength: 80 },
      { name: "buildingId", label: t("unit.building"), kind: "select", value: unit.buildingId, options },
    ];
  }

  private save = async (values: FormValues, version: number | undefined): Promise<void> => {
    const { api, t, toast, directory } = this.admin;
    const before = this.unit;
    const buildingId = textOf(values, "buildingId");
    const after = await changeRow(api, "units", before.id, version, { number: textOf(values, "number"), buildingId });
    if (before.buildingId === buildingId) return;
    const building = directory.buildings.find(({ id }) => id === buildingId)?.name ?? "";
    toast({
      text: t("unit.moved", { building }),
      undo: async () => {
        // The unit's number may have been changed since.
        const version = this.admin.directory.units.find(({ id }) => id === before.id)?.version ?? after.version;
        await changeRow(api, "units", before.id, Math.max(version, after.version), { buildingId: before.buildingId });
      },
    });
  };

  private removed = (): void => {
    const { t, toast } = this.admin;
    toast({ text: t("removal.done", { name: unitLabel(t, this.unit.number) }) });
    this.back();
  };

  private ask = (): void => {
    this.removing = !this.removing;
  };

  private back = (): void => {
    this.admin.open("units");
  };
}
