import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import type { Unit } from "../../data/directory.ts";
import type { Member } from "../../data/members.ts";
import { unitLabel } from "../../localize/localize.ts";
import type { SiteAdmin } from "../admin.ts";
import { adminStyle, splitStyle } from "./admin-style.ts";
import { wordsMatch } from "./list-source.ts";
import "./unit-picker.ts";
import type { Choice } from "./unit-picker.ts";

export type MemberLinks = Pick<Member, "unitIds" | "desk">;

/** Makes other links of those that there are when its turn comes. */
export type LinksEdit = (links: MemberLinks) => MemberLinks;

/** As many as anybody reads; the rest is found by typing. */
const CHOICES = 50;

/** What one person sees: their units, the desk. Every change is saved at once and can be taken back. Fires `back`. */
@customElement("neolia-member-detail")
export class MemberDetail extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  @property({ attribute: false }) member!: Member;
  @property() name = "";
  /** false: a change is on its way; true: it arrived; null: nothing was changed. */
  @property({ attribute: false }) saved: boolean | null = null;
  @property({ attribute: false }) save: (userId: string, edit: LinksEdit) => Promise<boolean> = async () => false;

  static override styles = [shared, adminStyle, splitStyle];

  protected override render(): TemplateResult {
    const { member, name, saved } = this;
    const { t } = this.admin;
    return html`
      <div class="page">
        <div class="bar">
          <div class="end">
            <button class="icon quiet narrow-only" aria-label=${t("admin.back")} @click=${() => this.dispatchEvent(new CustomEvent("back"))}>
              ${icon("back")}
            </button>
            <h1 tabindex="-1">${name}</h1>
          </div>
          <span role="status">${
            saved === null
              ? nothing
              : html`<span class="chip ${saved ? "good" : "wait"}">${t(saved ? "members.saved" : "members.saving")}</span>`
          }</span>
        </div>
        ${member.administrator ? html`<p class="note">${t("members.administratorMore")}</p>` : nothing}
        ${member.name === null ? this.renderGone() : html`${this.renderUnits()} ${this.renderDesk()}`}
      </div>
    `;
  }

  private renderGone(): TemplateResult {
    const { t } = this.admin;
    return html`
      <p class="note">${t("members.goneMore")}</p>
      <div class="end"><button class="danger" @click=${this.forget}>${t("members.forget")}</button></div>
    `;
  }

  private renderUnits(): TemplateResult {
    const { t } = this.admin;
    const units = this.units();
    return html`
      <div class="card">
        <h2>${t("members.units")}</h2>
        <p class="hint">${t("members.unitsHint")}</p>
        ${
          units.length === 0
            ? html`<p>${t("members.noUnits")}</p>`
            : html`<ul class="rows">${repeat(units, ({ id }) => id, this.renderUnit)}</ul>`
        }
        <neolia-unit-picker .t=${t} .label=${t("members.add")} .hint=${t("members.addHint")} .find=${this.find} .chosen=${null}
          @pick=${this.pick}></neolia-unit-picker>
      </div>
    `;
  }

  private renderUnit = (unit: Unit): TemplateResult => {
    const { t } = this.admin;
    const label = unitLabel(t, unit.number);
    return html`
      <li>
        <span><strong>${label}</strong> <span class="muted">${this.place(unit)}</span></span>
        <button class="icon quiet" aria-label=${t("members.drop", { unit: label, name: this.name })} @click=${() => void this.drop(unit)}>
          ${icon("close")}
        </button>
      </li>
    `;
  };

  private renderDesk(): TemplateResult {
    const { t } = this.admin;
    return html`
      <div class="card">
        <label class="check">
          <input type="checkbox" .checked=${this.member.desk} aria-describedby="desk-hint" @change=${this.toggleDesk} />
          ${t("members.desk")}
        </label>
        <p class="hint" id="desk-hint">${t("members.deskHint")}</p>
      </div>
    `;
  }

  private units(): Unit[] {
    const { unitIds } = this.member;
    return this.admin.directory.units.filter(({ id }) => unitIds.includes(id));
  }

  /** The building, and the site where there are several. */
  private place({ buildingId, siteId }: Unit): string {
    const { buildings, sites } = this.admin.directory;
    const building = buildings.find(({ id }) => id === buildingId)?.name ?? "";
    const site = sites.length > 1 ? sites.find(({ id }) => id === siteId)?.name : undefined;
    return site === undefined ? building : `${building}, ${site}`;
  }

  private find = async (search: string): Promise<Choice[]> => {
    const { t, directory, site } = this.admin;
    const found: Choice[] = [];
    for (const unit of directory.units) {
      if (unit.siteId !== site.id || this.member.unitIds.includes(unit.id)) continue;
      const choice = { id: unit.id, label: unitLabel(t, unit.number), more: this.place(unit) };
      if (wordsMatch(search, `${choice.label} ${choice.more}`)) found.push(choice);
      if (found.length === CHOICES) break;
    }
    return found;
  };

  private pick = (event: CustomEvent<Choice>): void => {
    const { id, label } = event.detail;
    void this.change({ edit: linked(id), undo: unlinked(id) }, "members.added", { unit: label });
  };

  private async drop({ id, number }: Unit): Promise<void> {
    const unit = unitLabel(this.admin.t, number);
    await this.change({ edit: unlinked(id), undo: linked(id) }, "members.dropped", { unit });
  }

  private toggleDesk = (event: Event): void => {
    const desk = (event.target as HTMLInputElement).checked;
    void this.change({ edit: withDesk(desk), undo: withDesk(!desk) }, desk ? "members.deskOn" : "members.deskOff");
  };

  private forget = (): void => {
    const { unitIds, desk } = this.member;
    void this.change(
      { edit: () => ({ unitIds: [], desk: false }), undo: () => ({ unitIds, desk }) },
      "members.forgotten",
    );
  };

  /** The way back leads to before this change alone, whatever was changed since. */
  private async change(
    { edit, undo }: { edit: LinksEdit; undo: LinksEdit },
    told: "members.added" | "members.dropped" | "members.deskOn" | "members.deskOff" | "members.forgotten",
    values: Record<string, string> = {},
  ): Promise<void> {
    const { t, toast } = this.admin;
    const { userId } = this.member;
    if (!(await this.save(userId, edit))) return;
    toast({
      text: t(told, { name: this.name, ...values }),
      undo: async () => {
        await this.save(userId, undo);
      },
    });
  }
}

function linked(unitId: string): LinksEdit {
  return ({ unitIds, desk }) => ({ unitIds: [...unitIds.filter((id) => id !== unitId), unitId], desk });
}

function unlinked(unitId: string): LinksEdit {
  return ({ unitIds, desk }) => ({ unitIds: unitIds.filter((id) => id !== unitId), desk });
}

function withDesk(desk: boolean): LinksEdit {
  return ({ unitIds }) => ({ unitIds, desk });
}
