import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import { putSiteToken } from "../../data/provisioning.ts";
import type { SiteAdmin } from "../admin.ts";
import "./admin-form.ts";
import { adminStyle } from "./admin-style.ts";
import { type FormField, type FormValues, textOf } from "./form-field.ts";

/** The token by which the site reaches its server: it goes in, and is never shown again. */
@customElement("neolia-site-token-part")
export class SiteTokenPart extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  /** The server has none of this site, or refuses it: the field is there at once. */
  @property({ type: Boolean }) wanted = false;

  static override styles = [
    shared,
    adminStyle,
    css`
      summary {
        font-weight: 600;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t } = this.admin;
    const fields: FormField[] = [
      { name: "token", label: t("token.field"), hint: t("token.hint"), kind: "secret", value: "", maxLength: 200 },
    ];
    return html`<details ?open=${this.wanted}>
      <summary>${t("token.title")}</summary>
      <neolia-admin-form .t=${t} fresh .fields=${fields} .submitLabel=${t("token.use")} .save=${this.save}></neolia-admin-form>
    </details>`;
  }

  private save = async (values: FormValues): Promise<void> => {
    const { api, site, toast, t } = this.admin;
    await putSiteToken(api, site.id, textOf(values, "token"));
    toast({ text: t("token.used") });
  };
}
