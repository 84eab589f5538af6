import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { repeat } from "lit/directives/repeat.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import { ApiError } from "../data/api.ts";
import type { Board, Menu, MenuCategory, MenuItem, OptionGroup, StoredMenu } from "../data/desk.ts";
import type { DeskContext } from "./desk-context.ts";
import "./group-dialog.ts";
import "./item-dialog.ts";
import { forgetTyped, keepTyped, typedBefore } from "./kept-typing.ts";
import { type MenuChange, MenuChanges, menuChange } from "./menu-changes.ts";
import { clashOf, type MenuClash } from "./menu-clash.ts";
import { freeId, moved, replaced, without } from "./menu-edit.ts";
import "./menu-files.ts";
import { euros } from "./money.ts";
import { changedFields, type MenuList, type RowEdit, rowChange } from "./row-change.ts";

/** `typed`: what was typed and is not saved, because the page was left or saving failed. */
type Editing =
  | {
      what: "category";
      category: MenuCategory | null;
      clash?: MenuClash<"categories">;
      typed?: Omit<MenuCategory, "id">;
    }
  | { what: "item"; item: MenuItem | null; categoryId: string; clash?: MenuClash<"items">; typed?: MenuItem }
  | { what: "group"; group: OptionGroup | null; clash?: MenuClash<"groups">; typed?: OptionGroup };

type EditingOf<W extends Editing["what"]> = Extract<Editing, { what: W }>;

/** The menu as a list that people change in place; each change is saved at once, with a way back. */
@customElement("neolia-menu-editor")
export class MenuEditor extends LitElement {
  @property({ attribute: false }) desk!: DeskContext;
  @state() private words = "";
  @state() private editing: Editing | null = null;
  /** What was typed and met somebody else's change, or could not be sent: shown again as soon as no other form is open. */
  @state() private again: Editing[] = [];
  private lineId = "";
  private changes: MenuChanges | null = null;
  private followed: Board | null = null;

