import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { clock, date, type Localizer } from "../localize/localize.ts";
import { shared } from "./style.ts";

/** Time and date: what a wall panel shows when nobody rings. */
@customElement("neolia-clock")
export class Clock extends LitElement {
  @property({ attribute: false }) t!: Localizer;
  @state() private nowMs = Date.now();
  private ticker: ReturnType<typeof setInterval> | undefined;

  static override styles = [
    shared,
    css`
      .time {
        font-size: clamp(48px, 8vw, 76px);
        font-variant-numeric: tabular-nums;
        font-weight: 300;
        letter-spacing: -0.02em;
        line-height: 1;
      }
      .date {
        color: var(--nl-muted);
        font-size: 20px;
        margin-block-start: 6px;
      }
      .date::first-letter {
        text-transform: uppercase;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.ticker = setInterval(() => {
      this.nowMs = Date.now();
    }, 1000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.ticker);
  }

  protected override render(): TemplateResult {
    return html`
      <p class="time">${clock(this.t, this.nowMs)}</p>
      <p class="date">${date(this.t, this.nowMs)}</p>
    `;
  }
}
