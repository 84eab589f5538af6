/** What the caller wants to know of the menu: which dishes there are, what is in one of them. */
import type { MenuItem } from "../../api/menu.ts";
import { nameIn } from "../menu/menu-index.ts";
import { list } from "../speech/sentences.ts";
import type { ToolResult, ToolRun } from "./tool-run.ts";
import type { ToolArgs } from "./tools.ts";

const MOST_FOUND = 8;

export function findItems(run: ToolRun, { words }: ToolArgs<"find_items">): ToolResult {
  const wanted = folded(words).split(" ").filter(Boolean);
  const scored = run.context.menu.menu.items
    .map((item) => ({ item, score: scoreOf(item, wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MOST_FOUND);
  if (scored.length === 0) return run.refuse("not_found", run.say.unknownItem);
  const names = scored.map(({ item }) => nameIn(item, run.context.language));
  const found = scored.map(({ item }) => ({
    item_id: item.id,
    name: nameIn(item, run.context.language),
    price_cents: item.priceCents,
    sold_out: run.context.menu.isSoldOut(item.id),
  }));
  return run.done(list(names, run.say.or), { found });
}

/** Whole words count most; every wanted word adds. */
function scoreOf(item: MenuItem, wanted: readonly string[]): number {
  const text = folded([item.name, ...Object.values(item.names), item.description, item.id].join(" "));
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

export function itemDetails(run: ToolRun, { item_id }: ToolArgs<"item_details">): ToolResult {
  const { menu, language } = run.context;
  const item = menu.item(item_id);
  if (!item) return run.refuse("unknown_item", run.say.unknownItem);
  const name = nameIn(item, language);
  const words = item.allergens?.map((allergen) => run.say.allergens[allergen]) ?? [];
  const say =
    item.allergens === null
      ? run.say.askStaff(name)
      : words.length > 0
        ? run.say.contains(name, list(words, run.say.and))
        : run.say.containsNone(name);
  return run.done(say, {
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
  });
}
