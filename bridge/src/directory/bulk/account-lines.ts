/** Accounts as lines. `place` is the SIP name of the unit or door. */
import { randomBytes } from "node:crypto";
import { type Static, Type } from "typebox";
import { AccountType, Ha1, SipName } from "../../../../infra/control/src/wire.ts";
import { DeviceInfo, Label } from "../../api/directory.ts";
import type { FieldCode } from "../../api/names.ts";
import { AppError } from "../../events/errors.ts";
import type { AccountRow } from "../../store/account-store.ts";
import { placeOf } from "../accounts.ts";
import { type DirectoryContext, refuseNumber, refuseTaken } from "../edit.ts";
import { TEST_ACCOUNT } from "../names.ts";
import { ACCOUNT_WORDS } from "./french-words.ts";
import { importKind, nothingYet, onLine, readBoolean, withoutDoubles } from "./line-check.ts";

const { vendor, model, mac, note } = DeviceInfo.properties;
const AccountLine = Type.Object(
  {
    username: SipName,
    type: AccountType,
    label: Label,
    place: Type.Union([SipName, Type.Literal("")]),
    enabled: Type.Boolean(),
    vendor,
    model,
    mac,
    note,
    ha1: Type.Union([Ha1, Type.Literal("")]),
  },
  { additionalProperties: false },
);
type AccountLine = Static<typeof AccountLine>;

export const accountLines = importKind<typeof AccountLine>({
  needed: ["username", "type", "label", "place"],
  columns: ["username", "type", "label", "place", "enabled", "vendor", "model", "mac", "note", "ha1"],
  words: ACCOUNT_WORDS,
  schema: AccountLine,
  read: ({ enabled = "", mac: address = "", ...cells }) => ({
    ...cells,
    enabled: readBoolean(enabled, true),
    mac: address.replace(/[:.\- ]/g, "").toUpperCase(),
  }),
  *write(context, siteId, rows) {
    const outcome = nothingYet();
    for (const row of withoutDoubles(rows, outcome, "username", ({ username }) => username)) {
      onLine(outcome, row.line, "place", () => put(context, siteId, row));
      yield;
    }
    return outcome;
  },
  lines: ({ store }, siteId, logins) => {
    const names = new Map(store.units.list({ siteId }).map(({ id, name }) => [id, name]));
    return store.accounts.list({ siteId }).map(({ username, type, label, unitId, enabled, deviceInfo, ha1 }) => {
      const info = [deviceInfo.vendor, deviceInfo.model, deviceInfo.mac, deviceInfo.note];
      return [username, type, label, names.get(unitId ?? "") ?? "", enabled ? "yes" : "no", ...info, logins ? ha1 : ""];
    });
  },
});

function put(context: DirectoryContext, siteId: string, line: AccountLine): "added" | "changed" | "same" {
  const { store, newId, now } = context;
  const { username, type, label, enabled, place } = line;
  const deviceInfo = { vendor: line.vendor, model: line.model, mac: line.mac, note: line.note };
  const before = store.accounts.byUsername(siteId, username);
  if (before && before.type !== type) throw refusal("type", "the account is of another type", "OTHER_TYPE");
  const unit = place === "" ? null : store.units.byName(siteId, place);
  if (place !== "" && !unit) throw refusal("place", "no unit or door of this name", "UNKNOWN_PLACE");
  if (!before || before.unitId !== (unit?.id ?? null)) {
    const [unitId, doorId] = unit?.kind === "door" ? [null, unit.id] : [unit?.id ?? null, null];
    placeOf(store, siteId, type, unitId, doorId);
  }
  if (before) {
    const after = { ...before, unitId: unit?.id ?? null, label, enabled, deviceInfo, ha1: line.ha1 || before.ha1 };
    if (JSON.stringify(after) === JSON.stringify(before)) return "same";
    store.accounts.update(after);
    return "changed";
  }
  refuseNumber(username, "username");
  const isTest = type === "bridge" && username === TEST_ACCOUNT;
  if (unit?.name !== username && !isTest) refuseTaken(context, siteId, username, "username");
  store.accounts.insert({
    ...{ id: newId(), siteId, unitId: unit?.id ?? null, username, type, label, enabled, deviceInfo },
    ha1: line.ha1 || unknownLogin(),
    createdAtMs: now(),
  });
  return "added";
}

/** An HA1 of no password: the device gets its own when it is paired. */
function unknownLogin(): AccountRow["ha1"] {
  return randomBytes(16).toString("hex");
}

function refusal(column: string, message: string, code: FieldCode): AppError {
  return new AppError("ACCOUNT_PLACE", message, { fields: { [column]: code } });
}
