import { html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import type { Site } from "../../data/directory.ts";
import { addRow, changeRow } from "../../data/rows.ts";
import type { AdminLocalizer } from "../../localize/admin.ts";
import type { Admin } from "../admin.ts";
import "./admin-form.ts";
import { adminStyle } from "./admin-style.ts";
import { type FormField, type FormValues, textOf } from "./form-field.ts";

/** A new site, or the fields of one that is there (all but its domain, to which every login is bound). */
@customElement("neolia-site-form")
export class SiteForm extends LitElement {
  @property({ attribute: false }) admin!: Admin;
  /** null: a new one. */
  @property({ attribute: false }) site: Site | null = null;

  static override styles = [shared, adminStyle];

  protected override render(): TemplateResult {
    const { t } = this.admin;
    const { site } = this;
    return html`<neolia-admin-form .t=${t} .fields=${fieldsOf(site, t)} .version=${site?.version} .fresh=${site === null}
      .submitLabel=${site === null ? t("site.add") : ""} .save=${this.save}></neolia-admin-form>`;
  }

  private save = async (values: FormValues, version: number | undefined): Promise<void> => {
    const { api, toast, t, openSite } = this.admin;
    const body = {
      name: textOf(values, "name"),
      address: textOf(values, "address"),
      timeZone: textOf(values, "timeZone"),
    };
    if (this.site !== null) {
      await changeRow(api, "sites", this.site.id, version, body);
      return;
    }
    const site = await addRow(api, "sites", { ...body, domain: textOf(values, "domain").toLowerCase() });
    toast({ text: t("site.added", { name: site.name }) });
    openSite(site.id);
  };
}

function fieldsOf(site: Site | null, t: AdminLocalizer): FormField[] {
  const zones = Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone, label: zone }));
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const fields: FormField[] = [
    {
      name: "name",
      label: t("site.name"),
      hint: t("site.nameHint"),
      kind: "text",
      value: site?.name ?? "",
      maxLength: 80,
    },
    {
      name: "address",
      label: t("site.address"),
      kind: "text",
      value: site?.address ?? "",
      maxLength: 200,
      optional: true,
    },
    {
      name: "timeZone",
      label: t("site.timeZone"),
      hint: t("site.timeZoneHint"),
      kind: "text",
      value: site?.timeZone ?? here,
      options: zones,
      maxLength: 64,
    },
  ];
  if (site === null) {
    fields.push({
      name: "domain",
      label: t("site.domain"),
      hint: t("site.domainHint"),
      kind: "text",
      value: "",
      maxLength: 253,
    });
  }
  return fields;
}
