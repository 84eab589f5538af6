import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import { focusIsLost } from "../admin/components/focus.ts";
import { shared } from "../components/style.ts";
import type { HistoryPage, HistoryQuery, PastCall, PastCallDetails } from "../data/desk.ts";
import { clock, day } from "../localize/localize.ts";
import { cartLines } from "./cart-lines.ts";
import { counted } from "./counted.ts";
import type { DeskContext } from "./desk-context.ts";
import { cardStyle } from "./desk-style.ts";
import { formStyle } from "./form-style.ts";
import { euros } from "./money.ts";
import { spelled } from "./phone-number.ts";
import { typed } from "./typed.ts";

type HistoryFilter = Pick<HistoryQuery, "search" | "outcome" | "day">;
/** What was cleared is no part of the search any more. */
type FilterChange = { [K in keyof HistoryFilter]?: HistoryFilter[K] | undefined };
const OUTCOMES = ["order", "none", "message"] as const;
/** Nobody searches for half a word. */
const TYPING_MS = 250;

/** Calls with the assistant: what became of them, and what each cost. */
@customElement("neolia-call-history")
export class CallHistory extends LitElement {
  @property({ attribute: false }) desk!: DeskContext;
  @state() private page: HistoryPage | null = null;
  @state() private shown: PastCallDetails | null = null;
  private loading = false;
  /** What is looked for; all calls without it. */
  @state() private wanted: HistoryFilter = {};
  private lineId = "";
  private typing: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    shared,
    adminStyle,
    cardStyle,
    formStyle,
    css`
      .page {
        padding-block-end: 90px;
      }
      td button {
        white-space: nowrap;
      }
      td.cost,
      th.cost {
        font-variant-numeric: tabular-nums;
        text-align: end;
        white-space: nowrap;
      }
      .words {
        display: grid;
        gap: 6px;
      }
      @media (max-width: 560px) {
        thead {
          block-size: 1px;
          clip-path: inset(50%);
          overflow: hidden;
          position: absolute;
        }
        tr {
          border-block-end: 1px solid var(--nl-line);
          display: grid;
          gap: 2px 10px;
          grid-template-columns: minmax(0, 1fr) auto;
          padding-block: 8px;
        }
        td {
          border: 0;
          padding: 2px;
        }
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has("desk") || this.desk.line.id === this.lineId) return;
    this.lineId = this.desk.line.id;
    this.page = null;
    this.wanted = {};
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.typing);
  }

  protected override render(): TemplateResult {
    const { t } = this.desk;
    const { page } = this;
    if (page === null) return html`<p class="page" role="status">${t("desk.loading")}</p>`;
    return html`
      <div class="page">
        <h1 tabindex="-1">${t("history.title")}</h1>
        ${this.renderSearch()}
        <p class=${page.calls.length === 0 ? "muted" : "unseen"} role="status">${this.found(page)}</p>
        ${page.calls.length === 0 ? nothing : this.renderTable(page)}
        ${page.next === null ? nothing : html`<div><button @click=${() => void this.more(page)}>${t("history.more")}</button></div>`}
      </div>
      ${this.shown === null ? nothing : this.renderDetails(this.shown)}
    `;
  }

  private renderSearch(): TemplateResult {
    const { t, administrator } = this.desk;
    const { search = "", outcome, day: on = "" } = this.wanted;
    const hint = administrator ? nothing : html`<span class="hint" id="masked">${t("history.masked")}</span>`;
    return html`
      <form class="fields" role="search" @submit=${(event: Event) => event.preventDefault()}>
        <label>${t("history.search")}<input type="search" maxlength="80" aria-describedby=${administrator ? nothing : "masked"}
          .value=${search} @input=${(event: Event) => this.look({ search: typed(event) }, TYPING_MS)} />${hint}</label>
        <label>${t("history.outcome")}<select @change=${(event: Event) => this.look({ outcome: OUTCOMES.find((one) => one === typed(event)) })}>
          <option value="" ?selected=${outcome === undefined}>${t("history.all")}</option>
          ${OUTCOMES.map((one) => html`<option value=${one} ?selected=${one === outcome}>${t(`history.outcome.${one}`)}</option>`)}</select></label>
        <label>${t("history.day")}<input type="date" .value=${on} @change=${(event: Event) => this.look({ day: typed(event) })} /></label>
      </form>
    `;
  }

  /** Said to a screen reader with each search; shown when there is nothing else to show. */
  private found({ calls, next }: HistoryPage): string {
    const { t } = this.desk;
    const looksFor = Object.keys(this.wanted).length > 0;
    if (calls.length === 0) return t(looksFor ? "history.noneFound" : "history.empty");
    if (!looksFor) return "";
    return next === null ? counted(t, "calls", calls.length) : t("history.foundMore", { count: calls.length });
  }

  private look(change: FilterChange, afterMs = 0): void {
    const all = Object.entries({ ...this.wanted, ...change });
    this.wanted = Object.fromEntries(all.filter(([, value]) => value !== undefined && value !== ""));
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.load(), afterMs);
  }

  private renderTable({ calls }: HistoryPage): TemplateResult {
    const { t } = this.desk;
    return html`
      <table>
        <thead>
          <tr><th scope="col">${t("history.when")}</th><th scope="col">${t("history.caller")}</th><th scope="col">${t("history.result")}</th><th scope="col" class="cost">${t("history.cost")}</th><th><span class="unseen">${t("history.open")}</span></th></tr>
        </thead>
        <tbody>
          ${calls.map(
            (call) => html`<tr>
              <td>${day(t, call.startedAtMs, Date.now())}, ${clock(t, call.startedAtMs)}</td>
              <td><bdi>${call.name}</bdi> <bdi class="muted">${call.callerNumber === null ? t("board.noNumber") : spelled(call.callerNumber)}</bdi></td>
              <td>${this.resultOf(call)}</td>
              <td class="cost">${t("history.cents", { cents: call.costCents })}</td>
              <td><button aria-label=${`${t("history.open")} ${clock(t, call.startedAtMs)}`} @click=${() => void this.show(call.callId)}>${t("history.open")}</button></td>
            </tr>`,
          )}
        </tbody>
      </table>
    `;
  }

  private resultOf({ orders, reason }: PastCall): string {
    const { t } = this.desk;
    if (orders.length > 0) {
      return orders
        .map(({ number, totalCents }) => t("history.order", { number, total: euros(t, totalCents) }))
        .join(", ");
    }
    return reason === null ? t("history.running") : t("history.none", { reason: t(`draft.reason.${reason}`) });
  }

  private renderDetails({ call, orders, transcript }: PastCallDetails): TemplateResult {
    const { t } = this.desk;
    return html`
      <neolia-admin-dialog wide .t=${t} .heading=${`${day(t, call.startedAtMs, Date.now())}, ${clock(t, call.startedAtMs)}`} @closed=${this.hide}>
        <p>${this.resultOf(call)} · ${t("history.cents", { cents: call.costCents })}</p>
        ${orders.map((order) => html`<article class="order">${cartLines(order.cart.lines)}</article>`)}
        <h3>${t("live.transcript")}</h3>
        ${
          transcript.length === 0
            ? html`<p class="muted">${t("history.noTranscript")}</p>`
            : html`<div class="words">${transcript.map(({ who, text }) => html`<p><b>${t(`live.${who}`)}</b> <bdi>${text}</bdi></p>`)}</div>`
        }
      </neolia-admin-dialog>
    `;
  }

  /** From the newest on, or what comes after the page. The answer to an earlier search comes too late. */
  private async load(after?: HistoryPage): Promise<void> {
    const { wanted, lineId } = this;
    this.loading = true;
    try {
      const page = await this.desk.api.history(lineId, { ...wanted, ...(after?.next && { cursor: after.next }) });
      if (wanted !== this.wanted || lineId !== this.lineId) return;
      this.page = { ...page, calls: [...(after?.calls ?? []), ...page.calls] };
    } catch (error) {
      this.desk.fail(error);
    } finally {
      this.loading = false;
    }
  }

  /** Whoever pressed goes on with what came. */
  private async more(page: HistoryPage): Promise<void> {
    if (this.loading) return;
    await this.load(page);
    await this.updateComplete;
    if (!focusIsLost()) return;
    this.renderRoot.querySelectorAll<HTMLElement>("tbody button")[page.calls.length]?.focus();
  }

  private async show(callId: string): Promise<void> {
    try {
      this.shown = await this.desk.api.details(callId);
    } catch (error) {
      this.desk.fail(error);
    }
  }

  private hide = (): void => {
    this.shown = null;
  };
}
