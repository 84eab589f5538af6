import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { dialogStyle } from "../components/dialog-style.ts";
import { shared } from "../components/style.ts";
import type { LeaveQuestion } from "../leaving.ts";
import type { Localizer } from "../localize/localize.ts";

/** Asks whether a page with something unsaved shall go. Escape stays, and the focus is back where it was. */
@customElement("neolia-leave-question")
export class LeaveQuestionView extends LitElement {
  @property({ attribute: false }) t!: Localizer;
  @property({ attribute: false }) question!: LeaveQuestion;
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  static override styles = [
    shared,
    dialogStyle,
    css`
      dialog {
        --dialog-size: 480px;
        padding: 20px;
      }
      h2 {
        font-size: 20px;
        margin: 0 0 8px;
      }
      p {
        margin: 0 0 20px;
      }
      div {
        display: flex;
        flex-wrap: wrap;
        gap: 12px;
      }
      button {
        background: var(--nl-surface-strong);
        border-radius: 12px;
        font-weight: 600;
        min-block-size: 48px;
        padding: 8px 18px;
      }
      .accent {
        background: var(--nl-accent);
        color: var(--nl-on-accent);
      }
      .leave {
        color: var(--nl-bad);
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t } = this;
    return html`
      <dialog aria-labelledby="heading" aria-describedby="told" @cancel=${this.onCancel} @close=${this.stay}>
        <h2 id="heading">${t("leaving.title")}</h2>
        <p id="told">${t("leaving.told")}</p>
        <div>
          <button class="accent" autofocus @click=${this.stay}>${t("leaving.stay")}</button>
          <button class="leave" @click=${() => this.question.leave()}>${t("leaving.leave")}</button>
        </div>
      </dialog>
    `;
  }

  protected override firstUpdated(): void {
    this.dialog.showModal();
  }

  private onCancel = (event: Event): void => {
    event.preventDefault();
    this.stay();
  };

  /** Closed first: that puts the focus back where it was. */
  private stay = (): void => {
    const { dialog, question } = this;
    if (dialog.open) dialog.close();
    question.stay();
  };
}
