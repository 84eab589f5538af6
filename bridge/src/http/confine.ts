/**
 * Whoever manages one site from elsewhere stays within it. A route that does not say `elsewhere` is not for them; one
 * that does is used only with ids that are of their site, and with at least one of them, so that a route that names no
 * site is refused rather than open. Things of other sites are not there: the same 404 as for what never was.
 */
import type { FastifyRequest } from "fastify";
import type { TObject } from "typebox";
import type { Directory } from "../directory/directory.ts";
import type { Visitor } from "../directory/remote/grant-door.ts";
import { AppError, type ErrorCode } from "../events/errors.ts";

/**
 * `yes`: as far as the ids in it are of the site. `own`: the route itself shows only what is of the asker's site.
 * `backups`: for those who may take logins out.
 */
export type Elsewhere = "yes" | "own" | "backups";

type SiteOf = (directory: Directory, id: string) => { siteId: string; unknown: ErrorCode };

const site: SiteOf = (_directory, id) => ({ siteId: id, unknown: "UNKNOWN_SITE" });
const building: SiteOf = (directory, id) => ({
  siteId: directory.buildings.get(id).siteId,
  unknown: "UNKNOWN_BUILDING",
});
const unit: SiteOf = (directory, id) => ({ siteId: directory.units.get(id).siteId, unknown: "UNKNOWN_UNIT" });
const door: SiteOf = (directory, id) => ({ siteId: directory.doors.get(id).siteId, unknown: "UNKNOWN_DOOR" });
const account: SiteOf = (directory, id) => ({ siteId: directory.accounts.get(id).siteId, unknown: "UNKNOWN_ACCOUNT" });

/** First part of the path → whose ids it takes. */
const ROWS: Readonly<Record<string, SiteOf>> = {
  sites: site,
  buildings: building,
  units: unit,
  doors: door,
  accounts: account,
  provisioning: site,
  rules: (directory, id) => ({ siteId: directory.rules.get(id).siteId, unknown: "UNKNOWN_RULE" }),
  jobs: (directory, id) => ({ siteId: directory.bulk.job(id).siteId, unknown: "UNKNOWN_JOB" }),
  pairings: (directory, id) => ({ siteId: directory.pairings.get(id).siteId, unknown: "UNKNOWN_PAIRING" }),
  "test-rings": (directory, id) => ({ siteId: directory.testRings.get(id).siteId, unknown: "UNKNOWN_TEST" }),
};

/** A unit's or a door's id: both have accounts and rules. */
const unitOrDoor: SiteOf = (directory, id) => {
  try {
    return unit(directory, id);
  } catch {
    return { ...door(directory, id), unknown: "UNKNOWN_UNIT" };
  }
};

/** Fields of a query or body → the same. */
const FIELDS: Readonly<Record<string, SiteOf>> = {
  siteId: site,
  buildingId: building,
  unitId: unitOrDoor,
  doorId: door,
  accountId: account,
  accountIds: account,
};

/** Before the body is read. Throws NOT_FROM_ELSEWHERE. */
export function refuseElsewhere({ routeOptions }: FastifyRequest, { backups }: Visitor): void {
  const elsewhere = routeOptions.config.elsewhere;
  if (elsewhere === undefined || (elsewhere === "backups" && !backups)) refuse();
}

/** Once everything is validated. Throws NOT_FROM_ELSEWHERE and the site's UNKNOWN_…; fills in the site of a list. */
export function confine(request: FastifyRequest, directory: Directory, { siteId, backups }: Visitor): void {
  const { routeOptions } = request;
  const query = (request.query ?? {}) as Record<string, unknown>;
  const body = typeof request.body === "object" && request.body !== null ? request.body : {};
  if (query.logins !== undefined && !backups) refuse();
  const ids = [
    ...rowIds(routeOptions.url ?? "", request.params as Record<string, unknown>),
    ...fieldIds(query),
    ...fieldIds(body as Record<string, unknown>),
  ];
  for (const { siteOf, id } of ids) {
    const found = siteOf(directory, id);
    if (found.siteId !== siteId) throw new AppError(found.unknown, `there is nothing under the id ${id}`);
  }
  const { properties = {} } = (routeOptions.schema?.querystring ?? {}) as Partial<TObject>;
  if ("siteId" in properties) query.siteId = siteId;
  else if (ids.length === 0 && routeOptions.config.elsewhere !== "own") refuse();
}

function rowIds(url: string, { id }: Record<string, unknown>) {
  const siteOf = ROWS[url.split("/")[2] ?? ""];
  if (typeof id !== "string") return [];
  return siteOf ? [{ siteOf, id }] : refuse();
}

function fieldIds(values: Record<string, unknown>) {
  return Object.entries(FIELDS).flatMap(([name, siteOf]) =>
    [values[name]]
      .flat()
      .filter((id) => typeof id === "string")
      .map((id) => ({ siteOf, id })),
  );
}

function refuse(): never {
  throw new AppError("NOT_FROM_ELSEWHERE", "this is not done from elsewhere");
}
