import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import {
  type Account,
  type AccountWithPassword,
  changeRow,
  fetchRemoval,
  fetchRow,
  removeRow,
  renewPassword,
} from "../../data/rows.ts";
import { unitLabel } from "../../localize/localize.ts";
import { problemText } from "../problem-text.ts";
import { AccountWatch } from "./account-watch.ts";
import "./admin-dialog.ts";
import "./admin-form.ts";
import { adminStyle, splitStyle } from "./admin-style.ts";
import "./device-file-dialog.ts";
import { type FormField, type FormValues, textOf } from "./form-field.ts";
import { liveChip } from "./live-chip.ts";
import "./pairing-dialog.ts";
import { moment, registrationChip, registrationFacts } from "./registration.ts";
import "./removal-dialog.ts";
import "./sip-card-dialog.ts";

/** One device: how it is connected, its fields, a new password, a new pairing, its configuration file, its removal. */
@customElement("neolia-device-detail")
export class DeviceDetail extends AccountWatch {
  @property() accountId = "";
  @state() private account: Account | null = null;
  @state() private failure: string | null = null;
  @state() private dialog: "removal" | "password" | "pairing" | "file" | null = null;
  @state() private card: AccountWithPassword | null = null;

  static override styles = [shared, adminStyle, splitStyle];

  protected override get shownId(): string {
    return this.accountId;
  }

  protected override async load(): Promise<void> {
    const { accountId } = this;
    try {
      const account = await fetchRow(this.admin.api, "accounts", accountId);
      if (accountId === this.accountId) this.account = account;
    } catch (error) {
      if (accountId !== this.accountId) return;
      this.account = null;
      this.failure = problemText(error, this.admin.t);
    }
  }

  protected override render(): TemplateResult {
    const { admin, account } = this;
    const { t } = admin;
    if (account === null) {
      return html`<div class="page">
        ${this.failure === null ? html`<span class="skeleton"></span>` : html`<p role="alert">${this.failure}</p>`}
        <div><button class="narrow-only" @click=${this.back}>${icon("back")} ${t("admin.back")}</button></div>
      </div>`;
    }
    return html`
      <div class="page">
        <div class="bar">
          <div class="end">
            <button class="icon quiet narrow-only" aria-label=${t("admin.back")} @click=${this.back}>${icon("back")}</button>
            <h1 tabindex="-1">${account.label}</h1>
          </div>
          <div class="end">${registrationChip(account, t)} ${liveChip(admin, account)}</div>
        </div>
        <div class="card">
          <p>${t(`device.type.${account.type}`)} · ${this.renderPlace(account)}</p>
          ${registrationFacts(account, t)}
          <p class="muted">${t("text.labelled", { label: t("device.made"), value: moment(account.createdAtMs, t) })}</p>
          ${this.renderActions(account)}
        </div>
        <div class="card">
          <neolia-admin-form .t=${t} .fields=${this.fields(account)} .version=${account.version} .save=${this.save}></neolia-admin-form>
        </div>
        <div class="end"><button class="danger" @click=${() => this.show("removal")}>${t("form.remove")}</button></div>
        ${this.renderDialog(account)}
      </div>
    `;
  }

  private renderPlace({ unitId, doorId }: Account): TemplateResult {
    const { t, directory, open, href } = this.admin;
    const unit = directory.units.find(({ id }) => id === unitId);
    const door = directory.doors.find(({ id }) => id === doorId);
    const place = unit ?? door;
    if (place === undefined) return html`${t("device.noPlace")}`;
    const section = unit === undefined ? "doors" : "units";
    const follow = (event: Event): void => {
      event.preventDefault();
      open(section, place.id);
    };
    return html`<a href=${`#${href(section, place.id)}`} @click=${follow}>${"number" in place ? unitLabel(t, place.number) : place.label}</a>`;
  }

