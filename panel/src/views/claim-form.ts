import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../components/style.ts";
import { ApiError } from "../data/api.ts";
import type { Localizer } from "../localize/localize.ts";
import { errorText } from "./notices.ts";

/** Pairs this browser by the short code that an installer reads out: no account, no password. */
@customElement("neolia-claim-form")
export class ClaimForm extends LitElement {
  @property({ attribute: false }) t!: Localizer;
  @property({ attribute: false }) claim: (code: string) => Promise<void> = async () => {};
  /** What the pairing link of the address came to. Where this form is shown, no device is set up (any more). */
  @property({ attribute: false }) pairing: string | null = null;
  @state() private busy = false;
  @state() private failure: string | null = null;

  static override styles = [
    shared,
    css`
      :host {
        inline-size: min(100%, 520px);
        margin-block-start: 24px;
      }
      form {
        background: var(--nl-surface);
        border-radius: var(--nl-radius);
        box-shadow: var(--nl-shadow);
        display: grid;
        gap: 14px;
        padding: 24px;
      }
      h2 {
        font-size: 20px;
      }
      p {
        color: var(--nl-muted);
      }
      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 12px;
      }
      input {
        background: var(--nl-bg);
        border: 2px solid var(--nl-line);
        border-radius: 14px;
        flex: 1 1 180px;
        font-family: ui-monospace, "Roboto Mono", monospace;
        letter-spacing: 0.1em;
        min-block-size: 56px;
        min-inline-size: 0;
        padding-inline: 16px;
        text-transform: uppercase;
      }
      .failure {
        color: var(--nl-bad);
        font-weight: 600;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t } = this;
    const ofLink = this.pairing === "ALREADY_PAIRED" ? "PAIRING_INVALID" : this.pairing;
    const failure = this.failure ?? (ofLink === null ? null : errorText(ofLink, t));
    return html`
      <form @submit=${this.submit}>
        <h2>${t("claim.title")}</h2>
        <p>${t("claim.intro")}</p>
        <div class="line">
          <input name="code" aria-label=${t("claim.code")} autocomplete="off" autocapitalize="characters" spellcheck="false"
            maxlength="20" minlength="8" required placeholder="XXXX-XXXX" />
          <button class="accent" ?disabled=${this.busy}>${this.busy ? t("claim.working") : t("claim.go")}</button>
        </div>
        <p class="failure" role="alert" ?hidden=${failure === null}>${failure}</p>
      </form>
    `;
  }

  private submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const code = String(new FormData(event.target as HTMLFormElement).get("code") ?? "").trim();
    this.busy = true;
    this.failure = null;
    try {
      await this.claim(code);
    } catch (error) {
      this.failure = errorText(error instanceof ApiError ? error.code : "INTERNAL", this.t);
    } finally {
      this.busy = false;
    }
  };
}
