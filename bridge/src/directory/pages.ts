/** An installer's long lists. */
import type { AccountLine, AccountPage, AccountPageQuery, UnitLine, UnitPage, UnitPageQuery } from "../api/page.ts";
import { AppError } from "../events/errors.ts";
import { toAccount } from "./accounts.ts";
import type { DirectoryContext } from "./edit.ts";
import { accountOf, buildingOf } from "./lookup.ts";

export interface Pages {
  units(query: UnitPageQuery): UnitPage;
  accounts(query: AccountPageQuery): AccountPage;
}

const PAGE = 100;

export function pages(context: DirectoryContext): Pages {
  const { store, registrations } = context;

  function unitLine(id: string): UnitLine {
    const unit = store.pages.unit(id);
    if (!unit) throw new AppError("UNKNOWN_UNIT", `there is nothing under the id ${id}`);
    const { usernames, ...line } = unit;
    const here = registrations.usernames(unit.siteId);
    return { ...line, registered: here && usernames.filter((username) => here.has(username)).length };
  }

  function accountLine(id: string): AccountLine {
    const row = accountOf(store, id);
    const place = row.unitId === null ? null : store.units.get(row.unitId);
    return {
      ...toAccount(context, row),
      buildingName: place ? buildingOf(store, place.buildingId).name : null,
      placeLabel: place?.label ?? null,
    };
  }

  /** SIP names that are registered at one site or at all of them. */
  function registeredNames(siteId: string | undefined): string[] {
    const sites = siteId === undefined ? store.sites.list().map(({ id }) => id) : [siteId];
    return sites.flatMap((id) => [...(registrations.usernames(id)?.keys() ?? [])]);
  }

  return {
    units: ({ limit = PAGE, offset = 0, cursor, ...filter }) => {
      const page = store.pages.units(filter, { limit, offset, cursor }) ?? refuseCursor();
      return { rows: page.ids.map(unitLine), next: page.next, total: page.total };
    },
    accounts: ({ limit = PAGE, offset = 0, cursor, registered, ...filter }) => {
      const usernames = registered && { names: registeredNames(filter.siteId), among: registered === "yes" };
      const page = store.pages.accounts({ ...filter, usernames }, { limit, offset, cursor }) ?? refuseCursor();
      return { rows: page.ids.map(accountLine), next: page.next, total: page.total };
    },
  };
}

function refuseCursor(): never {
  throw new AppError("INVALID_REQUEST", "this cursor is none of ours", {
    details: { "/querystring/cursor": "take next of the page before" },
    fields: { cursor: "MALFORMED" },
  });
}
