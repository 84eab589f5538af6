/** Making, changing and removing rows of the directory; who changes or removes one says which version was seen. */
import type {
  Account,
  AccountPatch,
  AccountWithPassword,
  Building,
  BuildingPatch,
  Door,
  DoorPatch,
  DoorWithPassword,
  NewAccount,
  NewBuilding,
  NewDoor,
  NewRule,
  NewSite,
  NewUnit,
  Removal,
  Rule,
  RulePatch,
  Site,
  SitePatch,
  Unit,
  UnitPatch,
} from "../../../bridge/src/api/directory.ts";
import type { Api } from "./api.ts";

/** Noun of the API's path → what is sent and what comes back. */
interface Nouns {
  sites: { fresh: NewSite; made: Site; patch: SitePatch; row: Site };
  buildings: { fresh: NewBuilding; made: Building; patch: BuildingPatch; row: Building };
  units: { fresh: NewUnit; made: Unit; patch: UnitPatch; row: Unit };
  doors: { fresh: NewDoor; made: DoorWithPassword; patch: DoorPatch; row: Door };
  accounts: { fresh: NewAccount; made: AccountWithPassword; patch: AccountPatch; row: Account };
  rules: { fresh: NewRule; made: Rule; patch: RulePatch; row: Rule };
}
type Noun = keyof Nouns;

export type { Account, AccountWithPassword, Removal, Rule };

export function fetchRow<N extends Noun>(api: Api, noun: N, id: string): Promise<Nouns[N]["row"]> {
  return api.get(`api/${noun}/${id}`);
}

export function addRow<N extends Noun>(api: Api, noun: N, fresh: Nouns[N]["fresh"]): Promise<Nouns[N]["made"]> {
  return api.send("POST", `api/${noun}`, fresh);
}

/** Throws ApiError 412 with `details.current` when somebody else edited the row since `version`. */
export function changeRow<N extends Noun>(
  api: Api,
  noun: N,
  id: string,
  version: number | undefined,
  patch: Nouns[N]["patch"],
): Promise<Nouns[N]["row"]> {
  return api.send("PATCH", `api/${noun}/${id}`, patch, { version });
}

/** Tells what goes along, and changes nothing. */
export function fetchRemoval(
  api: Api,
  noun: "buildings" | "units" | "doors" | "accounts",
  id: string,
): Promise<Removal> {
  return api.get(`api/${noun}/${id}/removal`);
}

export function removeRow(api: Api, noun: Noun, row: { id: string; version: number }): Promise<unknown> {
  return api.send("DELETE", `api/${noun}/${row.id}`, {}, { version: row.version });
}

/** A new password, in this reply only; the old one is void. */
export function renewPassword(api: Api, account: Account): Promise<AccountWithPassword> {
  return api.send("POST", `api/accounts/${account.id}/password`, {}, { version: account.version });
}

/** Rules of a unit or a door in their order, or of the whole site. */
export function fetchRules(api: Api, of: { unitId: string } | { siteId: string }): Promise<Rule[]> {
  return api.get(`api/rules?${new URLSearchParams(of)}`);
}

/** Logins of a unit or a door. */
export function fetchAccounts(api: Api, of: { unitId: string } | { siteId: string }): Promise<Account[]> {
  return api.get(`api/accounts?${new URLSearchParams(of)}`);
}
