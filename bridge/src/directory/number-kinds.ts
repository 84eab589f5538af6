/**
 * Which of some caller patterns a telephone number can fit, and which of them together: decided over every number that a
 * gateway may present, not by looks.
 */
import { accepts, type GlobToken, globMatches, globTokens } from "./glob.ts";

/** What Kamailio takes for a caller's number (its route IDENTITY): this text, or `+` or not and 3 to 15 digits. */
const WITHHELD = "anonymous";
const SHORTEST = 3;
const LONGEST = 15;
const PLUS = codeOf("+");
const DIGITS = [..."0123456789"].map(codeOf);
/** Patterns that are this entangled are not worth the time: nothing is claimed about them. */
const MOST_STATES = 20_000;

export function canMatchNumber(pattern: string): boolean {
  // A single pattern has too few states to be given up.
  return (numberKinds([pattern]) ?? []).some(([fits]) => fits === true);
}

/** For each way in which a number can fit some of the patterns and not the others: whether it fits, by pattern. null: too entangled. */
export function numberKinds(patterns: readonly string[]): boolean[][] | null {
  const kinds = new Map<string, boolean[]>();
  const note = (fits: boolean[]): void => void kinds.set(fits.join(), fits);
  note(patterns.map((pattern) => globMatches(pattern, WITHHELD)));
  // An unclosed set matches nothing, and so does a set that no character is in.
  const automata = patterns.map((pattern) => globTokens(pattern) ?? NOTHING);
  const digits = representatives(automata);
  const start = automata.map((tokens) => closure(tokens, [0]));
  const afterPlus = automata.map((tokens, at) => step(tokens, start[at] ?? [], PLUS));
  let front = new Map([start, afterPlus].map((states) => [keyOf(states), states]));
  let looked = 0;
  for (let length = 1; length <= LONGEST; length++) {
    const next: typeof front = new Map();
    for (const states of front.values()) {
      for (const digit of digits) {
        const after = automata.map((tokens, at) => step(tokens, states[at] ?? [], digit));
        next.set(keyOf(after), after);
        if (++looked > MOST_STATES) return null;
      }
    }
    front = next;
    if (length < SHORTEST) continue;
    for (const states of front.values()) note(automata.map((tokens, at) => (states[at] ?? []).includes(tokens.length)));
  }
  return [...kinds.values()];
}

const NOTHING: GlobToken[] = [{ type: "set", has: () => false }];

/** One digit for all that every token of every pattern treats alike. */
function representatives(automata: readonly GlobToken[][]): number[] {
  const tokens = automata.flat().filter((token) => token.type !== "any");
  const byTreatment = new Map<string, number>();
  for (const digit of DIGITS) byTreatment.set(tokens.map((token) => Number(accepts(token, digit))).join(""), digit);
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
