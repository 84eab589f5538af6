import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import { adminStyle } from "../admin/components/admin-style.ts";
import { focusIsLost } from "../admin/components/focus.ts";
import "../admin/components/schedule-editor.ts";
import type { ScheduleEditor } from "../admin/components/schedule-editor.ts";
import { minutesOf, timeOf, type WeekWindow } from "../admin/schedule.ts";
import { icon } from "../components/icon.ts";
import { shared } from "../components/style.ts";
import { ApiError } from "../data/api.ts";
import type { Line, LineSettings } from "../data/desk.ts";
import "./caller-data.ts";
import { dayOf } from "../localize/localize.ts";
import type { DeskContext } from "./desk-context.ts";
import { formStyle } from "./form-style.ts";
import { forgetTyped, keepTyped, typedBefore } from "./kept-typing.ts";
import "./line-list.ts";
import { centsOf, plainEuros } from "./money.ts";
import { printerOf } from "./printer-address.ts";
import "./remove-line.ts";
import { clashTexts } from "./setting-clash.ts";
import { typed } from "./typed.ts";

type Holiday = LineSettings["holidays"][number];
type NumberField = {
  [K in keyof LineSettings]: LineSettings[K] extends number ? K : never;
}[keyof LineSettings];

/** Changes that are not saved yet, and the line as it was when they were begun. */
interface Draft {
  edits: Partial<LineSettings>;
  seen: Pick<Line, "version" | "settings">;
}

/** Hours, words, limits and the rest of a line. Saved all at once; what is not saved is there again after a look elsewhere. */
@customElement("neolia-line-settings")
export class LineSettingsPage extends LitElement {
  @property({ attribute: false }) desk!: DeskContext;
  /** What was changed here and is not saved yet. */
  @state() private edits: Partial<LineSettings> = {};
  /** Something is typed that is no setting yet: a field tells it when it is left, or holds what cannot be one. */
  @state() private typing = false;
  @state() private hoursMakeSense = true;
  @state() private saving = false;
  /** What somebody else changed meanwhile as well, in other words. */
  @state() private clashes: (keyof LineSettings)[] = [];
  private wasAtSave = false;
  private seen: Draft["seen"] | null = null;
  private lineId = "";
  /** Another number starts those fields anew that keep what is typed though it is wrong. */
  private started = 0;
  /** As the editor starts with them; it keeps what is typed into it. */
  private hours: LineSettings["hours"] = [];

  static override styles = [
    shared,
    adminStyle,
    formStyle,
    css`
      .page {
        padding-block-end: 90px;
      }
      .holiday {
        align-items: end;
        display: flex;
        flex-wrap: wrap;
        gap: 8px 12px;
      }
      .holiday label:not(.check) {
        flex: 1 1 150px;
      }
      .note dl {
        display: grid;
        gap: 8px;
        grid-template-columns: minmax(0, 1fr);
        margin: 0;
        max-block-size: 40vh;
        overflow: auto;
      }
      .note dl > div {
        display: grid;
        gap: 0 16px;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr));
      }
      .note dt {
        font-weight: 600;
        grid-column: 1 / -1;
      }
      .note dd {
        margin: 0;
        overflow-wrap: anywhere;
        white-space: pre-line;
      }
      .save {
        display: grid;
        gap: 10px;
        background: var(--nl-bg);
        border-block-start: 1px solid var(--nl-line);
        inset-block-end: 0;
        padding-block: 10px;
        position: sticky;
      }
    `,
  ];

  protected override willUpdate(changed: PropertyValues<this>): void {
    this.wasAtSave = this.shadowRoot?.activeElement?.closest(".save") != null;
    if (!changed.has("desk") || this.desk.line.id === this.lineId) return;
    this.lineId = this.desk.line.id;
    const draft = typedBefore<Draft>(this.keptAt);
    this.edits = draft?.edits ?? {};
    this.seen = draft?.seen ?? null;
    this.clashes = [];
    this.typing = false;
    this.hours = this.settings.hours;
  }

