/** Several tools of one response: what one of them makes the phone do or say is not lost because another came after it. */
import type { Sentence, ToolAnswer } from "../ordering/order-desk.ts";

/** Said as it stands, and not by the model in its own words. */
export function isFixed({ exact, mark }: Sentence): boolean {
  return exact || mark !== null;
}

export function joinedAnswers(before: ToolAnswer | null, next: ToolAnswer): ToolAnswer {
  if (before === null) return next;
  const isLast = next.step.type !== "go-on" && before.step.type !== "hand-over";
  if (before.step.type !== "go-on" && !isLast) return { ...next, step: before.step, say: before.say };
  // A sentence that is about another state of the order is not true any more: an edit voids a read-back.
  if (!isFixed(before.say) || before.state !== next.state) return next;
  return { ...next, say: isFixed(next.say) ? inARow(before.say, next.say) : before.say };
}

/** Whoever waits for the end of a sentence waits for the last one. */
function inARow(one: Sentence, other: Sentence): Sentence {
  if (one.text === other.text || (one.mark !== null && other.mark !== null)) return other;
  const [first, last] = one.mark === null ? [one, other] : [other, one];
  return { ...last, text: `${first.text} ${last.text}`, cents: [...first.cents, ...last.cents] };
}
