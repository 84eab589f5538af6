/** Who can call at a site as it is now, as far as the rules of a unit tell callers apart. */
import { globMatches, globOf } from "./glob.ts";
import { numberKinds } from "./number-kinds.ts";
import type { Roster } from "./roster.ts";

export interface CallerKind {
  /** The account that calls, which is not rung itself; null: one of those that nothing names. */
  account: string | null;
  /** Whether it fits, by pattern. */
  fits: readonly boolean[];
}

/** `named`: accounts that matter for themselves, beside those that a pattern names. */
export type CallerKinds = (patterns: readonly string[], named: Iterable<string>) => CallerKind[];

/** Those who may fit some patterns: the others need not be looked at one by one. */
interface Candidates {
  among(name: string): boolean;
  many: number;
  /** How many of them fit which of the patterns. */
  counts: ReadonlyMap<string, number>;
}

/** Remembers what it looked up. */
export function callerKinds(roster: Roster): CallerKinds {
  const outside = roster.gateways();
  const candidates = remembering((patterns: readonly string[]): Candidates => {
    const all = new Set(patterns.map((pattern) => /^[^*?[]*/.exec(pattern)?.[0] ?? ""));
    // Each candidate starts with one of these and no other.
    const starts = [...all].filter((one) => ![...all].some((other) => other !== one && one.startsWith(other)));
    const names = starts.flatMap(roster.startingWith);
    const counts = new Map<string, number>();
    const globs = patterns.map(globOf);
    for (const name of names) count(counts, fitsOf(globs, name), 1);
    return { among: (name) => starts.some((one) => name.startsWith(one)), many: names.length, counts };
  });
  const numbers = remembering((patterns: readonly string[]) => numberKinds(patterns) ?? oneByOne(patterns));
  const isThere = (name: string) => roster.account(name)?.enabled === true;
  /** Which of the patterns fit an account that is none of these; each way once. */
  const others = (wild: readonly string[], accounts: readonly string[]): string[] => {
    const { among, many, counts } = candidates(wild);
    const left = new Map(counts);
    const globs = wild.map(globOf);
    const known = accounts.filter(among);
    for (const name of known) count(left, fitsOf(globs, name), -1);
    const isAnyElse = roster.hasMoreThan(many + accounts.length - known.length);
    const found = [...left].flatMap(([fits, howMany]) => (howMany > 0 ? [fits] : []));
    return [...new Set([...found, ...(isAnyElse ? ["0".repeat(wild.length)] : [])])];
  };
  return (patterns, named) => {
    // Everybody fits this one.
    const wild = [...new Set(patterns.filter((pattern) => isWild(pattern) && pattern !== "*"))];
    const wanted = [...patterns.filter((pattern) => !isWild(pattern)), ...named];
    const accounts = [...new Set([...wanted.filter(isThere), ...outside])];
    const rest = others(wild, accounts).map((fits) => ({
      account: null,
      fits: patterns.map((pattern) => pattern === "*" || fits[wild.indexOf(pattern)] === "1"),
    }));
    const known = accounts.map((account) => ({ account, fits: patterns.map((one) => globMatches(one, account)) }));
    // A gateway's call fits by its account or by the number that it presents.
    const byNumber = known.flatMap(({ account, fits }) =>
      outside.includes(account)
        ? numbers(patterns).map((number) => ({ account, fits: fits.map((own, at) => own || number[at] === true) }))
        : [],
    );
    return [...known, ...byNumber, ...rest];
  };
}

function isWild(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** "1" for each pattern that the name fits, "0" for each that it does not. */
function fitsOf(globs: readonly ((name: string) => boolean)[], name: string): string {
  return globs.map((fits) => Number(fits(name))).join("");
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

/** When it takes too long to say which go together: each pattern has a number of its own, so that no rule is called dead for it. */
function oneByOne(patterns: readonly string[]): boolean[][] {
  return patterns.map((_, at) => patterns.map((_pattern, other) => at === other));
}

function remembering<Args extends (string | readonly string[])[], Result>(
  work: (...args: Args) => Result,
): (...args: Args) => Result {
  const known = new Map<string, Result>();
  return (...args) => {
    const key = JSON.stringify(args);
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = work(...args);
    known.set(key, result);
    return result;
  };
}
