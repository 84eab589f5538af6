import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import { fetchRuleWarnings, type RuleWarning } from "../../data/call-rules.ts";
import { addRow, changeRow, fetchRules, type Rule, removeRow } from "../../data/rows.ts";
import { ruleText, timesText } from "../rule-text.ts";
import { adminStyle } from "./admin-style.ts";
import { DirectoryWatch } from "./directory-watch.ts";
import { liveChip } from "./live-chip.ts";
import "./rule-dialog.ts";
import type { RuleOwner } from "./rule-dialog.ts";

/** The rules of a unit or a door in their order: moved by dragging or by keys, edited, switched, removed with a way back. */
@customElement("neolia-rules-editor")
export class RulesEditor extends DirectoryWatch {
  @property({ attribute: false }) owner!: RuleOwner;
  @state() private rules: Rule[] | null = null;
  @state() private warnings: RuleWarning[] = [];
  @state() private editing: Rule | "new" | null = null;
  @state() private dragged: string | null = null;
  @state() private told = "";
  private shownId = "";
  private lastMove: Promise<void> = Promise.resolve();

  static override styles = [
    shared,
    adminStyle,
    css`
      :host {
        display: grid;
        gap: 12px;
      }
      ol {
        display: grid;
        gap: 8px;
      }
      li {
        align-items: center;
        background: var(--nl-surface);
        border: 1px solid var(--nl-line);
        border-radius: var(--admin-radius);
        display: grid;
        gap: 4px 10px;
        grid-template-columns: auto auto minmax(0, 1fr) auto;
        padding: 10px;
      }
      li.off {
        border-style: dashed;
      }
      li.dragged {
        opacity: 0.45;
      }
      .grip {
        cursor: grab;
        font-size: 22px;
        touch-action: none;
      }
      .number {
        align-items: center;
        background: var(--nl-bg);
        block-size: 30px;
        border-radius: 50%;
        display: flex;
        font-weight: 700;
        inline-size: 30px;
        justify-content: center;
      }
      .warning {
        color: var(--nl-bad);
        font-size: 15px;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        justify-content: end;
      }
      @container (max-width: 620px) {
        .buttons {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  private get ownerId(): string {
    return this.owner.unitId ?? this.owner.doorId ?? "";
  }

  protected override willUpdate(_changed: PropertyValues<this>): void {
    if (this.ownerId === this.shownId) return;
    this.shownId = this.ownerId;
    this.rules = null;
    void this.load();
  }

  protected override async load(): Promise<void> {
    const { api, fail } = this.admin;
    const unitId = this.ownerId;
    try {
      const [rules, warnings] = await Promise.all([fetchRules(api, { unitId }), fetchRuleWarnings(api, { unitId })]);
      if (unitId !== this.ownerId) return;
      this.rules = rules;
      this.warnings = warnings;
    } catch (error) {
      fail(error);
    }
  }

  protected override render(): TemplateResult {
    const { admin, rules } = this;
    const { t } = admin;
    if (rules === null) return html`<span class="skeleton"></span>`;
    return html`
      <p class="muted">${t("rules.intro")}</p>
      ${rules.length === 0 ? html`<p class="note">${t("rules.none")}</p>` : nothing}
      <ol @dragover=${this.onDragOver} @drop=${(event: Event) => event.preventDefault()}>
        ${repeat(rules, (rule) => rule.id, this.renderRule)}
      </ol>
      <p class="unseen" role="status">${this.told}</p>
      <div><button class="accent" @click=${() => this.edit("new")}>${t("rules.add")}</button></div>
      ${
        this.editing === null
          ? nothing
          : html`<neolia-rule-dialog .admin=${admin} .owner=${this.owner} .rule=${this.editing === "new" ? null : this.editing}
              @closed=${this.edited}></neolia-rule-dialog>`
      }
    `;
  }

  private renderRule = (rule: Rule): TemplateResult => {
    const { admin } = this;
    const { t } = admin;
    const position = rule.position + 1;
    const count = this.rules?.length ?? 0;
    return html`
      <li class="${rule.enabled ? "" : "off"} ${rule.id === this.dragged ? "dragged" : ""}" data-rule=${rule.id}
        draggable="true" @dragstart=${() => this.drag(rule)} @dragend=${() => void this.drop()}>
        <button class="icon quiet grip" aria-label=${t("rules.move", { position })}
          @keydown=${(event: KeyboardEvent) => this.onGripKey(event, rule)}>${icon("drag")}</button>
        <span class="number" aria-hidden="true">${position}</span>
        <div>
          <p><strong>${ruleText(rule, admin.directory, t)}</strong></p>
          <p class="muted">${timesText(rule, t)}${rule.enabled ? nothing : html` · ${t("rules.off")}`}</p>
          ${this.warnings.filter(({ ruleId }) => ruleId === rule.id).map(this.renderWarning)}
          ${liveChip(admin, rule)}
        </div>
        <div class="buttons">
          <button class="icon quiet" aria-label=${t("rules.up", { position })} ?disabled=${rule.position === 0}
            @click=${() => void this.move(rule, -1)}>${icon("up")}</button>
          <button class="icon quiet" aria-label=${t("rules.down", { position })} ?disabled=${position === count}
            @click=${() => void this.move(rule, 1)}>${icon("down")}</button>
          <button class="quiet" aria-label=${`${t("rules.edit")}: ${t("rules.editTitle", { position })}`} @click=${() => this.edit(rule)}>${t("rules.edit")}</button>
          <button class="quiet danger" aria-label=${`${t("form.remove")}: ${t("rules.editTitle", { position })}`} @click=${() => void this.removeRule(rule)}>${t("form.remove")}</button>
        </div>
      </li>
    `;
  };

  private renderWarning = ({ kind, byRuleIds }: RuleWarning): TemplateResult => {
    const { t } = this.admin;
    const positions = byRuleIds.flatMap((id) => this.rules?.find((rule) => rule.id === id)?.position ?? []);
    const by = new Intl.ListFormat(t.locale).format(positions.map((position) => String(position + 1)));
    return html`<p class="warning">${t(`warning.${kind}`)} ${by === "" ? nothing : t("warning.by", { positions: by })}</p>`;
  };

  private edit(rule: Rule | "new"): void {
    this.editing = rule;
  }

  private edited = (): void => {
    this.editing = null;
    void this.load();
  };

  private drag(rule: Rule): void {
    this.dragged = rule.id;
  }

  /** The list shows the order that dropping would make. */
  private onDragOver = (event: DragEvent): void => {
    event.preventDefault();
    const row = (event.target as Element).closest("li");
    const over = row?.dataset.rule;
    const { rules, dragged } = this;
    if (rules === null || dragged === null || row === null || over === undefined || over === dragged) return;
    const to = rules.findIndex(({ id }) => id === over);
    const from = rules.findIndex(({ id }) => id === dragged);
    const moved = rules[from];
    if (moved === undefined) return;
    // Rows differ in height: it moves only once it would lie below the pointer, or it would move back at once.
    const { top, bottom } = row.getBoundingClientRect();
    const height = this.renderRoot.querySelector(`[data-rule="${dragged}"]`)?.getBoundingClientRect().height ?? 0;
    if (to > from ? event.clientY < bottom - height : event.clientY > top + height) return;
    this.rules = rules.filter(({ id }) => id !== dragged).toSpliced(to, 0, moved);
  };

  private async drop(): Promise<void> {
    const { rules, dragged } = this;
    this.dragged = null;
    const to = rules?.findIndex(({ id }) => id === dragged) ?? -1;
    const rule = rules?.[to];
    if (rule !== undefined && rule.position !== to) await this.move(rule, to - rule.position);
  }

  private onGripKey(event: KeyboardEvent, rule: Rule): void {
    const steps: Record<string, number> = {
      ArrowUp: -1,
      ArrowDown: 1,
      Home: Number.NEGATIVE_INFINITY,
      End: Number.POSITIVE_INFINITY,
    };
    const by = steps[event.key];
    if (by === undefined) return;
    event.preventDefault();
    void this.move(rule, by);
  }

  /** One move after the other, each from where the rule is by then: keys come quicker than answers. */
  private move(rule: Rule, by: number): Promise<void> {
    this.lastMove = this.lastMove.then(() => this.moveNow(rule.id, by));
    return this.lastMove;
  }

  private async moveNow(id: string, by: number): Promise<void> {
    const { api, t } = this.admin;
    const rules = this.rules ?? [];
    const rule = rules.find((one) => one.id === id);
    if (rule === undefined) return;
    const position = Math.max(0, Math.min(rule.position + by, rules.length - 1));
    if (position === rule.position) return;
    try {
      await changeRow(api, "rules", id, rule.version, { position });
      await this.load();
      this.told = t("rules.moved", { position: position + 1 });
    } catch (error) {
      this.admin.fail(error);
      await this.load();
    }
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(`[data-rule="${id}"] .grip`)?.focus();
  }

  private async removeRule(rule: Rule): Promise<void> {
    const { api, toast, t } = this.admin;
    const { id: _id, siteId: _siteId, version: _version, revision: _revision, ...fields } = rule;
    try {
      await removeRow(api, "rules", rule);
      toast({
        text: t("rules.removed"),
        undo: async () => {
          await addRow(api, "rules", fields).catch((error: unknown) => this.admin.fail(error));
          await this.load();
        },
      });
    } catch (error) {
      this.admin.fail(error);
    }
    await this.load();
  }
}
