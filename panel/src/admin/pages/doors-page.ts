import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import { fetchDevicePage } from "../../data/devices.ts";
import type { Door } from "../../data/directory.ts";
import { type Account, type AccountWithPassword, addRow, changeRow, fetchRemoval, removeRow } from "../../data/rows.ts";
import "../components/admin-dialog.ts";
import "../components/admin-form.ts";
import "../components/admin-list.ts";
import type { AdminLocalizer } from "../../localize/admin.ts";
import { adminStyle, splitStyle } from "../components/admin-style.ts";
import { type FormField, type FormValues, textOf } from "../components/form-field.ts";
import { ArraySource } from "../components/list-source.ts";
import { liveChip } from "../components/live-chip.ts";
import "../components/place-devices.ts";
import { registrationChip } from "../components/registration.ts";
import "../components/removal-dialog.ts";
import "../components/sip-card-dialog.ts";
import { AdminPage } from "./admin-page.ts";

const NEW = "new";
/** As many as come in one page: more doors than any site has. */
const MOST_STATIONS = 500;

/** The doors of a site, each with its station's login, and who may call it. */
@customElement("neolia-doors-page")
export class DoorsPage extends AdminPage {
  @state() private removing: Door | null = null;
  @state() private card: AccountWithPassword | null = null;
  /** The stations' logins by id. */
  @state() private stations: ReadonlyMap<string, Account> | null = null;
  private readonly source = new ArraySource<Door>((door) => `${door.label} ${door.name}`);

  static override styles = [shared, adminStyle, splitStyle];

  protected override siteChosen(): void {
    this.stations = null;
    void this.load();
  }

  protected override directoryChanged(): void {
    void this.load();
  }

  protected override connectionsChanged(): void {
    void this.load();
  }

  private async load(): Promise<void> {
    const { api, site, fail } = this.admin;
    try {
      const all = { search: "", offset: 0, limit: MOST_STATIONS };
      const { rows } = await fetchDevicePage(api, site.id, { type: "door", registered: "" }, all);
      if (site.id === this.admin.site.id) this.stations = new Map(rows.map((account) => [account.id, account]));
    } catch (error) {
      fail(error);
    }
  }

  protected override render(): TemplateResult {
    const { t, place, site, directory, open } = this.admin;
    const doors = directory.doors.filter(({ siteId }) => siteId === site.id);
    const noBuilding = directory.buildings.every(({ siteId }) => siteId !== site.id);
    this.source.set(doors);
    const [chosen = null] = place.rest;
    const door = doors.find(({ id }) => id === chosen);
    return html`
      <div class="split ${chosen !== null && chosen !== NEW ? "one" : ""}">
        <div class="list">
          <div class="bar">
            <h1 tabindex="-1">${t("nav.doors")}</h1>
            <button class="accent" ?disabled=${noBuilding} @click=${() => open("doors", NEW)}>${t("door.new")}</button>
          </div>
          ${
            noBuilding
              ? html`<div class="note"><p>${t("unit.needBuilding")}</p>
                  <button @click=${() => open("buildings")}>${t("site.nextBuilding")}</button></div>`
              : html`<neolia-admin-list .t=${t} .label=${t("nav.doors")} .source=${this.source} .row=${this.row} .rowHeight=${72}
                  .chosenId=${chosen} .empty=${html`<p>${t("door.none")}</p>`}
                  @choose=${(event: CustomEvent<Door>) => open("doors", event.detail.id)}></neolia-admin-list>`
          }
        </div>
        <div class="detail">
          ${
            door !== undefined
              ? keyed(door.id, this.renderDoor(door))
              : html`<div class="page"><p class="muted">${t(chosen === null || chosen === NEW ? "door.choose" : "admin.notThere")}</p>
                  <div><button class="narrow-only" @click=${this.back}>${icon("back")} ${t("admin.back")}</button></div></div>`
          }
        </div>
      </div>
      ${chosen === NEW && this.card === null && !noBuilding ? this.renderNew() : nothing}
      ${this.card === null ? nothing : html`<neolia-sip-card-dialog .t=${t} .account=${this.card} @closed=${this.cardKept}></neolia-sip-card-dialog>`}
      ${this.removing === null ? nothing : this.renderRemoval(this.removing)}
    `;
  }

