/** Small changes of lists and names in a menu. Pure. */

interface Row {
  id: string;
}

/** `row` in the place of the one with its id; at the end, when there is none. */
export function replaced<T extends Row>(list: readonly T[], row: T): T[] {
  return list.some(({ id }) => id === row.id) ? list.map((one) => (one.id === row.id ? row : one)) : [...list, row];
}

export function without<T extends Row>(list: readonly T[], id: string): T[] {
  return list.filter((one) => one.id !== id);
}

/** The row with this id so many places further down; what would leave the list stays. */
export function moved<T extends Row>(list: readonly T[], id: string, by: number): T[] {
  const at = list.findIndex((one) => one.id === id);
  const row = list[at];
  if (row === undefined || at + by < 0 || at + by >= list.length) return [...list];
  return list.toSpliced(at, 1).toSpliced(at + by, 0, row);
}

/** "Crème brûlée" → creme-brulee, with -2, -3, … when taken. */
export function freeId(name: string, taken: ReadonlySet<string>): string {
  const base =
    name
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 40) || "x";
  let id = base;
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`;
  return id;
}
