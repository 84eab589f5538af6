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
  next: string | null;
  total: number;
}

/** Fetches the page of a search behind a cursor. */
export type FetchPage<Row> = (
  query: { search: string; cursor: string | null; limit: number },
  signal: AbortSignal,
) => Promise<Page<Row>>;

/** A screenful and some; who jumps to the end gets there in larger steps. */
const PAGE_ROWS = 200;
const FAR_PAGE_ROWS = 500;
/** Quicker than a person notices, slower than a person types. */
const TYPING_MS = 120;

/** The cursor leads from page to page, so a far row needs those before it: they are fetched one after the other. */
export class PagedSource<Row> extends Announcing implements ListSource<Row> {
  total: number | null = null;
  search = "";
  failure: unknown = null;
  private rows: Row[] = [];
  private next: string | null = null;
  private wanted = 0;
  private fetching: AbortController | null = null;
  private typing: ReturnType<typeof setTimeout> | undefined;
  private readonly fetchPage: FetchPage<Row>;

  constructor(fetchPage: FetchPage<Row>) {
    super();
    this.fetchPage = fetchPage;
  }

  at(index: number): Row | undefined {
    return this.rows[index];
  }

  ensure(_first: number, last: number): void {
    this.wanted = last;
    if (this.fetching === null && this.failure === null && this.isShort()) void this.fetchOn(false);
  }

  setSearch(text: string): void {
    this.search = text;
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.reload(), TYPING_MS);
    this.announce();
  }

  reload(): void {
    this.fetching?.abort();
    this.failure = null;
    void this.fetchOn(true);
  }

  private isShort(): boolean {
    if (this.total === null) return true;
    return this.next !== null && this.rows.length <= Math.min(this.wanted, this.total - 1);
  }

  private async fetchOn(fresh: boolean): Promise<void> {
    const fetching = new AbortController();
    this.fetching = fetching;
    try {
      // As many as were shown, so that the place does not jump when one row in the middle was edited.
      let rows: Row[] = fresh ? [] : this.rows;
      let cursor = fresh ? null : this.next;
      do {
        const query = {
          search: this.search.trim(),
          cursor,
          limit: this.wanted - rows.length > PAGE_ROWS ? FAR_PAGE_ROWS : PAGE_ROWS,
        };
        const page = await this.fetchPage(query, fetching.signal);
        if (fetching.signal.aborted) return;
        rows = [...rows, ...page.rows];
        cursor = page.next;
        this.total = page.total;
        if (!fresh || cursor === null || rows.length > this.wanted) {
          this.rows = rows;
          this.next = cursor;
          this.announce();
        }
      } while (cursor !== null && rows.length <= this.wanted);
      this.rows = rows;
      this.next = cursor;
    } catch (error) {
      if (fetching.signal.aborted) return;
      this.failure = error;
    } finally {
      if (this.fetching === fetching) this.fetching = null;
    }
    this.announce();
  }
}