  protected override updated(): void {
    if (this.wasAtSave && focusIsLost()) this.renderRoot.querySelector<HTMLElement>("#save")?.focus();
    const days = [...this.renderRoot.querySelectorAll<HTMLInputElement>(".holiday input[type=date]")];
    for (const [at, day] of days.entries()) {
      const isThere = days.findIndex(({ value }) => value === day.value) < at;
      day.setCustomValidity(isThere ? this.desk.t("line.holidayTwice") : "");
    }
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("beforeunload", this.askToStay);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("beforeunload", this.askToStay);
  }

  private askToStay = (event: BeforeUnloadEvent): void => {
    if (this.isDirty) event.preventDefault();
  };

  private get isDirty(): boolean {
    return this.typing || !this.hoursMakeSense || Object.keys(this.edits).length > 0;
  }

  private get keptAt(): string {
    return `settings.${this.lineId}`;
  }

  private get settings(): LineSettings {
    return { ...this.desk.line.settings, ...this.edits };
  }

  protected override render(): TemplateResult {
    const { t, administrator, line } = this.desk;
    const { settings, isDirty } = this;
    return html`
      <form class="page" @input=${this.onInput} @submit=${this.save}>
        <h1 tabindex="-1">${line.label}</h1>
        <section class="card" aria-label=${t("line.hours")}>
          <div><h2>${t("line.hours")}</h2><p class="muted">${t("line.hoursHint")}</p></div>
          ${keyed(`${this.lineId} ${this.started}`, html`<neolia-schedule-editor .t=${t} .windows=${this.hours} @edited=${this.editHours}></neolia-schedule-editor>`)}
        </section>
        ${this.renderHolidays(settings)} ${this.renderAnswer(settings)} ${this.renderWords(settings)}
        <section class="card" aria-label=${t("line.limits")}>
          <div><h2>${t("line.limits")}</h2><p class="muted">${t("line.limitsHint")}</p></div>
          <div class="fields">
            ${this.number("concurrentCalls", t("line.concurrentCalls"), 1, 20)} ${this.number("maxQuantity", t("line.maxQuantity"), 1, 200)}
            ${this.number("maxLines", t("line.maxLines"), 1, 100)}
            <label>${t("line.maxTotal")}${keyed(this.started, html`<input required inputmode="decimal" .value=${plainEuros(t, settings.maxTotalCents)} @change=${this.editMaxTotal} />`)}</label>
          </div>
          <label class="check"><input type="checkbox" .checked=${settings.upsell} @change=${(event: Event) => this.edit({ upsell: (event.target as HTMLInputElement).checked })} /> ${t("line.upsell")}</label>
        </section>
        <section class="card" aria-label=${t("line.pickup")}>
          <h2>${t("line.pickup")}</h2>
          <div class="fields">
            ${this.number("preparationMinutes", t("line.preparation"), 1, 240)} ${this.number("slotMinutes", t("line.slot"), 5, 60)}
            ${this.number("ordersPerSlot", t("line.perSlot"), 1, 100)} ${this.number("aheadHours", t("line.ahead"), 1, 72)}
          </div>
        </section>
        <section class="card" aria-label=${t("line.privacy")}>
          <div><h2>${t("line.privacy")}</h2><p class="muted">${t("line.privacyHint")}</p></div>
          <div class="fields">${this.number("transcriptDays", t("line.transcriptDays"), 0, 30)}</div>
        </section>
        ${this.renderPeople(settings, administrator)}
        ${administrator ? html`<neolia-caller-data .desk=${this.desk}></neolia-caller-data><neolia-line-list .desk=${this.desk}></neolia-line-list><neolia-remove-line .desk=${this.desk}></neolia-remove-line>` : nothing}
        <div class="save">
          ${this.clashes.length === 0 ? nothing : this.renderClashes()}
          <div class="bar">
          <span class="muted" role="status">${isDirty ? t("form.unsaved") : ""}</span>
          ${isDirty ? html`<button type="button" @click=${this.discard}>${t("form.cancel")}</button>` : nothing}
          <button id="save" class="accent" aria-disabled=${String(!isDirty)}>${t(this.saving ? "form.saving" : "line.save")}</button>
          </div>
        </div>
      </form>
    `;
  }

