import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import { focusIsLost } from "../admin/components/focus.ts";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import type { Board, Draft, Order, OrderStage } from "../data/desk.ts";
import { clock, dayOf, isolated, weekday } from "../localize/localize.ts";
import { cartLines } from "./cart-lines.ts";
import type { DeskContext } from "./desk-context.ts";
import { cardStyle } from "./desk-style.ts";
import "./live-call.ts";
import { euros } from "./money.ts";
import { spelled } from "./phone-number.ts";

const COLUMNS = ["new", "accepted", "ready", "gone"] as const;
type Column = (typeof COLUMNS)[number];
/** What is collected sooner is for now, also past midnight. */
const SAME_EVENING_MS = 6 * 3_600_000;
const NEXT: Record<Column, Column | null> = { new: "accepted", accepted: "ready", ready: "gone", gone: null };
/** A card, by its id. */
const CARD = "article, neolia-live-call";
const BACK: Record<Column, Column | null> = { new: null, accepted: "new", ready: "accepted", gone: "ready" };

/** Of a card: its list, and how many are before it there. */
interface Place {
  id: string;
  list: string;
  index: number;
}

/** What broke off and who is on the phone first; below, the orders from new to gone. */
@customElement("neolia-kitchen-board")
export class KitchenBoard extends LitElement {
  @property({ attribute: false }) desk!: DeskContext;
  @state() private cancelling: Order | null = null;
  /** Orders and drafts that somebody here is moving: a second press waits until it is seen where they went. */
  private readonly moving = new Set<string>();
  @state() private announced = "";
  /** Ages go on while nothing is pushed. */
  @state() private tick = 0;
  private timer: ReturnType<typeof setInterval> | undefined;
  private heardAtMs = 0;
  private known = new Set<string>();
  /** Where the keyboard was on a card that is on its way to another place. */
  private left: Place | null = null;
  /** Where the keyboard was before what is drawn now. */
  private stood: Place | null = null;

