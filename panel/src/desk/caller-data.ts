import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import { saveFile } from "../admin/components/save-file.ts";
import { shared } from "../components/style.ts";
import { counted } from "./counted.ts";
import type { DeskContext } from "./desk-context.ts";
import { formStyle } from "./form-style.ts";

/** As people write and paste them: "+33 (0)6 39-98.01/78", with hard and narrow spaces, too. */
const WRITTEN_NUMBER = "[\\s\\u200e\\u202a-\\u202c]*\\+?[0-9\\s.\\-\\/\\(\\)\\u200e\\u202a-\\u202c]{2,40}";

/** Gives out and erases what is kept under a telephone number. For administrators. */
@customElement("neolia-caller-data")
export class CallerData extends LitElement {
  @property({ attribute: false }) desk!: DeskContext;
  /** The number that the question is about. */
  @state() private asked: string | null = null;
  private working = false;
  @query("input") private readonly input!: HTMLInputElement | null;

  static override styles = [shared, adminStyle, formStyle];

  protected override render(): TemplateResult {
    const { t } = this.desk;
    return html`
      <form class="card" aria-label=${t("caller.title")} @submit=${this.export}>
        <div><h2>${t("caller.title")}</h2><p class="muted">${t("caller.hint")}</p></div>
        <label>${t("caller.number")}<input type="tel" required pattern=${WRITTEN_NUMBER} autocomplete="off" /></label>
        <div class="end">
          <button>${t("caller.export")}</button>
          <button type="button" class="danger" @click=${this.ask}>${t("caller.erase")}</button>
        </div>
      </form>
      ${this.asked === null ? nothing : this.renderQuestion(this.asked)}
    `;
  }

  private renderQuestion(number: string): TemplateResult {
    const { t } = this.desk;
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t("caller.eraseTitle", { number })} @closed=${this.close}>
        <p>${t("caller.eraseText")}</p>
        <div class="end">
          <button class="stop" @click=${this.erase}>${t("caller.erase")}</button>
          <button @click=${this.close}>${t("form.cancel")}</button>
        </div>
      </neolia-admin-dialog>
    `;
  }

  /** As it is sent: without what people write between the digits; null when the field holds no number. */
  private get number(): string | null {
    const { input } = this;
    if (!input?.reportValidity()) return null;
    const digits = input.value.replaceAll("(0)", "").replaceAll(/[^+\d]/g, "");
    // Without its zero or plus nothing would be found under it.
    return digits.replace(/^(?=[1-9]\d{8}$)/, "0").replace(/^(?=33[1-9]\d{8}$)/, "+");
  }

  private export = (event: Event): void => {
    event.preventDefault();
    const { number } = this;
    if (number === null) return;
    void this.work(async () => {
      const data = await this.desk.api.exportCaller(number);
      saveFile("caller.json", JSON.stringify(data, null, 2), "application/json");
    });
  };

  private ask = (): void => {
    this.asked = this.number;
  };

  private close = (): void => {
    this.asked = null;
  };

  private erase = (): void => {
    const { asked: number, desk } = this;
    if (number === null) return;
    void this.work(async () => {
      const { calls, orders, left, vps } = await desk.api.eraseCaller(number);
      const told = [
        desk.t("caller.erased", { calls: counted(desk.t, "calls", calls), orders: counted(desk.t, "orders", orders) }),
        ...(left === 0 ? [] : [desk.t("caller.left", { left })]),
        ...(vps === "away" ? [desk.t("caller.vpsAway")] : []),
      ];
      // What is still to be done stays until it is read.
      desk.toast({ text: told.join(" "), failed: vps === "away" });
    });
  };

  private async work(act: () => Promise<void>): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      await act();
    } catch (error) {
      this.desk.fail(error);
    } finally {
      this.working = false;
      this.asked = null;
    }
  }
}
