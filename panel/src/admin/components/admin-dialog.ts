import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { dialogStyle } from "../../components/dialog-style.ts";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import { type Typed, TypedWatch } from "../../leaving.ts";
import type { AdminLocalizer } from "../../localize/admin.ts";
import { AdminForm } from "./admin-form.ts";
import { adminStyle } from "./admin-style.ts";
import { focused, focusFirst, focusIsLost, visibleHeadings } from "./focus.ts";

/** Open ones step aside while a call is on the screen: a dialog lies above everything, also above who rings. */
const openDialogs = new Set<AdminDialog>();
let aside = false;

export function setDialogsAside(away: boolean): void {
  if (away === aside) return;
  aside = away;
  for (const dialog of openDialogs) dialog.follow();
}

export function hasOpenDialog(): boolean {
  return openDialogs.size > 0;
}

/**
 * A question or form above the page: the browser's own `<dialog>`, which keeps the focus and closes with Escape; while a
 * form in it is edited, only after asking. Fires `closed`; whoever shows it takes it away then.
 */
@customElement("neolia-admin-dialog")
export class AdminDialog extends LitElement implements Typed {
  @property({ attribute: false }) t!: AdminLocalizer;
  @property() heading = "";
  /** No way out but its own buttons: something is shown once. */
  @property({ type: Boolean }) firm = false;
  @property({ type: Boolean, reflect: true }) wide = false;
  /** Something was typed into it beside the forms that are in it. */
  @property({ type: Boolean }) edited = false;
  @state() private asking = false;
  @query("dialog") private readonly dialog!: HTMLDialogElement | null;
  /** What had the focus when it opened, and gets it back. */
  private opener: HTMLElement | null = null;
  private isGivenUp = false;
  protected readonly watch = new TypedWatch(this);

  static override styles = [
    shared,
    adminStyle,
    dialogStyle,
    css`
      dialog {
        --dialog-size: 560px;
        padding: 0;
      }
      :host([wide]) dialog {
        --dialog-size: 860px;
      }
      header {
        align-items: center;
        background: var(--nl-surface);
        border-block-end: 1px solid var(--nl-line);
        display: flex;
        gap: 12px;
        inset-block-start: 0;
        justify-content: space-between;
        padding: 12px 12px 12px 20px;
        position: sticky;
        z-index: 1;
      }
      .question {
        margin: 12px 20px 0;
      }
      .body {
        display: grid;
        gap: 16px;
        padding: 20px;
      }
    `,
  ];

  protected override render(): TemplateResult {
    return html`
      <dialog aria-labelledby="heading" @cancel=${this.onCancel} @close=${this.onClose}>
        <header>
          <h2 id="heading" tabindex="-1">${this.heading}</h2>
          ${
            this.firm
              ? null
              : html`<button class="icon quiet" aria-label=${this.t("form.close")} @click=${this.leave}>
                  ${icon("close")}
                </button>`
          }
        </header>
        ${this.asking ? this.renderQuestion() : nothing}
        <div class="body"><slot @slotchange=${this.onContent}></slot></div>
      </dialog>
    `;
  }

  private renderQuestion(): TemplateResult {
    const { t } = this;
    return html`
      <div class="note question" role="alert">
        <p>${t("form.notSaved")}</p>
        <div class="end">
          <button id="stay" class="accent" @click=${this.stay}>${t("form.goOn")}</button>
          <button class="danger" @click=${this.close}>${t("form.discard")}</button>
        </div>
      </div>
    `;
  }

  protected override firstUpdated(_changed: PropertyValues<this>): void {
    this.opener = focused();
    openDialogs.add(this);
    this.follow();
    // The first thing to fill in or press, not the button that closes.
    void focusFirst(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (!this.hasUpdated) return;
    openDialogs.add(this);
    this.follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    openDialogs.delete(this);
    const { opener } = this;
    // Once everything that goes with it has gone; another dialog may have opened in its place.
    queueMicrotask(() => {
      if (!focusIsLost()) return;
      if (opener?.checkVisibility()) opener.focus();
      else visibleHeadings(document).at(-1)?.focus();
    });
  }

  /** The form has become an answer, say: whoever pressed its button is at the heading of what came in its place. */
  private onContent = async (): Promise<void> => {
    await this.updateComplete;
    if (this.dialog?.open && focusIsLost()) this.renderRoot.querySelector<HTMLElement>("#heading")?.focus();
  };

  follow(): void {
    const { dialog } = this;
    if (dialog === null) return;
    if (aside && dialog.open) dialog.close();
    else if (!aside && !dialog.open) dialog.showModal();
  }

  /** The forms in it are asked themselves. */
  get isUnsaved(): boolean {
    return this.edited && !this.isGivenUp;
  }

  private forms(): AdminForm[] {
    return [...this.querySelectorAll("neolia-admin-form")].filter((form) => form instanceof AdminForm);
  }

  /** What was typed into it may go: it was saved, or whoever typed it has said so. */
  giveUp(): void {
    this.isGivenUp = true;
    for (const form of this.forms()) form.giveUp();
  }

  private close = (): void => {
    this.giveUp();
    this.dispatchEvent(new CustomEvent("closed"));
  };

  /** What was typed is not lost by a key that was hit or a finger that slipped; who does it again means it. */
  private leave = async (): Promise<void> => {
    const isEdited = this.edited || this.forms().some((form) => form.isEdited);
    if (!isEdited || this.asking) return this.close();
    this.asking = true;
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("#stay")?.focus();
  };

  private stay = async (): Promise<void> => {
    this.asking = false;
    await focusFirst(this);
  };

  private onCancel = (event: Event): void => {
    event.preventDefault();
    if (!this.firm) void this.leave();
  };

  /** Browsers close a dialog at the second Escape whatever its page says. */
  private onClose = (): void => {
    if (aside) return;
    if (this.firm && this.isConnected) this.dialog?.showModal();
    else this.close();
  };
}
