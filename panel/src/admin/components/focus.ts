/** Where the keyboard is, and where it goes when what it was on is gone. */

/** Puts the focus on the first thing to fill in or press, also inside components; never on a button that destroys. */
export async function focusFirst(root: ParentNode): Promise<boolean> {
  for (const element of root.querySelectorAll<HTMLElement>("*")) {
    if (element.matches("input, select, textarea, button:not(.stop), a[href]") && !element.matches(":disabled")) {
      element.focus();
      return true;
    }
    if (element.shadowRoot === null) continue;
    if ("updateComplete" in element) await element.updateComplete;
    if (await focusFirst(element.shadowRoot)) return true;
  }
  return false;
}

/** The element that has the focus, inside whatever components; null: none has. */
export function focused(): HTMLElement | null {
  let element = document.activeElement;
  for (let inner = element; inner !== null; inner = element?.shadowRoot?.activeElement ?? null) element = inner;
  return element === document.body || !(element instanceof HTMLElement) ? null : element;
}

/** Nothing has the focus any more, or what cannot be seen or used: the next Tab would begin at the top of the page. */
export function focusIsLost(): boolean {
  const element = focused();
  return element === null || !element.checkVisibility() || element.matches(":disabled, dialog, iframe");
}

/** Every heading of a page within `root` that is on the screen, in order. */
export function visibleHeadings(root: ParentNode): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>("*")].flatMap((element) => [
    ...(element.localName === "h1" && element.checkVisibility() ? [element] : []),
    ...(element.shadowRoot === null ? [] : visibleHeadings(element.shadowRoot)),
  ]);
}