  private renderClashes(): TemplateResult {
    const { t, line } = this.desk;
    const clashes = clashTexts(t, this.clashes, this.settings, line.settings);
    return html`
      <div class="note" role="alert">
        <h2>${t("conflict.title")}</h2>
        <p>${t("line.clash")}</p>
        <dl>
          ${clashes.map(
            ({ label, yours, theirs }) => html`<div>
              <dt>${label}</dt>
              <dd>${t("conflict.yours", { value: yours })}</dd>
              <dd>${t("conflict.theirs", { value: theirs })}</dd>
            </div>`,
          )}
        </dl>
        <div class="end">
          <button type="button" @click=${this.takeTheirs}>${t("line.takeTheirs")}</button>
          <button class="accent">${t("line.keepMine")}</button>
        </div>
      </div>
    `;
  }

  private renderHolidays({ holidays }: LineSettings): TemplateResult {
    const { t } = this.desk;
    const set = (index: number, change: Partial<Holiday>): void =>
      this.edit({ holidays: holidays.map((day, at) => (at === index ? { ...day, ...change } : day)) });
    return html`
      <section class="card" aria-label=${t("line.holidays")}>
        <h2>${t("line.holidays")}</h2>
        ${holidays.length === 0 ? html`<p class="muted">${t("line.noHolidays")}</p>` : nothing}
        ${holidays.map((day, index) => {
          const hours = day.open[0];
          const edge = (name: "fromMinute" | "toMinute"): TemplateResult => html`
            <label>${t(name === "fromMinute" ? "rule.from" : "rule.to")}<input type="time" required .value=${timeOf(hours?.[name] ?? 0)}
              @change=${(event: Event) => set(index, { open: [{ ...(hours ?? WHOLE_DAY), [name]: edgeOf(name, typed(event)) }] })} /></label>
          `;
          return html`
            <div class="holiday" role="group" aria-label=${day.label || day.date}>
              <label>${t("line.holidayDate")}<input type="date" required .value=${day.date} @change=${(event: Event) => set(index, { date: typed(event) })} /></label>
              <label>${t("line.holidayLabel")}<input maxlength="80" .value=${day.label} @input=${(event: Event) => set(index, { label: typed(event) })} /></label>
              <label class="check"><input type="checkbox" .checked=${hours === undefined} @change=${(event: Event) => set(index, { open: (event.target as HTMLInputElement).checked ? [] : [WHOLE_DAY] })} /> ${t("line.holidayClosed")}</label>
              ${hours === undefined ? nothing : html`${edge("fromMinute")} ${edge("toMinute")}`}
              ${hours !== undefined && hours.toMinute < hours.fromMinute ? html`<span class="hint">${t("rule.overnight")}</span>` : nothing}
              <button type="button" class="icon quiet" aria-label=${t("line.removeHoliday", { label: day.label || day.date })} @click=${() => void this.removeDay(holidays.toSpliced(index, 1))}>${icon("close")}</button>
            </div>
          `;
        })}
        <div><button id="add-day" type="button" @click=${() => this.edit({ holidays: [...holidays, { date: dayOf(t, Date.now() + 86_400_000), label: "", open: [] }] })}>${t("line.addHoliday")}</button></div>
      </section>
    `;
  }

  private renderAnswer({ answeredBy }: LineSettings): TemplateResult {
    const { t } = this.desk;
    const choice = (by: LineSettings["answeredBy"], text: string): TemplateResult =>
      html`<option value=${by} .selected=${answeredBy === by}>${text}</option>`;
    return html`
      <section class="card" aria-label=${t("line.answer")}>
        <div><h2>${t("line.answer")}</h2><p class="muted">${t("line.answerHint")}</p></div>
        <div class="fields">
          <label>${t("line.answeredBy")}<select @change=${(event: Event) => this.edit({ answeredBy: typed(event) === "people" ? "people" : "assistant" })}>
            ${choice("assistant", t("line.byAssistant"))} ${choice("people", t("line.byPeople"))}</select></label>
        </div>
      </section>
    `;
  }

