/** What a person typed of a row of the menu that somebody else changed meanwhile: both are shown, and nothing is lost. */
import { html, type TemplateResult } from "lit";
import type { Menu, MenuItem, OptionGroup } from "../data/desk.ts";
import type { DeskKey, DeskLocalizer } from "../localize/desk.ts";
import { euros } from "./money.ts";
import { changedFields, type MenuList, type MenuRow, type RowEdit, rowIn } from "./row-change.ts";

export interface MenuClash<L extends MenuList = MenuList> {
  list: L;
  /** The row as the others left it; null: they removed it. */
  theirs: MenuRow<L> | null;
  typed: MenuRow<L>;
  /** Fields that both changed to different things, with what stands there now. */
  fields: { label: string; value: string }[];
}

export function clashOf<L extends MenuList>(t: DeskLocalizer, edit: RowEdit<L>, menu: Menu): MenuClash<L> {
  const { list, before, edited } = edit;
  const theirs = rowIn(menu, list, before.id);
  if (theirs === null) return { list, theirs, typed: edited, fields: [] };
  const mine = changedFields(before, edited);
  const both = changedFields(before, theirs).filter((name) => mine.includes(name));
  const typed = { ...theirs };
  for (const name of mine) typed[name] = edited[name];
  const fields = changedFields(typed, theirs)
    .filter((name) => both.includes(name))
    .map((name) => ({ label: t(LABEL[name] ?? "menu.name"), value: written(t, menu, theirs, name) }));
  return { list, theirs, typed, fields };
}

/** Stands above the form that holds what was typed. */
export function clashNote(t: DeskLocalizer, { theirs, fields }: MenuClash): TemplateResult {
  if (theirs === null) {
    return html`<div class="note" role="alert"><h3>${t("conflict.title")}</h3><p>${t("menu.clashGone")}</p></div>`;
  }
  return html`
    <div class="note" role="alert">
      <h3>${t("conflict.title")}</h3>
      <p>${t("menu.clash")}</p>
      <ul>${fields.map(({ label, value }) => html`<li><strong>${label}</strong> ${t("conflict.theirs", { value })}</li>`)}</ul>
    </div>
  `;
}

const LABEL: Readonly<Record<string, DeskKey>> = {
  names: "menu.nameEn",
  description: "menu.description",
  priceCents: "menu.price",
  taxRate: "menu.tax",
  categoryId: "menu.category",
  gender: "menu.gender",
  groupIds: "menu.itemGroups",
  allergens: "menu.allergens",
  available: "rule.times",
  min: "menu.min",
  max: "menu.max",
  options: "menu.groups",
};

function written(t: DeskLocalizer, menu: Menu, row: MenuRow<MenuList>, name: string): string {
  const { priceCents, taxRate, categoryId, gender, groupIds, allergens } = row as Partial<MenuItem>;
  const list = (parts: readonly string[]): string =>
    parts.length === 0 ? t("conflict.empty") : new Intl.ListFormat(t.locale).format(parts);
  switch (name) {
    case "names":
      return row.names.en ?? t("conflict.empty");
    case "priceCents":
      return euros(t, priceCents ?? 0);
    case "taxRate":
      return `${(taxRate ?? 0) / 100} %`;
    case "categoryId":
      return menu.categories.find(({ id }) => id === categoryId)?.name ?? "";
    case "gender":
      return t(`menu.gender.${gender ?? "none"}`);
    case "groupIds":
      return list(menu.groups.filter(({ id }) => groupIds?.includes(id)).map((group) => group.name));
    case "allergens":
      return allergens ? list(allergens.map((one) => t(`allergen.${one}`))) : t("menu.allergensUnknown");
    case "available":
      return t((row as Partial<MenuItem>).available?.length === 0 ? "rule.timesAlways" : "menu.otherTimes");
    case "options":
      return list((row as OptionGroup).options.map((option) => `${option.name} ${euros(t, option.priceCents)}`));
    default: {
      const value = String(row[name as keyof typeof row] ?? "");
      return value === "" ? t("conflict.empty") : value;
    }
  }
}
