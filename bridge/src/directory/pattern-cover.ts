/**
 * Whether one caller pattern's callers are all among those of others: decided over every name and number that can
 * call, not by looks. `intercom-*` is within `*`; `unit[12]*` is within `unit1*` and `unit2*` together.
 */
import { accepts, type GlobToken, globMatches, globTokens } from "./glob.ts";

/** Names and numbers that Kamailio lets call: `[A-Za-z0-9+][A-Za-z0-9._-]{0,39}`. */
const FIRST = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+"].map(codeOf);
const LATER = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"].map(codeOf);
const DIGITS = [..."0123456789"].map(codeOf);
const LONGEST = 40;
/** Patterns that are this entangled are not worth the time: nothing is claimed about them. */
const MOST_STATES = 20_000;

/** True when a number that a gateway may present fits: `+` or not, 3 to 15 digits, or `anonymous` (Kamailio's IDENTITY). */
export function canMatchNumber(pattern: string): boolean {
  if (globMatches(pattern, "anonymous")) return true;
  const tokens = globTokens(pattern);
  if (!tokens) return false;
  const start = closure(tokens, [0]);
  let positions = [...start, ...step(tokens, start, codeOf("+"))];
  for (let digits = 1; digits <= 15; digits++) {
    positions = [...new Set(DIGITS.flatMap((digit) => step(tokens, positions, digit)))];
    if (digits >= 3 && positions.includes(tokens.length)) return true;
  }
  return false;
}

/** True when every caller that fits `pattern` fits one of `others` too. False when that would take too long to say. */
export function isCovered(pattern: string, others: readonly string[]): boolean {
  const inner = globTokens(pattern);
  if (!inner) return true;
  const automata = [
    inner,
    ...others.flatMap((other) => [globTokens(other) ?? []].filter((tokens) => tokens.length > 0)),
  ];
  const start = automata.map((tokens) => closure(tokens, [0]));
  const first = representatives(automata, FIRST);
  const later = representatives(automata, LATER);
  let front = new Map([[keyOf(start), start]]);
  let looked = 0;
  for (let length = 1; length <= LONGEST && front.size > 0; length++) {
    const next: typeof front = new Map();
    for (const states of front.values()) {
      for (const c of length === 1 ? first : later) {
        const after = automata.map((tokens, at) => step(tokens, states[at] ?? [], c));
        if ((after[0] ?? []).length === 0) continue;
        const [isInner, ...isOther] = automata.map((tokens, at) => (after[at] ?? []).includes(tokens.length));
        // A caller that fits, and none of the others takes.
        if (isInner && !isOther.includes(true)) return false;
        next.set(keyOf(after), after);
        if (++looked > MOST_STATES) return false;
      }
    }
    front = next;
  }
  return true;
}

/** One character for all that every token of every pattern treats alike. */
function representatives(automata: readonly GlobToken[][], alphabet: readonly number[]): number[] {
  const tokens = automata.flat().filter((token) => token.type !== "any");
  const byTreatment = new Map<string, number>();
  for (const c of alphabet) {
    const treatment = tokens.map((token) => (accepts(token, c) ? "1" : "0")).join("");
    if (!byTreatment.has(treatment)) byTreatment.set(treatment, c);
  }
  return [...byTreatment.values()];
}

/** Positions in the pattern after one more character; its length: all of it has matched. */
function step(tokens: readonly GlobToken[], positions: readonly number[], c: number): number[] {
  const after = positions.flatMap((at) => {
    const token = tokens[at];
    if (!token) return [];
    if (token.type === "any") return [at];
    return accepts(token, c) ? [at + 1] : [];
  });
  return closure(tokens, after);
}

/** A `*` may match nothing. */
function closure(tokens: readonly GlobToken[], positions: readonly number[]): number[] {
  const all = new Set<number>();
  for (let at of positions) {
    all.add(at);
    while (tokens[at]?.type === "any") all.add(++at);
  }
  return [...all].toSorted((a, b) => a - b);
}

function keyOf(states: readonly number[][]): string {
  return states.map((positions) => positions.join(",")).join("|");
}

function codeOf(char: string): number {
  return char.codePointAt(0) ?? 0;
}
