/**
 * The rows of a long list in memory, in their order, with what they are found by as one text: SQLite would look at each row for every
 * search and every count, this looks only at those that have the word. Finding 1 or 60 of 10,000 rows takes some microseconds, all of them
 * some hundreds.
 */

export interface ListedRow {
  id: string;
  /** As `searchText` makes it: without line ends. */
  text: string;
}

export interface Wanted<Row> {
  /** Another one whenever `isWanted` answers otherwise for a row that has not changed; null: it may at any time. */
  key: string | null;
  isWanted(row: Row): boolean;
}

export class RowList<Row extends ListedRow> {
  private readonly compare: (a: Row, b: Row) => number;
  private readonly byId = new Map<string, Row>();
  private rows: Row[] = [];
  /** Every row's text, each with a line end. */
  private text = "";
  /** Where each row's text starts, and where the last one ends. */
  private starts = [0];
  private wanted: { key: string | null; rows: Uint8Array } | null = null;
  private found = new Uint32Array(0);

  constructor(compare: (a: Row, b: Row) => number) {
    this.compare = compare;
  }

  /** All rows anew, in their order. */
  fill(rows: Row[]): void {
    this.rows = rows;
    this.text = rows.map(({ text }) => `${text}\n`).join("");
    this.byId.clear();
    this.starts = [0];
    let end = 0;
    for (const row of rows) {
      this.byId.set(row.id, row);
      end += row.text.length + 1;
      this.starts.push(end);
    }
    this.changed();
  }

  get(id: string): Row | undefined {
    return this.byId.get(id);
  }

  at(position: number): Row | undefined {
    return this.rows[position];
  }

  put(row: Row): void {
    this.remove(row.id);
    this.byId.set(row.id, row);
    this.splice(
      this.behind((other) => this.compare(other, row)),
      0,
      [row],
    );
  }

  remove(id: string): void {
    const row = this.byId.get(id);
    if (!row) return;
    this.byId.delete(id);
    this.splice(this.positionOf(row), 1, []);
  }

  /** The first position whose row `compare` puts behind what is looked for: for which it is positive. */
  behind(compare: (row: Row) => number): number {
    return firstWhere(this.rows.length, (position) => compare(this.rows[position] as Row) > 0);
  }

  /** Positions of the rows that have all these words and are wanted, in order; good until the next call. */
  find(words: readonly string[], wanted: Wanted<Row>): Uint32Array {
    const { found } = this;
    const isWanted = this.wantedRows(wanted);
    let count = 0;
    this.haveAll(words, (position) => {
      if (isWanted[position] === 1) found[count++] = position;
    });
    return found.subarray(0, count);
  }

  /** The same among these rows alone. */
  findAmong(ids: readonly string[], words: readonly string[], { isWanted }: Wanted<Row>): Uint32Array {
    const rows = ids.flatMap((id) => this.byId.get(id) ?? []);
    const fits = (row: Row) => isWanted(row) && words.every((word) => row.text.includes(word));
    return Uint32Array.from(rows.filter(fits).map((row) => this.positionOf(row))).sort();
  }

  /** Looks for each word from the row on that the others have led to: no row is looked at that has none of them. */
  private haveAll(words: readonly string[], take: (position: number) => void): void {
    const { starts, text } = this;
    const next = words.map(() => -1);
    const last = this.rows.length - 1;
    for (let position = 0; position <= last; position++) {
      for (let word = 0; word < words.length; word++) {
        const start = starts[position] as number;
        let at = next[word] as number;
        if (at < start) at = text.indexOf(words[word] as string, start);
        if (at < 0) return;
        next[word] = at;
        if (at < (starts[position + 1] as number)) continue;
        while ((starts[position + 1] as number) <= at) position++;
        word = -1;
      }
      take(position);
    }
  }

  /** By position, 1 or 0: the last answer, as long as the same rows are wanted of the same list. */
  private wantedRows({ key, isWanted }: Wanted<Row>): Uint8Array {
    if (key !== null && this.wanted?.key === key) return this.wanted.rows;
    const rows = Uint8Array.from(this.rows, (row) => (isWanted(row) ? 1 : 0));
    this.wanted = { key, rows };
    return rows;
  }

  private positionOf(row: Row): number {
    return this.behind((other) => this.compare(other, row)) - 1;
  }

  private changed(): void {
    this.wanted = null;
    if (this.found.length < this.rows.length) this.found = new Uint32Array(this.rows.length * 2);
  }

  private splice(position: number, removed: number, added: readonly Row[]): void {
    const from = this.starts[position] as number;
    const to = this.starts[position + removed] as number;
    const text = added.map((row) => `${row.text}\n`).join("");
    this.rows.splice(position, removed, ...added);
    this.text = this.text.slice(0, from) + text + this.text.slice(to);
    let end = from;
    const starts = added.map(({ text }) => (end += text.length + 1));
    this.starts.splice(position + 1, removed, ...starts);
    const moved = text.length - (to - from);
    for (let at = position + 1 + added.length; at < this.starts.length; at++) (this.starts[at] as number) += moved;
    this.changed();
  }
}

/** By halving: `isThere` is false up to some place and true from there on; `length` where it never is. */
export function firstWhere(length: number, isThere: (at: number) => boolean): number {
  let from = 0;
  for (let to = length; from < to; ) {
    const middle = (from + to) >> 1;
    if (isThere(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
