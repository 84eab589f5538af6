const KEY = "neolia.reloaded-at";
/** A page that is no better after it was loaded anew is not loaded anew for ever. */
const AGAIN_AFTER_MS = 10 * 60_000;

/** Loads the page anew, unless that was done shortly before, or cannot be remembered here. */
export function reloadOnce(): void {
  try {
    if (Date.now() - Number(sessionStorage.getItem(KEY) ?? 0) < AGAIN_AFTER_MS) return;
    sessionStorage.setItem(KEY, String(Date.now()));
  } catch {
    return;
  }
  location.reload();
}
