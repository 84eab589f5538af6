/** Wrong guesses: ten a minute for each who asks, sixty for all together. */
import { AppError } from "../../events/errors.ts";

const WINDOW_MS = 60_000;
const EACH = 10;
const ALL = 60;

export interface Attempts {
  /** Throws TOO_MANY_ATTEMPTS. */
  refuseTooMany(who: string): void;
  noteWrong(who: string): void;
}

/** `steady`: a clock that nobody sets, ms. */
export function attempts(steady: () => number): Attempts {
  let wrong: { who: string; atMs: number }[] = [];
  return {
    refuseTooMany: (who) => {
      wrong = wrong.filter(({ atMs }) => steady() - atMs < WINDOW_MS);
      if (wrong.length < ALL && wrong.filter((one) => one.who === who).length < EACH) return;
      throw new AppError("TOO_MANY_ATTEMPTS", "too many wrong codes; try again in a minute", {
        details: { retryAfterS: WINDOW_MS / 1000 },
      });
    },
    noteWrong: (who) => {
      wrong.push({ who, atMs: steady() });
    },
  };
}
