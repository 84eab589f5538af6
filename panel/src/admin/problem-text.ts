/** What happened and what next, for an error of the API. */
import { ApiError } from "../data/api.ts";
import { type AdminKey, type AdminLocalizer, adminTexts } from "../localize/admin.ts";

export function problemText(error: unknown, t: AdminLocalizer): string {
  const code = error instanceof ApiError ? error.code : "INTERNAL";
  return codeText("error", code, t) ?? t("error.other", { code });
}

/** Why a field was refused. */
export function fieldText(code: string, t: AdminLocalizer): string {
  return codeText("field", code, t) ?? codeText("error", code, t) ?? t("field.OTHER", { code });
}

function codeText(prefix: "error" | "field", code: string, t: AdminLocalizer): string | null {
  const key = `${prefix}.${code}`;
  return isKey(key) ? t(key) : null;
}

/** Why the server refuses a row; the code itself where we have no sentence. */
export function conflictText(name: string, problem: string, t: AdminLocalizer): string {
  const key = `site.conflict.${problem}`;
  return isKey(key) ? t(key, { name }) : t("site.conflict", { name, problem });
}

/** What the log calls a thing or what was done with it; its own word when we have none. */
export function loggedWord(kind: "noun" | "verb" | "field-of", word: string, t: AdminLocalizer): string {
  const key = `${kind}.${word}`;
  return isKey(key) ? t(key) : word;
}

function isKey(key: string): key is AdminKey {
  return Object.hasOwn(adminTexts.en, key);
}
