import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import "../admin/components/admin-dialog.ts";
import { setDialogsAside } from "../admin/components/admin-dialog.ts";
import { adminStyle } from "../admin/components/admin-style.ts";
import { focusIsLost } from "../admin/components/focus.ts";
import "../admin/components/admin-toast.ts";
import type { AdminToast } from "../admin/components/admin-toast.ts";
import { problemText } from "../admin/problem-text.ts";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import { type Board, type DeskApi, deskApi, followBoard, type Line } from "../data/desk.ts";
import type { Host } from "../host/host.ts";
import { type DeskKey, type DeskLocalizer, deskLocalizer } from "../localize/desk.ts";
import { clock, knownZone } from "../localize/localize.ts";
import type { PanelModel, PanelState } from "../model.ts";
import "./call-history.ts";
import { counted } from "./counted.ts";
import type { DeskContext } from "./desk-context.ts";
import "./kitchen-board.ts";
import { KitchenBell } from "./kitchen-bell.ts";
import "./line-settings.ts";
import { lineTroubles } from "./line-troubles.ts";
import "./menu-editor.ts";
import { euros } from "./money.ts";
import "./new-line.ts";

const PAGES = ["board", "menu", "settings", "history"] as const;
type PageId = (typeof PAGES)[number];
const PAUSES = [15, 30, 60] as const;

/**
 * The restaurant's desk, at `/desk/<line>/<page>`: loaded when somebody who works there opens it. It stays in the page
 * behind a call, and its bell is heard on every page of it.
 */
