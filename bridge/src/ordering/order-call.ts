/** One call at the order desk. Each method is one transaction: when it returns, what it did is on disk. */
import type { Cart, Language, OrderState } from "../api/order.ts";
import { AppError } from "../events/errors.ts";
import type { OrderCallRow } from "../store/order-call-store.ts";
import { briefing } from "./briefing.ts";
import { commitConfirmed, isDraft } from "./call-outcome.ts";
import { clockOf, deskChanged, lineRow, menuOf, type OrderingContext } from "./context.ts";
import { isOpenAt, localTime } from "./opening.ts";
import type { CallCommand, CallStep, HandOverReason, OrderCall, Sentence, ToolAnswer } from "./order-desk.ts";
import { type OrderData, type OrderEvent, totalCents, transition } from "./order-machine.ts";
import type { Orders } from "./orders.ts";
import { emergencyIn } from "./speech/emergency-words.ts";
import { moneyWords } from "./speech/number-words.ts";
import { linesText, phrases, plain } from "./speech/sentences.ts";
import { committedSentence } from "./tool/confirmation.ts";
import { misunderstood, runTool } from "./tool/run-tool.ts";
import { type ToolContext, type ToolResult, ToolRun } from "./tool/tool-run.ts";
import { definitionOf, toolsFor } from "./tool/tools.ts";

export interface LiveOrderCallOptions {
  context: OrderingContext;
  orders: Orders;
  callId: string;
  lineId: string;
  onEnd(): void;
}

const LONGEST_TEXT = 2_000;
const LONGEST_TOOL_CALL_ID = 200;
const MOST_MESSAGE_BYTES = 2_000_000;

export class LiveOrderCall implements OrderCall {
  readonly callId: string;
  readonly lineId: string;
  private readonly options: LiveOrderCallOptions;
  private readonly commands = new Set<(command: CallCommand) => void>();
  private over = false;

  constructor(options: LiveOrderCallOptions) {
    this.options = options;
    this.callId = options.callId;
    this.lineId = options.lineId;
  }

  get language(): Language {
    return this.call.language;
  }

  state(): OrderState {
    return this.data.state;
  }

  cart(): Cart {
    return { lines: [...this.data.lines], totalCents: totalCents(this.data.lines) };
  }

  tools(): ReturnType<OrderCall["tools"]> {
    return toolsFor(this.data).map(definitionOf);
  }

  recap(): { briefing: string; say: Sentence } {
    const say = phrases(this.language);
    const text = this.data.lines.length > 0 ? say.recap(linesText(this.data.lines, this.language)) : say.recapEmpty;
    const brief = briefing(this.options.context, this.lineId, this.language);
    const cart = JSON.stringify({
      state: this.data.state,
      name: this.data.name,
      note: this.data.note,
      cart: this.cart(),
    });
    return { briefing: `${brief}\n\nThe order so far, as it is stored: ${cart}`, say: plain(text, this.language) };
  }

  summary(): Sentence {
    const say = phrases(this.language);
    const who = this.data.name === "" ? say.someone : this.data.name;
    if (this.data.lines.length === 0) return plain(say.summaryEmpty(who), this.language);
    const { lines, totalCents: total } = this.cart();
    const text = say.summary(who, linesText(lines, this.language), moneyWords(total, this.language));
    return { ...plain(text, this.language), cents: [total], exact: true };
  }

  callTool(name: string, args: unknown, toolCallId: string): ToolAnswer {
    const { store } = this.options.context;
    const id = toolCallId.slice(0, LONGEST_TOOL_CALL_ID);
    const before = store.orderCalls.answered(this.callId, id);
    if (before?.answer) return JSON.parse(before.answer) as ToolAnswer;
    const toolContext = this.toolContext();
    // An answer that is still missing belongs to a confirmation whose commit failed: that is made up for below.
    const result = before ? this.again() : store.transaction(() => this.runAndStore(toolContext, name, args, id));
    if (result.data.state !== "confirmed") return this.answer(toolContext, result);
    return this.commit(toolContext, result, id);
  }

  playedToEnd(mark: string): void {
    const told = this.toldMark();
    if (told && mark === told.mark) {
      const { store } = this.options.context;
      store.transaction(() => {
        const order = store.orders.byCall(this.callId, told.ordinal);
        if (order) store.orders.update({ ...order, callerTold: true });
        this.changed();
      });
      return;
    }
    this.apply({ type: "played", mark, atMs: this.options.context.now() });
  }

  callerTurn({ beganAtMs }: { beganAtMs: number }): void {
    this.apply({ type: "caller-turn", beganAtMs });
  }

