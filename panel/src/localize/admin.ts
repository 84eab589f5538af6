/** The texts of the installer's pages: loaded with them, not with the panel. One file an area, both languages in it. */
import * as audit from "./admin/audit.ts";
import * as devices from "./admin/devices.ts";
import * as errors from "./admin/errors.ts";
import * as handOver from "./admin/hand-over.ts";
import * as homeAssistant from "./admin/home-assistant.ts";
import * as members from "./admin/members.ts";
import * as places from "./admin/places.ts";
import * as remote from "./admin/remote.ts";
import * as rules from "./admin/rules.ts";
import * as shell from "./admin/shell.ts";
import * as upkeep from "./admin/upkeep.ts";
import { en as panelEn } from "./en.ts";
import { fr as panelFr } from "./fr.ts";
import { type LocalizerOf, localizerOf } from "./localize.ts";

const en = {
  ...panelEn,
  ...shell.en,
  ...places.en,
  ...devices.en,
  ...members.en,
  ...homeAssistant.en,
  ...rules.en,
  ...remote.en,
  ...upkeep.en,
  ...handOver.en,
  ...audit.en,
  ...errors.en,
};

export type AdminKey = keyof typeof en;
export type AdminLocalizer = LocalizerOf<AdminKey>;

const french: Record<AdminKey, string> = {
  ...panelFr,
  ...shell.fr,
  ...places.fr,
  ...devices.fr,
  ...members.fr,
  ...homeAssistant.fr,
  ...rules.fr,
  ...remote.fr,
  ...upkeep.fr,
  ...handOver.fr,
  ...audit.fr,
  ...errors.fr,
};

/** A line must not begin with the mark that French sets apart from the word before it, nor end after «. */
const fr = Object.fromEntries(
  Object.entries(french).map(([key, text]) => [key, text.replace(/ (?=[?!:;»])|(?<=«) /g, "\u00a0")]),
) as Record<AdminKey, string>;

/** For the test that compares the languages. */
export const adminTexts = { en, fr };

export function adminLocalizer(locale: string): AdminLocalizer {
  return localizerOf(locale, adminTexts);
}

/** Keys that come in two forms: `x.one` and `x.many`. */
type Counted = { [K in AdminKey]: K extends `${infer Base}.many` ? Base : never }[AdminKey];

/** "1 unit", "2 units", as the language counts: French says 0 in the singular. */
export function counted(t: AdminLocalizer, base: Counted, count: number, values: Record<string, string> = {}): string {
  const form = new Intl.PluralRules(t.locale).select(count) === "one" ? "one" : "many";
  return t(`${base}.${form}` as AdminKey, { ...values, count: new Intl.NumberFormat(t.locale).format(count) });
}
