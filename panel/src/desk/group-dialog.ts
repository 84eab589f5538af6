import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import "../admin/components/schedule-editor.ts";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import type { MenuCategory, OptionGroup } from "../data/desk.ts";
import { foldedAllergens } from "./allergen-field.ts";
import type { DeskContext } from "./desk-context.ts";
import { formStyle } from "./form-style.ts";
import { clashNote, type MenuClash } from "./menu-clash.ts";
import { freeId } from "./menu-edit.ts";
import { centsOf, plainEuros } from "./money.ts";
import { typed } from "./typed.ts";

interface OptionRow {
  option: OptionGroup["options"][number];
  /** As typed. */
  price: string;
}

/**
 * A choice with its options, or (`plain`) a category, which has a name and hours. Fires `typed` with each edit and `saved` at
 * the end, `removed` or `closed`.
 */
@customElement("neolia-group-dialog")
export class GroupDialog extends LitElement {
  @property({ attribute: false }) desk!: DeskContext;
  /** null: a new one. */
  @property({ attribute: false }) group: OptionGroup | null = null;
  @property({ attribute: false }) category: MenuCategory | null = null;
  @property({ type: Boolean }) plain = false;
  /** What was typed before somebody else changed it (`group` or `category` is theirs then). */
  @property({ attribute: false }) clash: MenuClash<"groups"> | MenuClash<"categories"> | null = null;
  /** What was typed and is not saved: the page was left, or saving failed. */
  @property({ attribute: false }) typed: OptionGroup | Omit<MenuCategory, "id"> | null = null;
  /** Ids that the menu uses. */
  @property({ attribute: false }) taken: ReadonlySet<string> = new Set();
  @state() private name = "";
  @state() private english = "";
  @state() private min = 1;
  @state() private max = 1;
  @state() private rows: OptionRow[] | null = null;
  /** Of a category. */
  @state() private available: MenuCategory["available"] = [];
  @state() private timesMakeSense = true;
  @state() private problem: "menu.priceWrong" | "problem.min_above_max" | "problem.no_option" | null = null;

  /** As the form began, when that was as it is stored. */
  private untouched: string | null = null;
  /** What `typed` was fired with last. */
  private told = "";

  static override styles = [shared, adminStyle, formStyle];

  protected override willUpdate(_changed: PropertyValues<this>): void {
    if (this.rows === null) this.begin();
    const { asTyped } = this;
    if (asTyped === this.told) return;
    this.told = asTyped;
    this.dispatchEvent(new CustomEvent("typed", { detail: this.written() }));
  }

  private begin(): void {
    const typedBefore = this.typed ?? this.clash?.typed ?? null;
    const category = typedBefore && "available" in typedBefore ? typedBefore : this.category;
    const group = typedBefore && "options" in typedBefore ? typedBefore : this.group;
    const before = this.plain ? category : group;
    this.name = before?.name ?? "";
    this.english = before?.names.en ?? "";
    this.available = category?.available ?? [];
    this.min = group?.min ?? 1;
    this.max = group?.max ?? 1;
    const options = group?.options ?? [];
    this.rows = options.map((option) => ({ option, price: plainEuros(this.desk.t, option.priceCents) }));
    if (this.rows.length === 0 && !this.plain) this.rows = [newRow()];
    this.told = this.asTyped;
    if (typedBefore === null) this.untouched = this.asTyped;
  }

  private get asTyped(): string {
    return JSON.stringify([this.name, this.english, this.min, this.max, this.rows, this.available]);
  }

  protected override render(): TemplateResult {
    const { t } = this.desk;
    const before = this.plain ? this.category : this.group;
    const heading = before
      ? t("menu.edit", { name: before.name })
      : t(this.plain ? "menu.addCategory" : "menu.addGroup");
    const number = (label: string, value: number, set: (value: number) => void, least: number): TemplateResult => html`
      <label>${label}<input type="number" required min=${least} max="20" .value=${String(value)} @input=${(event: Event) => set(Number(typed(event)))} /></label>
    `;
    return html`
      <neolia-admin-dialog ?wide=${!this.plain} .t=${t} .heading=${heading} .edited=${this.asTyped !== this.untouched} @closed=${this.close}>
        <form @submit=${this.submit}>
          ${this.clash === null ? nothing : clashNote(t, this.clash)}
          ${this.typed === null ? nothing : html`<p class="note" role="status">${t("form.notSaved")}</p>`}
          <div class="fields">
            <label>${t("menu.name")}<input autofocus required maxlength="80" .value=${this.name} @input=${this.editName} /></label>
            <label>${t("menu.nameEn")}<input maxlength="80" .value=${this.english} @input=${this.editEnglish} /></label>
            ${
              this.plain
                ? nothing
                : html`${number(t("menu.min"), this.min, (value) => this.setRange({ min: value }), 0)}
                    ${number(t("menu.max"), this.max, (value) => this.setRange({ max: value }), 1)}`
            }
          </div>
          ${
            this.plain
              ? nothing
              : html`${(this.rows ?? []).map((row, index) => this.renderOption(row, index))}
            <div><button type="button" @click=${this.addOption}>${t("menu.addOption")}</button></div>`
          }
          ${
            this.plain
              ? html`<neolia-schedule-editor .t=${t} .windows=${this.available} @edited=${this.editTimes}></neolia-schedule-editor>`
              : nothing
          }
          ${this.problem === null ? nothing : html`<p class="failure" role="alert">${t(this.problem)}</p>`}
          <div class="bar">
            ${before === null ? html`<span></span>` : html`<button type="button" class="danger quiet" @click=${this.drop}>${t("menu.remove")}</button>`}
            <div class="end"><button type="button" @click=${this.close}>${t("form.cancel")}</button><button class="accent" ?disabled=${!this.timesMakeSense}>${t("menu.save")}</button></div>
          </div>
        </form>
      </neolia-admin-dialog>
    `;
  }

