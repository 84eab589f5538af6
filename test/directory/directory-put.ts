/** A site's directory as a test writes it, in the form that control takes. */
import type { DirectoryAccount, DirectoryPut, DirectoryRule, DirectoryUnit } from "../../infra/control/src/wire.ts";
import { defaultPassword, ha1 } from "../lab/edge.ts";

export interface DirectoryDraft {
  units?: DirectoryUnit[];
  /** An account's password is `<username>-password` unless given. */
  accounts?: (Pick<DirectoryAccount, "username" | "unit"> & Partial<DirectoryAccount> & { password?: string })[];
  rules?: (Pick<DirectoryRule, "unit"> & Partial<DirectoryRule>)[];
}

/** The body of `PUT /v1/directory` for a domain. */
export function directoryPut(domain: string, revision: number, draft: DirectoryDraft = {}): DirectoryPut {
  const { units = [], accounts = [], rules = [] } = draft;
  return {
    revision,
    units,
    accounts: accounts.map(({ password, ...account }) => ({
      type: "panel",
      enabled: true,
      ha1: ha1(account.username, domain, password ?? defaultPassword(account.username)),
      ...account,
    })),
    rules: rules.map((rule) => ({
      position: 0,
      sourcePattern: "*",
      action: "ring",
      target: null,
      ringSeconds: 20,
      windows: [],
      enabled: true,
      ...rule,
    })),
    clock: [{ fromUnix: 0, offsetSeconds: 3_600 }],
  };
}

/** A door that may call unit401 with two panels and a phone. */
export function smallBuilding(): Required<DirectoryDraft> {
  return {
    units: [
      { name: "unit401", kind: "residential" },
      { name: "entrance", kind: "door" },
    ],
    accounts: [
      { username: "panel-1", unit: "unit401" },
      { username: "panel-2", unit: "unit401" },
      { username: "phone-1", unit: "unit401", type: "mobile" },
      { username: "door-1", unit: "entrance", type: "door" },
    ],
    rules: [{ unit: "unit401" }, { unit: "entrance" }],
  };
}
