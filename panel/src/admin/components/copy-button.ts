import { html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import type { AdminLocalizer } from "../../localize/admin.ts";
import { adminStyle } from "./admin-style.ts";

/** Copies a text, also on a page without a secure context, where the clipboard's own interface is missing. */
@customElement("neolia-copy-button")
export class CopyButton extends LitElement {
  @property({ attribute: false }) t!: AdminLocalizer;
  @property({ attribute: false }) text = "";
  @property() label = "";
  @state() private copied = false;

  static override styles = [shared, adminStyle];

  protected override render(): TemplateResult {
    const { t } = this;
    return html`<button type="button" @click=${this.copy}>
      <span aria-live="polite">${this.copied ? t("form.copied") : this.label || t("form.copy")}</span>
    </button>`;
  }

  private copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(this.text);
    } catch {
      const field = document.createElement("textarea");
      field.value = this.text;
      this.renderRoot.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    this.copied = true;
    setTimeout(() => {
      this.copied = false;
    }, 2_000);
  };
}
