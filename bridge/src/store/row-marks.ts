/** What every editable row of the directory carries; the store sets both. */
export interface RowMarks {
  /** 1, then one more with every update. */
  version: number;
  /** The site's directory revision that the last edit of the row made. */
  revision: number;
}

/** A row as it is given to the store. */
export type Unmarked<Row extends RowMarks> = Omit<Row, keyof RowMarks>;

export const MARKS = "version, revision";
/** The present revision of the row's site; the edit that is under way has raised it already. */
export const REVISION = revisionOf("@siteId");
export const MARK_UPDATE = `version = version + 1, revision = ${REVISION}`;

/** The same of the site whose id an expression of SQL is. */
export function revisionOf(siteId: string): string {
  return `coalesce((SELECT revision FROM provisioning WHERE site_id = ${siteId}), 1)`;
}
