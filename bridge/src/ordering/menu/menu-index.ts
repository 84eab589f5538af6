/** A menu as the order desk looks things up in it. */
import type { Menu, MenuCategory, MenuItem, MenuOption, OptionGroup } from "../../api/menu.ts";
import type { Language } from "../../api/order.ts";

export interface MenuIndex {
  menu: Menu;
  item(id: string): MenuItem | null;
  group(id: string): OptionGroup | null;
  category(id: string): MenuCategory | null;
  /** The groups of an item, in their order. */
  groupsOf(item: MenuItem): OptionGroup[];
  isSoldOut(id: string): boolean;
  /** What the dish is called: with its category, when another one has the same name. */
  nameOf(item: MenuItem, language: Language): string;
}

/** The language of the names themselves. */
export const MENU_LANGUAGE: Language = "fr";

export function indexMenu(menu: Menu, soldOut: ReadonlySet<string>): MenuIndex {
  const items = new Map(menu.items.map((item) => [item.id, item]));
  const groups = new Map(menu.groups.map((group) => [group.id, group]));
  const categories = new Map(menu.categories.map((category) => [category.id, category]));
  return {
    menu,
    item: (id) => items.get(id) ?? null,
    group: (id) => groups.get(id) ?? null,
    category: (id) => categories.get(id) ?? null,
    groupsOf: (item) => item.groupIds.flatMap((id) => groups.get(id) ?? []),
    isSoldOut: (id) => soldOut.has(id),
    nameOf: (item, language) => {
      const name = nameIn(item, language);
      const isShared = menu.items.some((other) => other.id !== item.id && nameIn(other, language) === name);
      const category = isShared ? categories.get(item.categoryId) : undefined;
      return category ? `${name} (${nameIn(category, language)})` : name;
    },
  };
}

/** The name in a language, or its own. */
export function nameIn(named: Pick<MenuItem | MenuOption, "name" | "names">, language: Language): string {
  return language === MENU_LANGUAGE ? named.name : (named.names[language] ?? named.name);
}
