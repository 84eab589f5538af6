/** "+33639980178" → "06 39 98 01 78": as people here read it out; others stay as they came. */
export function spelled(number: string): string {
  const national = number.replace(/^(\+|00)33(?=\d{9}$)/, "0");
  return /^0\d{9}$/.test(national) ? (national.match(/\d\d/g) ?? []).join(" ") : number;
}
