import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import { type DeviceFile, makeDeviceFile, type NewDeviceFile } from "../../data/devices.ts";
import type { Account } from "../../data/rows.ts";
import { clock } from "../../localize/localize.ts";
import type { SiteAdmin } from "../admin.ts";
import "./admin-dialog.ts";
import "./admin-form.ts";
import { adminStyle } from "./admin-style.ts";
import "./copy-button.ts";
import { type FormField, type FormValues, textOf } from "./form-field.ts";
import { saveFile } from "./save-file.ts";

/** The configuration file of a door station or a gateway: to save, or for the device to fetch once. Fires `closed`. */
@customElement("neolia-device-file-dialog")
export class DeviceFileDialog extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  @property({ attribute: false }) account!: Account;
  @state() private file: DeviceFile | null = null;

  static override styles = [shared, adminStyle];

  protected override render(): TemplateResult {
    const { t } = this.admin;
    const { account, file } = this;
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t("file.title", { name: account.label })} @closed=${this.close}>
        ${
          file === null
            ? html`<p class="note">${t("file.intro")}</p>
                <neolia-admin-form .t=${t} fresh .fields=${this.fields()} .submitLabel=${t("file.make")} .save=${this.make}></neolia-admin-form>`
            : this.renderFile(file)
        }
      </neolia-admin-dialog>
    `;
  }

  private renderFile(file: DeviceFile): TemplateResult {
    const { t } = this.admin;
    return html`
      <div class="end">
        <button class="accent" @click=${() => saveFile(file.fileName, file.content, file.mediaType)}>
          ${t("file.download", { name: file.fileName })}
        </button>
      </div>
      ${
        file.url === null
          ? nothing
          : html`<p>${t("file.url", { time: clock(t, file.expiresAtMs) })}</p>
              <p class="mono">${file.url}</p>
              <neolia-copy-button .t=${t} .text=${file.url}></neolia-copy-button>`
      }
      ${
        file.unproved.length === 0
          ? nothing
          : html`<p class="muted">${t("file.unproved")}</p><p class="mono muted">${file.unproved.join(", ")}</p>`
      }
    `;
  }

  private fields(): FormField[] {
    const { t } = this.admin;
    const models: NewDeviceFile["model"][] = this.account.type === "door" ? ["akuvox-door"] : ["grandstream-ht841"];
    const options = models.map((model) => ({ value: model, label: t(`file.${model}`) }));
    const fields: FormField[] = [
      { name: "model", label: t("file.model"), kind: "select", value: options[0]?.value ?? "", options },
    ];
    if (this.account.type === "door") {
      fields.push({
        name: "dtmfCode",
        label: t("file.dtmf"),
        hint: t("file.dtmfHint"),
        kind: "text",
        value: "",
        maxLength: 8,
        optional: true,
      });
    }
    return fields;
  }

  private make = async (values: FormValues): Promise<void> => {
    const dtmfCode = textOf(values, "dtmfCode");
    this.file = await makeDeviceFile(this.admin.api, {
      model: values.model === "grandstream-ht841" ? "grandstream-ht841" : "akuvox-door",
      accountIds: [this.account.id],
      ...(dtmfCode !== "" && { dtmfCode }),
    });
  };

  private close = (): void => {
    this.dispatchEvent(new CustomEvent("closed"));
  };
}
