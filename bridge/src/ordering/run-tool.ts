/**
 * What a tool call means: from the model's arguments (data that anybody may have dictated) to events of the order and a
 * sentence. Prices, names and limits come from the menu and the line, never from the arguments. Pure.
 */
import { Check } from "typebox/value";
import type { LineSettings } from "../api/line.ts";
import type { MenuItem } from "../api/menu.ts";
import type { Cart, CartLine, CartOption, Language } from "../api/order.ts";
import { type MenuIndex, nameIn } from "./menu/menu-index.ts";
import { localTime, nextAt, pickupProblem, pickupSlots, type SiteClock, within } from "./opening.ts";
import type { HandOverReason, Sentence } from "./order-desk.ts";
import {
  type OrderData,
  type OrderEvent,
  type PricedLine,
  totalCents,
  transition,
  unitPriceCents,
} from "./order-machine.ts";
import { moneyWords, numberWords, timeWords } from "./speech/number-words.ts";
import { lineText, list, phrases, plain, readBack } from "./speech/sentences.ts";
import { isTool, TOOL_ARGS, type ToolArgs, type ToolName, toolsFor } from "./tools.ts";

/** What the desk knows when a tool is called. */
export interface ToolContext {
  menu: MenuIndex;
  settings: LineSettings;
  clock: SiteClock;
  nowMs: number;
  language: Language;
  open: boolean;
  /** Pick-up times of the orders that are not gone. */
  pickups: readonly number[];
  /** Unique within the call: marks a read-back. */
  mark: string;
}

export interface ToolResult {
  data: OrderData;
  /** In order; already part of `data`. */
  events: OrderEvent[];
  problem: string | null;
  say: Sentence;
  /** What the model asked to know. */
  info: Record<string, unknown> | null;
  step: "go-on" | "hang-up" | { handOver: HandOverReason };
}

const MOST_SLOTS = 4;
const MOST_FOUND = 8;
const MOST_OPTIONS_SAID = 6;

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
  pickup_times: pickupTimes,
  read_back: askReadBack,
  confirm_order: confirmOrder,
  abandon_order: (run) => run.apply({ type: "abandoned" }).done(run.say.abandoned),
  another_order: (run) => run.apply({ type: "another-order" }).done(run.say.another),
  did_not_understand: (run) => misunderstood(run),
  hand_over: (run, args) => run.handOver((args as ToolArgs<"hand_over">).reason, run.say.handOver),
  emergency: (run, args) =>
    run.handOver("emergency", run.say.emergency(run.say.numbers[(args as ToolArgs<"emergency">).kind])),
  end_call: (run) => ({ ...run.done(run.say.goodbye), step: "hang-up" }),
};

/** Nothing usable was said. The second time in a row a person takes the call. */
export function misunderstood(run: ToolRun): ToolResult {
  run.apply({ type: "misunderstood" });
  return run.data.misunderstood >= 2 ? run.handOver("misunderstood", run.say.handOver) : run.done(run.say.again);
}

/** One run: the order as it becomes, and the events on the way. */
export class ToolRun {
  readonly context: ToolContext;
  readonly say: ReturnType<typeof phrases>;
  data: OrderData;
  private readonly events: OrderEvent[] = [];
  private refused: string | null = null;

  constructor(context: ToolContext, data: OrderData) {
    this.context = context;
    this.say = phrases(context.language);
    this.data = data;
  }

  get cart(): Cart {
    return { lines: [...this.data.lines], totalCents: totalCents(this.data.lines) };
  }

  apply(event: OrderEvent): this {
    const outcome = transition(this.data, event);
    this.data = outcome.data;
    this.refused = outcome.refused;
    this.events.push(event);
    return this;
  }

  lastRefusal(): string | null {
    return this.refused;
  }

  done(say: string | Sentence, info: Record<string, unknown> | null = null): ToolResult {
    return this.result(null, say, info);
  }