@customElement("neolia-desk")
export class NeoliaDesk extends LitElement {
  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) model!: PanelModel;
  @property({ attribute: false }) panel!: PanelState;
  @property() locale = "en";
  @property() path = "/desk";
  /** Home Assistant's sidebar is out of sight: the bar has the button that opens it. */
  @property({ type: Boolean }) menu = false;
  /** A call is on the screen. */
  @property({ type: Boolean }) calling = false;
  @state() private lines: Line[] | null = null;
  @state() private board: Board | null = null;
  @state() private linkUp = true;
  @state() private pausing = false;
  @state() private silent = false;
  @query(".content") private readonly content!: HTMLElement | null;
  @query("neolia-admin-toast") private readonly toasts!: AdminToast | null;
  private t: DeskLocalizer = deskLocalizer("en");
  private api: DeskApi | null = null;
  /** The keyboard was on the pause's button before what is drawn now. */
  private wasAtState = false;
  private followed: { lineId: string; stop: () => void } | null = null;
  private readonly bell = new KitchenBell((silent) => {
    this.silent = silent;
  });

  static override styles = [
    shared,
    adminStyle,
    css`
      :host {
        background: var(--nl-bg);
        block-size: 100%;
        display: grid;
        grid-template-rows: auto auto minmax(0, 1fr);
        overflow: hidden;
        position: relative;
      }
      :host([hidden]) {
        display: none;
      }
      header.bar {
        background: var(--nl-surface);
        border-block-end: 1px solid var(--nl-line);
        gap: 6px 10px;
        justify-content: flex-start;
        padding: 6px 12px;
      }
      nav {
        display: flex;
        gap: 2px;
      }
      nav a {
        align-items: center;
        border-radius: var(--admin-radius);
        color: var(--nl-text);
        display: inline-flex;
        min-block-size: 44px;
        padding-inline: 12px;
        text-decoration: none;
      }
      nav a[aria-current="page"] {
        background: var(--nl-accent-soft);
        font-weight: 600;
      }
      .name {
        font-weight: 600;
        max-inline-size: 220px;
      }
      .today {
        color: var(--nl-muted);
        font-size: 15px;
        margin-inline-start: auto;
      }
      .notices {
        display: grid;
      }
      .notices p {
        align-items: center;
        background: var(--nl-note);
        border-block-end: 1px solid var(--nl-note-line);
        display: flex;
        flex-wrap: wrap;
        gap: 8px 14px;
        padding: 6px 16px;
      }
      .notices span {
        flex: 1 1 220px;
      }
      .content {
        container: admin / inline-size;
        min-block-size: 0;
        overflow: auto;
      }
      .pauses {
        display: grid;
        gap: 10px;
      }
      @media (max-width: 640px) {
        header.bar > .icon:last-child {
          margin-inline-start: auto;
        }
        .today {
          inline-size: 100%;
          margin: 0;
          order: 5;
        }
        nav {
          inline-size: 100%;
          justify-content: space-between;
          order: 4;
        }
        nav a {
          padding-inline: 8px;
        }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.bell.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.followed?.stop();
    this.followed = null;
    this.bell.stop();
    setDialogsAside(false);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const timeZone = this.line ? knownZone(this.line.timeZone) : undefined;
    if (this.t.locale !== this.locale || this.t.timeZone !== timeZone) this.t = deskLocalizer(this.locale, timeZone);
    this.wasAtState = this.shadowRoot?.activeElement?.matches(".state") ?? false;
    if (changed.has("calling")) setDialogsAside(this.calling);
    if (changed.has("model") && this.api === null) {
      this.api = deskApi(this.model.api);
      void this.load();
    }
    this.bell.follow(this.board?.orders ?? [], this.calling);
  }

  private async load(): Promise<void> {
    try {
      this.lines = (await this.api?.lines()) ?? [];
      this.followLine();
    } catch (error) {
      this.fail(error);
      void this.model.lookAgain();
      setTimeout(() => void this.load(), 3_000);
    }
  }

  private get place(): { lineId: string | null; page: PageId } {
    const [, lineId = null, page] = this.path.split("?")[0]?.split("/").filter(Boolean) ?? [];
    return { lineId, page: PAGES.find((known) => known === page) ?? "board" };
  }

  private get line(): Line | null {
    const { lineId } = this.place;
    const line = this.lines?.find(({ id }) => id === lineId) ?? this.lines?.[0] ?? null;
    return line && this.board?.line.id === line.id ? this.board.line : line;
  }

  private followLine(): void {
    const { line } = this;
    if (this.followed?.lineId === line?.id || !this.isConnected) return;
    this.followed?.stop();
    this.followed = null;
    this.board = null;
    this.linkUp = true;
    if (line === null) return;
    this.followed = {
      lineId: line.id,
      stop: followBoard(this.model.api, line.id, {
        board: (board) => {
          this.board = board;
        },
        link: (up) => {
          this.linkUp = up;
          if (!up) void this.model.lookAgain();
        },
        gone: () => void this.load(),
      }),
    };
  }

  protected override updated(): void {
    this.followLine();
    // The button that was pressed has gone, and whatever is in its place does the opposite.
    if (this.wasAtState && focusIsLost()) this.renderRoot.querySelector<HTMLElement>("#state")?.focus();
  }

  protected override render(): TemplateResult {
    const { t, line } = this;
    const desk = line && this.contextOf(line);
    return html`
      ${this.renderBar(line)}
      <div class="notices">
        ${this.linkUp ? nothing : html`<p role="status">${this.board === null ? t("desk.lost") : t("desk.lostSince", { time: clock(t, this.board.nowMs) })}</p>`}
        ${line === null ? nothing : lineTroubles(t, line)}
        ${
          this.silent && line !== null
            ? html`<p role="status">${t("desk.soundLocked")} <button @click=${() => this.bell.unlock()}>${t("desk.soundOn")}</button></p>`
            : nothing
        }
      </div>
      <div class="content">${desk ? this.renderPage(desk) : this.renderNoLine()}</div>
      ${this.pausing && line !== null ? this.renderPause(line) : nothing}
      <neolia-admin-toast .t=${t}></neolia-admin-toast>
    `;
  }

  private renderBar(line: Line | null): TemplateResult {
    const { t, board } = this;
    const { page } = this.place;
    const lines = this.lines ?? [];
    return html`
      <header class="bar">
        ${
          this.menu
            ? html`<button class="icon quiet" aria-label=${t("bar.menu")} @click=${this.toggleSidebar}>${icon("menu")}</button>`
            : nothing
        }
        ${
          lines.length > 1
            ? html`<select class="name" aria-label=${t("desk.line")} @change=${(event: Event) => this.go((event.target as HTMLSelectElement).value, page)}>
                ${lines.map(({ id, label }) => html`<option value=${id} ?selected=${id === line?.id}>${label}</option>`)}
              </select>`
            : html`<span class="name">${line?.label ?? t("desk.title")}</span>`
        }
        ${line === null ? nothing : this.renderState(line)}
        ${
          line === null
            ? nothing
            : html`<nav aria-label=${t("desk.pages")}>
                ${PAGES.map(
                  (id) => html`<a href=${`#/desk/${line.id}/${id}`} aria-current=${id === page ? "page" : nothing}
                    @click=${(event: MouseEvent) => this.follow(event, line.id, id)}>${t(`desk.${id}`)}</a>`,
                )}
              </nav>`
        }
        ${
          board === null
            ? nothing
            : html`<span class="today">${t("desk.today", { orders: counted(t, "orders", board.today.orders), turnover: euros(t, board.today.turnoverCents) })}</span>`
        }
        <button class="quiet icon" aria-label=${t("desk.leave")} title=${t("desk.leave")} @click=${() => this.host.goTo("", "push")}>${icon("bell")}</button>
      </header>
    `;
  }

  private renderState(line: Line): TemplateResult {
    const { t } = this;
    const kind = line.state === "open" ? "good" : line.state === "paused" ? "wait" : "";
    return html`
      <span class="chip ${kind}" id="state" role="status" tabindex="-1">${t(`desk.${line.state}`)}</span>
      ${
        line.state === "paused"
          ? html`<button class="state" @click=${() => void this.setPause(line, false, null)}>${t("desk.resume")}</button>`
          : html`<button class="state icon quiet" aria-label=${t("desk.pause")} title=${t("desk.pause")} @click=${this.askPause}>${icon("pause")}</button>`
      }
    `;
  }

  private renderPause(line: Line): TemplateResult {
    const { t } = this;
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t("desk.pauseTitle")} @closed=${this.closePause}>
        <p>${t("desk.pauseText")}</p>
        <div class="pauses">
          ${PAUSES.map(
            (minutes) =>
              html`<button @click=${() => void this.setPause(line, true, minutes)}>${t("desk.pauseMinutes", { minutes })}</button>`,
          )}
          <button @click=${() => void this.setPause(line, true, null)}>${t("desk.pauseOpen")}</button>
        </div>
      </neolia-admin-dialog>
    `;
  }

  private renderPage(desk: DeskContext): TemplateResult {
    switch (this.place.page) {
      case "board":
        return html`<neolia-kitchen-board .desk=${desk}></neolia-kitchen-board>`;
      case "menu":
        return html`<neolia-menu-editor .desk=${desk}></neolia-menu-editor>`;
      case "settings":
        return html`<neolia-line-settings .desk=${desk}></neolia-line-settings>`;
      case "history":
        return html`<neolia-call-history .desk=${desk}></neolia-call-history>`;
    }
  }

  private renderNoLine(): TemplateResult {
    const { t, panel, api } = this;
    if (this.lines === null || api === null) return html`<p class="page" role="status">${t("desk.loading")}</p>`;
    const administrator = panel.role === "admin";
    return html`
      <div class="page">
        <h1 tabindex="-1">${t("desk.noLine")}</h1>
        <p class="muted">${t(administrator ? "desk.noLineAdmin" : "desk.noLineHint")}</p>
        ${
          administrator
            ? html`<neolia-new-line .t=${t} .api=${api} .directory=${panel.directory} @made=${({ detail }: CustomEvent<Line>) => this.added(detail)}></neolia-new-line>`
            : nothing
        }
      </div>
    `;
  }

  private contextOf(line: Line): DeskContext | null {
    const { api } = this;
    if (api === null) return null;
    return {
      t: this.t,
      api,
      line,
      lines: this.lines ?? [],
      board: this.board,
      administrator: this.panel.role === "admin",
      directory: this.panel.directory,
      toast: (toast) => this.toasts?.show(toast),
      begins: () => this.toasts?.begins(),
      moved: (order) => {
        const { board } = this;
        if (!board) return;
        this.board = { ...board, orders: board.orders.map((known) => (known.id === order.id ? order : known)) };
      },
      fail: (error) => this.fail(error),
      changed: (changed) => {
        this.lines = (this.lines ?? []).map((known) => (known.id === changed.id ? changed : known));
        if (this.board?.line.id === changed.id) this.board = { ...this.board, line: changed };
      },
      added: (added) => this.added(added),
      removed: (removed) => void this.leaveRemoved(removed),
    };
  }

  private added(line: Line): void {
    this.lines = [...(this.lines ?? []), line];
    this.go(line.id, "board");
  }

  /** To the next line, or to where one is added. */
  private async leaveRemoved({ id, label }: Line): Promise<void> {
    this.lines = (this.lines ?? []).filter((known) => known.id !== id);
    this.host.goTo("/desk", "replace");
    this.toasts?.show({ text: this.t("removal.done", { name: label }) });
    await this.updateComplete;
    const page = this.content?.firstElementChild;
    if (page instanceof LitElement) await page.updateComplete;
    (page?.shadowRoot ?? page)?.querySelector<HTMLElement>("h1")?.focus();
  }

  private fail(error: unknown): void {
    this.toasts?.show({ text: problemText(error, this.t), failed: true });
  }

  private async setPause(line: Line, paused: boolean, minutes: number | null): Promise<void> {
    this.pausing = false;
    try {
      const changed = await this.api?.pause(line.id, paused, minutes);
      if (changed) this.contextOf(line)?.changed(changed);
    } catch (error) {
      this.fail(error);
    }
  }

  private follow(event: MouseEvent, lineId: string, page: PageId): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.go(lineId, page);
  }

  private go(lineId: string, page: PageId): void {
    this.host.goTo(`/desk/${lineId}/${page}`, "push");
  }

  private askPause = (): void => {
    this.pausing = true;
  };

  private closePause = (): void => {
    this.pausing = false;
  };

  private toggleSidebar = (): void => {
    this.dispatchEvent(new CustomEvent("hass-toggle-menu", { bubbles: true, composed: true }));
  };
}

export type { DeskKey };
