/**
 * What a tool call means: from the model's arguments (data that anybody may have dictated) to events of the order and a
 * sentence. Prices, names and limits come from the menu and the line, never from the arguments. Pure.
 */
import { Check } from "typebox/value";
import { isOpen, type OrderData } from "../order-machine.ts";
import { addItem, changeLine, removeLine } from "./cart-edit.ts";
import { askReadBack, confirmOrder } from "./confirmation.ts";
import { pickupTimes, setDetails } from "./details.ts";
import { findItems, itemDetails } from "./menu-answer.ts";
import { type ToolContext, type ToolResult, ToolRun } from "./tool-run.ts";
import { isTool, TOOL_ARGS, type ToolArgs, type ToolName, toolsFor } from "./tools.ts";

export function runTool(context: ToolContext, data: OrderData, name: string, args: unknown): ToolResult {
  const run = new ToolRun(context, data);
  if (!isTool(name)) return run.refuse("unknown_tool", run.say.sorry);
  if (!toolsFor(data).includes(name)) return run.refuse("not_now", run.wrongMoment(name));
  const value = typeof args === "string" ? parseJson(args) : args;
  if (!Check(TOOL_ARGS[name], value)) return run.refuse("bad_arguments", run.say.again);
  return TOOLS[name](run, value);
}

const TOOLS: Record<ToolName, (run: ToolRun, args: unknown) => ToolResult> = {
  find_items: (run, args) => findItems(run, args as ToolArgs<"find_items">),
  item_details: (run, args) => itemDetails(run, args as ToolArgs<"item_details">),
  add_item: (run, args) => addItem(run, args as ToolArgs<"add_item">),
  change_line: (run, args) => changeLine(run, args as ToolArgs<"change_line">),
  remove_line: (run, args) => removeLine(run, args as ToolArgs<"remove_line">),
  set_details: (run, args) => setDetails(run, args as ToolArgs<"set_details">),
  pickup_times: (run, args) => pickupTimes(run, args as ToolArgs<"pickup_times">),
  read_back: askReadBack,
  confirm_order: confirmOrder,
  abandon_order: (run) => run.apply({ type: "abandoned" }).done(run.say.abandoned),
  another_order: (run) => run.apply({ type: "another-order" }).done(run.say.another),
  did_not_understand: (run) => misunderstood(run),
  hand_over: (run, args) => run.handOver((args as ToolArgs<"hand_over">).reason, run.say.handOver),
  emergency: (run, args) =>
    run.handOver("emergency", run.say.emergency(run.say.numbers[(args as ToolArgs<"emergency">).kind])),
  end_call: endCall,
};

/** Nobody is hung up on who believes that they have ordered: it is placed or given up first. */
function endCall(run: ToolRun): ToolResult {
  if (isOpen(run.data.state) && run.data.lines.length > 0) return run.refuse("not_ordered", run.say.notOrdered);
  return { ...run.done(run.say.goodbye), step: "hang-up" };
}

/** Nothing usable was said. The second time in a row a person takes the call. */
export function misunderstood(run: ToolRun): ToolResult {
  run.apply({ type: "misunderstood" });
  if (run.data.misunderstood >= 2) return run.handOver("misunderstood", run.say.handOver);
  // A noise after the read-back: "yes" to another question would not count, and everything would be read again.
  const wasHeard = run.data.readBack?.playedAtMs != null;
  return wasHeard ? run.answer(run.say.notUnderstood, null) : run.done(run.say.again);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