  refuse(problem: string, say: string | Sentence, info: Record<string, unknown> | null = null): ToolResult {
    return this.result(problem, say, info);
  }

  handOver(reason: HandOverReason, say: string): ToolResult {
    this.apply({ type: "handed-over", reason });
    return { ...this.done(say), step: { handOver: reason } };
  }

  /** Why a tool of another state is not there. */
  wrongMoment(name: ToolName): string {
    if (this.data.state === "committed" || this.data.state === "acknowledged") return this.say.orderClosed;
    if (this.data.lines.length === 0) return this.say.emptyCart;
    return name === "confirm_order" ? this.say.hearFirst : (this.question() ?? this.say.again);
  }

  /** Asks for the first choice that is still open; null: none is. */
  question(): string | null {
    for (const line of this.data.lines) {
      const open = line.missing[0];
      const group = open && this.context.menu.group(open.groupId);
      if (!group) continue;
      const options = group.options
        .filter(({ id }) => !this.context.menu.isSoldOut(id))
        .map((option) => nameIn(option, this.context.language));
      const said = options.length > MOST_OPTIONS_SAID ? [] : options;
      return this.say.choose(line.name, nameIn(group, this.context.language), said, group.max > 1);
    }
    return null;
  }

  times(slots: readonly number[]): string[] {
    return slots.map((atMs) => timeWords(localTime(atMs, this.context.clock).minuteOfDay, this.context.language));
  }

  private result(problem: string | null, say: string | Sentence, info: Record<string, unknown> | null): ToolResult {
    const sentence = typeof say === "string" ? plain(say, this.context.language) : say;
    return { data: this.data, events: this.events, problem, say: sentence, info, step: "go-on" };
  }
}

