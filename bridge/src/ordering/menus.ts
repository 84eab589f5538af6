/** The menus of lines, and what is sold out. */
import type { Menu, MenuFormat, MenuImport, MenuImportReply, MenuPut, StoredMenu } from "../api/menu.ts";
import type { Audit } from "../directory/audit.ts";
import type { MenuChanged } from "../events/domain-events.ts";
import { AppError } from "../events/errors.ts";
import type { LineRow } from "../store/line-store.ts";
import { deskChanged, lineRow, type OrderingContext } from "./context.ts";
import { checkMenu } from "./menu/check-menu.ts";

export interface Menus {
  get(lineId: string): StoredMenu;
  /** Throws MENU_CHANGED when somebody was faster, MENU_INVALID with `problems`. */
  put(lineId: string, put: MenuPut): StoredMenu;
  /** All or nothing. Never throws on what stands in the file. */
  importFile(lineId: string, file: MenuImport): Promise<MenuImportReply>;
  exportFile(lineId: string, format: MenuFormat): Promise<{ fileName: string; text: string }>;
  /** Puts the sample menu in the place of whatever is there. */
  loadSample(lineId: string): Promise<StoredMenu>;
  /** An item or option. Throws UNKNOWN_MENU_ID. */
  setSoldOut(lineId: string, menuId: string, soldOut: boolean): StoredMenu;
}

export function menus(context: OrderingContext, audit: Audit): Menus {
  const { store, bus, now } = context;

  function get(lineId: string): StoredMenu {
    lineRow(store, lineId);
    return { ...store.lines.menu(lineId), soldOut: store.lines.soldOut(lineId) };
  }

  const noteOf = ({ id, siteId, unitId }: LineRow) => ({
    ...{ siteId, noun: "menu", rowId: id },
    label: store.units.get(unitId)?.label ?? "",
  });

  function announce(row: LineRow, what: MenuChanged["what"]): void {
    deskChanged(context, row);
    store.afterCommit(() => bus.emit("menuChanged", { siteId: row.siteId, lineId: row.id, what }));
  }

  function keep(lineId: string, menu: Menu): number {
    const row = lineRow(store, lineId);
    const { menu: before } = store.lines.menu(lineId);
    audit.note({ ...noteOf(row), verb: "changed", after: menuChanges(before, menu) });
    const revision = store.lines.putMenu(lineId, menu);
    const ids = idsOf(menu);
    // What is no longer on the menu is not sold out either.
    for (const id of store.lines.soldOut(lineId)) if (!ids.has(id)) store.lines.setSoldOut(lineId, id, false, now());
    announce(row, "menu");
    return revision;
  }

  return {
    get,
    put: (lineId, { revision, menu }) =>
      store.transaction(() => {
        const before = get(lineId);
        if (before.revision !== revision) {
          throw new AppError("MENU_CHANGED", "somebody else changed the menu meanwhile", {
            details: { revision: before.revision },
          });
        }
        const problems = checkMenu(menu);
        if (problems.length > 0) {
          throw new AppError("MENU_INVALID", "the menu does not fit together", { details: { problems } });
        }
        keep(lineId, menu);
        return get(lineId);
      }),
    importFile: async (lineId, { format, text, dryRun = false }) => {
      lineRow(store, lineId);
      const { readMenu } = await import("./menu/menu-file.ts");
      const { menu, problems } = readMenu(text, format);
      const counts = {
        categories: menu?.categories.length ?? 0,
        items: menu?.items.length ?? 0,
        groups: menu?.groups.length ?? 0,
      };
      if (!menu || dryRun) return { problems, ...counts, revision: null };
      return { problems, ...counts, revision: store.transaction(() => keep(lineId, menu)) };
    },
    exportFile: async (lineId, format) => {
      const { menu } = get(lineId);
      const { writeMenu } = await import("./menu/menu-file.ts");
      return { fileName: `menu.${format}`, text: writeMenu(menu, format) };
    },
    loadSample: async (lineId) => {
      const { SAMPLE_MENU } = await import("./menu/sample-menu.ts");
      return store.transaction(() => {
        keep(lineId, SAMPLE_MENU);
        return get(lineId);
      });
    },
    setSoldOut: (lineId, menuId, soldOut) =>
      store.transaction(() => {
        const row = lineRow(store, lineId);
        const { menu } = store.lines.menu(lineId);
        if (!idsOf(menu).has(menuId)) {
          throw new AppError("UNKNOWN_MENU_ID", `nothing on the menu has the id ${menuId}`);
        }
        const before = { soldOut: store.lines.soldOut(lineId).includes(menuId) };
        const label = `${noteOf(row).label}: ${namesOf(menu).get(menuId) ?? menuId}`;
        audit.note({ ...noteOf(row), label, verb: "changed", before, after: { soldOut } });
        store.lines.setSoldOut(lineId, menuId, soldOut, now());
        announce(row, "stock");
        return get(lineId);
      }),
  };
}

/** The dishes and options by name that are new, changed or gone; else how many parts of it changed. */
function menuChanges(before: Menu, after: Menu): Record<string, string> {
  const was = partsOf(before);
  const is = partsOf(after);
  const listed = (from: typeof was, differs: (id: string, text: string) => boolean): string =>
    [...from].flatMap(([id, { name, text }]) => (differs(id, text) ? [name] : [])).join(", ");
  const changes = {
    added: listed(is, (id) => !was.has(id)),
    changed: listed(is, (id, text) => was.has(id) && was.get(id)?.text !== text),
    removed: listed(was, (id) => !is.has(id)),
  };
  return Object.fromEntries(Object.entries(changes).filter(([, names]) => names !== ""));
}

/** Whatever stands on a menu, by its id: its name, and all of it as text. */
function partsOf({ categories, items, groups }: Menu): Map<string, { name: string; text: string }> {
  const parts = [...categories, ...items, ...groups, ...groups.flatMap(({ options }) => options)];
  return new Map(parts.map((part) => [part.id, { name: part.name, text: JSON.stringify(part) }]));
}

function namesOf({ items, groups }: Menu): Map<string, string> {
  return new Map([...items, ...groups.flatMap(({ options }) => options)].map(({ id, name }) => [id, name]));
}

function idsOf({ items, groups }: Menu): Set<string> {
  return new Set([...items.map(({ id }) => id), ...groups.flatMap(({ options }) => options.map(({ id }) => id))]);
}
