import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import type { Admin } from "../admin.ts";
import { adminStyle } from "../components/admin-style.ts";
import "../components/backup-part.ts";
import "../components/site-form.ts";

/** What an empty app greets an installer with: the way to a door that rings, and its first form. */
@customElement("neolia-welcome-page")
export class WelcomePage extends LitElement {
  @property({ attribute: false }) admin!: Admin;

  static override styles = [
    shared,
    adminStyle,
    css`
      ol {
        display: grid;
        gap: 12px;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr));
        counter-reset: step;
      }
      li {
        align-content: start;
        counter-increment: step;
      }
      li::before {
        align-items: center;
        background: var(--nl-accent);
        block-size: 36px;
        border-radius: 50%;
        color: var(--nl-on-accent);
        content: counter(step);
        display: flex;
        font-weight: 700;
        inline-size: 36px;
        justify-content: center;
      }
      h2 {
        margin-block-start: 8px;
      }
      h2.step {
        font-size: 16px;
        margin: 0;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t } = this.admin;
    return html`
      <div class="page">
        <h1 tabindex="-1">${t("welcome.title")}</h1>
        <ol>
          ${([1, 2, 3] as const).map(
            (step) => html`
              <li class="card">
                <h2 class="step">${t(`welcome.step${step}`)}</h2>
                <p class="muted">${t(`welcome.step${step}More`)}</p>
              </li>
            `,
          )}
        </ol>
        <h2>${t("welcome.start")}</h2>
        <div class="card"><neolia-site-form .admin=${this.admin}></neolia-site-form></div>
        <h2>${t("remote.elsewhere")}</h2>
        <div class="card"><p>${t("remote.intro")}</p><div><button @click=${() => this.admin.openSite(null)}>${t("remote.new")}</button></div></div>
        <h2>${t("welcome.restore")}</h2>
        <neolia-backup-part .admin=${this.admin}></neolia-backup-part>
      </div>
    `;
  }
}
