/** Addresses of the installer's pages: `/admin/<site id>/<section>/<row id>/…`. */

export interface Place {
  /** null: the address names none; the last one used is taken. */
  siteId: string | null;
  /** "" for the overview. */
  section: string;
  /** What follows: the id of a row, a tab of it. */
  rest: string[];
}

const ROOT = "admin";
const SITE_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** null: the address asks for no page of ours. */
export function placeOf(path: string): Place | null {
  const [root, ...segments] = path.split("?")[0]?.split("/").filter(Boolean).map(decoded) ?? [];
  if (root !== ROOT) return null;
  const first = segments[0];
  const siteId = first !== undefined && SITE_ID.test(first) ? first : null;
  const [section = "", ...rest] = siteId === null ? segments : segments.slice(1);
  return { siteId, section, rest };
}

export function pathOf({ siteId, section, rest }: Place): string {
  const segments = [ROOT, ...(siteId === null ? [] : [siteId]), ...(section === "" ? [] : [section]), ...rest];
  return `/${segments.map(encodeURIComponent).join("/")}`;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
