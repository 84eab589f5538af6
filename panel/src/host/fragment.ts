/** The path in the address's fragment, for pages of our own: it works under any prefix and never leaves the browser. */

/** `…#/admin/units` → "/admin/units"; "" for anything else, such as `#token=…`. */
export function fragmentPath(): string {
  return location.hash.startsWith("#/") ? location.hash.slice(1) : "";
}

export function setFragmentPath(path: string, how: "push" | "replace"): void {
  const address = path === "" ? location.pathname + location.search : `#${path}`;
  if (how === "push") history.pushState(null, "", address);
  else history.replaceState(history.state, "", address);
}
