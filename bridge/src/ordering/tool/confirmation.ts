/** From a cart to an order: read back, confirmed, and what may stand against it at this moment. */
import { pickupProblem, pickupSlots } from "../opening.ts";
import type { Sentence } from "../order-desk.ts";
import { type OrderData, totalCents } from "../order-machine.ts";
import { collectionWords } from "../speech/collection-words.ts";
import { moneyWords, numberWords } from "../speech/number-words.ts";
import { oneStop, phrases, readBack } from "../speech/sentences.ts";
import { MOST_SLOTS, missingDetail, notThen } from "./details.ts";
import { countOf, isServed, priceLine } from "./priced-line.ts";
import type { ToolContext, ToolResult, ToolRun } from "./tool-run.ts";

/** Read-backs in a row that the caller did not hear to the end; then a person takes the call. */
const MOST_CUT = 3;

export function askReadBack(run: ToolRun): ToolResult {
  const { context } = run;
  takeMenuAsItIs(run);
  // "As soon as possible" is the soonest time at this moment, also when it was said some minutes ago.
  const soonest = run.data.pickup?.asap ? pickupSlots(context, 1)[0] : undefined;
  if (soonest !== undefined && soonest !== run.data.pickup?.atMs) {
    run.apply({ type: "details-set", pickup: { atMs: soonest, asap: true } });
  }
  const problems = problemsOf(run);
  run.apply({ type: "read-back-asked", mark: run.context.mark, problems: problems.map(({ code }) => code) });
  const first = problems[0];
  if (run.lastRefusal())
    return run.refuse(first?.code ?? run.lastRefusal() ?? "", first?.say ?? run.question() ?? run.say.emptyCart);
  return run.done(readBackSentence(run, run.context.mark));
}

/** The menu may have changed in mid-call: what is read back, and from then on stands, is its price and choices of now. */
function takeMenuAsItIs(run: ToolRun): void {
  for (const line of run.data.lines) {
    const options = line.options.map(({ optionId }) => optionId);
    const now = priceLine(run, line.itemId, line.quantity, options, line.note, line.line);
    // What cannot be sold any more is a problem of the whole order, and told as such.
    if ("problem" in now) continue;
    const isSame = now.unitPriceCents === line.unitPriceCents && now.missing.length === line.missing.length;
    if (!isSame) run.apply({ type: "line-changed", line: line.line, to: now });
  }
}

function readBackSentence(run: ToolRun, mark: string): Sentence {
  const { name, note, pickup } = run.data;
  const { nowMs, clock, language } = run.context;
  const collection = collectionWords(pickup?.atMs ?? nowMs, nowMs, clock, language);
  return readBack({ cart: run.cart, name, note, collection }, language, mark);
}

export function confirmOrder(run: ToolRun): ToolResult {
  const problems = problemsOf(run);
  run.apply({ type: "confirm-asked", problems: problems.map(({ code }) => code) });
  const refused = run.lastRefusal();
  const first = problems[0];
  if (refused === "problems" && first) return run.refuse(first.code, first.say);
  if (refused) {
    // Whoever always speaks into it would hear it for ever.
    if (refused === "not_played" && run.apply({ type: "misunderstood" }).data.misunderstood >= MOST_CUT) {
      return run.handOver("misunderstood", run.say.handOver);
    }
    // Not heard to the end, or not answered: it is read once more, as it stands.
    const { readBack: asked } = run.data;
    return run.refuse(refused, asked ? readBackSentence(run, asked.mark) : run.say.hearFirst);
  }
  return run.done(run.say.detailsNoted);
}

/** What is said once the order is stored under its number. */
export function committedSentence(context: ToolContext, data: OrderData, number: number, mark: string): Sentence {
  const { language, nowMs, clock } = context;
  const total = totalCents(data.lines);
  const text = phrases(language).committed(
    numberWords(number, language),
    collectionWords(data.pickup?.atMs ?? nowMs, nowMs, clock, language),
    moneyWords(total, language),
  );
  return { text: oneStop(text), language, cents: [total], exact: true, mark };
}

/** Whatever stands against the order at this moment, most important first. */
function problemsOf(run: ToolRun): { code: string; say: string }[] {
  const { context, data, say } = run;
  const problems: { code: string; say: string }[] = [];
  // A pause keeps new calls away; who is on the phone already may finish.
  if (!context.open) problems.push({ code: "closed", say: say.closed });
  for (const line of data.lines) {
    const item = context.menu.item(line.itemId);
    if (!item || context.menu.isSoldOut(line.itemId)) problems.push({ code: "sold_out", say: say.soldOut(line.name) });
    else if (!isServed(context, item, data.pickup?.atMs ?? null)) {
      problems.push({ code: "not_served_then", say: say.notNow(line.name) });
    }
    for (const option of line.options) {
      const group = item?.groupIds.includes(option.groupId) ? context.menu.group(option.groupId) : null;
      const isThere = group?.options.some(({ id }) => id === option.optionId) ?? false;
      if (!isThere || context.menu.isSoldOut(option.optionId))
        problems.push({ code: "sold_out", say: say.soldOut(option.name) });
    }
    if (countOf(data.lines, line.itemId) > context.settings.maxQuantity) {
      problems.push({
        code: "too_many",
        say: say.tooMany(numberWords(context.settings.maxQuantity, context.language)),
      });
    }
  }
  if (data.lines.length > context.settings.maxLines) problems.push({ code: "too_many_lines", say: say.tooManyLines });
  if (totalCents(data.lines) > context.settings.maxTotalCents) problems.push({ code: "too_large", say: say.tooLarge });
  const detail = missingDetail(run);
  if (detail) problems.push({ code: data.name === "" ? "name_missing" : "pickup_missing", say: detail });
  else if (data.pickup) {
    const wrong = pickupProblem(context, data.pickup.atMs);
    // Some minutes pass between read-back and "yes": a time that was right then is kept.
    const grace = wrong === "too_soon" && data.pickup.atMs > context.nowMs;
    if (wrong && !grace) problems.push({ code: wrong, say: notThen(run, pickupSlots(context, MOST_SLOTS)) });
  }
  return problems;
}