  speak(language: Language): void {
    const { settings } = lineRow(this.options.context.store, this.lineId);
    if (language === this.language || !settings.languages.includes(language)) return;
    this.save({ ...this.call, language });
  }

  heard(text: string): void {
    this.write("caller", text);
    const { store } = this.options.context;
    const emergency = emergencyIn(text, store.lines.menu(this.lineId).menu);
    if (emergency === null || this.over || this.data.handOver === "emergency") return;
    const { summary } = this.handOver("emergency");
    const say = phrases(this.language);
    const sentence = plain(say.emergency(say.numbers[emergency]), this.language);
    this.tell({ type: "take-over", by: "emergency", say: sentence, summary });
  }

  said(text: string): void {
    this.write("assistant", text);
    // The read-back's own question, by whomever it is repeated, is none that it has to be told apart from.
    if (text.includes("?") && !text.trimEnd().endsWith(phrases(this.language).isItRight))
      this.apply({ type: "asked-else" });
  }

  note(text: string): void {
    this.write("note", text);
  }

  misunderstood(): CallStep {
    const { store } = this.options.context;
    const run = new ToolRun(this.toolContext(), this.data);
    const result = misunderstood(run);
    store.transaction(() => this.store(result.data, result.events, null, null));
    return this.stepOf(result);
  }

  handOver(reason: HandOverReason): { say: Sentence; summary: Sentence } {
    this.apply({ type: "handed-over", reason });
    return { say: plain(phrases(this.language).handOver, this.language), summary: this.summary() };
  }

  attachMessage(wav: Buffer): void {
    const { store } = this.options.context;
    store.transaction(() => {
      store.orderCalls.putMessage(this.callId, wav.subarray(0, MOST_MESSAGE_BYTES));
      this.changed();
    });
  }

  personCame(): void {
    if (!this.over && this.call.takenBy === null) this.save({ ...this.call, takenBy: "" });
  }

  nobodyCame(): void {
    if (!this.over && this.call.takenBy !== null) this.save({ ...this.call, takenBy: null });
  }

  onCommand(listener: (command: CallCommand) => void): () => void {
    this.commands.add(listener);
    return () => this.commands.delete(listener);
  }

  /** For staff and the menu: tells the phone. */
  tell(command: CallCommand): void {
    for (const listener of [...this.commands]) listener(command);
  }

  /** Staff want the call: it is handed over at once, whatever state it is in. Whoever came first has it. */
  takeOver(by: string): boolean {
    if (this.over || this.call.takenBy !== null) return false;
    this.save({ ...this.call, takenBy: by });
    const { summary } = this.handOver("staff");
    this.tell({ type: "take-over", by, say: plain(phrases(this.language).staffTakesOver, this.language), summary });
    return true;
  }

  end({ reason, costCents }: Parameters<OrderCall["end"]>[0]): void {
    if (this.over) return;
    const { context, orders } = this.options;
    const { store, now } = context;
    this.over = true;
    this.commands.clear();
    // Whether or not it can be stored: what is left open in the store is closed later (desk.recover).
    this.options.onEnd();
    store.transaction(() => {
      // The caller's yes is stored, and what came of it was refused then: it is placed now.
      if (this.data.state === "confirmed") this.keep(commitConfirmed(context, orders, this.call, this.data));
      const draft = isDraft(this.data, reason) || store.orderCalls.hasMessage(this.callId);
      const cents = this.call.costCents + Math.max(0, Math.ceil(costCents));
      this.save({ ...this.call, endedAtMs: now(), reason, costCents: cents, draft });
    });
  }

  /** The store is the only place where a call's state is: the kitchen writes there too. */
  private get call(): OrderCallRow {
    const row = this.options.context.store.orderCalls.get(this.callId);
    if (!row) throw new AppError("UNKNOWN_ORDER_CALL", "the call is no longer stored");
    return row;
  }

  private get data(): OrderData {
    return JSON.parse(this.call.data) as OrderData;
  }

  private runAndStore(toolContext: ToolContext, name: string, args: unknown, toolCallId: string): ToolResult {
    const result = runTool(toolContext, this.data, name, args);
    if (result.problem === null && name !== "did_not_understand" && result.data.misunderstood > 0) {
      result.events.push({ type: "understood" });
      result.data = { ...result.data, misunderstood: 0 };
    }
    // A confirmation is answered by its commit, which is a transaction of its own.
    const answer = result.data.state === "confirmed" ? null : JSON.stringify(this.answer(toolContext, result));
    this.store(result.data, result.events, toolCallId, answer);
    return result;
  }

