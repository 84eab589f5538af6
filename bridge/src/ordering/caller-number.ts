/** Callers' telephone numbers. */

/** "0639980178" → "06 •• •• •• 78"; null stays null. */
export function masked(number: string | null): string | null {
  if (number === null) return null;
  const digits = number.replaceAll(/\D/g, "");
  return digits.length < 6 ? "••••" : `${digits.slice(0, 2)} •• •• •• ${digits.slice(-2)}`;
}

/** The same for 06…, +336… and 00336…: the national number of France, or the international one without its plus. */
export function sameNumberKey(number: string): string {
  const digits = number.replaceAll(/[^\d+]/g, "").replace(/^\+/, "00");
  return digits.replace(/^0033(?=\d{9}$)/, "0").replace(/^00/, "");
}