  static override styles = [
    shared,
    adminStyle,
    css`
      .page {
        padding-block-end: 90px;
      }
      ul.rows > li > button.open {
        background: transparent;
        border: 0;
        border-radius: 8px;
        display: grid;
        flex: 1 1 220px;
        gap: 0;
        justify-content: start;
        justify-items: start;
        line-height: 1.35;
        padding: 4px 6px;
        text-align: start;
      }
      li.out .open strong {
        text-decoration: line-through;
      }
      .price {
        font-variant-numeric: tabular-nums;
        min-inline-size: 80px;
        text-align: end;
      }
      .stock {
        min-inline-size: 128px;
      }
      .stock.gone {
        background: var(--nl-stop);
        border-color: transparent;
        color: var(--nl-on-strong);
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("desk") && this.desk.line.id !== this.lineId) {
      this.lineId = this.desk.line.id;
      this.editing = typedBefore<Editing>(this.keptAt);
      this.again = [];
      this.changes = this.changesOf(this.lineId);
    }
    this.followOthers();
  }

  private get open(): Editing | null {
    return this.editing ?? this.again[0] ?? null;
  }

  private get keptAt(): string {
    return `menu.${this.lineId}`;
  }

  private keep = ({ detail }: CustomEvent): void => {
    const { clash: _shown, ...open } = this.open ?? { what: null };
    if (open.what !== null) keepTyped(this.keptAt, { ...open, typed: detail });
  };

  /**
   * What others change shows by itself; not below an open form, whose dish would be another one than it shows. Each board is
   * looked at: one that is as the last one says that others took back what was done here.
   */
  private followOthers(): void {
    const { board } = this.desk;
    if (board === null || board === this.followed || this.open !== null || this.changes?.busy !== false) return;
    this.followed = board;
    this.changes.follow(board.menu);
  }

  private changesOf(lineId: string): MenuChanges {
    return new MenuChanges({
      load: () => this.desk.api.menu(lineId),
      onMenu: () => this.requestUpdate(),
      onFailed: (error) => {
        if (error instanceof ApiError && error.code === "MENU_CHANGED") {
          this.desk.toast({ text: this.desk.t("menu.changed"), failed: true });
        } else this.desk.fail(error);
      },
    });
  }

  protected override render(): TemplateResult {
    const { desk } = this;
    const { t } = desk;
    const stored = this.changes?.menu ?? null;
    if (stored === null) return this.renderNotThere();
    const { menu } = stored;
    return html`
      <div class="page">
        <div class="bar">
          <h1 tabindex="-1">${t("menu.title")}</h1>
          <div class="end">
            <button @click=${() => this.edit({ what: "category", category: null })}>${t("menu.addCategory")}</button>
            <button @click=${() => this.edit({ what: "group", group: null })}>${t("menu.addGroup")}</button>
          </div>
        </div>
        ${
          menu.categories.length === 0
            ? this.renderEmpty()
            : html`<label>${t("menu.search")}<input type="search" .value=${this.words} @input=${this.search} /></label>
                ${this.renderCategories(stored)} ${this.renderGroups(stored)}`
        }
        <neolia-menu-files .desk=${desk} @imported=${() => this.changes?.reload()}></neolia-menu-files>
      </div>
      ${this.open === null ? nothing : keyed(this.open, this.renderDialog(menu, this.open))}
    `;
  }

  private renderNotThere(): TemplateResult {
    const { t } = this.desk;
    if (this.changes?.failed !== true) return html`<p class="page" role="status">${t("desk.loading")}</p>`;
    return html`
      <div class="page">
        <h1 tabindex="-1">${t("menu.title")}</h1>
        <p class="failure" role="alert">${t("menu.failed")}</p>
        <div><button @click=${() => this.changes?.reload()}>${t("error.retry")}</button></div>
      </div>
    `;
  }

  private renderEmpty(): TemplateResult {
    const { t } = this.desk;
    return html`
      <section class="card">
        <h2>${t("menu.empty")}</h2>
        <p class="muted">${t("menu.emptyHint")}</p>
        <div><button class="accent" @click=${this.loadSample}>${t("menu.sample")}</button></div>
      </section>
    `;
  }

  private renderCategories(stored: StoredMenu): TemplateResult {
    const { t } = this.desk;
    const words = folded(this.words);
    const fits = (item: MenuItem): boolean =>
      folded(`${item.name} ${Object.values(item.names).join(" ")}`).includes(words);
    const shown = stored.menu.categories.filter(
      ({ id }) => words === "" || stored.menu.items.some((item) => item.categoryId === id && fits(item)),
    );
    if (shown.length === 0) return html`<p class="muted">${t("menu.nothingFound")}</p>`;
    return html`${repeat(
      shown,
      ({ id }) => id,
      (category) => html`
        <section class="card" aria-labelledby=${`c-${category.id}`}>
          <div class="bar">
            <h2 id=${`c-${category.id}`}>${category.name}</h2>
            <div class="end">
              ${this.renderMoves(stored.menu.categories, category)}
              <button class="quiet" aria-label=${t("menu.edit", { name: category.name })} @click=${() => this.edit({ what: "category", category })}>${icon("settings")}</button>
              <button @click=${() => this.edit({ what: "item", item: null, categoryId: category.id })}>${t("menu.addItem")}</button>
            </div>
          </div>
          <ul class="rows">
            ${stored.menu.items
              .filter((item) => item.categoryId === category.id && fits(item))
              .map((item) => this.renderItem(stored, item))}
          </ul>
        </section>
      `,
    )}`;
  }

  private renderItem(stored: StoredMenu, item: MenuItem): TemplateResult {
    const { t } = this.desk;
    return html`
      <li class=${stored.soldOut.includes(item.id) ? "out" : ""}>
        <button class="open" aria-label=${`${t("menu.edit", { name: item.name })} ${item.description}`.trim()} @click=${() => this.edit({ what: "item", item, categoryId: item.categoryId })}>
          <strong>${item.name}</strong> <span class="muted">${item.description}</span>
        </button>
        <span class="price">${euros(t, item.priceCents)}</span>
        ${this.renderStock(stored, item)}
      </li>
    `;
  }

  private renderStock(stored: StoredMenu, { id, name }: { id: string; name: string }): TemplateResult {
    const { t } = this.desk;
    const out = stored.soldOut.includes(id);
    const text = t(out ? "menu.soldOut" : "menu.available");
    return html`<button class="stock ${out ? "gone" : ""}" aria-label=${t("label.of", { what: name, of: text })}
      @click=${() => void this.setSoldOut(id, name, !out)}>${text}</button>`;
  }

  private renderGroups(stored: StoredMenu): TemplateResult | typeof nothing {
    const { t } = this.desk;
    if (stored.menu.groups.length === 0) return nothing;
    return html`
      <section class="card" aria-labelledby="groups">
        <div><h2 id="groups">${t("menu.groups")}</h2><p class="muted">${t("menu.groupsHint")}</p></div>
        ${stored.menu.groups.map(
          (group) => html`
            <div class="bar">
              <h3>${group.name} <span class="muted">${t("menu.range", { min: group.min, max: group.max })}</span></h3>
              <button class="quiet" aria-label=${t("menu.edit", { name: group.name })} @click=${() => this.edit({ what: "group", group })}>${icon("settings")}</button>
            </div>
            <ul class="rows">
              ${group.options.map(
                (option) => html`<li class=${stored.soldOut.includes(option.id) ? "out" : ""}>
                  <span class="open">${option.name}</span>
                  <span class="price">${option.priceCents === 0 ? "" : `+ ${euros(t, option.priceCents)}`}</span>
                  ${this.renderStock(stored, option)}
                </li>`,
              )}
            </ul>
          `,
        )}
      </section>
    `;
  }

  private renderMoves(list: readonly MenuCategory[], { id, name }: MenuCategory): TemplateResult {
    const { t } = this.desk;
    const at = list.findIndex((one) => one.id === id);
    const isAtEnd = (by: -1 | 1): boolean => at + by < 0 || at + by >= list.length;
    const button = (by: -1 | 1): TemplateResult => html`
      <button class="icon quiet" aria-disabled=${String(isAtEnd(by))}
        aria-label=${t(by < 0 ? "menu.up" : "menu.down", { name })}
        @click=${(event: Event) => isAtEnd(by) || void this.move(event.currentTarget as HTMLElement, id, by)}>${icon(by < 0 ? "up" : "down")}</button>
    `;
    return html`${button(-1)}${button(1)}`;
  }

  /** A browser takes the keyboard from what is moved in the page. */
  private async move(button: HTMLElement, id: string, by: -1 | 1): Promise<void> {
    const saved = this.save((menu) => ({ ...menu, categories: moved(menu.categories, id, by) }));
    await this.updateComplete;
    button.focus();
    await saved;
  }

  private renderDialog(menu: Menu, editing: Editing): TemplateResult {
    switch (editing.what) {
      case "category":
        return html`<neolia-group-dialog .desk=${this.desk} .category=${editing.category} .typed=${editing.typed ?? null} @typed=${this.keep} .clash=${editing.clash ?? null} .plain=${true}
          @closed=${this.closeDialog} @removed=${() => void this.removeCategory(menu, editing.category)}
          @saved=${({ detail }: CustomEvent<Omit<MenuCategory, "id">>) => void this.saveCategory(editing, detail)}></neolia-group-dialog>`;
      case "group":
        return html`<neolia-group-dialog .desk=${this.desk} .group=${editing.group} .typed=${editing.typed ?? null} @typed=${this.keep} .clash=${editing.clash ?? null} .taken=${idsOf(menu)}
          @closed=${this.closeDialog} @removed=${() => void this.removeGroup(editing.group)}
          @saved=${({ detail }: CustomEvent<OptionGroup>) => void this.saveGroup(editing, detail)}></neolia-group-dialog>`;
      case "item":
        return html`<neolia-item-dialog .desk=${this.desk} .menu=${menu} .item=${editing.item} .typed=${editing.typed ?? null} @typed=${this.keep} .clash=${editing.clash ?? null} .categoryId=${editing.categoryId}
          @closed=${this.closeDialog} @removed=${() => void this.removeItem(editing.item)}
          @saved=${({ detail }: CustomEvent<MenuItem>) => void this.saveItem(editing, detail)}></neolia-item-dialog>`;
    }
  }

  private saveItem(editing: EditingOf<"item">, item: MenuItem): Promise<void> {
    const { item: before } = editing;
    const failed = (): void => this.offerAgain("items", { ...editing, typed: item }, item);
    if (before) return this.saveRow({ list: "items", before, edited: item }, failed);
    const make = (menu: Menu): Menu => ({
      ...menu,
      items: replaced(menu.items, { ...item, id: freeId(item.name, idsOf(menu)) }),
    });
    return this.save(make, { failed });
  }

  private saveGroup(editing: EditingOf<"group">, group: OptionGroup): Promise<void> {
    const { group: before } = editing;
    const failed = (): void => this.offerAgain("groups", { ...editing, typed: group }, group);
    if (before) return this.saveRow({ list: "groups", before, edited: group }, failed);
    const make = (menu: Menu): Menu => ({
      ...menu,
      groups: replaced(menu.groups, { ...group, id: freeId(group.name, idsOf(menu)) }),
    });
    return this.save(make, { failed });
  }

  private saveCategory(editing: EditingOf<"category">, edited: Omit<MenuCategory, "id">): Promise<void> {
    const { category: before } = editing;
    const failed = (): void => this.offerAgain("categories", { ...editing, typed: edited }, edited);
    if (before) return this.saveRow({ list: "categories", before, edited: { ...edited, id: before.id } }, failed);
    const make = (menu: Menu): Menu => ({
      ...menu,
      categories: replaced(menu.categories, { ...edited, id: freeId(edited.name, idsOf(menu)) }),
    });
    return this.save(make, { failed });
  }

  /** What was not stored is shown again as it was typed; not, when only the answer was lost. */
  private offerAgain(list: MenuList, { clash: _answered, ...editing }: Editing, typed: object): void {
    const rows: readonly object[] = this.changes?.menu?.menu[list] ?? [];
    const isStored = rows.some((row) => changedFields({ ...row, id: "" }, { ...typed, id: "" }).length === 0);
    if (isStored) return;
    this.again = [...this.again, editing];
    keepTyped(this.keptAt, editing);
  }

  /** The way back changes the same fields alone, too. */
  private async saveRow<L extends MenuList>(edit: RowEdit<L>, failed: () => void): Promise<void> {
    const { t, api } = this.desk;
    const { lineId } = this;
    const put = (revision: number, menu: Menu): Promise<StoredMenu> => api.putMenu(lineId, revision, menu);
    const clashed = ({ menu }: StoredMenu): void => {
      this.again = [...this.again, editingOf(clashOf(t, edit, menu))];
    };
    const change = { ...rowChange(edit, put, clashed), failed };
    const back = { list: edit.list, before: edit.edited, edited: edit.before };
    await this.make(change, t("menu.saved"), () => rowChange(back, put, this.tellUndoRefused));
  }

  private async removeItem(item: MenuItem | null): Promise<void> {
    if (item) await this.save((menu) => ({ ...menu, items: without(menu.items, item.id) }), { removed: item.name });
  }

  private async removeGroup(group: OptionGroup | null): Promise<void> {
    if (!group) return;
    const { id, name } = group;
    const less = (menu: Menu) =>
      menu.items.map((item) => ({ ...item, groupIds: item.groupIds.filter((one) => one !== id) }));
    await this.save((menu) => ({ ...menu, items: less(menu), groups: without(menu.groups, id) }), { removed: name });
  }

  private async removeCategory(menu: Menu, category: MenuCategory | null): Promise<void> {
    if (!category) return;
    const { id, name } = category;
    if (menu.items.some(({ categoryId }) => categoryId === id)) {
      this.closeDialog();
      this.desk.toast({ text: this.desk.t("menu.removeCategoryFirst"), failed: true });
      return;
    }
    await this.save((now) => ({ ...now, categories: without(now.categories, id) }), { removed: name });
  }

  /** `removed`: the name of what is gone. */
  private async save(
    edit: (menu: Menu) => Menu,
    { removed, failed }: { removed?: string; failed?: () => void } = {},
  ): Promise<void> {
    const { t, api } = this.desk;
    const { lineId } = this;
    const text = removed === undefined ? t("menu.saved") : t("menu.removed", { name: removed });
    await this.make(
      { ...menuChange(edit, (revision, menu) => api.putMenu(lineId, revision, menu)), ...(failed && { failed }) },
      text,
      ({ before, after }) => ({
        make: (stored) => ({ ...stored, menu: before.menu, soldOut: before.soldOut }),
        send: async () => {
          let back = await api.putMenu(lineId, after.revision, before.menu);
          // Whatever leaves the menu is no longer sold out.
          for (const id of before.soldOut) {
            if (!after.soldOut.includes(id)) back = await api.setSoldOut(lineId, id, true);
          }
          return back;
        },
        clashed: this.tellUndoRefused,
      }),
    );
  }

  private async setSoldOut(id: string, name: string, out: boolean): Promise<void> {
    const { t, api } = this.desk;
    const { lineId } = this;
    const change = (soldOut: boolean): MenuChange => ({
      make: (stored) => ({
        ...stored,
        soldOut: [...stored.soldOut.filter((one) => one !== id), ...(soldOut ? [id] : [])],
      }),
      send: () => api.setSoldOut(lineId, id, soldOut),
    });
    await this.make(change(out), t(out ? "menu.soldOutNow" : "menu.backNow", { name }), () => change(!out));
  }

  /** What is told once it is stored, and the way back: both only as long as nothing else was begun. */
  private async make(
    change: MenuChange,
    text: string,
    back: (done: { before: StoredMenu; after: StoredMenu }) => MenuChange,
  ): Promise<void> {
    const { changes } = this;
    const { begins, toast } = this.desk;
    this.closeDialog();
    begins();
    const done = await changes?.change(change);
    if (!done || changes?.busy !== false) return;
    toast({ text, undo: async () => void (await changes.change(back(done))) });
  }

  private loadSample = (): void => {
    const { lineId } = this;
    const { api, begins } = this.desk;
    begins();
    void this.changes?.change({ make: (stored) => stored, send: () => api.sampleMenu(lineId) });
  };

  private edit(editing: Editing): void {
    this.editing = editing;
  }

  private search = (event: Event): void => {
    this.words = (event.target as HTMLInputElement).value;
  };

  /** The one that is shown. */
  private closeDialog = (): void => {
    if (this.editing === null) this.again = this.again.slice(1);
    this.editing = null;
    forgetTyped(this.keptAt);
  };

  private tellUndoRefused = (): void => {
    this.desk.toast({ text: this.desk.t("menu.undoRefused"), failed: true });
  };
}

/** The form with what was typed, on the row as the others left it. */
function editingOf<L extends MenuList>(clash: MenuClash<L>): Editing {
  switch (clash.list) {
    case "items": {
      const one = clash as MenuClash<"items">;
      return { what: "item", item: one.theirs, categoryId: one.typed.categoryId, clash: one };
    }
    case "groups": {
      const one = clash as MenuClash<"groups">;
      return { what: "group", group: one.theirs, clash: one };
    }
    default: {
      const one = clash as MenuClash<"categories">;
      return { what: "category", category: one.theirs, clash: one };
    }
  }
}

function idsOf({ categories, items, groups }: Menu): Set<string> {
  return new Set([...categories, ...items, ...groups, ...groups.flatMap(({ options }) => options)].map(({ id }) => id));
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
