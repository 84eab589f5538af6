import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import { readText } from "../admin/components/read-text.ts";
import { shared } from "../components/style.ts";
import type { MenuProblem } from "../data/desk.ts";
import { isDeskKey } from "../localize/desk.ts";
import type { DeskContext } from "./desk-context.ts";
import { saveMenu } from "./save-menu.ts";

/** Menus in and out of files. Fires `imported`. */
@customElement("neolia-menu-files")
export class MenuFiles extends LitElement {
  @property({ attribute: false }) desk!: DeskContext;
  @state() private file: { name: string; text: string } | null = null;
  @state() private problems: readonly MenuProblem[] = [];
  @state() private working = false;
  @query("input") private readonly input!: HTMLInputElement | null;

  static override styles = [
    shared,
    adminStyle,
    css`
      input[type="file"] {
        display: none;
      }
    `,
  ];

  protected override render(): TemplateResult {
    const { t } = this.desk;
    return html`
      <section class="card" aria-labelledby="files">
        <div><h2 id="files">${t("menu.files")}</h2><p class="muted">${t("menu.importHint")}</p></div>
        <div class="end">
          <button @click=${() => void saveMenu(this.desk, "csv")}>${t("menu.exportCsv")}</button>
          <button @click=${() => void saveMenu(this.desk, "json")}>${t("menu.exportJson")}</button>
          <button ?disabled=${this.working} @click=${this.choose}>${t("menu.import")}</button>
          <input type="file" accept=".csv,.json,text/csv,application/json" tabindex="-1" aria-hidden="true" @change=${this.chosen} />
        </div>
        ${this.working ? html`<p role="status"><progress aria-label=${t("menu.import")}></progress></p>` : nothing}
        ${this.problems.length === 0 ? nothing : this.renderProblems()}
      </section>
      ${this.file === null ? nothing : this.renderQuestion(this.file)}
    `;
  }

  private renderProblems(): TemplateResult {
    const { t } = this.desk;
    return html`
      <div class="note" role="alert">
        <p>${t("menu.problems")}</p>
        <ul>
          ${this.problems.map(({ line, at, code, message }) => {
            const key = `problem.${code}`;
            const where = line === null ? at : [t("menu.line", { line }), fieldOf(at, code)].filter(Boolean).join(", ");
            return html`<li><strong>${where}</strong> ${isDeskKey(key) ? t(key) : message}</li>`;
          })}
        </ul>
      </div>
    `;
  }

  private renderQuestion({ name }: { name: string }): TemplateResult {
    const { t } = this.desk;
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t("menu.importTitle")} @closed=${this.forget}>
        <p>${t("menu.importText", { name })}</p>
        <div class="end">
          <button autofocus @click=${this.forget}>${t("form.cancel")}</button>
          <button class="accent" @click=${() => void this.bringIn()}>${t("menu.importDo")}</button>
        </div>
      </neolia-admin-dialog>
    `;
  }

  private async bringIn(): Promise<void> {
    const { file, desk } = this;
    if (file === null) return;
    this.file = null;
    this.problems = [];
    this.working = true;
    desk.begins();
    try {
      const format = file.name.toLowerCase().endsWith(".json") ? "json" : "csv";
      const reply = await desk.api.importMenu(desk.line.id, format, file.text);
      this.problems = reply.problems;
      if (reply.revision !== null) {
        desk.toast({ text: desk.t("menu.imported", { items: reply.items, groups: reply.groups }) });
        this.dispatchEvent(new CustomEvent("imported"));
      }
    } catch (error) {
      desk.fail(error);
    } finally {
      this.working = false;
    }
  }

  private choose = (): void => this.input?.click();

  private chosen = (): void => {
    const file = this.input?.files?.[0];
    if (!file) return;
    void readText(file).then((text) => {
      this.file = { name: file.name, text };
    });
    if (this.input) this.input.value = "";
  };

  private forget = (): void => {
    this.file = null;
  };
}

/** Which columns or fields the texts of themselves do not name. */
const OF_A_FIELD = ["bad_value", "missing_field", "unknown_field"];

/** What to look for in the line: a column of CSV, or the last name of a place in JSON. */
function fieldOf(at: string, code: string): string {
  if (!at.includes("/")) return at;
  return OF_A_FIELD.includes(code) ? (at.split("/").findLast((part) => Number.isNaN(Number(part))) ?? "") : "";
}
