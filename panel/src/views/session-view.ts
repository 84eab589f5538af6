import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { shared } from "../components/style.ts";
import type { Key, Localizer } from "../localize/localize.ts";
import type { SessionState } from "../model.ts";
import "./claim-form.ts";

/** What is being waited for; nothing that a person here could enter. */
const WAITING: Partial<Record<SessionState, Key>> = {
  unreachable: "session.unreachable",
  ended: "session.ended",
  stranger: "session.stranger",
};

/** Asks for the token when the page was opened without one, or with a wrong one. Fires `sign-in` with the token. */
@customElement("neolia-session-view")
export class SessionView extends LitElement {
  @property({ attribute: false }) t!: Localizer;
  @property() session: SessionState = "needed";
  /** Pairs by a short code. Throws ApiError. */
  @property({ attribute: false }) claim: (code: string) => Promise<void> = async () => {};
  /** What the pairing link of the address came to. */
  @property({ attribute: false }) pairing: string | null = null;

  static override styles = [
    shared,
    css`
      :host {
        align-content: center;
        display: grid;
        gap: 20px;
        justify-items: center;
        padding: 24px;
      }
      form {
        background: var(--nl-surface);
        border-radius: var(--nl-radius);
        box-shadow: var(--nl-shadow);
        display: grid;
        gap: 18px;
        inline-size: min(100%, 520px);
        padding: 36px;
      }
      h1 {
        font-size: 34px;
      }
      p {
        color: var(--nl-muted);
      }
      label {
        display: grid;
        font-weight: 600;
        gap: 8px;
      }
      input {
        background: var(--nl-bg);
        border: 2px solid var(--nl-line);
        border-radius: 14px;
        inline-size: 100%;
        min-block-size: 60px;
        padding-inline: 16px;
      }
      .wrong {
        color: var(--nl-bad);
        font-weight: 600;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t } = this;
    const wrong = this.session === "wrong";
    const waiting = WAITING[this.session];
    const claim = html`<neolia-claim-form .t=${t} .claim=${this.claim} .pairing=${this.pairing}></neolia-claim-form>`;
    // Whoever followed a link that is no good reads so first: on a wall panel the second form is below the screen.
    const isByLink = this.pairing !== null;
    return html`
      ${waiting === undefined && isByLink ? claim : nothing}
      <form @submit=${this.submit}>
        <h1 tabindex="-1">${t("session.title")}</h1>
        ${
          waiting !== undefined
            ? html`<p role="status">${t(waiting)}</p>`
            : html`
              <p>${t("session.intro")}</p>
              <label>
                ${t("session.token")}
                <input name="token" autocomplete="off" autocapitalize="off" spellcheck="false" required
                  aria-invalid=${wrong} aria-describedby="wrong" />
              </label>
              <p id="wrong" class="wrong" role="alert" ?hidden=${!wrong}>${wrong ? t("session.wrong") : ""}</p>
              <button class="accent">${t("session.open")}</button>
            `
        }
      </form>
      ${waiting === undefined && !isByLink ? claim : nothing}
    `;
  }

  private submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const token = new FormData(event.target as HTMLFormElement).get("token");
    if (typeof token === "string") this.dispatchEvent(new CustomEvent("sign-in", { detail: token }));
  };
}
