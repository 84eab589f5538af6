/** Settings of a line that two people changed at once, in words: what each of them wrote stands beside the other. */
import { timesText } from "../admin/rule-text.ts";
import { timeOf } from "../admin/schedule.ts";
import type { LineSettings } from "../data/desk.ts";
import type { DeskKey, DeskLocalizer } from "../localize/desk.ts";
import { euros } from "./money.ts";

export interface SettingClash {
  label: string;
  yours: string;
  theirs: string;
}

/** One for each setting; of the words that callers hear only those that differ. */
export function clashTexts(
  t: DeskLocalizer,
  names: readonly (keyof LineSettings)[],
  yours: LineSettings,
  theirs: LineSettings,
): SettingClash[] {
  return names.flatMap((name) => {
    if (name !== "greeting" && name !== "afterHours") {
      return [{ label: t(LABEL[name]), yours: written(t, yours, name), theirs: written(t, theirs, name) }];
    }
    const words = ({ [name]: said }: LineSettings, language: "fr" | "en"): string =>
      said[language]?.trim() || t("conflict.empty");
    return (["fr", "en"] as const)
      .filter((language) => words(yours, language) !== words(theirs, language))
      .map((language) => ({
        label: t(WORDS[name][language]),
        yours: words(yours, language),
        theirs: words(theirs, language),
      }));
  });
}

function written(t: DeskLocalizer, settings: LineSettings, name: Plain): string {
  switch (name) {
    case "hours":
      return timesText({ schedule: settings.hours }, t);
    case "holidays":
      return settings.holidays.map((day) => holidayText(t, day)).join("\n") || t("line.noHolidays");
    case "languages":
      return new Intl.ListFormat(t.locale).format(settings.languages.map((language) => t(`line.${language}`)));
    case "answeredBy":
      return t(settings.answeredBy === "people" ? "line.byPeople" : "line.byAssistant");
    case "maxTotalCents":
      return euros(t, settings.maxTotalCents);
    case "upsell":
      return t(settings.upsell ? "line.yes" : "line.no");
    case "backupNumber":
      return settings.backupNumber ?? t("conflict.empty");
    case "printer":
      return settings.printer === null ? t("conflict.empty") : `${settings.printer.host}:${settings.printer.port}`;
    case "concurrentCalls":
    case "maxQuantity":
    case "maxLines":
    case "preparationMinutes":
    case "slotMinutes":
    case "ordersPerSlot":
    case "aheadHours":
    case "transcriptDays":
      return String(settings[name]);
  }
}

function holidayText(t: DeskLocalizer, { date, label, open }: LineSettings["holidays"][number]): string {
  const day = new Intl.DateTimeFormat(t.locale, { dateStyle: "medium", timeZone: "UTC" }).format(Date.parse(date));
  const times = open.map(({ fromMinute, toMinute }) => `${timeOf(fromMinute)}–${timeOf(toMinute)}`);
  const hours = times.length === 0 ? t("line.holidayClosed") : times.join(", ");
  return [day, label, hours].filter((part) => part !== "").join(", ");
}

type Plain = Exclude<keyof LineSettings, "greeting" | "afterHours">;

const WORDS = {
  greeting: { fr: "line.greetingFr", en: "line.greetingEn" },
  afterHours: { fr: "line.afterFr", en: "line.afterEn" },
} as const satisfies Record<string, Record<"fr" | "en", DeskKey>>;

const LABEL: Record<Plain, DeskKey> = {
  hours: "line.hours",
  holidays: "line.holidays",
  languages: "line.language",
  concurrentCalls: "line.concurrentCalls",
  maxQuantity: "line.maxQuantity",
  maxLines: "line.maxLines",
  maxTotalCents: "line.maxTotal",
  upsell: "line.upsell",
  answeredBy: "line.answeredBy",
  preparationMinutes: "line.preparation",
  slotMinutes: "line.slot",
  ordersPerSlot: "line.perSlot",
  aheadHours: "line.ahead",
  transcriptDays: "line.transcriptDays",
  backupNumber: "line.backup",
  printer: "line.printerHost",
};
