/** Who can call at a site as it is now, as far as the rules of a unit tell callers apart. */
import type { Store } from "../store/store.ts";
import { globMatches, globOf } from "./glob.ts";
import { numberKinds } from "./number-kinds.ts";

export interface CallerKind {
  /** The account that calls, which is not rung itself; null: one of those that nothing names. */
  account: string | null;
  /** Whether it fits, by pattern. */
  fits: readonly boolean[];
}

/** `named`: accounts that matter for themselves, beside those that a pattern names. */
export type CallerKinds = (siteId: string, patterns: readonly string[], named: Iterable<string>) => CallerKind[];

/** Remembers what it looked up: for one reading of the store. */
export function callerKinds(store: Store): CallerKinds {
  const gateways = remembering((siteId: string) => store.accounts.enabledNames(siteId, "gateway"));
  const everybody = remembering((siteId: string) => store.accounts.enabledNames(siteId));
  /** How many accounts fit which of the patterns. */
  const groups = remembering((siteId: string, patterns: readonly string[]) => {
    const counts = new Map<string, number>();
    const globs = patterns.map(globOf);
    for (const name of everybody(siteId)) count(counts, fitsOf(globs, name), 1);
    return counts;
  });
  const numbers = remembering((patterns: readonly string[]) => numberKinds(patterns) ?? oneByOne(patterns));
  const isThere = (siteId: string, name: string) => store.accounts.byUsername(siteId, name)?.enabled === true;
  /** Which of the patterns fit an account that is none of these; each way once. */
  const others = (siteId: string, wild: readonly string[], accounts: readonly string[]): string[] => {
    // Nearly all units: nobody has to be looked at one by one.
    if (wild.every((pattern) => pattern === "*"))
      return store.accounts.moreEnabledThan(siteId, accounts.length) ? ["1".repeat(wild.length)] : [];
    const left = new Map(groups(siteId, wild));
    const globs = wild.map(globOf);
    for (const name of accounts) count(left, fitsOf(globs, name), -1);
    return [...left].flatMap(([fits, howMany]) => (howMany > 0 ? [fits] : []));
  };
  return (siteId, patterns, named) => {
    const wild = [...new Set(patterns.filter(isWild))];
    const outside = gateways(siteId);
    const wanted = [...patterns.filter((pattern) => !isWild(pattern)), ...named];
    const accounts = [...new Set([...wanted.filter((name) => isThere(siteId, name)), ...outside])];
    const rest = others(siteId, wild, accounts).map((fits) => ({
      account: null,
      fits: patterns.map((pattern) => fits[wild.indexOf(pattern)] === "1"),
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