  private renderActions(account: Account): TemplateResult {
    const { t, open } = this.admin;
    const pairs = account.type === "panel" || account.type === "mobile";
    const takesFile = account.type === "door" || account.type === "gateway";
    return html`<div class="end">
      ${pairs ? html`<button @click=${() => this.show("pairing")}>${t(account.type === "panel" ? "pair.panel" : "pair.phone")}</button>` : nothing}
      ${account.type === "bridge" ? nothing : html`<button @click=${() => this.show("password")}>${t("device.newPassword")}</button>`}
      ${takesFile ? html`<button @click=${() => this.show("file")}>${t("device.file")}</button>` : nothing}
      <button @click=${() => open("health", account.id)}>${icon("health")} ${t("device.testRing")}</button>
    </div>`;
  }

  private renderDialog(account: Account): TemplateResult | typeof nothing {
    const { admin } = this;
    const { t, api } = admin;
    const close = (): void => this.show(null);
    if (this.card !== null) {
      return html`<neolia-sip-card-dialog .t=${t} .account=${this.card} @closed=${this.cardKept}></neolia-sip-card-dialog>`;
    }
    switch (this.dialog) {
      case null:
        return nothing;
      case "removal":
        return html`<neolia-removal-dialog .t=${t} .name=${account.label} .look=${() => fetchRemoval(api, "accounts", account.id)}
          .removeNow=${() => removeRow(api, "accounts", account)} @closed=${close} @removed=${this.removed}></neolia-removal-dialog>`;
      case "pairing":
        return html`<neolia-pairing-dialog .admin=${admin} .kind=${account.type === "panel" ? "panel" : "phone"}
          .unitId=${account.unitId ?? ""} .accountId=${account.id} .label=${account.label} @closed=${close}></neolia-pairing-dialog>`;
      case "file":
        return html`<neolia-device-file-dialog .admin=${admin} .account=${account} @closed=${close}></neolia-device-file-dialog>`;
      case "password":
        return html`<neolia-admin-dialog .t=${t} .heading=${t("device.newPassword")} @closed=${close}>
          <p>${t("device.newPasswordAsk")}</p>
          <div class="end">
            <button class="stop" @click=${() => void this.renew(account)}>${t("device.newPasswordGo")}</button>
            <button @click=${close}>${t("form.cancel")}</button>
          </div>
        </neolia-admin-dialog>`;
    }
  }

  private async renew(account: Account): Promise<void> {
    try {
      this.card = await renewPassword(this.admin.api, account);
      this.show(null);
    } catch (error) {
      this.show(null);
      this.admin.fail(error);
    }
  }

  private fields({ label, enabled, deviceInfo }: Account): FormField[] {
    const { t } = this.admin;
    const info = (name: "vendor" | "model" | "mac" | "note", maxLength: number): FormField => ({
      name,
      label: t(`device.${name}`),
      kind: "text",
      value: deviceInfo[name],
      maxLength,
      optional: true,
      ...(name === "mac" && { hint: t("device.macHint") }),
    });
    return [
      { name: "label", label: t("device.label"), kind: "text", value: label, maxLength: 80 },
      { name: "enabled", label: t("device.enabled"), hint: t("device.enabledHint"), kind: "toggle", value: enabled },
      info("vendor", 80),
      info("model", 80),
      info("mac", 17),
      info("note", 200),
    ];
  }

  private save = async (values: FormValues, version: number | undefined): Promise<void> => {
    this.account = await changeRow(this.admin.api, "accounts", this.accountId, version, {
      label: textOf(values, "label"),
      enabled: values.enabled === true,
      deviceInfo: {
        vendor: textOf(values, "vendor"),
        model: textOf(values, "model"),
        mac: textOf(values, "mac")
          .replace(/[:.\s-]/g, "")
          .toUpperCase(),
        note: textOf(values, "note"),
      },
    });
  };

  private show(dialog: DeviceDetail["dialog"]): void {
    this.dialog = dialog;
  }

  private cardKept = (): void => {
    this.card = null;
    void this.load();
  };

  private removed = (): void => {
    const { t, toast } = this.admin;
    toast({ text: t("removal.done", { name: this.account?.label ?? "" }) });
    this.back();
  };

  private back = (): void => {
    this.admin.open("devices");
  };
}