  private renderOption({ option, price }: OptionRow, index: number): TemplateResult {
    const { t } = this.desk;
    const edit = (change: Partial<OptionRow["option"]>): void =>
      this.setRow(index, { option: { ...option, ...change } });
    const editEnglish = (text: string): void => {
      const { en: _before, ...names } = option.names;
      edit({ names: text.trim() === "" ? names : { ...names, en: text.trim() } });
    };
    return html`
      <div class="option" role="group" aria-label=${`${t("menu.option")} ${index + 1}`}>
        <label>${t("menu.option")}<input required maxlength="80" .value=${option.name} @input=${(event: Event) => edit({ name: typed(event) })} /></label>
        <label>${t("menu.nameEn")}<input maxlength="80" .value=${option.names.en ?? ""} @input=${(event: Event) => editEnglish(typed(event))} /></label>
        <label>${t("menu.extra")}<input required inputmode="decimal" .value=${price} @input=${(event: Event) => this.setRow(index, { price: typed(event) })} /></label>
        <button type="button" class="icon quiet" aria-label=${`${t("menu.remove")} ${option.name}`} @click=${() => this.dropRow(index)}>${icon("close")}</button>
        ${foldedAllergens(t, option.allergens, (allergens) => edit({ allergens }), `allergens-${index}`)}
      </div>
    `;
  }

  private setRange(change: { min?: number; max?: number }): void {
    this.min = change.min ?? this.min;
    this.max = change.max ?? this.max;
    this.problem = null;
  }

  private setRow(index: number, change: Partial<OptionRow>): void {
    this.rows = (this.rows ?? []).map((row, at) => (at === index ? { ...row, ...change } : row));
    this.problem = null;
  }

  private dropRow(index: number): void {
    this.rows = (this.rows ?? []).toSpliced(index, 1);
  }

  private addOption = (): void => {
    this.rows = [...(this.rows ?? []), newRow()];
  };

  private submit = (event: Event): void => {
    event.preventDefault();
    const rows = this.rows ?? [];
    const prices = rows.map(({ price }) => centsOf(price));
    if (prices.includes(null)) this.problem = "menu.priceWrong";
    else if (this.min > this.max) this.problem = "problem.min_above_max";
    else if (!this.plain && rows.length === 0) this.problem = "problem.no_option";
    else this.dispatchEvent(new CustomEvent("saved", { detail: this.written() }));
  };

  /** A price that cannot be read yet is none. */
  private written(): OptionGroup | Omit<MenuCategory, "id"> {
    const rows = this.rows ?? [];
    const name = this.name.trim();
    const { en: _before, ...others } = (this.plain ? this.category : this.group)?.names ?? {};
    const english = this.english.trim();
    const taken = new Set(this.taken);
    const id = this.group?.id ?? freeId(name, taken);
    taken.add(id);
    const options = rows.map(({ option, price }) => {
      const optionId = option.id === "" ? freeId(`${id}-${option.name}`, taken) : option.id;
      taken.add(optionId);
      return { ...option, id: optionId, name: option.name.trim(), priceCents: centsOf(price) ?? 0 };
    });
    const names = english === "" ? others : { ...others, en: english };
    const { available } = this;
    return this.plain ? { name, names, available } : { id, name, names, min: this.min, max: this.max, options };
  }

  private editTimes = ({ detail }: CustomEvent<MenuCategory["available"] | null>): void => {
    this.timesMakeSense = detail !== null;
    if (detail !== null) this.available = detail;
  };

  private editName = (event: Event): void => {
    this.name = typed(event);
  };

  private editEnglish = (event: Event): void => {
    this.english = typed(event);
  };

  private drop = (): void => {
    this.dispatchEvent(new CustomEvent("removed"));
  };

  private close = (): void => {
    this.dispatchEvent(new CustomEvent("closed"));
  };
}

function newRow(): OptionRow {
  return { option: { id: "", name: "", names: {}, priceCents: 0, allergens: null }, price: "0" };
}
