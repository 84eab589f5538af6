import type { DeskLocalizer } from "../localize/desk.ts";

/** Made once for a language: making one is dear. */
const formats = new Map<string, Intl.NumberFormat>();

/** 1250 → "12,50 €", "€12.50". */
export function euros(t: DeskLocalizer, cents: number): string {
  let format = formats.get(t.locale);
  if (!format) {
    format = new Intl.NumberFormat(t.locale, { style: "currency", currency: "EUR" });
    formats.set(t.locale, format);
  }
  return format.format(cents / 100);
}

/** "12,50", "12.50", "12€50" or "1 050,00 €" → cents; null for anything else. */
export function centsOf(text: string): number | null {
  const match = /^\s*(\d{1,5}|\d{1,2}\s\d{3})(?:[.,](\d{1,2})|\s?€\s?(\d{2}))?\s*€?\s*$/.exec(text);
  if (!match) return null;
  const [, whole = "", cents = match[3] ?? ""] = match;
  return Number(whole.replace(/\s/, "")) * 100 + Number(cents.padEnd(2, "0"));
}

/** 1250 → "12,50" as the language writes it, for an input. */
export function plainEuros(t: DeskLocalizer, cents: number): string {
  return new Intl.NumberFormat(t.locale, { minimumFractionDigits: 2, useGrouping: false }).format(cents / 100);
}
