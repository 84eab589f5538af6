/** Where the keyboard stands when a call comes in between: nobody answers by accident, and nobody loses their place. */
import { isField } from "./keys.ts";

/** A pause as long as this, and the next key is meant for the call. */
const PAUSE_MS = 1_000;

export class CallFocus {
  private before: HTMLElement | null = null;
  private typingUntilMs = 0;

  /**
   * Whoever is writing when it rings neither answers nor declines with the letters still under way: keys are nobody's until
   * there was a pause. To be attended before everybody else. Returns its unsubscribe.
   */
  attend(): () => void {
    const listen = (event: KeyboardEvent): void => {
      const nowMs = performance.now();
      if (nowMs >= this.typingUntilMs) return;
      this.typingUntilMs = nowMs + PAUSE_MS;
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    window.addEventListener("keydown", listen, { capture: true });
    return () => window.removeEventListener("keydown", listen, { capture: true });
  }

  /** A call takes the page, while the focus is still where it was. `rings`: keys would answer it. */
  leave(rings: boolean): void {
    this.before = deepFocus();
    if (rings && isField(this.before)) this.typingUntilMs = performance.now() + PAUSE_MS;
  }

  /** Puts the focus where it was; false: that is not on the page any more, or cannot have it. */
  back(): boolean {
    const { before } = this;
    this.before = null;
    if (before === null || !before.isConnected) return false;
    before.focus();
    return deepFocus() === before;
  }
}

/** The element with the focus, inside whatever shadow trees it stands; null: none. */
function deepFocus(): HTMLElement | null {
  let inner = document.activeElement;
  while (inner?.shadowRoot?.activeElement != null) inner = inner.shadowRoot.activeElement;
  return inner instanceof HTMLElement && inner !== document.body ? inner : null;
}
