/**
 * What spreadsheets make of a cell that looks like a number, a date or a time to them: 007 becomes 7, 12.10 becomes 12.1, 3E5
 * becomes 300000, 1-2 becomes 02-Jan, "1 A" becomes 01:00. They do so when the file is opened, and save what they have made.
 */

/** English and French, whole or cut as spreadsheets cut them; "Marie 3" and "Mayer 3" are people. */
const MONTH =
  "(jan(uary|v|vier)?|feb(ruary)?|f[ée]v(r|rier)?|mar(ch|s)?|apr(il)?|avr(il)?|may|mai|june?|juin|july?|juil(let)?|" +
  "aug(ust)?|ao[uû]t|sept?(ember|embre)?|oct(ober|obre)?|nov(ember|embre)?|d[ée]c(ember|embre)?)\\.?";

const SHAPES = [
  // Digits with what stands in numbers, dates, times, fractions, shares and prices.
  /^(?=\D*\d)[\d\s.,:/()%$€£-]+$/,
  /^\d[\d.,]*\s?E\s?[+-]?\d+$/i,
  /^\d{1,2}(:\d\d)*\s[ap]m?$/i,
  new RegExp(`^\\d{1,4}[\\s./-]*${MONTH}([\\s./-]*\\d{1,4})?$`, "i"),
  new RegExp(`^${MONTH}[\\s./-]*\\d{1,4}$`, "i"),
];
/** A number that stays as it is: spreadsheets keep 15 digits. IPv4 addresses are no numbers to them. */
const KEPT = /^(0|[1-9]\d{0,14}|\d+(\.\d+){3})$/;

/** A long number or one with an E in it, a day or a month, a formula that failed, a column that was too narrow. */
const MADE = [
  /^(-?\d+([.,]\d+)?E[+-]\d+|#(N\/A|DIV\/0!|[A-Z]{3,8}[!?])|#{4,})$/i,
  new RegExp(`^(\\d{1,2}-${MONTH}|${MONTH}-\\d\\d)$`, "i"),
];

/** A spreadsheet would save it as something else. */
export function isReshaped(cell: string): boolean {
  const text = cell.trim();
  return SHAPES.some((shape) => shape.test(text)) && !KEPT.test(text);
}

/** A spreadsheet has put this in the place of what was typed. */
export function wasReshaped(cell: string): boolean {
  return MADE.some((made) => made.test(cell));
}