function findItems(run: ToolRun, { words }: ToolArgs<"find_items">): ToolResult {
  const wanted = folded(words).split(" ").filter(Boolean);
  const scored = run.context.menu.menu.items
    .map((item) => ({ item, score: scoreOf(item, wanted) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, MOST_FOUND);
  if (scored.length === 0) return run.refuse("not_found", run.say.unknownItem);
  const names = scored.map(({ item }) => nameIn(item, run.context.language));
  const found = scored.map(({ item }) => ({
    item_id: item.id,
    name: nameIn(item, run.context.language),
    price_cents: item.priceCents,
    sold_out: run.context.menu.isSoldOut(item.id),
  }));
  return run.done(list(names, run.say.or), { found });
}

/** Whole words count most; every wanted word adds. */
function scoreOf(item: MenuItem, wanted: readonly string[]): number {
  const text = folded([item.name, ...Object.values(item.names), item.description, item.id].join(" "));
  const words = new Set(text.split(" "));
  return wanted.reduce((sum, word) => sum + (words.has(word) ? 3 : word.length > 2 && text.includes(word) ? 1 : 0), 0);
}

function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

function itemDetails(run: ToolRun, { item_id }: ToolArgs<"item_details">): ToolResult {
  const { menu, language } = run.context;
  const item = menu.item(item_id);
  if (!item) return run.refuse("unknown_item", run.say.unknownItem);
  const name = nameIn(item, language);
  const words = item.allergens?.map((allergen) => run.say.allergens[allergen]) ?? [];
  const say =
    item.allergens === null
      ? run.say.askStaff(name)
      : words.length > 0
        ? run.say.contains(name, list(words, run.say.and))
        : run.say.containsNone(name);
  return run.done(say, {
    item_id,
    name,
    description: item.description,
    price_cents: item.priceCents,
    sold_out: menu.isSoldOut(item.id),
    allergens: item.allergens ?? "unknown: ask the staff",
    choices: menu.groupsOf(item).map((group) => ({
      name: nameIn(group, language),
      min: group.min,
      max: group.max,
      options: group.options.map((option) => ({
        option_id: option.id,
        name: nameIn(option, language),
        price_cents: option.priceCents,
        sold_out: menu.isSoldOut(option.id),
        allergens: option.allergens ?? "unknown: ask the staff",
      })),
    })),
  });
}

function addItem(run: ToolRun, { item_id, quantity, option_ids = [], note = "" }: ToolArgs<"add_item">): ToolResult {
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

function changeLine(run: ToolRun, { line: at, quantity, option_ids, note }: ToolArgs<"change_line">): ToolResult {
  const line = run.data.lines.find((one) => one.line === at);
  if (!line) return run.refuse("no_such_line", run.say.unknownLine);
  const options = option_ids ?? line.options.map(({ optionId }) => optionId);
  const priced = priceLine(run, line.itemId, quantity ?? line.quantity, options, note ?? line.note);
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

function removeLine(run: ToolRun, { line: at }: ToolArgs<"remove_line">): ToolResult {
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

/** The line as the menu makes it, or the reply that says why it cannot be. */
function priceLine(
  run: ToolRun,
  itemId: string,
  quantity: number,
  optionIds: readonly string[],
  note: string,
): PricedLine | ToolResult {
  const { menu, settings, language } = run.context;
  const item = menu.item(itemId);
  if (!item) return run.refuse("unknown_item", run.say.unknownItem);
  const name = nameIn(item, language);
  if (menu.isSoldOut(itemId)) return run.refuse("sold_out", run.say.soldOut(name));
  if (!isServed(run.context, item, run.data.pickup?.atMs ?? null))
    return run.refuse("not_served_now", run.say.notNow(name));
  if (quantity > settings.maxQuantity) {
    return run.refuse("too_many", run.say.tooMany(numberWords(settings.maxQuantity, language)));
  }
  const options: CartOption[] = [];
  for (const group of menu.groupsOf(item)) {
    const chosen = group.options.filter(({ id }) => optionIds.includes(id));
    if (chosen.length > group.max) return run.refuse("too_many_options", run.say.choiceInvalid(name));
    for (const option of chosen) {
      if (menu.isSoldOut(option.id)) return run.refuse("sold_out", run.say.soldOut(nameIn(option, language)));
      options.push({
        groupId: group.id,
        optionId: option.id,
        name: nameIn(option, language),
        priceCents: option.priceCents,
      });
    }
  }
  if (options.length !== new Set(optionIds).size) return run.refuse("unknown_option", run.say.choiceInvalid(name));
  return {
    itemId,
    name,
    gender: item.gender,
    quantity,
    options,
    note: tidy(note),
    taxRate: item.taxRate,
    unitPriceCents: unitPriceCents(item.priceCents, options),
    missing: menu
      .groupsOf(item)
      .filter(({ id, min }) => options.filter(({ groupId }) => groupId === id).length < min)
      .map(({ id, min, max, ...group }) => ({ groupId: id, name: nameIn(group, language), min, max })),
  };
}

function isServed({ menu, clock, nowMs }: ToolContext, item: MenuItem, pickupAtMs: number | null): boolean {
  const { minuteOfWeek } = localTime(pickupAtMs ?? nowMs, clock);
  const windows = [item.available, menu.category(item.categoryId)?.available ?? []];
  return windows.every((available) => available.length === 0 || within(available, minuteOfWeek));
}

function setDetails(run: ToolRun, { name, pickup_time, note }: ToolArgs<"set_details">): ToolResult {
  let pickup: OrderData["pickup"] | undefined;
  if (pickup_time !== undefined) {
    const found = findPickup(run, pickup_time);
    if ("problem" in found) return found;
    pickup = found;
  }
  run.apply({
    type: "details-set",
    ...(name !== undefined && { name: tidy(name) }),
    ...(note !== undefined && { note: tidy(note) }),
    ...(pickup && { pickup }),
  });
  return run.done(`${run.say.detailsNoted} ${run.question() ?? missingDetail(run) ?? run.say.anythingElse}`);
}

function findPickup(run: ToolRun, wanted: string): { atMs: number; asap: boolean } | ToolResult {
  const slots = pickupSlots(run.context, MOST_SLOTS);
  const soonest = slots[0];
  if (soonest === undefined) return run.refuse("no_pickup_time", run.say.noSlots);
  if (wanted === "asap") return { atMs: soonest, asap: true };
  const [hour, minute] = wanted.split(":").map(Number);
  const atMs = nextAt((hour ?? 0) * 60 + (minute ?? 0), run.context.nowMs, run.context.clock);
  const problem = atMs === null ? "closed_then" : pickupProblem(run.context, atMs);
  if (atMs === null || problem) {
    const info = { offered: slots.map((at) => clockOf(at, run.context.clock)) };
    return run.refuse(problem ?? "closed_then", run.say.notThen(run.times(slots)), info);
  }
  return { atMs, asap: false };
}

function pickupTimes(run: ToolRun): ToolResult {
  const slots = pickupSlots(run.context, MOST_SLOTS);
  if (slots.length === 0) return run.refuse("no_pickup_time", run.say.noSlots);
  return run.done(run.say.slots(run.times(slots)), { times: slots.map((at) => clockOf(at, run.context.clock)) });
}

function askReadBack(run: ToolRun): ToolResult {
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
    const now = priceLine(run, line.itemId, line.quantity, options, line.note);
    // What cannot be sold any more is a problem of the whole order, and told as such.
    if ("problem" in now) continue;
    const isSame = now.unitPriceCents === line.unitPriceCents && now.missing.length === line.missing.length;
    if (!isSame) run.apply({ type: "line-changed", line: line.line, to: now });
  }
}

function readBackSentence(run: ToolRun, mark: string): Sentence {
  const { name, note, pickup } = run.data;
  const pickupMinute = localTime(pickup?.atMs ?? run.context.nowMs, run.context.clock).minuteOfDay;
  return readBack({ cart: run.cart, name, note, pickupMinute }, run.context.language, mark);
}

function confirmOrder(run: ToolRun): ToolResult {
  const problems = problemsOf(run);
  run.apply({ type: "confirm-asked", problems: problems.map(({ code }) => code) });
  const refused = run.lastRefusal();
  const first = problems[0];
  if (refused === "problems" && first) return run.refuse(first.code, first.say);
  if (refused) {
    // Not heard to the end, or not answered: it is read once more, as it stands.
    const { readBack: asked } = run.data;
    return run.refuse(refused, asked ? readBackSentence(run, asked.mark) : run.say.hearFirst);
  }
  return run.done(run.say.detailsNoted);
}

/** What is said once the order is stored under its number. */
export function committedSentence(context: ToolContext, data: OrderData, number: number, mark: string): Sentence {
  const { language } = context;
  const total = totalCents(data.lines);
  const minute = localTime(data.pickup?.atMs ?? context.nowMs, context.clock).minuteOfDay;
  const text = phrases(language).committed(
    numberWords(number, language),
    timeWords(minute, language),
    moneyWords(total, language),
  );
  return { text, language, cents: [total], exact: true, mark };
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
    if (line.quantity > context.settings.maxQuantity) {
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
    if (wrong && !grace) problems.push({ code: wrong, say: say.notThen(run.times(pickupSlots(context, MOST_SLOTS))) });
  }
  return problems;
}

function missingDetail({ data, say }: ToolRun): string | null {
  if (data.lines.length === 0) return null;
  return data.name === "" ? say.askName : data.pickup === null ? say.askPickup : null;
}

function clockOf(atMs: number, clock: SiteClock): string {
  const { minuteOfDay } = localTime(atMs, clock);
  return `${String(Math.floor(minuteOfDay / 60)).padStart(2, "0")}:${String(minuteOfDay % 60).padStart(2, "0")}`;
}

/** One line, without what could break out of a ticket or a page. */
function tidy(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
