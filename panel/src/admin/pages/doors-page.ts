import { html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import { adminStyle } from "../components/admin-style.ts";
import { AdminPage } from "./admin-page.ts";

@customElement("neolia-doors-page")
export class DoorsPage extends AdminPage {
  static override styles = [shared, adminStyle];

  protected override render(): TemplateResult {
    return html`<div class="page"><h1 tabindex="-1">${this.admin.t("nav.doors")}</h1></div>`;
  }
}