  private row = (door: Door): TemplateResult => {
    const { t, directory } = this.admin;
    const station = this.stations?.get(door.accountId ?? "");
    const building = directory.buildings.find(({ id }) => id === door.buildingId)?.name ?? "";
    return html`
      <span class="bar"><strong>${door.label}</strong>
        ${station === undefined ? nothing : registrationChip(station, t)}</span>
      <span class="muted">${building} · <span class="mono">${door.name}</span></span>
    `;
  };

  private renderDoor(door: Door): TemplateResult {
    const { admin } = this;
    const { t, open } = admin;
    const fields: FormField[] = [
      {
        name: "label",
        label: t("door.label"),
        hint: t("door.labelHint"),
        kind: "text",
        value: door.label,
        maxLength: 80,
      },
      cameraField(t, door.videoUrl),
    ];
    const save = async (values: FormValues, version: number | undefined): Promise<void> => {
      await changeRow(admin.api, "doors", door.id, version, {
        label: textOf(values, "label"),
        videoUrl: textOf(values, "videoUrl"),
      });
    };
    return html`
      <div class="page">
        <div class="bar">
          <div class="end">
            <button class="icon quiet narrow-only" aria-label=${t("admin.back")} @click=${this.back}>${icon("back")}</button>
            <h1 tabindex="-1">${door.label}</h1>
          </div>
          ${liveChip(admin, door)}
        </div>
        <div class="card">
          <neolia-admin-form .t=${t} .fields=${fields} .version=${door.version} .save=${save}></neolia-admin-form>
          <dl><dt>${t("door.sipName")}</dt><dd class="mono">${door.name}</dd></dl>
        </div>
        <neolia-place-devices .admin=${admin} .placeId=${door.id}></neolia-place-devices>
        <div class="end">
          <button @click=${() => open("rules", door.id)}>${icon("rules")} ${t("door.whoRings")}</button>
          <button class="danger" @click=${() => this.ask(door)}>${t("form.remove")}</button>
        </div>
      </div>
    `;
  }

  private renderNew(): TemplateResult {
    const { t, site, directory } = this.admin;
    const options = directory.buildings
      .filter(({ siteId }) => siteId === site.id)
      .map(({ id, name }) => ({ value: id, label: name }));
    const fields: FormField[] = [
      { name: "label", label: t("door.label"), hint: t("door.labelHint"), kind: "text", value: "", maxLength: 80 },
      { name: "name", label: t("door.sipName"), hint: t("door.sipNameHint"), kind: "text", value: "", maxLength: 40 },
      { name: "buildingId", label: t("unit.building"), kind: "select", value: options[0]?.value ?? "", options },
      cameraField(t, ""),
    ];
    return html`<neolia-admin-dialog .t=${t} .heading=${t("door.new")} @closed=${this.back}>
      <neolia-admin-form .t=${t} .fields=${fields} fresh .submitLabel=${t("door.add")} .save=${this.add}></neolia-admin-form>
    </neolia-admin-dialog>`;
  }

  private add = async (values: FormValues): Promise<void> => {
    const { api, t, toast, open } = this.admin;
    const { account, ...door } = await addRow(api, "doors", {
      buildingId: textOf(values, "buildingId"),
      label: textOf(values, "label"),
      name: textOf(values, "name"),
      videoUrl: textOf(values, "videoUrl"),
    });
    this.card = account;
    toast({ text: t("door.added", { name: door.label }) });
    open("doors", door.id);
  };

  private renderRemoval(door: Door): TemplateResult {
    const { t, api, toast } = this.admin;
    const removed = (): void => {
      this.ask(null);
      toast({ text: t("removal.done", { name: door.label }) });
      this.back();
    };
    return html`<neolia-removal-dialog .t=${t} .name=${door.label} .look=${() => fetchRemoval(api, "doors", door.id)}
      .removeNow=${() => removeRow(api, "doors", door)} @closed=${() => this.ask(null)} @removed=${removed}></neolia-removal-dialog>`;
  }

  private ask(door: Door | null): void {
    this.removing = door;
  }

  private cardKept = (): void => {
    this.card = null;
  };

  private back = (): void => {
    this.admin.open("doors");
  };
}

function cameraField(t: AdminLocalizer, value: string): FormField {
  return {
    name: "videoUrl",
    label: t("door.camera"),
    hint: t("door.cameraHint"),
    kind: "text",
    value,
    maxLength: 300,
    optional: true,
  };
}
