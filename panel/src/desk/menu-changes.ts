/**
 * A line's menu as one person changes it. What they did shows at once; it is sent one change after the other, each made on
 * the menu as it is when its turn comes, so that somebody quick never stands in their own way.
 */
import { ApiError } from "../data/api.ts";
import type { Board, Menu, StoredMenu } from "../data/desk.ts";

export interface MenuChange {
  /** The menu with the change in it. Pure. */
  make(stored: StoredMenu): StoredMenu;
  /** Has it stored; `made` is what `make` gave. Throws ApiError. */
  send(made: StoredMenu): Promise<StoredMenu>;
  /** Meant for `before`: may it be made of what others made of that? Left out: no. */
  fits?(before: StoredMenu, now: StoredMenu): boolean;
  /** It did not fit what others made of the menu, which is shown by now. Left out: `onFailed` is told. */
  clashed?(now: StoredMenu): void;
  /** It is not stored, as far as is known: refused, cut off, or waiting behind one that was. `onFailed` was told why. */
  failed?(): void;
}

export interface MenuChangesOptions {
  /** As it is stored now. Throws ApiError. */
  load(): Promise<StoredMenu>;
  /** There is another menu to show. */
  onMenu(): void;
  /** Of loading, or of a change: the menu is as it was, and what waited behind the change is not sent. */
  onFailed(error: unknown): void;
}

export class MenuChanges {
  private readonly options: MenuChangesOptions;
  private stored: StoredMenu | null = null;
  private waiting: readonly MenuChange[] = [];
  private last: Promise<unknown>;
  private loadFailed = false;

  constructor(options: MenuChangesOptions) {
    this.options = options;
    this.last = this.tryToLoad();
  }

  /** With all that is not sent yet; null: not here yet. */
  get menu(): StoredMenu | null {
    return this.stored && this.waiting.reduce((menu, { make }) => make(menu), this.stored);
  }

  /** There is no menu to show, and none comes unless `reload` is called. */
  get failed(): boolean {
    return this.stored === null && this.loadFailed;
  }

  /** Is something not stored yet? */
  get busy(): boolean {
    return this.waiting.length > 0;
  }

  /** The menus before and after it; null: it was not made. */
  change(change: MenuChange): Promise<{ before: StoredMenu; after: StoredMenu } | null> {
    this.waiting = [...this.waiting, change];
    this.options.onMenu();
    const turn = this.last.then(() => this.run(change));
    this.last = turn;
    return turn;
  }

  /** Loads it again if others changed it since. */
  follow(now: Board["menu"]): void {
    const { stored } = this;
    if (stored === null || now.revision < stored.revision) return;
    const isSame =
      now.revision === stored.revision && now.soldOut.toSorted().join() === stored.soldOut.toSorted().join();
    if (!isSame) this.reload();
  }

  /** After something else replaced it. */
  reload(): void {
    this.loadFailed = false;
    this.options.onMenu();
    this.last = this.last.then(() => this.tryToLoad());
  }

  private async tryToLoad(): Promise<void> {
    try {
      await this.load();
    } catch (error) {
      this.loadFailed = true;
      this.options.onFailed(error);
      this.options.onMenu();
    }
  }

  private async load(): Promise<void> {
    this.stored = await this.options.load();
    this.options.onMenu();
  }

  private async send(change: MenuChange, before: StoredMenu): Promise<StoredMenu> {
    try {
      return await change.send(change.make(before));
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "MENU_CHANGED" || !change.fits) throw error;
      const now = await this.options.load();
      if (!change.fits(before, now)) throw error;
      this.stored = now;
      this.options.onMenu();
      return await change.send(change.make(now));
    }
  }

  private async run(change: MenuChange): Promise<{ before: StoredMenu; after: StoredMenu } | null> {
    if (this.stored === null || !this.waiting.includes(change)) {
      change.failed?.();
      return null;
    }
    try {
      const after = await this.send(change, this.stored);
      const before = this.stored;
      this.stored = after;
      this.waiting = this.waiting.filter((one) => one !== change);
      return { before, after };
    } catch (error) {
      // Whatever waits was done to a menu that is not there.
      this.waiting = [];
      const clashed = error instanceof ApiError && error.code === "MENU_CHANGED" ? change.clashed : undefined;
      if (!clashed) this.options.onFailed(error);
      // It may be stored all the same: only the answer was lost.
      await this.load().catch(() => undefined);
      if (clashed) clashed(this.stored);
      else change.failed?.();
      return null;
    } finally {
      this.options.onMenu();
    }
  }
}

const LISTS = ["categories", "items", "groups"] as const;

/** Did others leave alone each row that `edit` changes? */
function leftAlone(edit: (menu: Menu) => Menu, before: Menu, now: Menu): boolean {
  const edited = edit(before);
  return LISTS.every((list) => {
    const [mine, theirs] = [texts(edited[list]), texts(now[list])];
    return [...texts(before[list])].every(([id, text]) => mine.get(id) === text || theirs.get(id) === text);
  });
}

function texts(rows: readonly { id: string }[]): Map<string, string> {
  return new Map(rows.map((row) => [row.id, JSON.stringify(row)]));
}

/** A change of the menu itself. */
export function menuChange(
  edit: (menu: Menu) => Menu,
  put: (revision: number, menu: Menu) => Promise<StoredMenu>,
): MenuChange {
  return {
    make: (stored) => ({ ...stored, menu: edit(stored.menu) }),
    send: ({ revision, menu }) => put(revision, menu),
    fits: (before, now) => leftAlone(edit, before.menu, now.menu),
  };
}
