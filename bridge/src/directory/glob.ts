/**
 * SQLite's GLOB: `*` any text, `?` one character, `[a-c]` one of, `[^a-c]` none of, case-sensitive, no escapes. A `]`
 * right after `[` or `[^` is a member, a `-` at either end too, and an unclosed `[` matches nothing.
 */
export type GlobToken =
  | { type: "any" }
  | { type: "one" }
  | { type: "set"; has(c: number): boolean }
  | { type: "char"; c: number };

export function globMatches(pattern: string, text: string): boolean {
  return globOf(pattern)(text);
}

/** The pattern, read once for many texts. */
export function globOf(pattern: string): (text: string) => boolean {
  const tokens = parse(codePoints(pattern));
  if (!tokens) return () => false;
  if (tokens.length > 0 && tokens.every(({ type }) => type === "any")) return () => true;
  return (text) => matches(tokens, codePoints(text));
}

function matches(tokens: readonly GlobToken[], chars: readonly number[]): boolean {
  let at = 0;
  let token = 0;
  // The last `*` and where it stops; taking one character more there is the only way back that is ever needed.
  let star = -1;
  let starEnd = 0;
  while (at < chars.length) {
    const wanted = tokens[token];
    if (wanted?.type === "any") {
      star = token++;
      starEnd = at;
    } else if (wanted && accepts(wanted, chars[at] ?? 0)) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++starEnd;
    } else {
      return false;
    }
  }
  return tokens.slice(token).every(({ type }) => type === "any");
}

/** A pattern as its tokens; null: an unclosed set, which matches nothing. */
export function globTokens(pattern: string): GlobToken[] | null {
  return parse(codePoints(pattern));
}

/** `c` is a code point. */
export function accepts(token: Exclude<GlobToken, { type: "any" }>, c: number): boolean {
  switch (token.type) {
    case "one":
      return true;
    case "set":
      return token.has(c);
    case "char":
      return token.c === c;
  }
}

/** null: an unclosed set, which matches nothing. */
function parse(pattern: readonly number[]): GlobToken[] | null {
  const tokens: GlobToken[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? 0;
    if (c === code("*")) tokens.push({ type: "any" });
    else if (c === code("?")) tokens.push({ type: "one" });
    else if (c === code("[")) {
      const set = parseSet(pattern, i + 1);
      if (!set) return null;
      tokens.push({ type: "set", has: set.has });
      i = set.end;
    } else tokens.push({ type: "char", c });
  }
  return tokens;
}

/** The set that starts after its `[`; `end` is the index of its `]`. */
function parseSet(pattern: readonly number[], start: number): { has(c: number): boolean; end: number } | null {
  const inverted = pattern[start] === code("^");
  const ranges: Array<[number, number]> = [];
  let i = inverted ? start + 1 : start;
  const first = i;
  // What a `-` would range from; none at the start and right after a range.
  let prior: number | null = null;
  for (; i < pattern.length && (pattern[i] !== code("]") || i === first); i++) {
    const c = pattern[i] ?? 0;
    const next = pattern[i + 1];
    if (c === code("-") && next !== undefined && next !== code("]") && prior !== null) {
      ranges.push([prior, next]);
      prior = null;
      i++;
    } else {
      ranges.push([c, c]);
      // A leading `]` is a member, but no range starts from it.
      prior = c === code("]") && i === first ? null : c;
    }
  }
  if (i >= pattern.length) return null;
  return { has: (c) => ranges.some(([from, to]) => c >= from && c <= to) !== inverted, end: i };
}

function code(char: string): number {
  return char.charCodeAt(0);
}

function codePoints(text: string): number[] {
  const points: number[] = [];
  for (const char of text) points.push(char.codePointAt(0) ?? 0);
  return points;
}
