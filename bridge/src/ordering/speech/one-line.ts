/** Words of a caller's, as they go on a ticket or a page. */

/** One line, without what could break out of a ticket or a page. */
export function tidy(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
}
