import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import { ApiError } from "../data/api.ts";
import type { Menu, MenuCategory, MenuItem, OptionGroup, StoredMenu } from "../data/desk.ts";
import type { DeskContext } from "./desk-context.ts";
import "./group-dialog.ts";
import "./item-dialog.ts";
import { freeId, moved, replaced } from "./menu-edit.ts";
import "./menu-files.ts";
import { euros } from "./money.ts";

type Editing =
  | { what: "category"; category: MenuCategory | null }
  | { what: "item"; item: MenuItem | null; categoryId: string }
  | { what: "group"; group: OptionGroup | null };

/** The menu as a list that people change in place; each change is saved at once, with a way back. */
@customElement("neolia-menu-editor")
export class MenuEditor extends LitElement {
  @property({ attribute: false }) desk!: DeskContext;
  @state() private stored: StoredMenu | null = null;
  @state() private words = "";
  @state() private editing: Editing | null = null;
  private lineId = "";

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
    if (!changed.has("desk") || this.desk.line.id === this.lineId) return;
    this.lineId = this.desk.line.id;
    this.stored = null;
    void this.load();
  }

  private async load(): Promise<void> {
    const { lineId } = this;
    try {
      const stored = await this.desk.api.menu(lineId);
      if (lineId === this.lineId) this.stored = stored;
    } catch (error) {
      this.desk.fail(error);
    }
  }

  protected override render(): TemplateResult {
    const { stored, desk } = this;
    const { t } = desk;
    if (stored === null) return html`<p class="page" role="status">${t("desk.loading")}</p>`;
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
        <neolia-menu-files .desk=${desk} @imported=${() => void this.load()}></neolia-menu-files>
      </div>
      ${this.editing === null ? nothing : this.renderDialog(menu, this.editing)}
    `;
  }

  private renderEmpty(): TemplateResult {
    const { t } = this.desk;
    return html`
      <section class="card">
        <h2>${t("menu.empty")}</h2>
        <p class="muted">${t("menu.emptyHint")}</p>
        <div><button class="accent" @click=${() => void this.keep(() => this.desk.api.sampleMenu(this.lineId))}>${t("menu.sample")}</button></div>
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
              ${this.renderMoves(stored.menu.categories, category, (categories) => this.save({ ...stored.menu, categories }))}
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
    return html`<button class="stock ${out ? "gone" : ""}" aria-label=${`${name}: ${text}`}
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

  private renderMoves<T extends { id: string; name: string }>(
    list: readonly T[],
    row: T,
    save: (list: T[]) => Promise<void>,
  ): TemplateResult {
    const { t } = this.desk;
    const at = list.indexOf(row);
    const button = (by: -1 | 1): TemplateResult => html`
      <button class="icon quiet" ?disabled=${at + by < 0 || at + by >= list.length}
        aria-label=${t(by < 0 ? "menu.up" : "menu.down", { name: row.name })}
        @click=${() => void save(moved(list, at, by))}>${icon(by < 0 ? "up" : "down")}</button>
    `;
    return html`${button(-1)}${button(1)}`;
  }

  private renderDialog(menu: Menu, editing: Editing): TemplateResult {
    switch (editing.what) {
      case "category":
        return html`<neolia-group-dialog .desk=${this.desk} .category=${editing.category} .plain=${true}
          @closed=${this.closeDialog} @removed=${() => void this.removeCategory(menu, editing.category)}
          @saved=${({ detail }: CustomEvent<Omit<MenuCategory, "id">>) => void this.saveCategory(menu, editing.category, detail)}></neolia-group-dialog>`;
      case "group":
        return html`<neolia-group-dialog .desk=${this.desk} .group=${editing.group} .taken=${idsOf(menu)}
          @closed=${this.closeDialog} @removed=${() => void this.removeGroup(menu, editing.group)}
          @saved=${({ detail }: CustomEvent<OptionGroup>) => void this.saveGroup(menu, editing.group, detail)}></neolia-group-dialog>`;
      case "item":
        return html`<neolia-item-dialog .desk=${this.desk} .menu=${menu} .item=${editing.item} .categoryId=${editing.categoryId}
          @closed=${this.closeDialog} @removed=${() => void this.removeItem(menu, editing.item)}
          @saved=${({ detail }: CustomEvent<MenuItem>) => void this.saveItem(menu, editing.item, detail)}></neolia-item-dialog>`;
    }
  }

  private saveItem(menu: Menu, before: MenuItem | null, item: MenuItem): Promise<void> {
    const made = before ? item : { ...item, id: freeId(item.name, idsOf(menu)) };
    return this.save({ ...menu, items: before ? replaced(menu.items, before, made) : [...menu.items, made] });
  }

  private saveGroup(menu: Menu, before: OptionGroup | null, group: OptionGroup): Promise<void> {
    const made = before ? group : { ...group, id: freeId(group.name, idsOf(menu)) };
    return this.save({ ...menu, groups: before ? replaced(menu.groups, before, made) : [...menu.groups, made] });
  }

  private saveCategory(menu: Menu, before: MenuCategory | null, edited: Omit<MenuCategory, "id">): Promise<void> {
    const made = { ...edited, id: before?.id ?? freeId(edited.name, idsOf(menu)) };
    const categories = before ? replaced(menu.categories, before, made) : [...menu.categories, made];
    return this.save({ ...menu, categories });
  }

  private removeItem(menu: Menu, item: MenuItem | null): Promise<void> {
    return this.save({ ...menu, items: menu.items.filter((one) => one !== item) }, item?.name);
  }

  private removeGroup(menu: Menu, group: OptionGroup | null): Promise<void> {
    const items = menu.items.map((item) => ({ ...item, groupIds: item.groupIds.filter((id) => id !== group?.id) }));
    return this.save({ ...menu, items, groups: menu.groups.filter((one) => one !== group) }, group?.name);
  }

  private async removeCategory(menu: Menu, category: MenuCategory | null): Promise<void> {
    if (menu.items.some(({ categoryId }) => categoryId === category?.id)) {
      this.editing = null;
      this.desk.toast({ text: this.desk.t("menu.removeCategoryFirst"), failed: true });
      return;
    }
    await this.save({ ...menu, categories: menu.categories.filter((one) => one !== category) }, category?.name);
  }

  /** `removed`: what is gone, so that there is a way back. */
  private async save(menu: Menu, removed?: string): Promise<void> {
    const before = this.stored;
    if (before === null) return;
    const { t, api, toast } = this.desk;
    const saved = await this.keep(() => api.putMenu(this.lineId, before.revision, menu));
    if (!saved) return;
    toast({
      text: removed === undefined ? t("menu.saved") : t("menu.removed", { name: removed }),
      undo: async () => void (await this.keep(() => api.putMenu(this.lineId, this.stored?.revision ?? 0, before.menu))),
    });
  }

  private async setSoldOut(id: string, name: string, out: boolean): Promise<void> {
    const { t, api, toast } = this.desk;
    if (!(await this.keep(() => api.setSoldOut(this.lineId, id, out)))) return;
    toast({
      text: t(out ? "menu.soldOutNow" : "menu.backNow", { name }),
      undo: async () => void (await this.keep(() => api.setSoldOut(this.lineId, id, !out))),
    });
  }

  private async keep(change: () => Promise<StoredMenu>): Promise<boolean> {
    this.editing = null;
    try {
      this.stored = await change();
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === "MENU_CHANGED") {
        this.desk.toast({ text: this.desk.t("menu.changed"), failed: true });
        await this.load();
      } else this.desk.fail(error);
      return false;
    }
  }

  private edit(editing: Editing): void {
    this.editing = editing;
  }

  private search = (event: Event): void => {
    this.words = (event.target as HTMLInputElement).value;
  };

  private closeDialog = (): void => {
    this.editing = null;
  };
}

function idsOf({ categories, items, groups }: Menu): Set<string> {
  return new Set([...categories, ...items, ...groups, ...groups.flatMap(({ options }) => options)].map(({ id }) => id));
}

function folded(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
}
