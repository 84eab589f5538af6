/** A call rule in one sentence, as an installer would say it. */
import type { Directory } from "../data/directory.ts";
import type { Rule } from "../data/rows.ts";
import type { AdminLocalizer } from "../localize/admin.ts";
import { unitLabel } from "../localize/localize.ts";
import { dayTimesOf, isAlways, timeOf } from "./schedule.ts";

export const ANYONE = "*";

export function ruleText(rule: Rule, directory: Directory, t: AdminLocalizer): string {
  const caller = rule.sourcePattern === ANYONE ? t("rule.anyone") : callerLabel(rule, directory);
  const target = targetLabel(rule, directory, t);
  const what = t(`rule.${rule.action}`, { target, seconds: rule.ringSeconds });
  return t("text.labelled", { label: t("rule.when", { caller }), value: what });
}

function callerLabel({ sourcePattern, siteId }: Rule, { doors }: Directory): string {
  return doors.find((door) => door.siteId === siteId && door.name === sourcePattern)?.label ?? sourcePattern;
}

export function targetLabel(
  { targetSipUri, siteId }: Pick<Rule, "targetSipUri" | "siteId">,
  { units, doors }: Directory,
  t: AdminLocalizer,
): string {
  const name = targetName(targetSipUri);
  const unit = units.find((known) => known.siteId === siteId && known.name === name);
  if (unit !== undefined) return unitLabel(t, unit.number);
  return doors.find((known) => known.siteId === siteId && known.name === name)?.label ?? name;
}

/** sip:unit401@home.example → unit401 */
export function targetName(uri: string | null): string {
  return /^sip:([^@]+)@/.exec(uri ?? "")?.[1] ?? "";
}

/** "Monday to Friday 08:00–18:00", "always". */
export function timesText({ schedule }: Pick<Rule, "schedule">, t: AdminLocalizer): string {
  if (isAlways(schedule)) return t("rule.always");
  return dayTimesOf(schedule)
    .map(({ days, from, to }) => `${daysText(days, t)} ${timeOf(from)}–${to === 1440 ? "24:00" : timeOf(to)}`)
    .join("; ");
}

export function daysText(days: readonly number[], t: AdminLocalizer): string {
  const key = days.join();
  if (key === "0,1,2,3,4,5,6") return t("rule.everyDay");
  if (key === "0,1,2,3,4") return t("rule.weekdays");
  if (key === "5,6") return t("rule.weekend");
  return new Intl.ListFormat(t.locale, { style: "short" }).format(days.map((day) => weekday(day, t, "short")));
}

/** 0 is Monday. */
export function weekday(day: number, t: AdminLocalizer, style: "short" | "long"): string {
  // 2024-01-01 was a Monday.
  return new Intl.DateTimeFormat(t.locale, { weekday: style, timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + day));
}
