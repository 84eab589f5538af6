/** The languages that the panel speaks. */
export type Language = "en" | "fr";

/** The first language we speak; English when there is none. */
export function languageOf(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0];
    if (language === "en" || language === "fr") return language;
  }
  return "en";
}
