/** Numbers as neither of our languages writes them: other digits, other languages' words. */

/** Digits of any script as 0 to 9, one for one, and the Arabic comma between them as ours: "٢٣٫٥٠" → "23,50". */
export function plainDigits(text: string): string {
  return text
    .replace(/\p{Nd}/gu, digit)
    .replaceAll("٫", ",")
    .replaceAll("٬", "");
}

/** Unicode has the digits of each script next to each other, from zero on. */
function digit(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((code - zero) % 10);
}

/**
 * From ten on, in Spanish, German, Italian, Portuguese, Dutch and Arabic, as far as they are no words of ours. What they are
 * worth is not looked at: whoever says one says no number that the desk named.
 */
const ITALIAN_UNIT = "due|tr[eé]|quattro|cinque|sei|sette|nove";
const FOREIGN = new RegExp(
  `^(?:${[
    "diez|doce|trece|catorce|dieci(?:s[eé]is|siete|ocho|nueve)|veinte|veinti\\p{L}+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien(?:tos?)?|\\p{L}+cientos",
    "(?:\\p{L}+und)?(?:zwanzig|drei(?:ß|ss)ig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)|\\p{L}*zehn|zwölf|\\p{L}*hundert\\p{L}*|\\p{L}*tausend\\p{L}*",
    `dieci|undici|dodici|tredici|quattordici|quindici|sedici|dicia(?:ssette|nnove)|diciotto|vent(?:i(?:${ITALIAN_UNIT})?|uno?|otto)`,
    `(?:trent|quarant|cinquant|sessant|settant|ottant|novant)(?:a(?:${ITALIAN_UNIT})?|uno?|otto)|(?:${ITALIAN_UNIT}|otto)?cento`,
    "dez|doze|treze|catorze|dez[ae]ss(?:eis|ete)|dezoito|dez[ae]nove|vinte|trinta|quarenta|cinquenta|sessenta|oitenta|cem|(?:du|tre)zentos",
    "twaalf|(?:der|veer|vijf|zes|zeven|acht|negen)tien|(?:\\p{L}+(?:en|ën))?(?:twintig|dertig|veertig|vijftig|zestig|zeventig|tachtig|negentig)",
    "(?:ال|و)?(?:عشرة?|عشرون|عشرين|ثلاثون|ثلاثين|أربعون|أربعين|خمسون|خمسين|ستون|ستين|سبعون|سبعين|ثمانون|ثمانين|تسعون|تسعين|مئة|مائة)",
  ].join("|")})$`,
  "u",
);

/** In lower case. */
export function isForeignNumber(word: string): boolean {
  return FOREIGN.test(word);
}
