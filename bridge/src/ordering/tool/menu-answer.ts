/** What the caller wants to know of the menu: which dishes there are, what is in one of them. */
import type { Allergen, MenuItem } from "../../api/menu.ts";
import { nameIn } from "../menu/menu-index.ts";
import { moneyWords } from "../speech/number-words.ts";
import { list } from "../speech/sentences.ts";
import type { ToolResult, ToolRun } from "./tool-run.ts";
import type { ToolArgs } from "./tools.ts";

const MOST_FOUND = 8;

export function findItems(run: ToolRun, { words }: ToolArgs<"find_items">): ToolResult {
  const { menu, language } = run.context;
  const wanted = folded(words).split(" ").filter(Boolean);
  const scored = best(menu.menu.items, (item) => scoreOf(item, wanted));
  // "Which desserts do you have?": a word of no dish may be that of a category.
  if (scored.length === 0) {
    const { categories } = menu.menu;
    const of = (item: MenuItem) => categories.filter(({ id }) => id === item.categoryId);
    scored.push(...best(menu.menu.items, (item) => likeness(of(item).flatMap(namesOf), wanted)));
  }
  if (scored.length === 0) return run.refuse("not_found", run.say.unknownItem);
  const names = scored.map((item) => menu.nameOf(item, language));
  const found = scored.map((item) => ({
    item_id: item.id,
    name: menu.nameOf(item, language),
    price_cents: item.priceCents,
    sold_out: menu.isSoldOut(item.id),
  }));
  return run.done(list(names, run.say.or), { found });
}

function best(items: readonly MenuItem[], score: (item: MenuItem) => number): MenuItem[] {
  return items
    .map((item) => ({ item, score: score(item) }))
    .filter((one) => one.score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MOST_FOUND)
    .map(({ item }) => item);
}

function scoreOf(item: MenuItem, wanted: readonly string[]): number {
  return likeness([...namesOf(item), item.description, item.id], wanted);
}

function namesOf({ name, names }: Pick<MenuItem, "name" | "names">): string[] {
  return [name, ...Object.values(names)];
}

/** Whole words count most; every wanted word adds. */
function likeness(texts: readonly string[], wanted: readonly string[]): number {
  const text = folded(texts.join(" "));
  const words = new Set(text.split(" "));
  return wanted.reduce((sum, word) => sum + (words.has(word) ? 3 : word.length > 2 && text.includes(word) ? 1 : 0), 0);
}

function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

export function itemDetails(run: ToolRun, { item_id, about }: ToolArgs<"item_details">): ToolResult {
  const { menu, language } = run.context;
  const item = menu.item(item_id);
  if (!item) return run.refuse("unknown_item", run.say.unknownItem);
  const name = menu.nameOf(item, language);
  const isPrice = about === "price";
  const say = isPrice ? run.say.costs(name, moneyWords(item.priceCents, language)) : allergenWords(run, item);
  const info = {
    item_id,
    name,
    description: item.description,
    price_cents: item.priceCents,
    sold_out: menu.isSoldOut(item.id),
    allergens: item.allergens ?? "unknown: ask the staff",
    choices: menu.groupsOf(item).map((group) => ({
      name: nameIn(group, language),
      min: group.min,
      max: group.max,
      options: group.options.map((option) => ({
        option_id: option.id,
        name: nameIn(option, language),
        price_cents: option.priceCents,
        sold_out: menu.isSoldOut(option.id),
        allergens: option.allergens ?? "unknown: ask the staff",
      })),
    })),
  };
  // Somebody's health hangs on each word about allergens.
  return run.answer(say, info, !isPrice);
}

/** Of the dish, and of what can be chosen with it: "none" of a dish whose sauce has milk would be no answer. */
function allergenWords({ context, say }: ToolRun, item: MenuItem): string {
  const { menu, language } = context;
  const name = menu.nameOf(item, language);
  const { allergens } = item;
  if (allergens === null) return say.askStaff(name);
  const words = (of: readonly Allergen[]) =>
    list(
      of.map((allergen) => say.allergens[allergen]),
      say.and,
    );
  const choices = menu.groupsOf(item).flatMap(({ options }) => options);
  const more = [...new Set(choices.flatMap((option) => option.allergens ?? []))].filter(
    (allergen) => !allergens.includes(allergen),
  );
  return [
    allergens.length > 0 ? say.contains(name, words(allergens)) : say.containsNone(name),
    ...(more.length > 0 ? [say.choicesContain(words(more))] : []),
    ...(choices.some((option) => option.allergens === null) ? [say.choicesUnknown] : []),
  ].join(" ");
}
