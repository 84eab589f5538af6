import { html, LitElement, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { shared } from "../../components/style.ts";
import { ApiError } from "../../data/api.ts";
import { addRow, changeRow, type Rule } from "../../data/rows.ts";
import type { SiteAdmin } from "../admin.ts";
import { finder } from "../find-choices.ts";
import { ANYONE, targetLabel, targetName, timesText } from "../rule-text.ts";
import type { WeekWindow } from "../schedule.ts";
import "./admin-dialog.ts";
import "./admin-form.ts";
import { adminStyle } from "./admin-style.ts";
import { type FormField, type FormValues, numberOf, textOf } from "./form-field.ts";
import "./schedule-editor.ts";
import "./unit-picker.ts";
import type { Choice } from "./unit-picker.ts";

/** Who a rule belongs to. */
export interface RuleOwner {
  unitId: string | null;
  doorId: string | null;
}

const ACTIONS = ["ring", "forward", "voicemail"] as const;

/** One rule: who calls, what happens, where, how long, at which times. Fires `closed`. */
@customElement("neolia-rule-dialog")
export class RuleDialog extends LitElement {
  @property({ attribute: false }) admin!: SiteAdmin;
  @property({ attribute: false }) owner!: RuleOwner;
  /** null: a new one. */
  @property({ attribute: false }) rule: Rule | null = null;
  @state() private action: Rule["action"] = "ring";
  @state() private target: Choice | null = null;
  @state() private schedule: WeekWindow[] | null = [];
  /** What was edited beside the form's own fields. */
  @state() private slotted: FormValues = {};

  static override styles = [shared, adminStyle];

  override connectedCallback(): void {
    super.connectedCallback();
    const { rule, admin } = this;
    if (rule === null) return;
    this.action = rule.action;
    this.schedule = rule.schedule;
    const name = targetName(rule.targetSipUri);
    this.target = name === "" ? null : { id: name, label: targetLabel(rule, admin.directory, admin.t), more: name };
  }

  protected override render(): TemplateResult {
    const { admin, rule } = this;
    const { t } = admin;
    const heading = rule === null ? t("rules.newTitle") : t("rules.editTitle", { position: rule.position + 1 });
    return html`
      <neolia-admin-dialog .t=${t} .heading=${heading} @closed=${this.close}>
        <neolia-admin-form .t=${t} .fields=${this.fields()} .version=${rule?.version} .fresh=${rule === null || Object.keys(this.slotted).length > 0}
          .slotted=${this.slotted} .save=${this.save} @edited=${this.onEdited}>
          ${
            this.action === "ring"
              ? nothing
              : html`<neolia-unit-picker .t=${t} .label=${t("rule.target")} .hint=${t("rule.targetHint")}
                  .find=${finder(admin, ["unit", "door", "device"])} .chosen=${this.target} @pick=${this.onTarget}></neolia-unit-picker>`
          }
          <neolia-schedule-editor .t=${t} .windows=${rule?.schedule ?? []} @edited=${this.onSchedule}></neolia-schedule-editor>
        </neolia-admin-form>
      </neolia-admin-dialog>
    `;
  }

  private fields(): FormField[] {
    const { t, directory, site } = this.admin;
    const { rule } = this;
    const doors = directory.doors.filter(({ siteId }) => siteId === site.id);
    return [
      {
        name: "sourcePattern",
        label: t("rule.caller"),
        kind: "either",
        value: rule?.sourcePattern ?? ANYONE,
        maxLength: 64,
        options: [
          { value: ANYONE, label: t("rule.anyoneOption") },
          ...doors.map(({ name, label }) => ({
            value: name,
            label: doors.filter((door) => door.label === label).length > 1 ? `${label} (${name})` : label,
          })),
        ],
        other: { label: t("rule.callerOther"), textLabel: t("rule.callerText"), hint: t("rule.callerHint") },
      },
      {
        name: "action",
        label: t("rule.action"),
        kind: "select",
        value: rule?.action ?? "ring",
        options: ACTIONS.map((action) => ({ value: action, label: t(`rule.action.${action}`) })),
      },
      {
        name: "ringSeconds",
        label: t("rule.seconds"),
        hint: t("rule.secondsHint"),
        kind: "number",
        value: rule?.ringSeconds ?? 30,
        min: 3,
        max: 180,
      },
      { name: "enabled", label: t("rule.enabled"), kind: "toggle", value: rule?.enabled ?? true },
      {
        name: "targetSipUri",
        label: t("rule.target"),
        kind: "slotted",
        value: rule?.targetSipUri ?? "",
        of: ({ targetSipUri }) => String(targetSipUri ?? ""),
        told: (uri) =>
          uri === "" ? t("conflict.empty") : targetLabel({ targetSipUri: String(uri), siteId: site.id }, directory, t),
      },
      {
        name: "schedule",
        label: t("rule.times"),
        kind: "slotted",
        value: JSON.stringify(rule?.schedule ?? []),
        of: ({ schedule }) => JSON.stringify(schedule),
        told: (windows) => timesText({ schedule: JSON.parse(String(windows)) as WeekWindow[] }, t),
      },
    ];
  }

  private onEdited = ({ detail, target }: CustomEvent<FormValues>): void => {
    // The schedule's event comes by here as well: it carries windows, and comes from within the form.
    if (!(target instanceof Element) || target.localName !== "neolia-admin-form") return;
    this.action = ACTIONS.find((action) => action === detail.action) ?? "ring";
  };

  private onTarget = (event: CustomEvent<Choice>): void => {
    this.target = event.detail;
    this.slotted = { ...this.slotted, targetSipUri: `sip:${event.detail.id}@${this.admin.site.domain}` };
  };

  private onSchedule = (event: CustomEvent<WeekWindow[] | null>): void => {
    event.stopPropagation();
    this.schedule = event.detail;
    this.slotted = { ...this.slotted, schedule: JSON.stringify(event.detail) };
  };

  private save = async (values: FormValues, version: number | undefined): Promise<void> => {
    const { api } = this.admin;
    // Without a day or an hour it says nothing; it must not come to mean "always".
    if (this.schedule === null) throw new ApiError("RULE_HOURS", 400);
    const action = ACTIONS.find((one) => one === values.action) ?? "ring";
    const target = textOf(values, "targetSipUri");
    const body = {
      sourcePattern: textOf(values, "sourcePattern"),
      action,
      targetSipUri: action === "ring" || target === "" ? null : target,
      ringSeconds: numberOf(values, "ringSeconds"),
      schedule: JSON.parse(textOf(values, "schedule")) as WeekWindow[],
      enabled: values.enabled === true,
    };
    if (this.rule === null) await addRow(api, "rules", { ...this.owner, ...body });
    else await changeRow(api, "rules", this.rule.id, version, body);
    this.close();
  };

  private close = (): void => {
    this.dispatchEvent(new CustomEvent("closed"));
  };
}
