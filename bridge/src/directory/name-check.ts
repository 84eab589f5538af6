/** May a unit, door or account have this SIP name? Asked by forms while somebody types. */
import type { NameAnswer, NameQuestion } from "../api/names.ts";
import { type DirectoryContext, isTaken } from "./edit.ts";
import { sipNameCode } from "./field-codes.ts";
import { siteOf } from "./lookup.ts";
import { looksLikeNumber, plainName } from "./names.ts";

export type NameCheck = (question: NameQuestion) => NameAnswer;

export function nameCheck(context: DirectoryContext): NameCheck {
  const { store } = context;
  return ({ siteId, noun, name, rowId }) => {
    siteOf(store, siteId);
    const taken = isTaken(context, siteId);
    const suggestion = () => plainName(name, (candidate) => taken(candidate) || looksLikeNumber(candidate));
    const malformed = sipNameCode(name);
    if (malformed) return { ok: false, code: malformed, suggestion: suggestion() };
    // A door's station has its name.
    if (noun !== "unit" && looksLikeNumber(name)) return { ok: false, code: "NAME_RESERVED", suggestion: suggestion() };
    const own = [store.units.alike(siteId, name)?.id, store.accounts.alike(siteId, name)?.id];
    if (own.every((id) => id === undefined) ? taken(name) : own.some((id) => id !== undefined && id !== rowId)) {
      return { ok: false, code: "NAME_TAKEN", suggestion: suggestion() };
    }
    return { ok: true, code: null, suggestion: null };
  };
}
