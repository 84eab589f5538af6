import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import { type AdminLocalizer, counted } from "../../localize/admin.ts";
import { adminStyle } from "./admin-style.ts";
import type { ListSource } from "./list-source.ts";

/** Rows above and below the window that are drawn all the same. */
const MARGIN = 6;
/** Rows that fly past are not fetched: whoever stays this long wants to read. */
const FLYING_MS = 80;

/**
 * A long list: only the rows on the screen are in the page. Search field on top (`/` leads to it), arrows, Home, End and
 * the page keys move, Enter chooses. Fires `choose` with the row.
 */
@customElement("neolia-admin-list")
export class AdminList<Row extends { id: string }> extends LitElement {
  @property({ attribute: false }) t!: AdminLocalizer;
  @property({ attribute: false }) source!: ListSource<Row>;
  @property({ attribute: false }) row!: (row: Row) => TemplateResult;
  /** What a screen reader calls the list. */
  @property() label = "";
  @property({ attribute: false }) chosenId: string | null = null;
  @property({ type: Number }) rowHeight = 64;
  /** Shown instead of an empty list; not when a search found nothing. */
  @property({ attribute: false }) empty: TemplateResult | typeof nothing = nothing;
  @state() private first = 0;
  @state() private last = 20;
  @state() private active = -1;
  @query(".window") private readonly window!: HTMLElement | null;
  private unsubscribe: (() => void) | null = null;
  private sizes: ResizeObserver | null = null;
  /** Runs while a screen and more goes by from one frame to the next. */
  private flying: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    shared,
    adminStyle,
    css`
      :host {
        display: flex;
        flex: 1;
        flex-direction: column;
        gap: 8px;
        min-block-size: 0;
      }
      .search {
        position: relative;
      }
      .search svg {
        color: var(--nl-muted);
        font-size: 20px;
        inset-block-start: 13px;
        inset-inline-start: 12px;
        pointer-events: none;
        position: absolute;
      }
      .search input {
        padding-inline-start: 40px;
      }
      .count {
        color: var(--nl-muted);
        font-size: 14px;
      }
      .window {
        flex: 1;
        min-block-size: 0;
        overflow: auto;
        overscroll-behavior: contain;
        padding-block-end: 16px;
        position: relative;
      }
      .window:focus-visible {
        outline-offset: -3px;
      }
      .all {
        position: relative;
      }
      .row {
        align-content: center;
        border-block-end: 1px solid var(--nl-line);
        cursor: pointer;
        display: grid;
        gap: 2px;
        inline-size: 100%;
        overflow: hidden;
        padding-inline: 12px;
        position: absolute;
      }
      /* Two or three lines of fixed height: what is too long is cut, never wrapped. */
      .row .bar {
        flex-wrap: nowrap;
      }
      .row > *,
      .row .bar > :first-child {
        min-inline-size: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      /* What is found by its name is told by it: the rest gives way first. */
      .row .bar > :first-child {
        flex: 0 0 auto;
        max-inline-size: 75%;
      }
      .row .chip {
        flex: 0 1 auto;
        min-inline-size: 0;
        overflow: hidden;
      }
      .row:hover {
        background: var(--nl-surface);
      }
      .row.chosen {
        background: var(--nl-accent-soft);
      }
      .window:focus-visible .row.active {
        box-shadow: inset 0 0 0 2px var(--nl-accent);
      }
      .none {
        padding: 16px 4px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes = new ResizeObserver(() => this.look());
    this.attend();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unsubscribe?.();
    this.unsubscribe = null;
    this.sizes?.disconnect();
    this.land();
  }

  private attend(): void {
    this.unsubscribe?.();
    this.unsubscribe = this.source?.subscribe(() => this.requestUpdate()) ?? null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("source") && this.isConnected) this.attend();
  }

  protected override render(): TemplateResult {
    const { t, source } = this;
    const { total, search } = source;
    return html`
      <div class="search" role="search">
        ${icon("search")}
        <input type="search" autocomplete="off" maxlength="80" aria-label=${t("label.of", { what: t("list.search"), of: this.label })}
          placeholder=${t("list.search")} .value=${search} @input=${this.typed} @keydown=${this.onSearchKey} />
      </div>
      <p class="count" role="status">
        ${total === null ? t("list.loading") : counted(t, "list.count", total)}
      </p>
      ${this.renderBody(total, search)}
    `;
  }

  private renderBody(total: number | null, search: string): TemplateResult {
    const { t } = this;
    if (this.source.failure !== null) {
      return html`<div class="none" role="alert">
        <p class="failure">${t("list.failed")}</p>
        <button @click=${() => this.source.reload()}>${t("error.retry")}</button>
      </div>`;
    }
    if (total === 0) {
      const nobody = search.trim() === "" ? this.empty : html`<p>${t("list.none", { search })}</p>`;
      return html`<div class="none">${nobody}</div>`;
    }
    const count = total ?? 0;
    const from = Math.min(this.first, Math.max(0, count - 1));
    const rows = Array.from({ length: Math.max(0, Math.min(this.last, count) - from) }, (_, n) => from + n);
    return html`
      <div class="window" role="listbox" tabindex="0" aria-label=${this.label}
        aria-activedescendant=${this.active >= 0 ? `row-${this.active}` : nothing}
        @scroll=${this.onScroll} @keydown=${this.onKey} @focus=${this.onFocus}>
        <div class="all" role="presentation" .style=${`block-size:${count * this.rowHeight}px`}>
          ${repeat(rows, (index) => index, this.renderRow)}
        </div>
      </div>
    `;
  }

  private renderRow = (index: number): TemplateResult => {
    const row = this.source.at(index);
    const chosen = row !== undefined && row.id === this.chosenId;
    return html`
      <div role="option" id=${`row-${index}`} class="row ${chosen ? "chosen" : ""} ${index === this.active ? "active" : ""}"
        aria-selected=${chosen ? "true" : "false"} aria-setsize=${this.source.total ?? -1} aria-posinset=${index + 1}
        .style=${`block-size:${this.rowHeight}px;inset-block-start:${index * this.rowHeight}px`}
        @click=${() => this.choose(index)}>
        ${row === undefined ? html`<span class="skeleton"></span><span class="unseen">${this.t("list.row")}</span>` : this.row(row)}
      </div>
    `;
  };

  protected override updated(): void {
    const { window } = this;
    if (window !== null) this.sizes?.observe(window);
    this.ensure();
  }

  /** Which rows are on the screen. */
  private look(): void {
    const { window } = this;
    if (window === null) return;
    const first = Math.floor(window.scrollTop / this.rowHeight);
    const visible = Math.ceil(window.clientHeight / this.rowHeight);
    this.first = Math.max(0, first - MARGIN);
    this.last = first + visible + MARGIN;
    this.ensure();
  }

  private onScroll = (): void => {
    const before = this.last;
    clearTimeout(this.flying);
    this.flying = setTimeout(() => {
      this.land();
      this.ensure();
    }, FLYING_MS);
    this.look();
    if (Math.abs(this.last - before) <= MARGIN) this.land();
    this.ensure();
  };

  private land(): void {
    clearTimeout(this.flying);
    this.flying = undefined;
  }

  private ensure(): void {
    if (this.flying === undefined) this.source.ensure(this.first, this.last);
  }

  private choose(index: number): void {
    const row = this.source.at(index);
    if (row === undefined) return;
    this.active = index;
    this.dispatchEvent(new CustomEvent("choose", { detail: row }));
  }

  private onFocus = (): void => {
    if (this.active < 0) this.activate(0);
  };

  private activate(index: number): void {
    const { window } = this;
    const total = this.source.total ?? 0;
    if (total === 0 || window === null) return;
    this.active = Math.min(total - 1, Math.max(0, index));
    const top = this.active * this.rowHeight;
    if (top < window.scrollTop) window.scrollTop = top;
    else if (top + this.rowHeight > window.scrollTop + window.clientHeight) {
      window.scrollTop = top + this.rowHeight - window.clientHeight;
    }
    // The event of it comes a frame later: what is missing is asked for at once.
    this.land();
    this.look();
  }

  private onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((this.window?.clientHeight ?? 0) / this.rowHeight) - 1);
    const moves: Record<string, number> = {
      ArrowDown: this.active + 1,
      ArrowUp: this.active - 1,
      PageDown: this.active + page,
      PageUp: this.active - page,
      Home: 0,
      End: (this.source.total ?? 1) - 1,
    };
    const move = moves[event.key];
    if (move !== undefined) this.activate(move);
    else if (event.key === "Enter" || event.key === " ") this.choose(this.active);
    else if (event.key === "/") this.renderRoot.querySelector("input")?.focus();
    else return;
    event.preventDefault();
  };

  private onSearchKey = (event: KeyboardEvent): void => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    this.window?.focus();
    this.activate(Math.max(0, this.active));
  };

  private typed = (event: Event): void => {
    this.active = -1;
    if (this.window !== null) this.window.scrollTop = 0;
    this.source.setSearch((event.target as HTMLInputElement).value);
  };
}
