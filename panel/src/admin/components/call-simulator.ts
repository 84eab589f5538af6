import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import { type EvaluateReply, evaluateCall } from "../../data/call-rules.ts";
import { fetchDevicePage } from "../../data/devices.ts";
import { fetchRules, type Rule } from "../../data/rows.ts";
import type { SiteAdmin } from "../admin.ts";
import { finder } from "../find-choices.ts";
import { problemText } from "../problem-text.ts";
import { ruleText, timesText } from "../rule-text.ts";
import { adminStyle } from "./admin-style.ts";
import "./unit-picker.ts";
import type { Choice } from "./unit-picker.ts";

const NAMED = 12;

/** "Door X calls unit Y on Friday at 23:10": names the rule that fires, what rings, and why the others do not. */
@customElement("neolia-call-simulator")
export class CallSimulator extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  /** Whom the page is about; null: to be chosen. */
  @property({ attribute: false }) callee: Choice | null = null;
  @state() private caller: Choice | null = null;
  @state() private localTime = "";
  @state() private second = false;
  @state() private reply: EvaluateReply | null = null;
  @state() private rules: Rule[] = [];
  /** User name → what the device is called. */
  @state() private labels: ReadonlyMap<string, string> = new Map();
  @state() private failure: string | null = null;

  static override styles = [
    shared,
    adminStyle,
    css`
      form {
        align-items: start;
        display: grid;
        gap: 12px;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 240px), 1fr));
      }
      form > label {
        min-inline-size: 0;
        display: grid;
        font-weight: 600;
        gap: 4px;
      }
      .answer {
        border-inline-start: 4px solid var(--nl-muted);
        display: grid;
        gap: 6px;
        padding-inline-start: 14px;
      }
      .answer.good {
        border-color: var(--nl-good);
      }
      .answer.bad {
        border-color: var(--nl-bad);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    this.localTime ||= localNow(this.admin.site.timeZone);
    const door = this.admin.directory.doors.find(({ siteId }) => siteId === this.admin.site.id);
    if (door !== undefined) this.caller ??= { id: door.name, label: door.label, more: door.name };
  }

  protected override render(): TemplateResult {
    const { admin } = this;
    const { t } = admin;
    return html`
      <section class="card" aria-label=${t("simulate.title")}>
        <h2>${t("simulate.title")}</h2>
        <p class="muted">${t("simulate.intro")}</p>
        <form @submit=${this.submit}>
          <neolia-unit-picker .t=${t} .label=${t("simulate.caller")} .hint=${t("simulate.callerHint")} .chosen=${this.caller}
            .find=${finder(admin, ["door", "number", "device"])} @pick=${this.onCaller}></neolia-unit-picker>
          <neolia-unit-picker .t=${t} .label=${t("simulate.callee")} .chosen=${this.callee} .find=${finder(admin, ["unit", "door"])}
            @pick=${this.onCallee}></neolia-unit-picker>
          <label>${t("simulate.when")}
            <input type="datetime-local" min="2020-01-01T00:00" max="2099-12-31T23:59" .value=${this.localTime} @change=${this.onTime} />
          </label>
          <div><button class="accent" type="submit">${t("simulate.go")}</button></div>
        </form>
        <div aria-live="polite">${this.renderAnswer()}</div>
      </section>
    `;
  }

  private renderAnswer(): TemplateResult | typeof nothing {
    const { t } = this.admin;
    const { reply, failure } = this;
    if (failure !== null) return html`<p class="failure" role="alert">${failure}</p>`;
    if (reply === null) return nothing;
    const ringing = reply.steps.filter(({ accounts }) => accounts.length > 0);
    const head =
      reply.code === 200 ? (ringing.length === 0 ? t("simulate.nobody") : "") : t(`simulate.code${reply.code}`);
    return html`
      <div class="answer ${ringing.length > 0 ? "good" : "bad"}" data-firing=${reply.firingRuleId ?? ""}>
        ${head === "" ? nothing : html`<p><strong>${head}</strong></p>`}
        ${ringing.map((step, index) => {
          const values = {
            devices: new Intl.ListFormat(t.locale).format(step.accounts.map((name) => this.labels.get(name) ?? name)),
            seconds: step.ringSeconds,
            position: this.positionOf(step.ruleId),
          };
          return index === 0
            ? html`<p><strong>${t("simulate.rings", values)}</strong></p>`
            : html`<p>${t("simulate.then", values)}</p>`;
        })}
        <p class="muted">${t("simulate.at", { local: localText(reply.at, t.locale) })}</p>
        ${this.renderChange(reply)}
      </div>
      ${
        reply.considered.length === 0
          ? nothing
          : html`<h3>${t("simulate.why")}</h3>
              <table>
                ${reply.considered.map(
                  ({ ruleId, outcome }) => html`<tr>
                    <th scope="row">${this.positionOf(ruleId)}</th>
                    <td>${this.told(ruleId)}</td>
                    <td><span class="chip ${outcome === "fires" ? "good" : outcome === "next" ? "wait" : ""}">${t(`outcome.${outcome}`)}</span></td>
                  </tr>`,
                )}
              </table>`
      }
    `;
  }

  private renderChange({ at }: EvaluateReply): TemplateResult | typeof nothing {
    const { t } = this.admin;
    if (at.change === null) return nothing;
    if (at.change === "skipped") return html`<p class="note">${t("simulate.skipped")}</p>`;
    return html`<div class="note"><p>${t("simulate.twice")}</p>
      <label class="check"><input type="checkbox" .checked=${this.second} @change=${this.toggleSecond} />${t("simulate.second")}</label></div>`;
  }

  private positionOf(ruleId: string): number {
    return (this.rules.find(({ id }) => id === ruleId)?.position ?? -1) + 1;
  }

  private told(ruleId: string): string {
    const rule = this.rules.find(({ id }) => id === ruleId);
    if (rule === undefined) return "";
    const { t, directory } = this.admin;
    return `${ruleText(rule, directory, t)} (${timesText(rule, t)})`;
  }

  private submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void this.evaluate();
  };

  private async evaluate(): Promise<void> {
    const { api, site, t, directory } = this.admin;
    const { caller, callee, localTime, second } = this;
    this.failure =
      caller === null || callee === null ? t("simulate.pick") : localTime === "" ? t("simulate.noTime") : null;
    if (caller === null || callee === null || localTime === "") return;
    const isHere = ({ name, siteId }: { name: string; siteId: string }): boolean =>
      siteId === site.id && name === callee.id;
    const owner = directory.units.find(isHere) ?? directory.doors.find(isHere);
    try {
      const [reply, rules] = await Promise.all([
        evaluateCall(api, { siteId: site.id, ...askedCaller(caller), callee: callee.id, localTime, second }),
        owner === undefined ? [] : fetchRules(api, { unitId: owner.id }),
      ]);
      this.labels = await labelsOf(this.admin, [...new Set(reply.steps.flatMap(({ accounts }) => accounts))]);
      this.reply = reply;
      this.rules = rules;
    } catch (error) {
      this.reply = null;
      this.failure = problemText(error, t);
    }
  }

  private onCaller = (event: CustomEvent<Choice>): void => {
    this.caller = event.detail;
    this.forget();
  };

  private onCallee = (event: CustomEvent<Choice>): void => {
    this.callee = event.detail;
    this.forget();
  };

  private onTime = (event: Event): void => {
    this.localTime = (event.target as HTMLInputElement).value.slice(0, 16);
    this.second = false;
    this.forget();
  };

  /** An answer to another question than the one on the screen would be taken for its answer. */
  private forget(): void {
    this.reply = null;
    this.failure = null;
  }

  private toggleSecond = (): void => {
    this.second = !this.second;
    void this.evaluate();
  };
}

function askedCaller({ id, gateway }: Choice): { caller: string; gateway?: string } {
  return gateway === undefined ? { caller: id } : { caller: id, gateway };
}

/** "Kitchen tablet (panel-x7k2p9)": a handful of devices among ten thousand. */
async function labelsOf({ api, site }: SiteAdmin, usernames: readonly string[]): Promise<Map<string, string>> {
  const found = await Promise.all(
    usernames.slice(0, NAMED).map(async (username) => {
      const query = { search: username, offset: 0, limit: 10 };
      const { rows } = await fetchDevicePage(api, site.id, { type: "", registered: "" }, query);
      const label = rows.find((row) => row.username === username)?.label;
      return [username, label === undefined ? username : `${label} (${username})`] as const;
    }),
  );
  return new Map(found);
}

/** What the site's clock shows now, as an input of type datetime-local has it. */
function localNow(timeZone: string): string {
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(
    Date.now(),
  );
  return shown.replace(" ", "T");
}

/**
 * "2026-10-25T02:30+02:00", which is of the site's zone and not of this browser's. Of a time that comes twice only the
 * offset tells which of the two it is.
 */
function localText({ local, change }: EvaluateReply["at"], locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "short", timeZone: "UTC" });
  const text = format.format(Date.parse(`${local.slice(0, 16)}Z`));
  return change === "twice" ? `${text} (UTC${local.slice(16)})` : text;
}
