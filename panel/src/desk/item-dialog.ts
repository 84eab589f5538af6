import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import "../admin/components/schedule-editor.ts";
import { shared } from "../components/style.ts";
import type { Menu, MenuItem } from "../data/desk.ts";
import { allergenField } from "./allergen-field.ts";
import type { DeskContext } from "./desk-context.ts";
import { formStyle } from "./form-style.ts";
import { clashNote, type MenuClash } from "./menu-clash.ts";
import { centsOf, plainEuros } from "./money.ts";
import { typed } from "./typed.ts";

/** One dish. Fires `typed` with each edit and `saved` at the end, both with the dish, `removed`, or `closed`. */
@customElement("neolia-item-dialog")
export class ItemDialog extends LitElement {
  @property({ attribute: false }) desk!: DeskContext;
  @property({ attribute: false }) menu!: Menu;
  /** null: a new one. */
  @property({ attribute: false }) item: MenuItem | null = null;
  @property() categoryId = "";
  /** What was typed before somebody else changed the dish (`item` is theirs then). */
  @property({ attribute: false }) clash: MenuClash<"items"> | null = null;
  /** What was typed and is not saved: the page was left, or saving failed. */
  @property({ attribute: false }) typed: MenuItem | null = null;
  @state() private draft: MenuItem | null = null;
  @state() private price = "";
  @state() private wrongPrice = false;
  @state() private timesMakeSense = true;
  /** As the form began, when that was as the dish is stored. */
  private untouched: string | null = null;

  static override styles = [shared, adminStyle, formStyle];

  protected override willUpdate(_changed: PropertyValues<this>): void {
    if (this.draft !== null) return;
    const known = this.typed ?? this.clash?.typed ?? this.item;
    this.draft = known ?? {
      id: "new",
      categoryId: this.categoryId,
      name: "",
      names: {},
      description: "",
      gender: null,
      priceCents: 0,
      taxRate: 1000,
      allergens: null,
      groupIds: [],
      available: [],
    };
    this.price = known === null ? "" : plainEuros(this.desk.t, known.priceCents);
    if (this.typed === null && this.clash === null) this.untouched = this.asTyped;
  }

  private get asTyped(): string {
    return JSON.stringify([this.draft, this.price]);
  }

  protected override render(): TemplateResult {
    const { t } = this.desk;
    const { draft } = this;
    if (draft === null) return html``;
    const heading = this.item === null ? t("menu.addItem") : t("menu.edit", { name: this.item.name });
    return html`
      <neolia-admin-dialog wide .t=${t} .heading=${heading} .edited=${this.asTyped !== this.untouched} @closed=${this.close}>
        <form @submit=${this.submit}>
          ${this.clash === null ? nothing : clashNote(t, this.clash)}
          ${this.typed === null ? nothing : html`<p class="note" role="status">${t("form.notSaved")}</p>`}
          <div class="fields">
            <label>${t("menu.name")}<input autofocus required maxlength="80" .value=${draft.name} @input=${(event: Event) => this.edit({ name: typed(event) })} /></label>
            <label>${t("menu.nameEn")}<input maxlength="80" .value=${draft.names.en ?? ""} @input=${this.editEnglish} /></label>
            <label>${t("menu.price")}<input required inputmode="decimal" .value=${this.price} aria-invalid=${this.wrongPrice ? "true" : "false"} @input=${this.editPrice} /></label>
            <label>${t("menu.tax")}<input required type="number" min="0" max="100" step="0.1" .value=${String(draft.taxRate / 100)}
              @input=${(event: Event) => this.edit({ taxRate: Math.round(Number(typed(event)) * 100) })} /></label>
            <label>${t("menu.category")}<select @change=${(event: Event) => this.edit({ categoryId: typed(event) })}>
              ${this.menu.categories.map(({ id, name }) => html`<option value=${id} ?selected=${id === draft.categoryId}>${name}</option>`)}</select></label>
            <label>${t("menu.gender")}<select @change=${(event: Event) => this.edit({ gender: genderOf(typed(event)) })}>
              ${(["none", "m", "f"] as const).map((gender) => html`<option value=${gender} ?selected=${(draft.gender ?? "none") === gender}>${t(`menu.gender.${gender}`)}</option>`)}</select></label>
          </div>
          <label>${t("menu.description")}<textarea rows="2" maxlength="300" .value=${draft.description} @input=${(event: Event) => this.edit({ description: typed(event) })}></textarea></label>
          ${
            this.menu.groups.length === 0
              ? nothing
              : html`<fieldset><legend>${t("menu.itemGroups")}</legend><div class="ticks">
                  ${this.menu.groups.map(
                    ({
                      id,
                      name,
                    }) => html`<label class="check"><input type="checkbox" .checked=${draft.groupIds.includes(id)}
                      @change=${(event: Event) => this.setGroup(id, (event.target as HTMLInputElement).checked)} /> ${name}</label>`,
                  )}
                </div></fieldset>`
          }
          ${allergenField(t, draft.allergens, (allergens) => this.edit({ allergens }))}
          <neolia-schedule-editor .t=${t} .windows=${draft.available} @edited=${this.editTimes}></neolia-schedule-editor>
          ${this.wrongPrice ? html`<p class="failure" role="alert">${t("menu.priceWrong")}</p>` : nothing}
          <div class="bar">
            ${this.item === null ? html`<span></span>` : html`<button type="button" class="danger quiet" @click=${this.drop}>${t("menu.remove")}</button>`}
            <div class="end"><button type="button" @click=${this.close}>${t("form.cancel")}</button><button class="accent" ?disabled=${!this.timesMakeSense}>${t("menu.save")}</button></div>
          </div>
        </form>
      </neolia-admin-dialog>
    `;
  }

  private edit(change: Partial<MenuItem>): void {
    if (this.draft === null) return;
    this.draft = { ...this.draft, ...change };
    this.dispatchEvent(new CustomEvent("typed", { detail: this.draft }));
  }

  private editEnglish = (event: Event): void => {
    const { en: _before, ...names } = this.draft?.names ?? {};
    const english = typed(event).trim();
    this.edit({ names: english === "" ? names : { ...names, en: english } });
  };

  private editPrice = (event: Event): void => {
    this.price = typed(event);
    this.wrongPrice = false;
    const priceCents = centsOf(this.price);
    if (priceCents !== null) this.edit({ priceCents });
  };

  private editTimes = ({ detail }: CustomEvent<MenuItem["available"] | null>): void => {
    this.timesMakeSense = detail !== null;
    if (detail !== null) this.edit({ available: detail });
  };

  private setGroup(id: string, on: boolean): void {
    const ids = this.draft?.groupIds ?? [];
    this.edit({ groupIds: on ? [...ids, id] : ids.filter((other) => other !== id) });
  }

  private submit = (event: Event): void => {
    event.preventDefault();
    const priceCents = centsOf(this.price);
    this.wrongPrice = priceCents === null;
    if (priceCents === null || this.draft === null) return;
    const item = { ...this.draft, name: this.draft.name.trim(), priceCents };
    this.dispatchEvent(new CustomEvent("saved", { detail: item }));
  };

  private drop = (): void => {
    this.dispatchEvent(new CustomEvent("removed"));
  };

  private close = (): void => {
    this.dispatchEvent(new CustomEvent("closed"));
  };
}

function genderOf(value: string): MenuItem["gender"] {
  return value === "m" || value === "f" ? value : null;
}
