/** The languages that the panel speaks. */
export type Language = "en" | "fr";

/** The first language we speak; English when there is none. */
export function languageOf(wanted: readonly string[]): Language {
  return spoken(wanted)?.language ?? "en";
}

/** The whole tag of that language, which decides how times are written: en-GB has 14:03, en-US 2:03 PM. */
export function localeOf(wanted: readonly string[]): string {
  return spoken(wanted)?.tag ?? "en";
}

function spoken(wanted: readonly string[]): { language: Language; tag: string } | undefined {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0];
    if (language === "en" || language === "fr") return { language, tag };
  }
  return undefined;
}
