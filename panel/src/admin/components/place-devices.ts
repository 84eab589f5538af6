import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { shared } from "../../components/style.ts";
import { type Account, type AccountWithPassword, addRow, fetchAccounts } from "../../data/rows.ts";
import { AccountWatch } from "./account-watch.ts";
import { adminStyle } from "./admin-style.ts";
import "./admin-dialog.ts";
import "./admin-form.ts";
import { type FormValues, textOf } from "./form-field.ts";
import "./pairing-dialog.ts";
import { lastSeen, registrationChip } from "./registration.ts";
import "./sip-card-dialog.ts";

/** The devices of a unit or a door, and the ways to add one. */
@customElement("neolia-place-devices")
export class PlaceDevices extends AccountWatch {
  /** Of a unit or of a door. */
  @property() placeId = "";
  /** A unit takes new devices; a door has its one station. */
  @property({ type: Boolean }) takesNew = false;
  @state() private accounts: Account[] | null = null;
  @state() private dialog: "panel" | "phone" | "sip" | null = null;
  @state() private card: AccountWithPassword | null = null;

  static override styles = [shared, adminStyle];

  protected override get shownId(): string {
    return this.placeId;
  }

  protected override async load(): Promise<void> {
    const { placeId } = this;
    try {
      const accounts = await fetchAccounts(this.admin.api, { unitId: placeId });
      if (placeId === this.placeId) this.accounts = accounts;
    } catch (error) {
      this.admin.fail(error);
    }
  }

  protected override render(): TemplateResult {
    const { admin, accounts } = this;
    const { t } = admin;
    return html`
      <div class="card">
        <h2>${t(this.takesNew ? "unit.devices" : "door.station")}</h2>
        ${
          accounts === null
            ? html`<span class="skeleton"></span>`
            : accounts.length === 0
              ? html`<p class="muted">${t(this.takesNew ? "unit.devicesNone" : "door.noStation")}</p>`
              : html`<ul class="rows">${repeat(accounts, (account) => account.id, this.renderAccount)}</ul>`
        }
        ${
          this.takesNew
            ? html`<div class="end">
                <button class="accent" @click=${() => this.show("panel")}>${t("pair.panel")}</button>
                <button @click=${() => this.show("phone")}>${t("pair.phone")}</button>
                <button @click=${() => this.show("sip")}>${t("pair.sip")}</button>
              </div>`
            : nothing
        }
      </div>
      ${this.renderDialog()}
      ${
        this.card === null
          ? nothing
          : html`<neolia-sip-card-dialog .t=${t} .account=${this.card} @closed=${this.cardKept}></neolia-sip-card-dialog>`
      }
    `;
  }

  private renderAccount = (account: Account): TemplateResult => {
    const { t, open } = this.admin;
    return html`
      <li>
        <div>
          <strong>${account.label}</strong>
          <p class="muted">${t(`device.type.${account.type}`)} · ${t("text.labelled", { label: t("device.lastSeen"), value: lastSeen(account, t) })}</p>
        </div>
        <div class="end">
          ${registrationChip(account, t)}
          <button aria-label=${t("label.of", { what: t("pair.seeDevice"), of: account.label })} @click=${() => open("devices", account.id)}>
            ${t("pair.seeDevice")}
          </button>
        </div>
      </li>
    `;
  };

  private renderDialog(): TemplateResult | typeof nothing {
    const { admin, dialog } = this;
    const { t } = admin;
    if (dialog === null) return nothing;
    if (dialog !== "sip") {
      return html`<neolia-pairing-dialog .admin=${admin} .kind=${dialog} .unitId=${this.placeId}
        @closed=${() => this.show(null)}></neolia-pairing-dialog>`;
    }
    const fields = [
      { name: "label", label: t("pair.name"), kind: "text" as const, value: t("pair.defaultSip"), maxLength: 80 },
    ];
    return html`<neolia-admin-dialog .t=${t} .heading=${t("pair.sip")} @closed=${() => this.show(null)}>
      <neolia-admin-form .t=${t} .fields=${fields} fresh .submitLabel=${t("device.add")} .save=${this.addSip}></neolia-admin-form>
    </neolia-admin-dialog>`;
  }

  private addSip = async (values: FormValues): Promise<void> => {
    const { api, site } = this.admin;
    const label = textOf(values, "label");
    const account = await addRow(api, "accounts", { siteId: site.id, type: "mobile", label, unitId: this.placeId });
    this.show(null);
    this.card = account;
  };

  private show(dialog: PlaceDevices["dialog"]): void {
    this.dialog = dialog;
    if (dialog === null) void this.load();
  }

  private cardKept = (): void => {
    this.card = null;
    void this.load();
  };
}
