/** Units of a site: found among ten thousand, made a hundred at a time. */
import type { NewUnitRange, UnitRangeReply } from "../../../bridge/src/api/bulk.ts";
import type { UnitLine, UnitPage } from "../../../bridge/src/api/page.ts";
import type { Api } from "./api.ts";

export type { NewUnitRange, UnitLine, UnitRangeReply };

export interface PageQuery {
  search: string;
  /** Rows before the page. */
  offset: number;
  limit: number;
}

/** A page of the site's units, in the order in which people count. */
export function fetchUnitPage(api: Api, siteId: string, query: PageQuery, signal?: AbortSignal): Promise<UnitPage> {
  return api.get(`api/units/page?${pageParams({ siteId }, query)}`, signal);
}

/** Makes all of a range or nothing; `dryRun` only looks. */
export function addUnitRange(api: Api, range: NewUnitRange): Promise<UnitRangeReply> {
  return api.send("POST", "api/units/range", range, { timeoutMs: 60_000 });
}

/** Query of a page; what is empty is left out. */
export function pageParams(of: Record<string, string>, { search, offset, limit }: PageQuery): URLSearchParams {
  const params = new URLSearchParams({ ...of, limit: String(limit) });
  if (search !== "") params.set("search", search);
  if (offset > 0) params.set("offset", String(offset));
  return params;
}