  private again(): ToolResult {
    return {
      data: this.data,
      events: [],
      problem: null,
      say: plain(phrases(this.language).detailsNoted, this.language),
      info: null,
      step: "go-on",
    };
  }

  private commit(toolContext: ToolContext, result: ToolResult, toolCallId: string): ToolAnswer {
    const { context, orders } = this.options;
    return context.store.transaction(() => {
      const data = commitConfirmed(context, orders, this.call, this.data);
      const say = committedSentence(toolContext, data, data.number ?? 0, toldMark(this.callId, data.ordinal));
      const answer = this.answer(toolContext, { ...result, data, say, info: { order_number: data.number } });
      context.store.orderCalls.setAnswer(this.callId, toolCallId, JSON.stringify(answer));
      this.keep(data);
      return answer;
    });
  }

  private answer(toolContext: ToolContext, result: ToolResult): ToolAnswer {
    const { data, problem, say, info } = result;
    const cart = { lines: [...data.lines], totalCents: totalCents(data.lines) };
    const { language } = toolContext;
    const forModel = {
      ok: problem === null,
      ...(problem !== null && { problem }),
      state: data.state,
      cart: cart.lines.map(({ line, itemId, name, quantity, options, note, totalCents: cents, missing }) => ({
        ...{ line, item_id: itemId, name, quantity, note, total_cents: cents },
        options: options.map(({ optionId }) => optionId),
        choices_open: missing.map(({ name: group }) => group),
      })),
      total_cents: cart.totalCents,
      total: moneyWords(cart.totalCents, language),
      name: data.name,
      say: say.text,
      ...info,
    };
    return {
      ok: problem === null,
      problem,
      state: data.state,
      cart,
      totalCents: cart.totalCents,
      say,
      tools: toolsFor(data).map(definitionOf),
      step: this.stepOf(result),
      forModel: JSON.stringify(forModel),
    };
  }

  private stepOf({ data, step }: ToolResult): CallStep {
    if (step === "go-on") return { type: "go-on" };
    if (step === "hang-up") return { type: "hang-up", reason: data.number === null ? "caller-hung-up" : "completed" };
    return { type: "hand-over", reason: step.handOver, summary: this.summary() };
  }

  private toolContext(): ToolContext {
    const { context } = this.options;
    const { store, now, newId } = context;
    const row = lineRow(store, this.lineId);
    const clock = clockOf(context, row.siteId);
    return {
      menu: menuOf(store, this.lineId),
      settings: row.settings,
      clock,
      nowMs: now(),
      language: this.language,
      open: isOpenAt(row.settings, localTime(now(), clock)),
      pickups: store.orders.inStages(this.lineId, ["new", "accepted", "ready"]).map(({ pickupAtMs }) => pickupAtMs),
      mark: `read-back ${newId()}`,
    };
  }

  private toldMark(): { mark: string; ordinal: number } | null {
    if (this.data.number === null) return null;
    return { mark: toldMark(this.callId, this.data.ordinal), ordinal: this.data.ordinal };
  }

  /** One event from outside; what the machine refuses is no news. */
  private apply(event: OrderEvent): void {
    const outcome = transition(this.data, event);
    if (outcome.refused || this.over) return;
    this.options.context.store.transaction(() => this.store(outcome.data, [event], null, null));
  }

  /** Within a transaction: the events, then what they made. */
  private store(
    data: OrderData,
    events: readonly OrderEvent[],
    toolCallId: string | null,
    answer: string | null,
  ): void {
    const { store, now } = this.options.context;
    store.orderCalls.append(this.callId, { toolCallId, events: JSON.stringify(events), answer, atMs: now() });
    this.keep(data);
  }

  private keep(data: OrderData): void {
    this.save({ ...this.call, data: JSON.stringify(data) });
  }

  private save(call: OrderCallRow): void {
    const { store } = this.options.context;
    store.transaction(() => {
      store.orderCalls.update(call);
      this.changed();
    });
  }

  private write(who: "caller" | "assistant" | "note", text: string): void {
    const line = text.replace(/\s+/g, " ").trim().slice(0, LONGEST_TEXT);
    if (line === "" || this.over) return;
    const { store, now } = this.options.context;
    store.transaction(() => {
      store.orderCalls.addTranscript(this.callId, { who, text: line, atMs: now() });
      this.changed();
    });
  }

  private changed(): void {
    const { context } = this.options;
    deskChanged(context, lineRow(context.store, this.lineId));
  }
}

function toldMark(callId: string, ordinal: number): string {
  return `told ${callId} ${ordinal}`;
}
