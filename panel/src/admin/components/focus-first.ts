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
