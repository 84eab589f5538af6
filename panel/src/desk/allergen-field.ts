import { html, nothing, type TemplateResult } from "lit";
import type { Allergen } from "../data/desk.ts";
import type { DeskLocalizer } from "../localize/desk.ts";

const ALLERGENS: readonly Allergen[] = [
  "gluten",
  "crustaceans",
  "eggs",
  "fish",
  "peanuts",
  "soybeans",
  "milk",
  "nuts",
  "celery",
  "mustard",
  "sesame",
  "sulphites",
  "lupin",
  "molluscs",
];

/** The same folded up, with what is chosen said in its line; `name` tells its choice from others of the form. */
export function foldedAllergens(
  t: DeskLocalizer,
  allergens: readonly Allergen[] | null,
  set: (allergens: Allergen[] | null) => void,
  name: string,
): TemplateResult {
  const list =
    allergens === null
      ? t("menu.allergensNotSaid")
      : allergens.length === 0
        ? t("menu.allergensNone")
        : allergens.map((allergen) => t(`allergen.${allergen}`)).join(", ");
  return html`
    <details class="whole">
      <summary>${t("menu.allergensAre", { list })}</summary>
      ${allergenField(t, allergens, set, name)}
    </details>
  `;
}

/** Unknown, or the list of those that are in it: nothing ticked says that there are none. */
export function allergenField(
  t: DeskLocalizer,
  allergens: readonly Allergen[] | null,
  set: (allergens: Allergen[] | null) => void,
  name = "allergens",
): TemplateResult {
  const toggle = (allergen: Allergen, on: boolean): void =>
    set(ALLERGENS.filter((one) => (one === allergen ? on : allergens?.includes(one))));
  return html`
    <fieldset>
      <legend>${t("menu.allergens")}</legend>
      <label class="check"><input type="radio" name=${name} .checked=${allergens === null} @change=${() => set(null)} /> ${t("menu.allergensUnknown")}</label>
      <label class="check"><input type="radio" name=${name} .checked=${allergens !== null} @change=${() => set([])} /> ${t("menu.allergensKnown")}</label>
      ${
        allergens === null
          ? nothing
          : html`<div class="ticks">${ALLERGENS.map(
              (allergen) => html`<label class="check"><input type="checkbox" .checked=${allergens.includes(allergen)}
                @change=${(event: Event) => toggle(allergen, (event.target as HTMLInputElement).checked)} /> ${t(`allergen.${allergen}`)}</label>`,
            )}</div>`
      }
    </fieldset>
  `;
}
