/** Home Assistant's theme, for a page of its own: the CSS variables that the panel's colours are made from. */

/** Every variable of Home Assistant's that the panel's style reads (components/style.ts). */
const VARIABLES = [
  "--primary-background-color",
  "--card-background-color",
  "--primary-text-color",
  "--secondary-text-color",
  "--divider-color",
  "--primary-color",
  "--success-color",
  "--warning-color",
  "--error-color",
  "--app-header-background-color",
  "--app-header-text-color",
  "--ha-font-family-body",
];

/** Home Assistant's own font, which a browser need not have: its files lie on the same server. */
export function copyFonts(from: Document): void {
  const faces = new CSSStyleSheet();
  for (const sheet of from.styleSheets) {
    for (const rule of rulesOf(sheet)) if (rule.cssText.startsWith("@font-face")) faces.insertRule(rule.cssText);
  }
  document.adoptedStyleSheets.push(faces);
}

/** Takes the theme of Home Assistant's page over; a variable that it does not set goes. */
export function copyTheme(from: HTMLElement): void {
  const theme = getComputedStyle(from);
  const { style } = document.documentElement;
  for (const name of VARIABLES) {
    const value = theme.getPropertyValue(name).trim();
    if (value === "") style.removeProperty(name);
    else style.setProperty(name, value);
  }
}

/** A sheet from another server hides its rules. */
function rulesOf(sheet: CSSStyleSheet): Iterable<CSSRule> {
  try {
    return sheet.cssRules;
  } catch {
    return [];
  }
}
