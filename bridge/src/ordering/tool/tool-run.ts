/** One run of a tool: the order as it becomes, the events on the way, and what is answered. Pure. */
import type { LineSettings } from "../../api/line.ts";
import type { Cart, Language } from "../../api/order.ts";
import { type MenuIndex, nameIn } from "../menu/menu-index.ts";
import type { SiteClock } from "../opening.ts";
import type { HandOverReason, Sentence } from "../order-desk.ts";
import { type OrderData, type OrderEvent, totalCents, transition } from "../order-machine.ts";
import { collectionTimes } from "../speech/collection-words.ts";
import { phrases, plain } from "../speech/sentences.ts";
import type { ToolName } from "./tools.ts";

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

const MOST_OPTIONS_SAID = 6;

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

  /** What was asked; whoever asks it at the read-back is then asked again whether that is right. `exact`: word for word. */
  answer(say: string, info: Record<string, unknown> | null, exact = false): ToolResult {
    const isReadBack = this.data.state === "read-back";
    const text = isReadBack ? `${say} ${this.say.asItWasRead} ${this.say.isItRight}` : say;
    return this.done({ ...plain(text, this.context.language), exact }, info);
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
      const left = group.options.filter(({ id }) => !this.context.menu.isSoldOut(id));
      if (left.length === 0) return this.say.soldOut(line.name);
      const options = left.map((option) => nameIn(option, this.context.language));
      const said = options.length > MOST_OPTIONS_SAID ? [] : options;
      return this.say.choose(line.name, nameIn(group, this.context.language), said, group.max > 1);
    }
    return null;
  }

  times(slots: readonly number[]): string[] {
    const { nowMs, clock, language } = this.context;
    return collectionTimes(slots, nowMs, clock, language);
  }

  private result(problem: string | null, say: string | Sentence, info: Record<string, unknown> | null): ToolResult {
    const sentence = typeof say === "string" ? plain(say, this.context.language) : say;
    return { data: this.data, events: this.events, problem, say: sentence, info, step: "go-on" };
  }
}
