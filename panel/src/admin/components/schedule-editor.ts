import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { icon } from "../../components/icon.ts";
import { shared } from "../../components/style.ts";
import type { AdminLocalizer } from "../../localize/admin.ts";
import { weekday } from "../rule-text.ts";
import { type DayTimes, dayTimesOf, isAlways, minutesOf, timeOf, type WeekWindow, windowsOf } from "../schedule.ts";
import { adminStyle } from "./admin-style.ts";

const OFFICE: DayTimes = { days: [0, 1, 2, 3, 4], from: 8 * 60, to: 18 * 60 };
const DAYS = [0, 1, 2, 3, 4, 5, 6];

/** Days and hours of a rule. Fires `edited` with the windows; null while they make no sense. */
@customElement("neolia-schedule-editor")
export class ScheduleEditor extends LitElement {
  @property({ attribute: false }) t!: AdminLocalizer;
  /** What it begins with; edits are told by the event. */
  @property({ attribute: false }) windows: readonly WeekWindow[] = [];
  @state() private times: DayTimes[] | null = null;

  static override styles = [
    shared,
    adminStyle,
    css`
      fieldset {
        border: 1px solid var(--nl-line);
        border-radius: var(--admin-radius);
        display: grid;
        gap: 10px;
        margin: 0;
        padding: 10px 14px 14px;
      }
      legend {
        font-weight: 600;
      }
      .days {
        display: grid;
        gap: 4px;
        grid-template-columns: repeat(auto-fit, minmax(62px, 1fr));
      }
      .days label {
        align-items: center;
        border: 1px solid var(--nl-line);
        border-radius: 10px;
        display: grid;
        font-size: 15px;
        justify-items: center;
        min-block-size: 56px;
        padding-block: 4px;
      }
      .hours {
        align-items: end;
        display: flex;
        flex-wrap: wrap;
        gap: 12px;
      }
      .hours label {
        display: grid;
        flex: 1 1 110px;
        gap: 4px;
      }
      .time {
        border-block-start: 1px solid var(--nl-line);
        display: grid;
        gap: 10px;
        padding-block-start: 12px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.times ??= isAlways(this.windows) ? [] : dayTimesOf(this.windows);
  }

  protected override render(): TemplateResult {
    const { t } = this;
    const times = this.times ?? [];
    return html`
      <fieldset>
        <legend>${t("rule.times")}</legend>
        <label class="check"><input type="radio" name="when" .checked=${times.length === 0} @change=${() => this.set([])} />
          ${t("rule.timesAlways")}</label>
        <label class="check"><input type="radio" name="when" .checked=${times.length > 0} @change=${() => this.set([OFFICE])} />
          ${t("rule.timesSome")}</label>
        ${times.map((time, index) => this.renderTime(time, index))}
        ${
          times.length === 0
            ? nothing
            : html`<div><button type="button" @click=${() => this.set([...times, OFFICE])}>${t("rule.addTime")}</button></div>`
        }
      </fieldset>
    `;
  }

  private renderTime(time: DayTimes, index: number): TemplateResult {
    const { t } = this;
    const hour = (name: "from" | "to"): TemplateResult => html`
      <label>${t(`rule.${name}`)}
        <input type="time" required .value=${timeOf(time[name])}
          @change=${(event: Event) => this.edit(index, { [name]: hourOf(name, event) })} /></label>
    `;
    return html`
      <div class="time" role="group" aria-label=${`${t("rule.times")} ${index + 1}`}>
        <div class="days">
          ${DAYS.map(
            (day) => html`
              <label title=${weekday(day, t, "long")}>
                <input type="checkbox" .checked=${time.days.includes(day)} aria-label=${weekday(day, t, "long")}
                  @change=${(event: Event) => this.setDay(index, day, (event.target as HTMLInputElement).checked)} />
                <span aria-hidden="true">${weekday(day, t, "short")}</span>
              </label>
            `,
          )}
        </div>
        <div class="hours">
          ${hour("from")} ${hour("to")}
          ${time.to <= time.from ? html`<span class="hint">${t("rule.overnight")}</span>` : nothing}
          <button type="button" class="icon" aria-label=${t("rule.removeTime")} @click=${() => this.drop(index)}>${icon("close")}</button>
        </div>
        ${time.days.length === 0 || Number.isNaN(time.from + time.to) ? html`<p class="failure" role="alert">${t("rule.noDay")}</p>` : nothing}
      </div>
    `;
  }

  /** Puts the keyboard where the times make no sense. */
  report(): void {
    this.renderRoot.querySelector<HTMLElement>(".time:has(.failure) input")?.focus();
  }

  private setDay(index: number, day: number, on: boolean): void {
    const days = this.times?.[index]?.days ?? [];
    this.edit(index, { days: on ? [...days, day].sort() : days.filter((other) => other !== day) });
  }

  private edit(index: number, change: Partial<DayTimes>): void {
    this.set((this.times ?? []).map((time, at) => (at === index ? { ...time, ...change } : time)));
  }

  private drop(index: number): void {
    this.set((this.times ?? []).filter((_, at) => at !== index));
  }

  private set(times: DayTimes[]): void {
    this.times = times;
    const whole = times.every(({ days, from, to }) => days.length > 0 && !Number.isNaN(from + to));
    this.dispatchEvent(new CustomEvent("edited", { detail: whole ? windowsOf(times) : null }));
  }
}

/** The end at 00:00 is the end of that day. */
function hourOf(name: "from" | "to", event: Event): number {
  const minutes = minutesOf((event.target as HTMLInputElement).value);
  return name === "to" && minutes === 0 ? 1440 : minutes;
}
