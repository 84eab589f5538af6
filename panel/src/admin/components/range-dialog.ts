import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import type { Unit } from "../../data/directory.ts";
import { addUnitRange, type NewUnitRange, type UnitRangeReply } from "../../data/units.ts";
import { counted } from "../../localize/admin.ts";
import type { SiteAdmin } from "../admin.ts";
import { problemText } from "../problem-text.ts";
import "./admin-dialog.ts";
import type { AdminDialog } from "./admin-dialog.ts";
import { adminStyle } from "./admin-style.ts";

/** Runs of numbers that are named one by one. */
const MOST_RUNS = 6;
const MOST = 1_000;
const TYPING_MS = 200;

/** Units 101 to 199 in one step: shows what will be made before it is, all or nothing. Fires `closed` and `made`. */
@customElement("neolia-range-dialog")
export class RangeDialog extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  @property() buildingId = "";
  /** As typed: 01 is two digits. */
  @state() private range = { from: "101", to: "199", prefix: "", suffix: "" };
  @state() private preview: UnitRangeReply | null = null;
  @state() private failure: string | null = null;
  @state() private busy = false;
  @state() private edited = false;
  @query("neolia-admin-dialog") private readonly dialog!: AdminDialog | null;
  private typing: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    shared,
    adminStyle,
    css`
      form {
        display: grid;
        gap: 16px;
      }
      .pair {
        display: grid;
        gap: 12px;
        grid-template-columns: 1fr 1fr;
      }
      label {
        display: grid;
        font-weight: 600;
        gap: 4px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    const { site, directory } = this.admin;
    // A building that was made a moment ago is not in the list yet.
    this.range = { ...this.range, ...nextFloor(directory.units.filter(({ siteId }) => siteId === site.id)) };
    this.buildingId ||= directory.buildings.find(({ siteId }) => siteId === site.id)?.id ?? "";
    void this.look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.typing);
  }

  protected override render(): TemplateResult {
    const { t, directory, site } = this.admin;
    const { preview } = this;
    const count = preview?.numbers.length ?? 0;
    const blocked = preview === null || preview.existing.length > 0 || this.busy;
    const buildings = directory.buildings.filter(({ siteId }) => siteId === site.id);
    return html`
      <neolia-admin-dialog .t=${t} .heading=${t("range.title")} .edited=${this.edited} @closed=${this.close}>
        <form novalidate @submit=${this.make}>
          <label>${t("unit.building")}
            <select @change=${this.chooseBuilding}>
              ${buildings.map(({ id, name }) => html`<option value=${id} ?selected=${id === this.buildingId}>${name}</option>`)}
            </select>
          </label>
          <div class="pair">${this.renderNumber("from")} ${this.renderNumber("to")}</div>
          <div class="pair">${this.renderText("prefix")} ${this.renderText("suffix")}</div>
          <div aria-live="polite">
            ${preview === null ? nothing : html`<p>${counted(t, "range.preview", count, { names: this.span(preview.numbers) })}</p>`}
            ${
              preview === null || preview.existing.length === 0
                ? nothing
                : html`<p class="failure">${t("range.existing", { names: this.told(preview) })}</p>`
            }
          </div>
          <p class="failure" role="alert" ?hidden=${this.failure === null}>${this.failure}</p>
          <div class="end">
            <button class="accent" type="submit" ?disabled=${blocked}>
              ${this.busy ? t("form.saving") : counted(t, "range.make", count)}
            </button>
            <button type="button" @click=${this.close}>${t("form.cancel")}</button>
          </div>
        </form>
      </neolia-admin-dialog>
    `;
  }

  private renderNumber(name: "from" | "to"): TemplateResult {
    return html`<label>${this.admin.t(`range.${name}`)}
      <input type="number" inputmode="numeric" min="0" max="999999" .value=${this.range[name]}
        @input=${(event: Event) => this.edit({ [name]: (event.target as HTMLInputElement).value })} /></label>`;
  }

  private renderText(name: "prefix" | "suffix"): TemplateResult {
    return html`<label>${this.admin.t(`range.${name}`)}
      <input type="text" maxlength="20" autocomplete="off" .value=${this.range[name]}
        @input=${(event: Event) => this.edit({ [name]: (event.target as HTMLInputElement).value })} /></label>`;
  }

  /** A hundred numbers are told by the first and the last. */
  private span(numbers: readonly string[]): string {
    const { t } = this.admin;
    if (numbers.length <= 4) return new Intl.ListFormat(t.locale).format(numbers);
    return t("range.span", { first: numbers[0] ?? "", last: numbers.at(-1) ?? "" });
  }

  /** Those that are there may lie anywhere among the others: neighbours are told together. */
  private told({ numbers, existing }: UnitRangeReply): string {
    const { t } = this.admin;
    const there = new Set(existing);
    const runs: string[][] = [];
    for (const [at, number] of numbers.entries()) {
      if (!there.has(number)) continue;
      if (at > 0 && there.has(numbers[at - 1] ?? "")) runs.at(-1)?.push(number);
      else runs.push([number]);
    }
    const shown = runs.slice(0, MOST_RUNS);
    const left = runs.slice(MOST_RUNS).flat().length;
    const more = left === 0 ? [] : [counted(t, "range.more", left)];
    return new Intl.ListFormat(t.locale).format([...shown.map((run) => this.span(run)), ...more]);
  }

  private edit(change: Partial<RangeDialog["range"]>): void {
    this.range = { ...this.range, ...change };
    this.edited = true;
    this.preview = null;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.look(), TYPING_MS);
  }

  private chooseBuilding = (event: Event): void => {
    this.buildingId = (event.target as HTMLSelectElement).value;
    this.edit({});
  };

  private request(dryRun: boolean): NewUnitRange | null {
    const { from: first, to: last, ...around } = this.range;
    if (!/^\d{1,6}$/.test(first) || !/^\d{1,6}$/.test(last)) return null;
    const [from, to] = [Number(first), Number(last)];
    if (to < from || to - from >= MOST) return null;
    const digits = first.startsWith("0") ? first.length : 1;
    return { buildingId: this.buildingId, from, to, digits, ...around, dryRun };
  }

  private async look(): Promise<void> {
    const { t, api } = this.admin;
    const request = this.request(true);
    this.failure = request === null ? t("range.wrong") : null;
    if (request === null) return;
    const asked = this.range;
    try {
      const preview = await addUnitRange(api, request);
      if (asked === this.range) this.preview = preview;
    } catch (error) {
      if (asked === this.range) this.failure = problemText(error, t);
    }
  }

  private make = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { t, api, toast } = this.admin;
    const request = this.request(false);
    if (request === null || this.busy) return;
    this.busy = true;
    try {
      const { units } = await addUnitRange(api, request);
      toast({ text: counted(t, "range.made", units.length) });
      this.dialog?.giveUp();
      this.dispatchEvent(new CustomEvent("made"));
    } catch (error) {
      this.failure = problemText(error, t);
    } finally {
      this.busy = false;
    }
  };

  private close = (): void => {
    this.dialog?.giveUp();
    this.dispatchEvent(new CustomEvent("closed"));
  };
}

/** 101 to 199 in an empty building; above the highest number that is there in one that has units. */
function nextFloor(units: readonly Unit[]): { from: string; to: string } {
  const highest = Math.max(0, ...units.map(({ number }) => Number(/\d+/.exec(number)?.[0] ?? 0)));
  const floor = Math.min(9_999, Math.floor(highest / 100) + 1) * 100;
  return { from: String(floor + 1), to: String(floor + 99) };
}
