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

export function isKey(key: string): key is AdminKey {
  return Object.hasOwn(adminTexts.en, key);
}
