import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import { type Call, summarize } from "../data/calls.ts";
import { clock, day, type Localizer } from "../localize/localize.ts";
import type { PanelState } from "../model.ts";
import { partyName } from "./names.ts";
import { markOf, outcomeText } from "./outcome.ts";
import { pageFrame } from "./page-frame.ts";

/** Who rang, when, and what became of it; missed calls stand out. Fires `done` and `more`. */
@customElement("neolia-log-view")
export class LogView extends LitElement {
  @property({ attribute: false }) t!: Localizer;
  @property({ attribute: false }) panel!: PanelState;
  /** SIP name of this device. */
  @property() username = "";

  static override styles = [
    shared,
    pageFrame,
    css`
      h2 {
        color: var(--nl-muted);
        font-size: 18px;
        font-weight: 600;
        margin-block: 20px 8px;
      }
      h2::first-letter {
        text-transform: uppercase;
      }
      ol {
        background: var(--nl-surface);
        border-radius: var(--nl-radius);
        box-shadow: var(--nl-shadow);
        overflow: hidden;
      }
      li {
        align-items: center;
        display: grid;
        gap: 2px 16px;
        grid-template-columns: auto 1fr auto;
        min-block-size: 76px;
        padding: 12px 20px;
      }
      li + li {
        border-block-start: 1px solid var(--nl-line);
      }
      .mark {
        color: var(--nl-muted);
        font-size: 28px;
        grid-row: span 2;
      }
      .name {
        font-size: 22px;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .outcome {
        color: var(--nl-muted);
        grid-column: 2;
      }
      .missed .mark,
      .missed .outcome,
      .missed .name {
        color: var(--nl-bad);
      }
      .missed .outcome {
        font-weight: 700;
      }
      time {
        color: var(--nl-muted);
        font-variant-numeric: tabular-nums;
        font-size: 20px;
        grid-column: 3;
        grid-row: 1 / span 2;
      }
      .empty {
        background: var(--nl-surface);
        border-radius: var(--nl-radius);
        box-shadow: var(--nl-shadow);
        color: var(--nl-muted);
        padding: 28px;
      }
      @media (max-width: 560px) {
        li {
          column-gap: 12px;
          padding-inline: 14px;
        }
        .name {
          font-size: 20px;
        }
        time {
          font-size: 18px;
        }
      }
      .more {
        margin-block-start: 20px;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t } = this;
    const { calls, nextBefore } = this.panel.log;
    return html`
      <header>
        <button class="round" aria-label=${t("log.back")} @click=${() => this.fire("done")}>${icon("back")}</button>
        <h1 tabindex="-1">${t("log.title")}</h1>
      </header>
      ${
        calls === null
          ? html`<p class="empty">${t("home.loading")}</p>`
          : calls.length === 0
            ? html`<p class="empty">${t("log.empty")}</p>`
            : this.renderDays(calls)
      }
      ${nextBefore === null ? nothing : html`<button class="more" @click=${() => this.fire("more")}>${t("log.more")}</button>`}
    `;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("h1")?.focus();
  }

  private renderDays(calls: Call[]): TemplateResult[] {
    const nowMs = Date.now();
    const days = Map.groupBy(calls, (call) => day(this.t, call.startedAtMs, nowMs));
    return [...days].map(
      ([name, list]) => html`
        <h2>${name}</h2>
        <ol>${repeat(list, (call) => call.callId, this.renderCall)}</ol>
      `,
    );
  }

  private renderCall = (call: Call): TemplateResult => {
    const { t } = this;
    const summary = summarize(call, this.username);
    return html`
      <li class=${summary.missed ? "missed" : ""}>
        <span class="mark">
          ${icon(markOf(summary))}
          <span class="unseen">${t(summary.direction === "inbound" ? "log.inbound" : "log.outbound")}</span>
        </span>
        <span class="name">${partyName(summary.peer, this.panel, t)}</span>
        <span class="outcome">${outcomeText(call, summary, this.username, this.panel, t)}</span>
        <time datetime=${new Date(call.startedAtMs).toISOString()}>${clock(t, call.startedAtMs)}</time>
      </li>
    `;
  };

  private fire(type: "done" | "more"): void {
    this.dispatchEvent(new CustomEvent(type));
  }
}
