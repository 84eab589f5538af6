import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import { focusIsLost } from "../admin/components/focus.ts";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import type { LiveCall } from "../data/desk.ts";
import { clock } from "../localize/localize.ts";
import { cartLines } from "./cart-lines.ts";
import type { DeskContext } from "./desk-context.ts";
import { cardStyle } from "./desk-style.ts";
import { euros } from "./money.ts";
import { spelled } from "./phone-number.ts";

/** A call that is on: its cart as it grows, what is said, and the two ways to step in. */
@customElement("neolia-live-call")
export class LiveCallCard extends LitElement {
  @property({ attribute: false }) desk!: DeskContext;
  @property({ attribute: false }) call!: LiveCall;
  @state() private hangingUp = false;
  private working = false;
  private hadKeyboard = false;
  @query(".transcript") private readonly transcript!: HTMLElement | null;

  static override styles = [
    shared,
    adminStyle,
    cardStyle,
    css`
      .order {
        border-inline-start: 6px solid var(--nl-go);
      }
      .chip {
        justify-self: start;
      }
      .transcript {
        background: var(--nl-bg);
        border-radius: 10px;
        display: grid;
        font-size: 15px;
        gap: 4px;
        max-block-size: 180px;
        overflow: auto;
        padding: 8px 10px;
      }
      .transcript b {
        color: var(--nl-muted);
        font-weight: 600;
      }
    `,
  ];

  protected override willUpdate(): void {
    this.hadKeyboard = this.shadowRoot?.activeElement != null;
  }

  protected override updated(changed: PropertyValues<this>): void {
    // The last words are the ones to read.
    if (changed.has("call") && this.transcript) this.transcript.scrollTop = this.transcript.scrollHeight;
    // Somebody has the call now, and its button cannot be pressed any more.
    if (this.hadKeyboard && focusIsLost()) this.renderRoot.querySelector<HTMLElement>("article")?.focus();
  }

  protected override render(): TemplateResult {
    const { call, desk } = this;
    const { t } = desk;
    const { lines, totalCents } = call.cart;
    return html`
      <article class="order" tabindex="-1" aria-label=${t("live.title")}>
        <div class="head">
          <strong><bdi>${call.name === "" ? (call.callerNumber === null ? t("board.noNumber") : spelled(call.callerNumber)) : call.name}</bdi></strong>
          <span class="muted">${clock(t, call.startedAtMs)}</span>
        </div>
        <span class="chip ${call.state === "handed-over" ? "wait" : "good"}">${t(`live.state.${call.state}`)}</span>
        ${lines.length === 0 ? html`<p class="muted">${t("live.emptyCart")}</p>` : html`${cartLines(lines)}<p>${t("live.total", { total: euros(t, totalCents) })}</p>`}
        <div class="transcript" role="log" tabindex="0" aria-label=${t("live.transcript")}>
          ${call.transcript.length === 0 ? html`<p class="muted">${t("live.silent")}</p>` : nothing}
          ${call.transcript.map(({ who, text }) => html`<p><b>${t(`live.${who}`)}</b> <bdi>${text}</bdi></p>`)}
        </div>
        ${call.takenOverBy === null ? nothing : html`<p role="status">${call.takenOverBy === "" ? t("live.taken") : t("live.takenBy", { name: call.takenOverBy })}</p>`}
        <div class="actions">
          <button class="main go" ?disabled=${call.takenOverBy !== null} @click=${() => void this.command("take-over")}>${icon("phone")} ${t("live.takeOver")}</button>
          <button class="danger" @click=${this.askHangUp}>${icon("hangUp")} ${t("live.hangUp")}</button>
        </div>
      </article>
      ${
        this.hangingUp
          ? html`<neolia-admin-dialog .t=${t} .heading=${t("live.hangUpTitle")} @closed=${this.closeHangUp}>
              <p>${t("live.hangUpText")}</p>
              <div class="end">
                <button autofocus @click=${this.closeHangUp}>${t("form.cancel")}</button>
                <button class="stop" @click=${() => void this.command("hang-up")}>${t("live.hangUp")}</button>
              </div>
            </neolia-admin-dialog>`
          : nothing
      }
    `;
  }

  private async command(command: "take-over" | "hang-up"): Promise<void> {
    this.hangingUp = false;
    if (this.working) return;
    this.working = true;
    try {
      await this.desk.api.command(this.call.callId, command);
    } catch (error) {
      this.desk.fail(error);
    } finally {
      this.working = false;
    }
  }

  private askHangUp = (): void => {
    this.hangingUp = true;
  };

  private closeHangUp = (): void => {
    this.hangingUp = false;
  };
}
