/** The texts of the restaurant's desk: loaded with it. Both languages stand side by side. */
import type { AdminKey } from "./admin.ts";
import { adminTexts } from "./admin.ts";
import * as board from "./desk/board.ts";
import * as menu from "./desk/menu.ts";
import * as settings from "./desk/settings.ts";
import { type LocalizerOf, localizerOf } from "./localize.ts";

const own = { ...board.en, ...menu.en, ...settings.en };

export type DeskKey = AdminKey | keyof typeof own;
export type DeskLocalizer = LocalizerOf<DeskKey>;

const en: Record<DeskKey, string> = { ...adminTexts.en, ...own };
const fr: Record<DeskKey, string> = { ...adminTexts.fr, ...board.fr, ...menu.fr, ...settings.fr };

/** For the test that compares the languages. */
export const deskTexts = { en, fr };

/** `timeZone`: the restaurant's, so that a time reads as the caller was told it, wherever the reader is. */
export function deskLocalizer(locale: string, timeZone?: string): DeskLocalizer {
  return localizerOf(locale, deskTexts, timeZone);
}

export function isDeskKey(key: string): key is DeskKey {
  return Object.hasOwn(en, key);
}
