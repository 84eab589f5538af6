import { html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import { addRemoteSite } from "../../data/remote.ts";
import type { Admin } from "../admin.ts";
import "./admin-form.ts";
import { adminStyle } from "./admin-style.ts";
import { type FormField, type FormValues, textOf } from "./form-field.ts";

const NAME_KEY = "neolia.remoteName";

/** The code that a site's administrator gave, and who takes it. */
@customElement("neolia-remote-site-form")
export class RemoteSiteForm extends LitElement {
  @property({ attribute: false }) admin!: Admin;

  static override styles = [shared, adminStyle];

  protected override render(): TemplateResult {
    const { t } = this.admin;
    const fields: FormField[] = [
      { name: "code", label: t("remote.code"), hint: t("remote.codeHint"), kind: "long", value: "", maxLength: 1000 },
      {
        name: "by",
        label: t("remote.by"),
        hint: t("remote.byHint"),
        kind: "text",
        value: localStorage.getItem(NAME_KEY) ?? "",
        maxLength: 80,
      },
    ];
    return html`<neolia-admin-form .t=${t} fresh .fields=${fields} .submitLabel=${t("remote.add")} .save=${this.save}></neolia-admin-form>`;
  }

  private save = async (values: FormValues): Promise<void> => {
    const { api, toast, t, openSite, remoteSitesChanged } = this.admin;
    const by = textOf(values, "by");
    const site = await addRemoteSite(api, { code: textOf(values, "code"), by });
    localStorage.setItem(NAME_KEY, by);
    await remoteSitesChanged();
    toast({ text: t("remote.added", { name: site.name }) });
    openSite(site.id);
  };
}
