import type { DeskLocalizer } from "../localize/desk.ts";

/** "1 order", "0 orders"; "0 commande": the language says what is one. */
export function counted(t: DeskLocalizer, what: "orders" | "calls", count: number): string {
  const isOne = new Intl.PluralRules(t.locale).select(count) === "one";
  return t(`count.${what}.${isOne ? "one" : "many"}`, { count });
}
