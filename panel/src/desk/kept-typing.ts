/**
 * What is typed into a form of the desk and not saved yet, kept by this tab: Home Assistant's own sidebar takes the whole
 * page away, and a page has no way to ask about that. It is offered again when the form is opened.
 */

/** The number grows when what is kept looks different: nothing of an older version is read. */
const PREFIX = "neolia.typed.1.";

/** For a browser without storage: as long as the page lives. */
const kept = new Map<string, string>();

export function keepTyped(key: string, typed: unknown): void {
  const text = JSON.stringify(typed);
  kept.set(key, text);
  try {
    sessionStorage.setItem(PREFIX + key, text);
  } catch {
    // Full or forbidden: then not longer than the page.
  }
}

export function forgetTyped(key: string): void {
  kept.delete(key);
  try {
    sessionStorage.removeItem(PREFIX + key);
  } catch {
    // Nothing was kept either.
  }
}

/** null: nothing is. */
export function typedBefore<T>(key: string): T | null {
  try {
    return JSON.parse(kept.get(key) ?? sessionStorage.getItem(PREFIX + key) ?? "null") as T | null;
  } catch {
    return null;
  }
}
