/** Single keys as commands of the panel, wherever the focus is. */

/**
 * Calls `handle` for each key without a modifier; true means that the key was meant for us, and nobody else gets it:
 * Home Assistant, around a native panel, has commands on single keys of its own. Returns the unsubscribe.
 */
export function onPlainKey(handle: (key: string) => boolean): () => void {
  // While it is on its way down: Home Assistant listens on the way up.
  const listen = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.composedPath()[0])) return;
    if (!handle(event.key)) return;
    event.stopPropagation();
    // Escape that took a call from the screen would close the dialog that comes back behind it.
    event.preventDefault();
  };
  window.addEventListener("keydown", listen, { capture: true });
  return () => window.removeEventListener("keydown", listen, { capture: true });
}

/** Something that letters are typed into. */
export function isField(target: EventTarget | null | undefined): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLInputElement) return !["radio", "checkbox", "button"].includes(target.type);
  return target instanceof HTMLElement && target.isContentEditable;
}
