import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import { problemText } from "../admin/problem-text.ts";
import { shared } from "../components/style.ts";
import { ApiError } from "../data/api.ts";
import type { Line } from "../data/desk.ts";
import type { DeskContext } from "./desk-context.ts";
import { saveMenu } from "./save-menu.ts";

/** Removes the line, after a dialog that says what goes along. For administrators. */
@customElement("neolia-remove-line")
export class RemoveLine extends LitElement {
  @property({ attribute: false }) desk!: DeskContext;
  /** The line that the question is about: whatever the page shows by now, no other one goes. */
  @state() private asked: Line | null = null;
  @state() private failure: string | null = null;
  @state() private working = false;

  static override styles = [
    shared,
    adminStyle,
    css`
      ul {
        display: grid;
        gap: 4px;
        list-style: disc;
        margin: 0;
        padding-inline-start: 22px;
      }
    `,
  ];

  protected override willUpdate(_changed: PropertyValues<this>): void {
    if (this.asked !== null && this.asked.id !== this.desk.line.id) this.asked = null;
  }

  protected override render(): TemplateResult {
    const { t } = this.desk;
    return html`
      <section class="card" aria-label=${t("line.remove")}>
        <div><h2>${t("line.remove")}</h2><p class="muted">${t("line.removeHint")}</p></div>
        <div><button class="danger" @click=${this.ask}>${t("line.remove")}</button></div>
      </section>
      ${this.asked === null ? nothing : this.renderQuestion(this.asked)}
    `;
  }

  private renderQuestion({ label }: Line): TemplateResult {
    const { t, board } = this.desk;
    const waiting = board?.orders.filter(({ stage }) => stage !== "gone" && stage !== "cancelled").length ?? 0;
    const drafts = board?.drafts.length ?? 0;
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t("removal.title", { name: label })} @closed=${this.close}>
        <p>${t("removal.intro")}</p>
        <ul>
          <li>${t("line.goesMenu")}</li>
          <li>${waiting === 0 ? t("line.goesOrders") : t("line.goesOrdersWaiting", { count: waiting })}</li>
          <li>${t("line.goesCalls")}</li>
          <li>${drafts === 0 ? t("line.goesDrafts") : t("line.goesDraftsWaiting", { count: drafts })}</li>
          <li>${t("line.goesLogin")}</li>
        </ul>
        <div class="note">
          <p>${t("line.exportFirst")}</p>
          <div class="end">
            <button @click=${() => this.exportMenu("csv")}>${t("menu.exportCsv")}</button>
            <button @click=${() => this.exportMenu("json")}>${t("menu.exportJson")}</button>
          </div>
        </div>
        <p class="failure" role="alert" ?hidden=${this.failure === null}>${this.failure}</p>
        <div class="end">
          <button class="stop" ?disabled=${this.working} @click=${this.removeAsked}>${t("line.remove")}</button>
          <button @click=${this.close}>${t("form.cancel")}</button>
        </div>
      </neolia-admin-dialog>
    `;
  }

  private removeAsked = async (): Promise<void> => {
    const { asked, desk } = this;
    if (asked === null) return;
    this.working = true;
    this.failure = null;
    try {
      await desk.api.removeLine(asked.id, asked.version);
      desk.removed(asked);
    } catch (error) {
      this.fail(error);
      // Somebody edited it since it was looked at: whoever confirms again has seen that.
      if (error instanceof ApiError && error.status === 412) {
        this.asked = error.details.current as Line;
        desk.changed(this.asked);
      }
    } finally {
      this.working = false;
    }
  };

  /** What fails is said in the dialog: the page's own notice lies behind it. */
  private exportMenu(format: "csv" | "json"): void {
    this.failure = null;
    void saveMenu({ ...this.desk, fail: this.fail }, format);
  }

  private fail = (error: unknown): void => {
    this.failure = problemText(error, this.desk.t);
  };

  private ask = (): void => {
    this.failure = null;
    this.asked = this.desk.line;
  };

  private close = (): void => {
    this.asked = null;
  };
}
