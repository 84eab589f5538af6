import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../components/style.ts";
import { type Typed, TypedWatch } from "../leaving.ts";
import type { DeviceLocalizer } from "../localize/device.ts";
import type { PanelModel } from "../model.ts";
import { forgetManualAccount, keepManualAccount, manualAccount } from "../phone/manual-account.ts";
import { pageStyle } from "./page-style.ts";

const FIELDS = ["uri", "username", "domain", "password"] as const;

/** SIP settings by hand, closed until somebody opens them. */
@customElement("neolia-manual-settings")
export class ManualSettings extends LitElement implements Typed {
  @property({ attribute: false }) t!: DeviceLocalizer;
  @property({ attribute: false }) model!: PanelModel;
  @state() private account = manualAccount();
  @state() private failure = false;
  protected readonly watch = new TypedWatch(this);

  static override styles = [
    shared,
    pageStyle,
    css`
      :host {
        padding: 0;
      }
      summary {
        cursor: pointer;
        font-size: 20px;
        font-weight: 600;
        min-block-size: 44px;
      }
      form {
        display: grid;
        gap: 14px;
        max-inline-size: 520px;
      }
      form label {
        display: grid;
        font-weight: 600;
        gap: 4px;
      }
      form input {
        background: var(--nl-bg);
        border: 2px solid var(--nl-line);
        border-radius: 14px;
        min-block-size: 52px;
        padding-inline: 14px;
      }
    `,
  ];

  get isUnsaved(): boolean {
    const inputs = [...this.renderRoot.querySelectorAll("input")];
    return inputs.some(({ value, name }) => value !== this.stored(name));
  }

  protected override render(): TemplateResult {
    const { t, account } = this;
    return html`
      <section>
        <details ?open=${account !== null}>
          <summary>${t("manual.title")}</summary>
          <p class="muted">${t("manual.intro")}</p>
          ${account === null ? nothing : html`<p role="status">${t("manual.active", { username: account.username, domain: account.domain })}</p>`}
          <form novalidate @submit=${this.submit}>
            ${FIELDS.map((name) => this.renderField(name, this.stored(name)))}
            <p class="failure" role="alert" ?hidden=${!this.failure}>${this.failure ? t("manual.wrong") : ""}</p>
            <div>
              <button class="accent" type="submit">${t("manual.save")}</button>
              ${account === null ? nothing : html`<button type="button" @click=${this.clear}>${t("manual.clear")}</button>`}
            </div>
          </form>
        </details>
      </section>
    `;
  }

  /** What a field shows as long as nobody types; a password is never shown again. */
  private stored(name: string): string {
    const field = FIELDS.find((one) => one === name);
    return field === undefined || field === "password" ? "" : (this.account?.[field] ?? "");
  }

  private renderField(name: (typeof FIELDS)[number], value: string): TemplateResult {
    const { t } = this;
    const hint = name === "uri" ? t("manual.uriHint") : name === "password" ? t("manual.passwordHint") : "";
    return html`<label>${t(`manual.${name}`)}
      <input name=${name} type=${name === "password" ? "password" : "text"} autocomplete="off" spellcheck="false" maxlength="253" .value=${value} />
      ${hint === "" ? nothing : html`<span class="muted">${hint}</span>`}</label>`;
  }

  private submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const [uri = "", username = "", domain = "", password = ""] = FIELDS.map((name) =>
      String(form.get(name) ?? "").trim(),
    );
    this.failure = !/^wss?:\/\/[^/]/.test(uri) || username === "" || domain === "" || password === "";
    if (this.failure) return;
    this.account = keepManualAccount(uri, username, domain, password);
    this.model.accountChosen();
  };

  private clear = (): void => {
    forgetManualAccount();
    this.account = null;
    this.model.accountChosen();
  };
}
