/**
 * The directory of a site as Home Assistant is told of it: all of it in pieces, or what an edit concerns. Only what the
 * devices are called is kept, as names hang on each other; all else is read when it is asked for.
 */
import type { Menu } from "../api/menu.ts";
import type { AccountRow } from "../store/account-store.ts";
import type { EditedRow } from "../store/edited-rows.ts";
import type { LineRow } from "../store/line-store.ts";
import type { Store } from "../store/store.ts";
import type { UnitRow } from "../store/unit-store.ts";
import { DeviceNames, deviceNames, type NamedDevice, siteName } from "./device-names.ts";
import type { DiscoveryDevice, DiscoveryDish, DiscoverySite } from "./discovery-model.ts";
import { type NameLanguage, nameIn } from "./entity-names.ts";

/** What has a device of its own; a door's station belongs to the door's, and the bridge is ourselves. */
const DEVICES: Record<AccountRow["type"], DiscoveryDevice["kind"] | null> = {
  panel: "Panel",
  mobile: "Phone",
  gateway: "Gateway",
  door: null,
  bridge: null,
};

/** Devices that are worked out in one go: some 10 ms of work. */
export const PIECE = 50;

interface Rows {
  units?: readonly UnitRow[];
  lines?: readonly LineRow[];
  accounts?: readonly AccountRow[];
}

export class DiscoveredSite {
  private readonly store: Pick<Store, "sites" | "buildings" | "units" | "accounts" | "lines">;
  private readonly siteId: string;
  private readonly language: NameLanguage;
  private readonly names = new DeviceNames();

  constructor(store: DiscoveredSite["store"], siteId: string, language: NameLanguage) {
    this.store = store;
    this.siteId = siteId;
    this.language = language;
  }

  /** Reads what everything is called, in pieces: what comes before the first `pieces`. */
  *readNames(): Generator<void> {
    for (const rows of this.rows()) {
      for (const device of this.named(rows)) this.names.put(device);
      yield;
    }
  }

  /** All of the site, each piece as it is when it is asked for; what others belong to comes first. None of a site that is gone. */
  *pieces(): Generator<DiscoverySite> {
    for (const rows of this.rows()) {
      const piece = this.told(rows);
      if (piece) yield piece;
    }
  }

  /** Whether it is the site's own id, or that of a device. */
  has(id: string): boolean {
    return this.names.has(id) || (id === this.siteId && this.store.sites.get(id) !== null);
  }

  /** Takes the names of edited rows over. @returns ids of all whom Home Assistant may have to be told of anew */
  edited(rows: readonly EditedRow[]): string[] {
    const ids = new Set(rows.filter(({ siteId }) => siteId === this.siteId).flatMap((row) => [...this.concerned(row)]));
    const others = [...ids].flatMap((id) => {
      const device = this.named(this.rowsOf([id]))[0];
      return device ? this.names.put(device) : this.names.remove(id);
    });
    return [...ids, ...others];
  }

  /** The devices of these ids alone; null: there is no such site (any more). */
  of(ids: readonly string[]): DiscoverySite | null {
    return this.told(this.rowsOf(ids));
  }

  /** Whose devices say something of this row. */
  private *concerned({ noun, id, unitId }: EditedRow): Generator<string> {
    yield id;
    if (unitId === null) return;
    yield unitId;
    if (noun === "account") return;
    const line = this.store.lines.byUnit(unitId);
    if (line) yield line.id;
    for (const account of this.store.accounts.list({ unitId })) yield account.id;
  }

  private rowsOf(ids: readonly string[]): Rows {
    const { units, lines, accounts } = this.store;
    const isOurs = ({ siteId }: { siteId: string }) => siteId === this.siteId;
    return {
      units: ids.flatMap((id) => units.get(id) ?? []).filter(isOurs),
      lines: ids.flatMap((id) => lines.get(id) ?? []).filter(isOurs),
      accounts: ids.flatMap((id) => accounts.get(id) ?? []).filter(isOurs),
    };
  }

