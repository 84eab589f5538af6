/** Small changes of lists and names in a menu. Pure. */

export function replaced<T>(list: readonly T[], before: T, after: T): T[] {
  return list.map((one) => (one === before ? after : one));
}

export function moved<T>(list: readonly T[], at: number, by: number): T[] {
  const rest = list.toSpliced(at, 1);
  const row = list[at];
  return row === undefined ? rest : rest.toSpliced(at + by, 0, row);
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
