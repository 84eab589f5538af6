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
  /** The finger or pen that drags; a mouse has the browser's own dragging. */
  private finger: number | null = null;
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
      <ol @dragover=${this.onDragOver} @drop=${(event: Event) => event.preventDefault()}
        @pointermove=${this.onFinger} @pointerup=${this.onFingerUp} @pointercancel=${this.onFingerLost}>
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
        draggable="true" @dragstart=${(event: DragEvent) => this.onDragStart(event, rule)} @dragend=${() => void this.drop()}>
        <button class="icon quiet grip" aria-label=${t("rules.move", { position })}
          @pointerdown=${(event: PointerEvent) => this.onFingerDown(event, rule)}
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
          <button class="quiet" aria-label=${t("label.of", { what: t("rules.edit"), of: t("rules.editTitle", { position }) })} @click=${() => this.edit(rule)}>${t("rules.edit")}</button>
          <button class="quiet danger" aria-label=${t("label.of", { what: t("form.remove"), of: t("rules.editTitle", { position }) })} @click=${() => void this.removeRule(rule)}>${t("form.remove")}</button>
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

  private onDragStart(event: DragEvent, rule: Rule): void {
    // A long press of the finger that moves the rule already.
    if (this.finger === null) this.dragged = rule.id;
    else event.preventDefault();
  }

  private onDragOver = (event: DragEvent): void => {
    event.preventDefault();
    this.moveOver(event.target as Element, event.clientY);
  };

  /** Not every browser makes a drag of what a finger does: on the grip it is followed itself. A mouse has the whole row. */
  private onFingerDown(event: PointerEvent, rule: Rule): void {
    if (event.pointerType === "mouse" || !event.isPrimary) return;
    this.dragged = rule.id;
    this.finger = event.pointerId;
    // The list's own, because a row that changes its place would lose it.
    this.renderRoot.querySelector("ol")?.setPointerCapture(event.pointerId);
  }

  private onFinger = async (event: PointerEvent): Promise<void> => {
    if (event.pointerId !== this.finger) return;
    const below = (this.renderRoot as ShadowRoot).elementFromPoint(event.clientX, event.clientY);
    if (below === null || !this.moveOver(below, event.clientY)) return;
    await this.updateComplete;
    this.rowOf(this.dragged)?.scrollIntoView({ block: "nearest" });
  };

  private onFingerUp = (event: PointerEvent): void => {
    if (event.pointerId !== this.finger) return;
    this.finger = null;
    void this.drop();
  };

  private onFingerLost = (event: PointerEvent): void => {
    if (event.pointerId !== this.finger) return;
    this.finger = null;
    this.dragged = null;
    void this.load();
  };

  private rowOf(id: string | null): Element | null {
    return this.renderRoot.querySelector(`[data-rule="${id}"]`);
  }

  /** The list shows the order that dropping would make. @returns whether it is another one now */
  private moveOver(below: Element, y: number): boolean {
    const row = below.closest("li");
    const over = row?.dataset.rule;
    const { rules, dragged } = this;
    if (rules === null || dragged === null || row === null || over === undefined || over === dragged) return false;
    const to = rules.findIndex(({ id }) => id === over);
    const from = rules.findIndex(({ id }) => id === dragged);
    const moved = rules[from];
    if (moved === undefined) return false;
    // Rows differ in height: it moves only once it would lie below the pointer, or it would move back at once.
    const { top, bottom } = row.getBoundingClientRect();
    const height = this.rowOf(dragged)?.getBoundingClientRect().height ?? 0;
    if (to > from ? y < bottom - height : y > top + height) return false;
    this.rules = rules.filter(({ id }) => id !== dragged).toSpliced(to, 0, moved);
    return true;
  }

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
