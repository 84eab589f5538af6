/** Lines of the cart: added, changed, taken off. */
import type { CartLine } from "../../api/order.ts";
import { totalCents } from "../order-machine.ts";
import { lineText } from "../speech/sentences.ts";
import { priceLine } from "./priced-line.ts";
import type { ToolResult, ToolRun } from "./tool-run.ts";
import type { ToolArgs } from "./tools.ts";

export function addItem(
  run: ToolRun,
  { item_id, quantity, option_ids = [], note = "" }: ToolArgs<"add_item">,
): ToolResult {
  const { settings } = run.context;
  if (run.data.lines.length >= settings.maxLines) return run.handOver("too-large", run.say.tooManyLines);
  const priced = priceLine(run, item_id, quantity, option_ids, note);
  if ("problem" in priced) return priced;
  const before = totalCents(run.data.lines);
  if (before + priced.quantity * priced.unitPriceCents > settings.maxTotalCents) {
    return run.handOver("too-large", run.say.tooLarge);
  }
  run.apply({ type: "line-added", line: priced });
  const line = run.data.lines.at(-1);
  return afterEdit(run, line, run.say.added);
}

export function changeLine(
  run: ToolRun,
  { line: at, quantity, option_ids, note }: ToolArgs<"change_line">,
): ToolResult {
  const line = run.data.lines.find((one) => one.line === at);
  if (!line) return run.refuse("no_such_line", run.say.unknownLine);
  const options = option_ids ?? line.options.map(({ optionId }) => optionId);
  const priced = priceLine(run, line.itemId, quantity ?? line.quantity, options, note ?? line.note, at);
  if ("problem" in priced) return priced;
  const others = totalCents(run.data.lines) - line.totalCents;
  if (others + priced.quantity * priced.unitPriceCents > run.context.settings.maxTotalCents) {
    return run.handOver("too-large", run.say.tooLarge);
  }
  run.apply({ type: "line-changed", line: at, to: priced });
  return afterEdit(
    run,
    run.data.lines.find((one) => one.line === at),
    run.say.changed,
  );
}

export function removeLine(run: ToolRun, { line: at }: ToolArgs<"remove_line">): ToolResult {
  if (!run.data.lines.some((one) => one.line === at)) return run.refuse("no_such_line", run.say.unknownLine);
  run.apply({ type: "line-removed", line: at });
  // Not word for word: the model may have more to do ("take off the Reine and put a Calzone").
  const next = run.question() ?? (run.data.lines.length === 0 ? run.say.emptyCart : run.say.anythingElse);
  return run.done(`${run.say.removed} ${next}`);
}

function afterEdit(run: ToolRun, line: CartLine | undefined, sentence: (line: string) => string): ToolResult {
  const said = line ? sentence(lineText(line, run.context.language)) : run.say.detailsNoted;
  const question = run.question();
  return run.done(`${said} ${question ?? run.say.anythingElse}`);
}