  private renderWords({ greeting, afterHours, languages }: LineSettings): TemplateResult {
    const { t } = this.desk;
    const area = (label: string, words: "greeting" | "afterHours", language: "fr" | "en"): TemplateResult => html`
      <label>${label}<textarea rows="2" maxlength="500" .value=${(words === "greeting" ? greeting : afterHours)[language] ?? ""}
        @input=${(event: Event) => this.edit({ [words]: { ...this.settings[words], [language]: typed(event) } })}></textarea></label>
    `;
    return html`
      <section class="card" aria-label=${t("line.words")}>
        <div><h2>${t("line.words")}</h2><p class="muted">${t("line.noticeFixed")} ${t("line.wordsHint")}</p></div>
        <div class="fields">
          <label>${t("line.language")}<select @change=${(event: Event) => this.editFirst(typed(event))}>
            ${(["fr", "en"] as const).map((language) => html`<option value=${language} .selected=${languages[0] === language}>${t(`line.${language}`)}</option>`)}</select></label>
          <label class="check"><input type="checkbox" .checked=${languages.length === 1} @change=${(event: Event) => this.editOnly((event.target as HTMLInputElement).checked)} /> ${t("line.onlyOne")}</label>
        </div>
        <div class="fields">
          ${area(t("line.greetingFr"), "greeting", "fr")} ${area(t("line.greetingEn"), "greeting", "en")}
          ${area(t("line.afterFr"), "afterHours", "fr")} ${area(t("line.afterEn"), "afterHours", "en")}
        </div>
      </section>
    `;
  }

  private renderPeople({ backupNumber, printer }: LineSettings, administrator: boolean): TemplateResult {
    const { t, line } = this.desk;
    return html`
      <section class="card" aria-label=${t("line.people")}>
        <div><h2>${t("line.people")}</h2><p class="muted">${administrator ? t("line.printerHint") : t("line.adminOnly")}</p></div>
        <div class="fields">
          <label>${t("line.backup")}<input pattern="[A-Za-z0-9][A-Za-z0-9 ._\\-]{0,39}" ?disabled=${!administrator} .value=${backupNumber ?? ""}
            @change=${(event: Event) => this.edit({ backupNumber: typed(event).replaceAll(" ", "") || null })} /></label>
          <label>${t("line.printerHost")}${keyed(this.started, html`<input maxlength="260" ?disabled=${!administrator} .value=${printer?.host ?? ""} @change=${this.editPrinter} />`)}</label>
          <label>${t("line.printerPort")}<input type="number" min="1" max="65535" ?disabled=${!administrator || printer === null} .value=${String(printer?.port ?? 9100)}
            @change=${(event: Event) => printer && this.edit({ printer: { ...printer, port: Number(typed(event)) } })} /></label>
        </div>
        ${line.printer === "none" ? nothing : html`<p role="status">${t(`printer.${line.printer}`)}</p>`}
      </section>
    `;
  }

  private number(name: NumberField, label: string, min: number, max: number): TemplateResult {
    // What is no such number stays in its field, where the browser says what is wrong.
    const take = (event: Event): void => {
      if ((event.target as HTMLInputElement).validity.valid) this.edit({ [name]: Number(typed(event)) });
    };
    return html`<label>${label}${keyed(this.started, html`<input type="number" required min=${min} max=${max} step="1" .value=${String(this.settings[name])} @input=${take} />`)}</label>`;
  }

  private edit(change: Partial<LineSettings>): void {
    this.seen ??= this.desk.line;
    this.edits = { ...this.edits, ...change };
    keepTyped(this.keptAt, { edits: this.edits, seen: this.seen } satisfies Draft);
  }

  private onInput = ({ target }: Event): void => {
    // Not what is typed into a part with a button of its own.
    if ((target as HTMLElement).matches("input, select, textarea")) this.typing = true;
  };

  private async removeDay(holidays: Holiday[]): Promise<void> {
    this.edit({ holidays });
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("#add-day")?.focus();
  }

  private editHours = ({ detail }: CustomEvent<WeekWindow[] | null>): void => {
    this.hoursMakeSense = detail !== null;
    if (detail !== null) this.edit({ hours: detail });
  };

