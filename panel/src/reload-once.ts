/** A page that is no better after it was loaded anew is not loaded anew for ever. */
const AGAIN_AFTER_MS = 10 * 60_000;

/** Loads the page anew, unless that was done shortly before, or cannot be remembered here. */
export function reloadOnce(): void {
  try {
    const { reloadedAtMs = 0 } = sessionStorage;
    if (Date.now() - reloadedAtMs < AGAIN_AFTER_MS) return;
    sessionStorage.reloadedAtMs = Date.now();
  } catch {
    return;
  }
  location.reload();
}