  static override styles = [
    shared,
    adminStyle,
    cardStyle,
    css`
      .whole {
        display: grid;
        gap: 16px;
        padding: 14px clamp(10px, 1.6vw, 20px) 90px;
      }
      .top {
        display: grid;
        gap: 12px;
      }
      .cards {
        display: grid;
        gap: 12px;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 330px), 1fr));
      }
      .attention {
        align-content: start;
        display: grid;
        gap: 16px;
      }
      .draft {
        border: 2px solid var(--nl-bad);
      }
      .draft .main {
        font-size: 17px;
        padding-inline: 8px;
      }
      .columns {
        align-items: start;
        display: grid;
        gap: 12px;
        grid-template-columns: repeat(4, minmax(0, 1fr));
      }
      .columns > section {
        display: grid;
        gap: 10px;
      }
      .columns h2 {
        display: flex;
        font-size: 18px;
        justify-content: space-between;
        padding-inline: 4px;
      }
      .columns .none {
        border: 1px dashed var(--nl-line);
        border-radius: var(--admin-radius);
        color: var(--nl-muted);
        padding: 18px 14px;
      }
      audio {
        inline-size: 100%;
      }
      /* What needs somebody stands first and leaves the orders in sight. */
      @media (min-width: 900px) {
        .whole:has(.attention) {
          grid-template-columns: minmax(290px, 2fr) minmax(0, 7fr);
        }
      }
      .orders {
        container-type: inline-size;
      }
      @container (max-width: 900px) {
        .columns {
          grid-template-columns: repeat(2, minmax(0, 1fr));
        }
      }
      @container (max-width: 560px) {
        .columns {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = setInterval(() => {
      this.tick++;
    }, 15_000);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.stood = this.keyboardAt();
    const { board, t } = this.desk;
    if (!changed.has("desk") || board === null) return;
    this.heardAtMs = performance.now();
    const fresh = board.orders.filter(({ id, stage }) => stage === "new" && !this.known.has(id));
    if (fresh[0] && this.known.size > 0) this.announced = t("board.announce", { number: fresh[0].number });
    this.known = new Set(["seen", ...board.orders.map(({ id }) => id)]);
  }

  /** A card that went takes the keyboard along: whoever works without a mouse goes on with the next one in its list. */
  protected override updated(): void {
    const { left, stood } = this;
    if (left === null) this.followCard(stood);
    if (left === null || this.cancelling !== null) return;
    const cards = this.cardsOf(left.list);
    if (cards.some(({ dataset }) => dataset.id === left.id)) return;
    this.left = null;
    const active = this.shadowRoot?.activeElement;
    // The question before cancelling leaves it on a heading.
    if (active && !active.matches("h1, h2")) return;
    const next = cards[Math.min(left.index, cards.length - 1)]?.querySelector<HTMLElement>("button, a");
    (next ?? this.renderRoot.querySelector<HTMLElement>("h1"))?.focus();
  }

  /**
   * Somebody else moved the card that the keyboard was on, or its call is over: the keyboard goes with it, else to the next one, and to no
   * button there, as a press may be on its way that was meant for another.
   */
  private followCard(stood: Place | null): void {
    if (stood === null || this.cancelling !== null || !focusIsLost()) return;
    const same = this.renderRoot.querySelector<HTMLElement>(`:is(${CARD})[data-id="${stood.id}"]`);
    const cards = this.cardsOf(stood.list);
    focusCard(
      same ?? cards[Math.min(stood.index, cards.length - 1)] ?? this.renderRoot.querySelector<HTMLElement>("h1"),
    );
  }

  private cardsOf(list: string): HTMLElement[] {
    const inList = `section[aria-labelledby="${list}"]`;
    return [...this.renderRoot.querySelectorAll<HTMLElement>(`${inList} :is(${CARD})`)];
  }

  private keyboardAt(): Place | null {
    const card = this.shadowRoot?.activeElement?.closest<HTMLElement>(CARD);
    const list = card?.closest("section")?.getAttribute("aria-labelledby");
    if (!card || !list) return null;
    return { id: card.dataset.id ?? "", list, index: this.cardsOf(list).indexOf(card) };
  }

  /** Notes where the card is, if the keyboard is on it. */
  private leaves(id: string): void {
    const at = this.keyboardAt();
    if (at?.id === id) this.left = at;
  }

  protected override render(): TemplateResult {
    const { board, t } = this.desk;
    void this.tick;
    if (board === null) return html`<p class="page" role="status">${t("desk.loading")}</p>`;
    return html`
      <div class="whole">
        <h1 class="unseen" tabindex="-1">${t("desk.board")}</h1>
        <p class="unseen" role="alert">${this.announced}</p>
        ${
          board.drafts.length + board.calls.length === 0
            ? nothing
            : html`<div class="attention">
                ${board.drafts.length === 0 ? nothing : this.renderDrafts(board)}
                ${board.calls.length === 0 ? nothing : this.renderCalls(board)}
              </div>`
        }
        <div class="orders"><div class="columns">${COLUMNS.map((column) => this.renderColumn(board, column))}</div></div>
      </div>
      ${this.cancelling === null ? nothing : this.renderCancel(this.cancelling)}
    `;
  }

  /** With its day, when it is not for this evening. */
  private collection(atMs: number): string {
    const { t } = this.desk;
    const isSoon = atMs - this.nowMs < SAME_EVENING_MS;
    const isToday = dayOf(t, atMs) === dayOf(t, this.nowMs);
    return isSoon || isToday ? clock(t, atMs) : `${weekday(t, atMs)} ${clock(t, atMs)}`;
  }

  /** The bridge's time now, by the time since its last word. */
  private get nowMs(): number {
    return (this.desk.board?.nowMs ?? 0) + performance.now() - this.heardAtMs;
  }

  private minutesSince(atMs: number): number {
    return Math.max(0, Math.floor((this.nowMs - atMs) / 60_000));
  }

  private ageOf({ startedAtMs, endedAtMs }: Draft): string {
    const { t } = this.desk;
    const [time, minutes] = [clock(t, startedAtMs), this.minutesSince(endedAtMs)];
    return minutes === 0 ? t("draft.justNow", { time }) : t("draft.age", { time, minutes });
  }

  private renderDrafts({ drafts }: Board): TemplateResult {
    const { t } = this.desk;
    return html`
      <section class="top" aria-labelledby="drafts">
        <div><h2 id="drafts">${t("draft.title")} (${drafts.length})</h2><p class="muted">${t("draft.hint")}</p></div>
        <div class="cards">${repeat(
          drafts,
          ({ callId }) => callId,
          (draft) => this.renderDraft(draft),
        )}</div>
      </section>
    `;
  }

  private renderDraft(draft: Draft): TemplateResult {
    const { t, api } = this.desk;
    const { lines, totalCents } = draft.cart;
    const usable = lines.length > 0 && lines.every(({ missing }) => missing.length === 0);
    return html`
      <article class="order draft" data-id=${draft.callId} aria-label=${`${draft.name === "" ? t("draft.nobody") : draft.name}, ${t(`draft.reason.${draft.reason}`)}`}>
        <div class="head">
          <strong><bdi>${draft.name === "" ? t("draft.nobody") : draft.name}</bdi></strong>
          <span class="muted">${this.ageOf(draft)}</span>
        </div>
        <p class="warn">${t(`draft.reason.${draft.reason}`)}</p>
        ${lines.length === 0 ? html`<p class="muted">${t("draft.emptyCart")}</p>` : cartLines(lines)}
        ${draft.note === "" ? nothing : html`<p class="warn"><bdi>${draft.note}</bdi></p>`}
        ${lines.length === 0 ? nothing : html`<p>${t("live.total", { total: euros(t, totalCents) })}</p>`}
        ${draft.hasMessage ? html`<label>${t("draft.message")}<audio controls preload="none" src=${api.messageUrl(draft.callId)}></audio></label>` : nothing}
        <div class="actions">
          ${
            draft.callerNumber === null
              ? html`<span class="muted">${t("board.noNumber")}</span>`
              : html`<a class="button main" href=${`tel:${draft.callerNumber}`}>${icon("phone")} ${t("draft.callBack", { number: isolated(spelled(draft.callerNumber)) })}</a>`
          }
          ${usable ? html`<button @click=${() => void this.finish(draft, "order")}>${t("draft.toOrder")}</button>` : nothing}
          <button class="quiet" @click=${() => void this.finish(draft, "dismiss")}>${t("draft.dismiss")}</button>
        </div>
      </article>
    `;
  }

  private renderCalls({ calls }: Board): TemplateResult {
    const { t } = this.desk;
    return html`
      <section class="top" aria-labelledby="calls">
        <h2 id="calls">${t("live.title")} (${calls.length})</h2>
        <div class="cards">
          ${repeat(
            calls,
            ({ callId }) => callId,
            (call) =>
              html`<neolia-live-call data-id=${call.callId} .desk=${this.desk} .call=${call}></neolia-live-call>`,
          )}
        </div>
      </section>
    `;
  }

  private renderColumn(board: Board, column: Column): TemplateResult {
    const { t } = this.desk;
    const orders = board.orders.filter(({ stage }) => stage === column);
    // What went last is looked for first; what was cancelled by mistake is looked for here, too.
    const cancelled = board.orders.filter(({ stage }) => stage === "cancelled");
    const shown = column === "gone" ? [...cancelled.toReversed(), ...orders.toReversed()] : orders;
    return html`
      <section aria-labelledby=${`column-${column}`}>
        <h2 id=${`column-${column}`}><span>${t(`board.${column}`)}</span><span>${orders.length}</span></h2>
        ${shown.length === 0 ? html`<p class="none">${t(column === "new" ? "board.emptyNew" : "board.empty")}</p>` : nothing}
        ${repeat(
          shown,
          ({ id }) => id,
          (order) => (order.stage === "cancelled" ? this.renderCancelled(order) : this.renderOrder(order, column)),
        )}
      </section>
    `;
  }

  private renderOrder(order: Order, column: Column): TemplateResult {
    const { t } = this.desk;
    const next = NEXT[column];
    const back = BACK[column];
    const label = column === "new" ? "board.accept" : column === "accepted" ? "board.done" : "board.handOut";
    return html`
      <article class="order ${column} ${order.alarm ? "alarm" : ""}" data-id=${order.id} aria-label=${t("board.moved", { number: order.number, stage: t(`board.${column}`) })}>
        <div class="head">
          <span class="number">${order.number}</span>
          <span class="time" title=${t("board.pickupLabel")}>${this.collection(order.pickupAtMs)}</span>
        </div>
        <p>${order.name === "" ? nothing : html`<strong><bdi>${order.name}</bdi></strong> · `}${euros(t, order.cart.totalCents)}</p>
        ${order.alarm ? html`<p class="warn" role="alert">${icon("notice")} ${t("board.alarm", { minutes: this.minutesSince(order.committedAtMs) })}</p>` : nothing}
        ${cartLines(order.cart.lines)}
        ${order.note === "" ? nothing : html`<p class="warn">${t("board.note", { note: isolated(order.note) })}</p>`}
        ${order.maybeSameAs === null ? nothing : html`<p class="warn">${t("board.maybeSame", { number: order.maybeSameAs })}</p>`}
        ${order.callerTold || order.confirmedBy === "staff" || column !== "new" ? nothing : html`<p class="muted">${t("board.notTold")}</p>`}
        <div class="actions">
          ${next === null ? nothing : html`<button class="main ${column === "new" ? "go" : "accent"}" @click=${() => void this.move(order, column, next)}>${t(label)}</button>`}
          ${back === null ? nothing : html`<button class="icon" aria-label=${t("label.of", { what: t("board.undo"), of: order.number })} title=${t("board.undo")} @click=${() => void this.move(order, column, back)}>${icon("back")}</button>`}
          ${
            order.callerNumber === null || column === "gone"
              ? nothing
              : html`<a class="button" href=${`tel:${order.callerNumber}`} aria-label=${t("board.call", { number: spelled(order.callerNumber) })} title=${spelled(order.callerNumber)}>${icon("phone")}</a>`
          }
          ${column === "gone" ? nothing : html`<button class="icon quiet danger" aria-label=${`${t("board.cancel")} ${order.number}`} title=${t("board.cancel")} @click=${() => this.askCancel(order)}>${icon("close")}</button>`}
        </div>
      </article>
    `;
  }

  private renderCancelled(order: Order): TemplateResult {
    const { t } = this.desk;
    const before = order.readyAtMs !== null ? "ready" : order.acceptedAtMs !== null ? "accepted" : "new";
    return html`
      <article class="order" data-id=${order.id} aria-label=${t("board.moved", { number: order.number, stage: t("board.cancelled") })}>
        <div class="head">
          <span class="number">${order.number}</span>
          <span class="chip">${t("board.cancelled")}</span>
        </div>
        <p>${order.name === "" ? nothing : html`<strong><bdi>${order.name}</bdi></strong> · `}${euros(t, order.cart.totalCents)}</p>
        ${cartLines(order.cart.lines)}
        <div class="actions">
          <button aria-label=${t("label.of", { what: t("board.takeBack"), of: order.number })} @click=${() => void this.move(order, "cancelled", before)}>${t("board.takeBack")}</button>
        </div>
      </article>
    `;
  }

  private renderCancel(order: Order): TemplateResult {
    const { t } = this.desk;
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t("board.cancelTitle", { number: order.number })} @closed=${this.closeCancel}>
        <p>${t("board.cancelText")}</p>
        <div class="end">
          <button autofocus @click=${this.closeCancel}>${t("board.keep")}</button>
          <button class="stop" @click=${() => void this.move(order, order.stage, "cancelled")}>${t("board.cancel")}</button>
        </div>
      </neolia-admin-dialog>
    `;
  }

