import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import { type AccountLine, type DeviceFilter, fetchDevicePage } from "../../data/devices.ts";
import { type AccountWithPassword, addRow } from "../../data/rows.ts";
import { unitLabel } from "../../localize/localize.ts";
import "../components/admin-dialog.ts";
import "../components/admin-form.ts";
import "../components/admin-list.ts";
import { adminStyle, splitStyle } from "../components/admin-style.ts";
import "../components/device-detail.ts";
import { type FormField, type FormValues, textOf } from "../components/form-field.ts";
import { PagedSource } from "../components/list-source.ts";
import { lastSeen, registrationChip } from "../components/registration.ts";
import "../components/sip-card-dialog.ts";
import { AdminPage } from "./admin-page.ts";

const TYPES = ["panel", "mobile", "door", "gateway", "bridge"] as const;

/** Every login of the site: who is connected, from where, when last; and each with what can be done about it. */
@customElement("neolia-devices-page")
export class DevicesPage extends AdminPage {
  @state() private source: PagedSource<AccountLine> | null = null;
  @state() private filter: DeviceFilter = { type: "", registered: "" };
  @state() private adding = false;
  @state() private card: AccountWithPassword | null = null;

  static override styles = [
    shared,
    adminStyle,
    splitStyle,
    css`
      .filters {
        display: grid;
        gap: 8px;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 190px), 1fr));
      }
    `,
  ];

  protected override siteChosen(): void {
    const { api, site } = this.admin;
    this.source = new PagedSource((query, signal) => fetchDevicePage(api, site.id, this.filter, query, signal));
  }

  protected override directoryChanged(): void {
    this.source?.reload();
  }

  protected override connectionsChanged(): void {
    this.source?.reload();
  }

  protected override render(): TemplateResult {
    const { admin, source } = this;
    const { t, place, open } = admin;
    const [chosen = null] = place.rest;
    return html`
      <div class="split ${chosen !== null ? "one" : ""}">
        <div class="list">
          <div class="bar">
            <h1 tabindex="-1">${t("nav.devices")}</h1>
            <button @click=${this.toggleAdding}>${t("device.newGateway")}</button>
          </div>
          <div class="filters">${this.renderTypes()} ${this.renderStates()}</div>
          ${
            source === null
              ? nothing
              : html`<neolia-admin-list .t=${t} .label=${t("nav.devices")} .source=${source} .row=${this.row} .rowHeight=${84}
                  .chosenId=${chosen} .empty=${html`<p>${t("device.none")}</p>`}
                  @choose=${(event: CustomEvent<AccountLine>) => open("devices", event.detail.id)}></neolia-admin-list>`
          }
        </div>
        <div class="detail">
          ${
            chosen === null
              ? html`<div class="page"><p class="muted">${t("device.choose")}</p></div>`
              : html`<neolia-device-detail .admin=${admin} .accountId=${chosen}></neolia-device-detail>`
          }
        </div>
      </div>
      ${this.adding ? this.renderAdding() : nothing}
      ${this.card === null ? nothing : html`<neolia-sip-card-dialog .t=${t} .account=${this.card} @closed=${this.cardKept}></neolia-sip-card-dialog>`}
    `;
  }

  private renderTypes(): TemplateResult {
    const { t } = this.admin;
    return html`<select aria-label=${t("device.filter")} @change=${this.chooseType}>
      <option value="">${t("device.filterAll")}</option>
      ${TYPES.map((type) => html`<option value=${type} ?selected=${type === this.filter.type}>${t(`device.type.${type}`)}</option>`)}
    </select>`;
  }

  private renderStates(): TemplateResult {
    const { t } = this.admin;
    return html`<select aria-label=${t("device.filterState")} @change=${this.chooseState}>
      <option value="">${t("device.filterAny")}</option>
      <option value="yes">${t("device.filterOn")}</option>
      <option value="no">${t("device.filterOff")}</option>
    </select>`;
  }

  private row = (account: AccountLine): TemplateResult => {
    const { t } = this.admin;
    const where = account.placeLabel === null ? t("device.noPlace") : unitLabel(t, account.placeLabel);
    return html`
      <span class="bar"><strong>${account.label}</strong> ${registrationChip(account, t)}</span>
      <span class="muted">${t(`device.type.${account.type}`)} · ${where}</span>
      <span class="muted">${t("text.labelled", { label: t("device.lastSeen"), value: lastSeen(account, t) })}</span>
    `;
  };

  private renderAdding(): TemplateResult {
    const { t } = this.admin;
    const fields: FormField[] = [
      {
        name: "label",
        label: t("device.label"),
        hint: t("device.gatewayHint"),
        kind: "text",
        value: "HT841",
        maxLength: 80,
      },
    ];
    return html`<neolia-admin-dialog .t=${t} .heading=${t("device.newGateway")} @closed=${this.toggleAdding}>
      <neolia-admin-form .t=${t} .fields=${fields} fresh .submitLabel=${t("device.add")} .save=${this.add}></neolia-admin-form>
    </neolia-admin-dialog>`;
  }

  private add = async (values: FormValues): Promise<void> => {
    const { api, site } = this.admin;
    const account = await addRow(api, "accounts", { siteId: site.id, type: "gateway", label: textOf(values, "label") });
    this.adding = false;
    this.card = account;
  };

  private chooseType = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.filter = { ...this.filter, type: TYPES.find((type) => type === value) ?? "" };
    this.source?.reload();
  };

  private chooseState = (event: Event): void => {
    const { value } = event.target as HTMLSelectElement;
    this.filter = { ...this.filter, registered: value === "yes" || value === "no" ? value : "" };
    this.source?.reload();
  };

  private toggleAdding = (): void => {
    this.adding = !this.adding;
  };

  private cardKept = (): void => {
    this.card = null;
  };
}
