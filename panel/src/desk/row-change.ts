/** One person's edit of one row of a menu: of what the row is by now, only the fields that they changed are other than they were. */
import type { Menu, StoredMenu } from "../data/desk.ts";
import type { MenuChange } from "./menu-changes.ts";
import { replaced } from "./menu-edit.ts";

export type MenuList = "categories" | "items" | "groups";
export type MenuRow<L extends MenuList> = Menu[L][number];

export interface RowEdit<L extends MenuList> {
  list: L;
  /** As it was shown when the edit began. */
  before: MenuRow<L>;
  edited: MenuRow<L>;
}

/** The names of the fields that differ. */
export function changedFields<T extends object>(before: T, edited: T): (keyof T & string)[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(edited)])] as (keyof T & string)[];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(edited[name]));
}

/** The row as it is in a menu; null: it is not there any more. */
export function rowIn<L extends MenuList>(menu: Menu, list: L, id: string): MenuRow<L> | null {
  const rows: readonly MenuRow<L>[] = menu[list];
  return rows.find((row) => row.id === id) ?? null;
}

/** `clashed`: another person changed the same field meanwhile, or removed the row; nothing is stored. */
export function rowChange<L extends MenuList>(
  { list, before, edited }: RowEdit<L>,
  put: (revision: number, menu: Menu) => Promise<StoredMenu>,
  clashed: (now: StoredMenu) => void,
): MenuChange {
  const mine = changedFields(before, edited);
  return {
    make: (stored) => {
      const row = rowIn(stored.menu, list, before.id);
      if (row === null) return stored;
      const merged = { ...row };
      for (const name of mine) merged[name] = edited[name];
      return { ...stored, menu: { ...stored.menu, [list]: replaced<MenuRow<L>>(stored.menu[list], merged) } };
    },
    send: ({ revision, menu }) => put(revision, menu),
    fits: (_before, now) => {
      const row = rowIn(now.menu, list, before.id);
      if (row === null) return false;
      const theirs = changedFields(before, row);
      return mine.every((name) => !theirs.includes(name) || JSON.stringify(row[name]) === JSON.stringify(edited[name]));
    },
    clashed,
  };
}
