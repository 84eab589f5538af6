/** Callers' telephone numbers. */

/** "0639980178" → "06 •• •• •• 78"; null stays null. */
export function masked(number: string | null): string | null {
  if (number === null) return null;
  const digits = number.replaceAll(/\D/g, "");
  return digits.length < 6 ? "••••" : `${digits.slice(0, 2)} •• •• •• ${digits.slice(-2)}`;
}
