/** Telephone numbers of callers, as networks write them. */

/** The same for 06…, +336… and 00336…: the national number of France, or the international one without its plus. */
export function sameNumberKey(number: string): string {
  const digits = number.replaceAll(/[^\d+]/g, "").replace(/^\+/, "00");
  return digits.replace(/^0033(?=\d{9}$)/, "0").replace(/^00/, "");
}
