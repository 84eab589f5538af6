import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import { type Call, summarize } from "../data/calls.ts";
import { clock, day, type Localizer } from "../localize/localize.ts";
import type { PanelState } from "../model.ts";
import { phone } from "../phone/phone.ts";
import { isRegistered } from "../phone/phone-state.ts";
import { partyName } from "./names.ts";
import { markOf, outcomeText } from "./outcome.ts";
import { pageFrame } from "./page-frame.ts";

/** One call, which a notification or a link led to: what became of it, and calling back. Fires `done` and `log`. */
@customElement("neolia-entry-view")
export class EntryView extends LitElement {
  @property({ attribute: false }) t!: Localizer;
  @property({ attribute: false }) panel!: PanelState;
  /** undefined: not fetched yet; null: there is no such call, or it is not this viewer's. */
  @property({ attribute: false }) call: Call | null | undefined = undefined;
  /** SIP name of this device. */
  @property() username = "";

  static override styles = [
    shared,
    pageFrame,
    css`
      .card {
        background: var(--nl-surface);
        border-radius: var(--nl-radius);
        box-shadow: var(--nl-shadow);
        display: grid;
        gap: 8px;
        max-inline-size: 640px;
        padding: 28px;
      }
      .outcome {
        align-items: center;
        display: flex;
        font-size: 22px;
        font-weight: 600;
        gap: 14px;
      }
      .outcome svg {
        font-size: 30px;
      }
      .missed {
        color: var(--nl-bad);
      }
      .when {
        color: var(--nl-muted);
      }
      .when::first-letter {
        text-transform: uppercase;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        gap: 14px;
        margin-block-start: 20px;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t, call } = this;
    const title = call ? partyName(summarize(call, this.username).peer, this.panel, t) : t("entry.title");
    return html`
      <header>
        <button class="round" aria-label=${t("log.back")} @click=${() => this.fire("done")}>${icon("back")}</button>
        <h1 tabindex="-1">${title}</h1>
      </header>
      ${
        call === undefined
          ? html`<p class="card" role="status">${t("home.loading")}</p>`
          : call === null
            ? html`<p class="card">${t("entry.none")}</p>`
            : this.renderCall(call)
      }
      <div class="buttons">
        ${call ? this.renderCallBack(call) : nothing}
        <button @click=${() => this.fire("log")}>${icon("list")} ${t("entry.log")}</button>
      </div>
    `;
  }

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>("h1")?.focus();
  }

  private renderCall(call: Call): TemplateResult {
    const { t } = this;
    const summary = summarize(call, this.username);
    return html`
      <div class="card" aria-live="polite">
        <p class="outcome ${summary.missed ? "missed" : ""}">
          ${icon(markOf(summary))} ${outcomeText(call, summary, this.username, this.panel, t)}
        </p>
        <p class="when">
          <time datetime=${new Date(call.startedAtMs).toISOString()}
            >${day(t, call.startedAtMs, Date.now())}, ${clock(t, call.startedAtMs)}</time
          >
        </p>
      </div>
    `;
  }

  /** Doors and units that this viewer sees can be called. */
  private renderCallBack(call: Call): TemplateResult | typeof nothing {
    const { t, panel } = this;
    const { peer } = summarize(call, this.username);
    const { doors = [], units = [] } = panel.directory ?? {};
    if (call.endedAtMs === null || ![...doors, ...units].some((known) => known.name === peer.name)) return nothing;
    const name = partyName(peer, panel, t);
    return html`
      <button class="go" ?disabled=${!isRegistered(panel.phone.connection)}
        @click=${() => phone.command({ type: "dial", name: peer.name, displayName: name })}>
        ${icon("phone")} ${t("home.callName", { name })}
      </button>
    `;
  }

  private fire(type: "done" | "log"): void {
    this.dispatchEvent(new CustomEvent(type));
  }
}
