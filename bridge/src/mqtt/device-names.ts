/** What Home Assistant's devices are called, so that a person tells them apart. */

export interface NamedDevice {
  id: string;
  name: string;
  /** What tells it from others of its name: its building, its unit, what it is. null: it keeps its name alone. */
  addition: string | null;
  /** Only another one of its kind is taken for it: a line's gateway may have the line's name. Left out: all are. */
  kind?: "line" | undefined;
}

/**
 * Who is called what at a site. Where it has a name twice, what tells the two apart stands behind it; so a name hangs on
 * the others, and who comes, goes or is renamed may rename another one.
 */
export class DeviceNames {
  private readonly byId = new Map<string, Pick<NamedDevice, "name" | "kind">>();
  /** Ids by name, and of lines by name. */
  private readonly alike = new Map<string, Set<string>>();

  has(id: string): boolean {
    return this.byId.has(id);
  }

  /** @returns ids of others that may be called otherwise now */
  put({ id, name, kind }: NamedDevice): string[] {
    const before = this.byId.get(id);
    if (before && before.kind === kind && key(before.name) === key(name)) return [];
    const left = this.remove(id);
    this.byId.set(id, { name, kind });
    return [...left, ...keysOf({ name, kind }).flatMap((one) => this.join(one, id))];
  }

  /** @returns ids of others that may be called otherwise now */
  remove(id: string): string[] {
    const before = this.byId.get(id);
    this.byId.delete(id);
    return before ? keysOf(before).flatMap((one) => this.leave(one, id)) : [];
  }

  /** `site` stands behind every name, null while there is only one site. */
  labelOf({ name, addition, kind }: NamedDevice, site: string | null): string {
    const isShared = (this.alike.get(kind ? kindKey(kind, name) : key(name))?.size ?? 0) > 1;
    const behind = [isShared ? addition : null, site].filter((word) => word !== null).join(", ");
    return behind === "" ? name : `${name} (${behind})`;
  }

  /** @returns who was alone until now */
  private join(name: string, id: string): string[] {
    const ids = this.alike.get(name) ?? new Set();
    const alone = ids.size === 1 ? [...ids] : [];
    this.alike.set(name, ids.add(id));
    return alone;
  }

  /** @returns who is alone now */
  private leave(name: string, id: string): string[] {
    const ids = this.alike.get(name);
    ids?.delete(id);
    if (ids?.size === 0) this.alike.delete(name);
    return ids?.size === 1 ? [...ids] : [];
  }
}

/** Names by id of some that are named together. */
export function deviceNames(devices: readonly NamedDevice[], site: string | null): Map<string, string> {
  const names = new DeviceNames();
  for (const device of devices) names.put(device);
  return new Map(devices.map((device) => [device.id, names.labelOf(device, site)]));
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
const kindKey = (kind: string, name: string): string => `${key(name)}\n${kind}`;
const keysOf = ({ name, kind }: Pick<NamedDevice, "name" | "kind">): string[] =>
  kind ? [key(name), kindKey(kind, name)] : [key(name)];
