import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import type { SiteAdmin } from "../admin.ts";
import { adminStyle } from "./admin-style.ts";

/** How a native panel is added to Home Assistant: the file to copy, and the lines with this app's own name in them. */
@customElement("neolia-native-part")
export class NativePart extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  @state() private copied: "not yet" | "copied" | "failed" = "not yet";

  static override styles = [
    shared,
    adminStyle,
    css`
      :host {
        display: grid;
        gap: var(--admin-gap);
      }
      ol {
        display: grid;
        gap: 18px;
        list-style: decimal;
        padding-inline-start: 24px;
      }
      li > * + * {
        margin-block-start: 10px;
      }
      a.button {
        display: inline-flex;
      }
      pre {
        background: var(--nl-bg);
        border: 1px solid var(--nl-line);
        border-radius: var(--admin-radius);
        margin: 10px 0;
        overflow: auto;
        padding: 14px;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t, api } = this.admin;
    return html`
      <p>${t("native.gain")}</p>
      <div class="card">
        <ol>
          <li>
            <p>${t("native.file")}</p>
            <a class="button" download href=${new URL("neolia-native-panel.js", api.baseUrl).href}>${t("native.download")}</a>
          </li>
          <li>
            <p>${t("native.lines")}</p>
            <pre class="mono" tabindex="0">${this.lines()}</pre>
            <button @click=${this.copy}>${t(this.copied === "copied" ? "native.copied" : "native.copy")}</button>
            <p class="failure" role="alert" ?hidden=${this.copied !== "failed"}>${t("native.copyFailed")}</p>
          </li>
        </ol>
        <p class="hint">${t("native.after")}</p>
      </div>
    `;
  }

  private lines(): string {
    return `panel_custom:
  - name: neolia-native-panel
    url_path: intercom
    sidebar_title: ${this.admin.t("bar.title")}
    sidebar_icon: mdi:doorbell-video
    module_url: /local/neolia-native-panel.js
    config:
      slug: ${this.admin.slug ?? ""}
`;
  }

  private copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(this.lines());
      this.copied = "copied";
    } catch {
      this.copied = "failed";
    }
  };
}
