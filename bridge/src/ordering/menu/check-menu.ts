/** What a schema cannot say about a menu: ids are unique, references lead somewhere, a group's minimum is none above its maximum. */
import type { Menu, MenuProblem } from "../../api/menu.ts";

/** Empty: the menu is sound. `at` is a JSON pointer; `line` is null. */
export function checkMenu(menu: Menu): MenuProblem[] {
  const problems: MenuProblem[] = [];
  const say = (at: string, code: string, message: string): void => {
    problems.push({ line: null, at, code, message });
  };
  const seen = new Set<string>();
  const unique = (at: string, id: string): void => {
    if (seen.has(id)) say(at, "duplicate_id", `the id ${id} is used twice`);
    seen.add(id);
  };
  const categories = new Set(menu.categories.map(({ id }) => id));
  const groups = new Set(menu.groups.map(({ id }) => id));
  for (const [index, { id, available }] of menu.categories.entries()) {
    unique(`/categories/${index}`, id);
    checkWindows(`/categories/${index}`, available, say);
  }
  for (const [index, group] of menu.groups.entries()) {
    const at = `/groups/${index}`;
    unique(at, group.id);
    if (group.min > group.max) say(at, "min_above_max", "the minimum is above the maximum");
    for (const [place, { id }] of group.options.entries()) unique(`${at}/options/${place}`, id);
  }
  for (const [index, item] of menu.items.entries()) {
    const at = `/items/${index}`;
    unique(at, item.id);
    if (!categories.has(item.categoryId)) say(at, "unknown_category", `there is no category ${item.categoryId}`);
    for (const id of item.groupIds) if (!groups.has(id)) say(at, "unknown_group", `there is no group ${id}`);
    checkWindows(at, item.available, say);
  }
  return problems;
}

function checkWindows(
  at: string,
  windows: readonly { fromMinute: number; toMinute: number }[],
  say: (at: string, code: string, message: string) => void,
): void {
  if (windows.some(({ fromMinute, toMinute }) => fromMinute >= toMinute)) {
    say(at, "window_ends_early", "a window ends before it starts");
  }
}
