/** A line of the cart as the menu makes it now: names, prices, tax, and the choices that are still open. */
import type { MenuItem, MenuOption, OptionGroup } from "../../api/menu.ts";
import type { CartLine, CartOption } from "../../api/order.ts";
import { type MenuIndex, nameIn } from "../menu/menu-index.ts";
import { localTime, within } from "../opening.ts";
import { type PricedLine, unitPriceCents } from "../order-machine.ts";
import { numberWords } from "../speech/number-words.ts";
import { tidy } from "../speech/one-line.ts";
import type { ToolContext, ToolResult, ToolRun } from "./tool-run.ts";

/** The line as the menu makes it, or the reply that says why it cannot be. `replaces`: the line that it takes the place of. */
export function priceLine(
  run: ToolRun,
  itemId: string,
  quantity: number,
  optionIds: readonly string[],
  note: string,
  replaces: number | null = null,
): PricedLine | ToolResult {
  const { menu, settings, language } = run.context;
  const item = menu.item(itemId);
  if (!item) return run.refuse("unknown_item", run.say.unknownItem);
  const name = menu.nameOf(item, language);
  if (menu.isSoldOut(itemId)) return run.refuse("sold_out", run.say.soldOut(name));
  if (!isServed(run.context, item, run.data.pickup?.atMs ?? null))
    return run.refuse("not_served_now", run.say.notNow(name));
  const others = run.data.lines.filter(({ line }) => line !== replaces);
  if (quantity + countOf(others, itemId) > settings.maxQuantity) {
    return run.refuse("too_many", run.say.tooMany(numberWords(settings.maxQuantity, language)));
  }
  const options: CartOption[] = [];
  for (const group of menu.groupsOf(item)) {
    const chosen = chosenOf(group, optionIds);
    if (chosen.length > group.max) return run.refuse("too_many_options", run.say.choiceInvalid(name));
    for (const option of chosen) {
      if (menu.isSoldOut(option.id)) return run.refuse("sold_out", run.say.soldOut(nameIn(option, language)));
      options.push({
        groupId: group.id,
        optionId: option.id,
        name: nameIn(option, language),
        priceCents: option.priceCents,
      });
    }
  }
  const offered = new Set(menu.groupsOf(item).flatMap((group) => group.options.map(({ id }) => id)));
  if (optionIds.some((id) => !offered.has(id))) return run.refuse("unknown_option", run.say.choiceInvalid(name));
  const missing = menu
    .groupsOf(item)
    .filter(({ id, min }) => options.filter(({ groupId }) => groupId === id).length < min);
  // Nothing is left that could be chosen: the dish cannot be made.
  if (missing.some((group) => isSoldOut(menu, group))) return run.refuse("sold_out", run.say.soldOut(name));
  return {
    itemId,
    name,
    gender: item.gender,
    quantity,
    options,
    note: tidy(note),
    taxRate: item.taxRate,
    unitPriceCents: unitPriceCents(item.priceCents, options),
    missing: missing.map(({ id, min, max, ...group }) => ({ groupId: id, name: nameIn(group, language), min, max })),
  };
}

/** How many of a dish there are, over all lines. */
export function countOf(lines: readonly Pick<CartLine, "itemId" | "quantity">[], itemId: string): number {
  return lines.reduce((sum, line) => sum + (line.itemId === itemId ? line.quantity : 0), 0);
}

/** As often as each was named ("deux boules de vanille"), where the group takes more than one. */
function chosenOf({ options, max }: OptionGroup, optionIds: readonly string[]): MenuOption[] {
  const named = max === 1 ? [...new Set(optionIds)] : optionIds;
  return options.flatMap((option) => named.filter((id) => id === option.id).map(() => option));
}

/** All of its options are. */
export function isSoldOut(menu: MenuIndex, { options }: Pick<OptionGroup, "options">): boolean {
  return options.every(({ id }) => menu.isSoldOut(id));
}

export function isServed({ menu, clock, nowMs }: ToolContext, item: MenuItem, pickupAtMs: number | null): boolean {
  const { minuteOfWeek } = localTime(pickupAtMs ?? nowMs, clock);
  const windows = [item.available, menu.category(item.categoryId)?.available ?? []];
  return windows.every((available) => available.length === 0 || within(available, minuteOfWeek));
}