  private async move({ id, number }: Order, from: OrderStage, to: OrderStage): Promise<void> {
    this.leaves(id);
    this.cancelling = null;
    const { t, api, toast } = this.desk;
    const put = async (was: OrderStage, is: OrderStage): Promise<void> => this.desk.moved(await api.move(id, was, is));
    const stage = t(to === "cancelled" ? "board.cancelled" : `board.${to}`);
    await this.once(id, async () => {
      await put(from, to);
      const undo = () => this.once(id, () => put(to, from));
      toast({ text: t("board.moved", { number, stage }), undo });
    });
  }

  private async finish({ callId }: Draft, outcome: "order" | "dismiss"): Promise<void> {
    const { t, api, toast } = this.desk;
    this.leaves(callId);
    await this.once(callId, async () => {
      const { order } = await api.draft(callId, outcome);
      const undo = () => this.once(callId, async () => void (await api.draft(callId, "restore")));
      toast({ text: order === null ? t("draft.dismissed") : t("draft.ordered", { number: order.number }), undo });
    });
  }

  /** Nothing while the same one is being moved. */
  private async once(id: string, act: () => Promise<void>): Promise<void> {
    if (this.moving.has(id)) return;
    this.moving.add(id);
    this.desk.begins();
    try {
      await act();
    } catch (error) {
      this.left = null;
      this.desk.fail(error);
    } finally {
      this.moving.delete(id);
    }
  }

  private askCancel(order: Order): void {
    this.leaves(order.id);
    this.cancelling = order;
  }

  private closeCancel = (): void => {
    this.left = null;
    this.cancelling = null;
  };
}

/** The card itself, which says what it is; of a running call what is in it. */
function focusCard(card: HTMLElement | null): void {
  const target = card?.localName === "neolia-live-call" ? card.shadowRoot?.querySelector<HTMLElement>("article") : card;
  if (!target) return;
  target.tabIndex = -1;
  target.focus();
}
