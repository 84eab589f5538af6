/** What Home Assistant's devices are called, so that a person tells them apart. */

export interface NamedDevice {
  id: string;
  name: string;
  /** What tells it from others of its name: its building, its unit, what it is. null: it keeps its name alone. */
  addition: string | null;
}

/**
 * Names by id. Where a site has a name twice, what tells the two apart stands behind it; `site` stands behind every name,
 * null while there is only one site.
 */
export function deviceNames(devices: readonly NamedDevice[], site: string | null): Map<string, string> {
  const count = new Map<string, number>();
  for (const { name } of devices) count.set(key(name), (count.get(key(name)) ?? 0) + 1);
  return new Map(
    devices.map(({ id, name, addition }) => {
      const own = count.get(key(name)) === 1 ? null : addition;
      const behind = [own, site].filter((word) => word !== null).join(", ");
      return [id, behind === "" ? name : `${name} (${behind})`];
    }),
  );
}

/** A site's name; with its domain where another site has the same name. */
export function siteName(
  site: { id: string; name: string; domain: string },
  sites: readonly { id: string; name: string }[],
): string {
  const isShared = sites.some(({ id, name }) => id !== site.id && key(name) === key(site.name));
  return isShared ? `${site.name} (${site.domain})` : site.name;
}

const key = (name: string): string => name.trim().toLowerCase();
