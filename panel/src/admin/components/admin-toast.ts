import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import type { AdminLocalizer } from "../../localize/admin.ts";
import type { Toast } from "../admin.ts";
import { adminStyle } from "./admin-style.ts";
import { focusIsLost, visibleHeadings } from "./focus.ts";

/** Long enough to read and to reach the button. */
const SHOWN_MS = 8_000;

/** What just happened, at the lower edge; with a way back where there is one. It waits while somebody is on it. */
@customElement("neolia-admin-toast")
export class AdminToast extends LitElement {
  @property({ attribute: false }) t!: AdminLocalizer;
  /** A call stands before it: it waits until it can be seen. */
  @property({ type: Boolean }) away = false;
  @state() private toast: Toast | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    shared,
    adminStyle,
    css`
      :host {
        inset-block-end: 16px;
        inset-inline: 0;
        pointer-events: none;
        position: absolute;
        z-index: 3;
      }
      .toast {
        align-items: center;
        background: var(--nl-text);
        border-radius: 14px;
        color: var(--nl-bg);
        display: flex;
        gap: 8px;
        inline-size: fit-content;
        margin-inline: auto;
        max-inline-size: calc(100% - 32px);
        padding: 4px 6px 4px 18px;
        pointer-events: auto;
      }
      .toast button {
        background: transparent;
        border-color: transparent;
        color: inherit;
        font-weight: 600;
      }
      .toast .undo {
        text-decoration: underline;
      }
    `,
  ];

  show(toast: Toast): void {
    this.toast = toast;
    this.wait();
  }

  /** Something new is done: what is told of the last thing would be taken for it, and its way back would lead to before both. */
  begins(): void {
    if (this.toast?.failed !== true) this.close();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("keydown", this.onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("keydown", this.onKey);
    clearTimeout(this.timer);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("away")) this.wait();
  }

  protected override render(): TemplateResult {
    const { t, toast } = this;
    return html`
      <div role=${toast?.failed === true ? "alert" : "status"} aria-live=${toast?.failed === true ? "assertive" : "polite"}>
        ${
          toast === null
            ? nothing
            : html`
              <div class="toast" @pointerenter=${this.hold} @pointerleave=${this.leave} @focusin=${this.hold} @focusout=${this.leave}>
                <span>${toast.text}</span>
                ${
                  toast.undo === undefined
                    ? nothing
                    : html`<button class="undo" @click=${() => void this.undo(toast)}>${t("form.undo")}</button>`
                }
                <button class="icon" aria-label=${t("form.close")} @click=${this.close}>${icon("close")}</button>
              </div>
            `
        }
      </div>
    `;
  }

  private async undo({ undo }: Toast): Promise<void> {
    this.close();
    await undo?.();
  }

  private hold = (): void => {
    clearTimeout(this.timer);
  };

  /** The pointer or the keyboard has left it; it waits on for the other one. The time then begins anew. */
  private leave = ({ currentTarget, type, relatedTarget }: Event & { relatedTarget?: unknown }): void => {
    const toast = currentTarget as HTMLElement;
    const stays = relatedTarget instanceof Node && toast.contains(relatedTarget);
    const other = type === "focusout" ? ":hover" : ":focus-within";
    if (!stays && !toast.matches(other)) this.wait();
  };

  /** It is the last thing on the page: whoever goes from thing to thing may be on the way to it. */
  private onKey = ({ key }: KeyboardEvent): void => {
    const isHeld = this.renderRoot.querySelector(".toast")?.matches(":hover, :focus-within") ?? true;
    if (key === "Tab" && !isHeld) this.wait();
  };

  private wait = (): void => {
    this.hold();
    if (this.toast === null || this.toast.failed === true || this.away) return;
    this.timer = setTimeout(this.close, SHOWN_MS);
  };

  private close = (): void => {
    this.hold();
    const hadKeyboard = this.shadowRoot?.activeElement != null;
    this.toast = null;
    if (hadKeyboard) void this.leaveKeyboard();
  };

  /** Whoever pressed a button in it is at the page's heading, and not at the top of all. */
  private async leaveKeyboard(): Promise<void> {
    await this.updateComplete;
    if (focusIsLost()) visibleHeadings(document).at(-1)?.focus();
  }
}