  private editMaxTotal = (event: Event): void => {
    const cents = centsOf(typed(event));
    const isAllowed = cents !== null && cents >= LEAST_TOTAL && cents <= MOST_TOTAL;
    const problem = cents === null ? "menu.priceWrong" : "line.maxTotalWrong";
    (event.target as HTMLInputElement).setCustomValidity(isAllowed ? "" : this.desk.t(problem));
    if (isAllowed) this.edit({ maxTotalCents: cents });
  };

  private editPrinter = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const printer = printerOf(input.value, this.settings.printer?.port ?? 9100);
    const isAllowed = printer !== null || input.value.trim() === "";
    input.setCustomValidity(isAllowed ? "" : this.desk.t("line.printerHostWrong"));
    if (!isAllowed) return;
    // Its port goes to the field of the port.
    input.value = printer?.host ?? "";
    this.edit({ printer });
  };

  private editFirst(value: string): void {
    const first = value === "en" ? "en" : "fr";
    const second = first === "en" ? "fr" : "en";
    this.edit({ languages: this.settings.languages.length === 1 ? [first] : [first, second] });
  }

  private editOnly(only: boolean): void {
    const [first = "fr"] = this.settings.languages;
    this.edit({ languages: only ? [first] : [first, first === "fr" ? "en" : "fr"] });
  }

  private save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { desk } = this;
    if (this.saving) return;
    if (!this.hoursMakeSense) {
      this.renderRoot.querySelector<ScheduleEditor>("neolia-schedule-editor")?.report();
      return;
    }
    this.typing = false;
    // Typed and taken back by hand.
    if (Object.keys(this.edits).length === 0) return;
    this.saving = true;
    this.clashes = [];
    desk.begins();
    try {
      desk.changed(await this.send());
      this.edits = {};
      this.seen = null;
      this.clashes = [];
      forgetTyped(this.keptAt);
      desk.toast({ text: desk.t("line.saved") });
    } catch (error) {
      if (this.clashes.length === 0) desk.fail(error);
    } finally {
      this.saving = false;
    }
  };

  /** What somebody else changed meanwhile stays, unless it is the same thing: then it is asked. */
  private async send(): Promise<Line> {
    const { api, line, changed } = this.desk;
    const seen = this.seen ?? line;
    try {
      return await api.updateLine(line.id, seen.version, { settings: this.edits });
    } catch (error) {
      const current = error instanceof ApiError && error.status === 412 ? (error.details.current as Line) : null;
      if (current === null) throw error;
      const differs = (name: keyof LineSettings, a: Partial<LineSettings>): boolean =>
        JSON.stringify(a[name]) !== JSON.stringify(current.settings[name]);
      const names = Object.keys(this.edits) as (keyof LineSettings)[];
      this.clashes = names.filter((name) => differs(name, seen.settings) && differs(name, this.edits));
      this.seen = current;
      keepTyped(this.keptAt, { edits: this.edits, seen: current } satisfies Draft);
      changed(current);
      if (this.clashes.length > 0) throw error;
      return await api.updateLine(line.id, current.version, { settings: this.edits });
    }
  }

  private discard = (): void => {
    this.clashes = Object.keys(this.edits) as (keyof LineSettings)[];
    this.hoursMakeSense = true;
    this.typing = false;
    this.takeTheirs();
  };

  private takeTheirs = (): void => {
    const edits = { ...this.edits };
    for (const name of this.clashes) delete edits[name];
    this.edits = edits;
    this.clashes = [];
    this.hours = this.settings.hours;
    this.started++;
    if (Object.keys(edits).length === 0) {
      this.seen = null;
      forgetTyped(this.keptAt);
    } else if (this.seen !== null) keepTyped(this.keptAt, { edits, seen: this.seen } satisfies Draft);
  };
}

/** Of the largest order, in cents. */
const LEAST_TOTAL = 100;
const MOST_TOTAL = 1_000_000;
const WHOLE_DAY = { fromMinute: 600, toMinute: 1320 };

/** The end at 00:00 is the end of that day. */
function edgeOf(name: "fromMinute" | "toMinute", value: string): number {
  const minutes = minutesOf(value);
  return name === "toMinute" && minutes === 0 ? 1440 : minutes;
}