  /** The first piece is of the site itself. */
  private *rows(): Generator<Rows> {
    const { units, lines, accounts } = this.store;
    yield {};
    for (let after = ""; ; ) {
      const some = units.some(this.siteId, after, PIECE);
      const last = some.at(-1);
      if (!last) break;
      yield { units: some };
      after = last.name;
    }
    for (const line of lines.list(this.siteId)) yield { lines: [line] };
    for (let after = ""; ; ) {
      const some = accounts.some(this.siteId, after, PIECE);
      const last = some.at(-1);
      if (!last) break;
      yield { accounts: some };
      after = last.username;
    }
  }

  private named({ units = [], lines = [], accounts = [] }: Rows): NamedDevice[] {
    return [
      ...units.filter((unit) => this.isPlace(unit)).map((unit) => this.namedUnit(unit)),
      ...lines.flatMap((line) => this.namedLine(line) ?? []),
      ...accounts.flatMap((account) => this.namedAccount(account) ?? []),
    ];
  }

  private told({ units = [], lines = [], accounts = [] }: Rows): DiscoverySite | null {
    const { store, siteId, names } = this;
    const site = store.sites.get(siteId);
    if (!site) return null;
    const sites = store.sites.list();
    const name = siteName(site, sites);
    const label = (device: NamedDevice): string => names.labelOf(device, sites.length > 1 ? name : null);
    const places = units.filter((unit) => this.isPlace(unit));
    return {
      id: site.id,
      domain: site.domain,
      name,
      doors: places
        .filter(({ kind }) => kind === "door")
        .map((unit) => ({
          ...{ id: unit.id, name: unit.name, label: label(this.namedUnit(unit)) },
          stations: store.accounts
            .list({ unitId: unit.id })
            .filter(({ type, enabled }) => type === "door" && enabled)
            .map(({ id, username }) => ({ id, username })),
        })),
      units: places
        .filter(({ kind }) => kind === "residential")
        .map((unit) => ({ id: unit.id, name: unit.name, label: label(this.namedUnit(unit)) })),
      // A line is known by its own id and rung by the name of its unit.
      lines: lines.flatMap((line) => {
        const named = this.namedLine(line);
        const unit = store.units.get(line.unitId);
        const dishes = () => dishesOf(store.lines.menu(line.id).menu);
        return named && unit ? [{ id: line.id, name: unit.name, label: label(named), dishes: dishes() }] : [];
      }),
      devices: accounts.flatMap((account) => {
        const { id, username, unitId, type } = account;
        const named = this.namedAccount(account);
        const kind = DEVICES[type];
        if (!named || !kind) return [];
        const line = unitId === null ? null : store.lines.byUnit(unitId);
        return [{ id, username, label: label(named), kind, unitId: line?.id ?? unitId }];
      }),
    };
  }

  /** A door, or a flat; a line's unit is told of as the line. */
  private isPlace({ kind, id }: UnitRow): boolean {
    return kind === "door" || !this.store.lines.byUnit(id);
  }

  private placeName({ kind, label }: UnitRow): string {
    return kind === "door" ? label : `${nameIn(this.language, "Unit")} ${label}`;
  }

  private buildingOf({ buildingId }: UnitRow): string | null {
    return this.store.buildings.get(buildingId)?.name ?? null;
  }

  private namedUnit(unit: UnitRow): NamedDevice {
    return { id: unit.id, name: this.placeName(unit), addition: this.buildingOf(unit) };
  }

  private namedLine({ id, unitId }: LineRow): NamedDevice | null {
    const unit = this.store.units.get(unitId);
    return unit && { id, name: unit.label, addition: this.buildingOf(unit), kind: "line" };
  }

  /** null: it has no device of its own. */
  private namedAccount({ id, label, type, enabled, unitId }: AccountRow): NamedDevice | null {
    const kind = DEVICES[type];
    if (kind === null || !enabled) return null;
    const unit = unitId === null ? null : this.store.units.get(unitId);
    return { id, name: label, addition: unit ? this.placeName(unit) : nameIn(this.language, kind).toLowerCase() };
  }
}

/** The dishes of a menu; what two of one name are told apart by is where they stand. */
function dishesOf({ items, categories }: Menu): DiscoveryDish[] {
  const places = new Map(categories.map(({ id, name }) => [id, name]));
  const labels = deviceNames(
    items.map(({ id, name, categoryId }) => ({ id, name, addition: places.get(categoryId) ?? null })),
    null,
  );
  return items.map(({ id, name }) => ({ id, label: labels.get(id) ?? name }));
}
