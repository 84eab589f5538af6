/** Where a list's rows come from: an array that is here, or pages that are fetched as somebody scrolls to them. */

export interface ListSource<Row> {
  /** Rows that fit the search; null: not known yet. */
  readonly total: number | null;
  readonly search: string;
  /** What went wrong the last time; the list offers to try again. */
  readonly failure: unknown;
  /** undefined: not fetched yet. */
  at(index: number): Row | undefined;
  /** These rows are on the screen. */
  ensure(first: number, last: number): void;
  setSearch(text: string): void;
  /** Fetches anew what is shown, and keeps showing it until then. */
  reload(): void;
  subscribe(listener: () => void): () => void;
}

abstract class Announcing {
  private readonly listeners = new Set<() => void>();

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  protected announce(): void {
    for (const listener of this.listeners) listener();
  }
}

/** Case and accents do not matter, the order of the words neither. */
export function wordsMatch(search: string, text: string): boolean {
  const plain = folded(text);
  return folded(search)
    .split(/\s+/)
    .every((word) => plain.includes(word));
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

export class ArraySource<Row> extends Announcing implements ListSource<Row> {
  readonly failure = null;
  search = "";
  private rows: readonly Row[] = [];
  private found: readonly Row[] | null = null;
  private readonly textOf: (row: Row) => string;

  constructor(textOf: (row: Row) => string) {
    super();
    this.textOf = textOf;
  }

  get total(): number | null {
    return this.found?.length ?? null;
  }

  set(rows: readonly Row[]): void {
    if (rows === this.rows && this.found !== null) return;
    this.rows = rows;
    this.find();
  }

  at(index: number): Row | undefined {
    return this.found?.[index];
  }

  ensure(): void {}

  reload(): void {}

  setSearch(text: string): void {
    this.search = text;
    this.find();
  }

  private find(): void {
    this.found =
      this.search.trim() === "" ? this.rows : this.rows.filter((row) => wordsMatch(this.search, this.textOf(row)));
    this.announce();
  }
}

export interface Page<Row> {
  rows: Row[];
  total: number;
}

/** Fetches the rows of a search from a place on. */
export type FetchPage<Row> = (
  query: { search: string; offset: number; limit: number },
  signal: AbortSignal,
) => Promise<Page<Row>>;

/** A screenful and some. */
const PAGE_ROWS = 50;
/** Quicker than a person notices, slower than a person types. */
const TYPING_MS = 120;

/** Only the pages that somebody has looked at are here; whoever jumps to the end fetches the last one. */
export class PagedSource<Row> extends Announcing implements ListSource<Row> {
  total: number | null = null;
  search = "";
  failure: unknown = null;
  private rows = new Map<number, Row>();
  private first = 0;
  private last = 0;
  private fetching: AbortController | null = null;
  private typing: ReturnType<typeof setTimeout> | undefined;
  private readonly fetchPage: FetchPage<Row>;

  constructor(fetchPage: FetchPage<Row>) {
    super();
    this.fetchPage = fetchPage;
  }

  at(index: number): Row | undefined {
    return this.rows.get(index);
  }

  ensure(first: number, last: number): void {
    this.first = first;
    this.last = last;
    if (this.fetching !== null || this.failure !== null) return;
    const missing = this.missing();
    if (missing !== null) void this.fetchFrom(missing, false);
  }

  setSearch(text: string): void {
    this.search = text;
    this.first = 0;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.reload(), TYPING_MS);
    this.announce();
  }

  reload(): void {
    this.fetching?.abort();
    this.failure = null;
    void this.fetchFrom(pageAt(this.first), true);
  }

  /** Where the first page begins that is on the screen and not in `rows`; null: all is there. */
  private missing(rows: ReadonlyMap<number, Row> = this.rows): number | null {
    if (this.total === null) return pageAt(this.first);
    for (let index = this.first; index < Math.min(this.last, this.total); index++) {
      if (!rows.has(index)) return pageAt(index);
    }
    return null;
  }

  /** `fresh`: what is here is shown until the whole screen is there anew, and then forgotten. */
  private async fetchFrom(start: number, fresh: boolean): Promise<void> {
    const fetching = new AbortController();
    this.fetching = fetching;
    try {
      const rows = fresh ? new Map<number, Row>() : this.rows;
      for (let offset: number | null = start; offset !== null; ) {
        const page = await this.fetchPage({ search: this.search.trim(), offset, limit: PAGE_ROWS }, fetching.signal);
        if (fetching.signal.aborted) return;
        // Somebody made or removed rows: every place may be another's.
        if (page.total !== this.total) rows.clear();
        this.total = page.total;
        for (const [at, row] of page.rows.entries()) rows.set(offset + at, row);
        offset = page.rows.length === 0 ? null : this.missing(rows);
        if (fresh && offset !== null) continue;
        this.rows = rows;
        this.announce();
      }
    } catch (error) {
      if (fetching.signal.aborted) return;
      this.failure = error;
    } finally {
      if (this.fetching === fetching) this.fetching = null;
    }
    this.announce();
  }
}

function pageAt(index: number): number {
  return index - (index % PAGE_ROWS);
}
