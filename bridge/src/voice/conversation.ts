/**
 * One answered call: the caller, the voice service and the order desk, held together. The model proposes by its tools; the
 * desk's answers are what counts, and what the desk wants said exactly is a clip and not the model's.
 *
 *      talking ──► handing over ──► joined with a person | a message is taken
 *         │  ▲                                 │
 *         ▼  │ one fast reconnect              ▼
 *      reconnecting                           over (exactly once, with a reason)
 */
import type { Line } from "../api/line.ts";
import type { CallCloseReason, Language } from "../api/order.ts";
import { type G711Codec, silenceByte } from "../audio/g711.ts";
import type { Log } from "../links/log.ts";
import type {
  CallCommand,
  HandOverReason,
  OrderCall,
  OrderDesk,
  Sentence,
  ToolAnswer,
} from "../ordering/order-desk.ts";
import { moneyWords } from "../ordering/speech/number-words.ts";
import { phrases } from "../ordering/speech/sentences.ts";
import type { CallLeg, CallLegEnd, CallLegListener, PlayedClip } from "./call-leg.ts";
import type { Clips } from "./clips.ts";
import type { ConversationLimits } from "./conversation-limits.ts";
import { REMEDIES, type Slip } from "./guard/slips.ts";
import { WordsGuard } from "./guard/words-guard.ts";
import { HandOver } from "./hand-over.ts";
import { isFixed, joinedAnswers } from "./joined-answers.ts";
import { totalIs } from "./phrases.ts";
import { Sentences } from "./sentences.ts";
import { SilenceWatch } from "./silence-watch.ts";
import { Speaker } from "./speaker.ts";
import { spokenLanguage } from "./spoken-language.ts";
import { type SteadyOrder, steady } from "./steady-order.ts";
import type { ResponseStatus, ToolCall, VoiceEngine, VoiceError, VoiceListener, VoiceSession } from "./voice-engine.ts";

export interface ConversationOptions {
  leg: CallLeg;
  codec: G711Codec;
  line: Line;
  language: Language;
  greeting: Sentence;
  desk: OrderDesk;
  engine: VoiceEngine;
  clips: Clips;
  /** Rings the people of the line; null: it cannot. */
  ringPeople(): CallLeg | null;
  /** A session of this call was lost. */
  onVoiceError(error: VoiceError): void;
  limits: ConversationLimits;
  log: Log;
}

/** Slips in one call after which a person takes over. */
const MOST_WRONG = 3;
/** Tools that leave the talk where it is: whoever asked for allergens still does. */
const ABOUT_DISHES: ReadonlySet<string> = new Set(["find_items", "item_details"]);

export class Conversation implements CallLegListener {
  private readonly options: ConversationOptions;
  private readonly speaker: Speaker;
  private order: SteadyOrder | null = null;
  private session: VoiceSession | null = null;
  private language: Language;
  private readonly guard: WordsGuard;
  private readonly sentences: Sentences;
  private readonly silence: SilenceWatch;
  private pending: ToolAnswer | null = null;
  private turn: { beganAtMs: number } | null = null;
  private turns = 0;
  private wrong = 0;
  private millicents = 0;
  private reconnected = false;
  private handOver: HandOver | null = null;
  private closing: CallCloseReason | null = null;
  private over = false;
  /** What the caller's turn waits for from the model: an answer, or another because the first had nothing in it. */
  private awaited: "answer" | "another" | null = null;
  private lengthTimer: NodeJS.Timeout | undefined;
  private stopCommands: () => void = () => {};

  constructor(options: ConversationOptions) {
    this.options = options;
    this.language = options.language;
    this.speaker = new Speaker({
      leg: options.leg,
      judge: (words) => {
        const { order, language } = this;
        const totalCents = order?.cart().totalCents ?? 0;
        return this.guard.judge(words, { language, totalCents, state: order?.state() ?? "intake" });
      },
      onStopped: (slip) => void this.correct(slip),
      onSound: () => this.silence.answered(),
      onPlayed: (id) => this.sentences.played(id),
      onQuiet: () => this.isQuiet(),
    });
    this.silence = new SilenceWatch({
      limits: options.limits,
      isQuiet: () => this.speaker.quiet,
      askIfThere: () => void this.askIfThere(),
      nobodyThere: (pressedKeys) => this.nobodyThere(pressedKeys),
      answerIsLate: () => void this.sentences.fixed("one-moment"),
    });
    this.sentences = new Sentences({
      ...{ clips: options.clips, codec: options.codec, speaker: this.speaker, log: options.log },
      now: () => ({ order: this.order, session: this.session, language: this.language }),
      moment: () => (this.over || this.handOver ? null : this.turns),
      onModelSays: (sentence) => {
        this.guard.expected = sentence;
      },
    });
    this.guard = new WordsGuard({
      pass: (words) => {
        this.awaited = null;
        if (this.speaker.words(words) && words.complete) this.order?.said(words.text);
      },
      ended: (itemId) => this.speaker.speechEnded(itemId),
      unread: () => void this.correct("unread"),
      waitMs: options.limits.unreadMs,
    });
    // Before the caller is told whom they speak with, nobody asked the model for anything.
    this.speaker.listens = false;
  }

  /** The model's side of the call; a new one for each session, so that a lost one is not heard any more. */
  listener(): VoiceListener {
    let isCurrent = true;
    const when = <Args extends unknown[]>(act: (...args: Args) => void) => {
      return (...args: Args): void => {
        if (isCurrent && !this.over && !this.handOver) act(...args);
      };
    };
    return {
      turnBegan: when((atMs) => void this.turnBegan(atMs)),
      turnEnded: when(() => this.turnEnded()),
      callerSaid: when((text) => this.callerSaid(text)),
      speech: when((speech) => this.speaker.speech(speech)),
      words: when((words) => this.guard.words(words)),
      speechEnded: when((itemId) => this.guard.speechEnded(itemId)),
      toolCalls: when((calls) => this.toolCalls(calls)),
      responseEnded: when((status) => this.responseEnded(status)),
      cost: (millicents) => this.costs(millicents),
      ended: (error) => {
        isCurrent = false;
        void this.sessionLost(error);
      },
    };
  }

  /** The session stands and the desk's draft is open: from here on the call may be answered. */
  begin(session: VoiceSession, order: OrderCall): void {
    this.session = session;
    this.order = steady(order, (error) => {
      this.options.log.error({ err: error, callId: this.options.leg.callId }, "the call could not be stored");
      this.give("failed");
    });
    this.guard.dishes = this.options.desk.names(order.lineId);
    this.stopCommands = order.onCommand((command) => this.obey(command));
  }

  /** For the phone: both sides can talk. */
  answered(): void {
    if (this.over) return;
    this.lengthTimer = setTimeout(() => this.give("failed", "too-long"), this.options.limits.longestMs);
    void this.sentences.fixed("notice", { unstoppable: true }).then(() => {
      this.speaker.listens = true;
      return this.exactly(this.options.greeting);
    });
  }

  heard(g711: Uint8Array): void {
    if (this.handOver) this.handOver.heard(g711);
    // Their music is not for the model; its clock goes on.
    else this.session?.hear(this.silence.onHold ? g711.map(() => silenceByte(this.options.codec)) : g711);
  }

  key(key: string): void {
    if (this.handOver) this.handOver.key(key);
    else if (key === "0") this.give("asked");
    else this.silence.key();
  }

  played(clip: PlayedClip): void {
    if (this.over) return;
    if (this.handOver) this.handOver.played(clip);
    else this.speaker.played(clip);
  }

  held(held: boolean): void {
    this.silence.hold(held);
  }

  ended(end: CallLegEnd): void {
    if (this.over) return;
    this.over = true;
    this.silence.stop();
    clearTimeout(this.lengthTimer);
    this.guard.drop();
    this.stopCommands();
    this.session?.close();
    const { order } = this;
    this.handOver?.ended();
    const isOurs = this.closing === "staff-hung-up";
    const reason = (isOurs ? null : this.handOver?.reason) ?? this.closing ?? this.reasonOf(end);
    order?.end({ reason, costCents: Math.ceil(this.millicents / 1000) });
    this.options.log.info(
      { callId: this.options.leg.callId, reason, costMillicents: Math.round(this.millicents) },
      "a call with the assistant is over",
    );
  }

  private reasonOf({ by }: CallLegEnd): CallCloseReason {
    const state = this.order?.state();
    if (state === "committed" || state === "acknowledged") return "completed";
    if (by === "us") return "interrupted";
    return by === "them" ? "caller-hung-up" : "media-failed";
  }

  /** Late and not always right: for the transcript, and to answer in the caller's language. */
  private callerSaid(text: string): void {
    const { order, session, options } = this;
    if (!order) return;
    order.heard(text);
    this.guard.callerSaid(text);
    const language = spokenLanguage(text);
    if (language === null || language === this.language) return;
    order.speak(language);
    // Only if the line speaks it.
    if (order.language === this.language) return;
    this.language = order.language;
    session?.update({ instructions: options.desk.briefing(order.lineId, this.language) });
  }

  private async turnBegan(beganAtMs: number): Promise<void> {
    this.turn = { beganAtMs };
    this.turns += 1;
    this.awaited = null;
    this.silence.turnBegan();
    this.guard.drop();
    const { session } = this;
    const played = await this.speaker.flush();
    if (played !== null) session?.interrupt(played);
  }

  private turnEnded(): void {
    if (this.turn) this.order?.callerTurn(this.turn);
    this.guard.topic.turnEnded();
    this.turn = null;
    this.awaited = "answer";
    this.silence.turnEnded();
  }

  private toolCalls(calls: readonly ToolCall[]): void {
    const { order, session } = this;
    if (!order || !session) return;
    this.awaited = null;
    for (const { callId, name, args } of calls) {
      let answer: ToolAnswer;
      try {
        answer = order.callTool(name, parsed(args), callId);
      } catch (error) {
        this.options.log.error({ err: error, tool: name }, "a tool failed");
        this.give("failed");
        return;
      }
      session.answerTools([{ callId, output: answer.forModel }]);
      this.guard.known.learn(answer);
      if (!ABOUT_DISHES.has(name)) this.guard.topic.orderWentOn();
      this.language = order.language;
      this.pending = joinedAnswers(this.pending, answer);
    }
  }

  /** All tools of the response have their answers: what they want said is said now. */
  private responseEnded(status: ResponseStatus): void {
    const { pending: answer, session, order } = this;
    this.pending = null;
    if (!answer || !session || !order) {
      if (this.speaker.quiet && status !== "failed") this.answeredNothing(status);
      return;
    }
    session.update({ tools: answer.tools });
    const { step, say } = answer;
    if (step.type === "hand-over") this.give(step.reason, null, { say, summary: step.summary });
    else if (step.type === "hang-up") void this.exactly(say).then(() => this.leave(step.reason));
    else if (isFixed(say)) void this.exactly(say);
    else session.respond();
  }

  /** What was heard of it, if anything, is over. A caller who waits for an answer that has nothing in it gets another one, once. */
  private answeredNothing(status: ResponseStatus): void {
    if (status === "completed" && this.awaited === "answer") {
      this.awaited = "another";
      this.session?.respond();
      return;
    }
    this.silence.answered();
    this.isQuiet();
  }

  /** Says the sentence word for word; what the model says of it itself is held against it. */
  private async exactly(sentence: Sentence): Promise<void> {
    if (this.over || this.handOver) return;
    this.guard.known.add(sentence);
    await this.sentences.exactly(sentence);
  }

  /** The model was about to say what it may not: it is cut off, and what is right is said. */
  private async correct(slip: Slip): Promise<void> {
    this.wrong += 1;
    const { order, session, language } = this;
    if (!order || !session) return;
    const { noted, instruction, phrase } = REMEDIES[slip];
    this.options.log.warn({ callId: this.options.leg.callId, slip }, "the assistant was stopped before it was heard");
    order.note(noted);
    this.guard.drop();
    session.interrupt((await this.speaker.flush()) ?? []);
    if (this.over || this.handOver) return;
    if (this.wrong >= MOST_WRONG) {
      this.give("failed");
      return;
    }
    session.note("system", instruction);
    await this.sentences.fixed(phrase);
    if (this.over || this.handOver) return;
    // The caller may be about to hang up: the order goes on at once.
    if (slip === "placed") session.respond();
    if (slip !== "amount") return;
    const { totalCents } = order.cart();
    if (totalCents === 0) return;
    const text = totalIs(moneyWords(totalCents, language), language);
    await this.exactly({ text, language, cents: [totalCents], exact: true, mark: null });
  }

  private isQuiet(): void {
    if (this.over || this.handOver) return;
    if (this.closing) this.options.leg.hangUp();
    else this.silence.quiet();
  }

  private nobodyThere(pressedKeys: boolean): void {
    if (pressedKeys) this.give("misunderstood");
    else void this.sentences.fixed("goodbye-silent").then(() => this.leave("silence"));
  }

  /** After a read-back its question is asked again with it: whoever says yes then agrees to the order, and not to being there. */
  private async askIfThere(): Promise<void> {
    const question = this.order?.state() === "read-back" ? phrases(this.language).isItRight : null;
    // Without a renderer nothing is heard, and the silence is no shorter for that.
    if (!(await this.sentences.fixedWith("still-there", question))) this.isQuiet();
  }

  /** Hangs up as soon as everything was heard. */
  private leave(reason: CallCloseReason): void {
    if (this.over || this.handOver) return;
    this.closing = reason;
    this.session?.close();
    if (this.speaker.quiet) this.isQuiet();
  }

  private costs(millicents: number): void {
    this.millicents += millicents;
    if (this.millicents / 1000 > this.options.limits.mostCents) this.give("failed", "too-expensive");
  }

  private async sessionLost(error: VoiceError): Promise<void> {
    const { options, order } = this;
    this.session = null;
    if (this.over || this.handOver || this.closing || !order) return;
    options.log.warn({ callId: options.leg.callId, code: error.code }, "the voice session was lost");
    options.onVoiceError(error);
    if (this.reconnected || error.errorClass === "fatal") {
      this.give("failed", "model-failed");
      return;
    }
    this.reconnected = true;
    order.note(`voice session lost: ${error.code}`);
    this.guard.drop();
    this.guard.topic.giveUp();
    await this.speaker.flush();
    this.pending = null;
    this.turn = null;
    this.silence.forgetTurn();
    await this.sentences.fixed("one-moment");
    if (this.over || this.handOver) return;
    try {
      const { briefing, say } = order.recap();
      const setup = { codec: options.codec, language: this.language, instructions: briefing, tools: order.tools() };
      const session = await options.engine.open(
        setup,
        this.listener(),
        AbortSignal.timeout(options.limits.reconnectMs),
      );
      if (this.over || this.handOver) {
        session.close();
        return;
      }
      this.session = session;
      await this.exactly(say);
    } catch {
      this.give("failed", "model-failed");
    }
  }

  private obey(command: CallCommand): void {
    const { order, options } = this;
    if (!order || this.over) return;
    switch (command.type) {
      case "hang-up":
        this.closing = "staff-hung-up";
        options.leg.hangUp();
        return;
      case "take-over":
        this.takeOver(command);
        return;
      case "menu-changed":
        this.guard.dishes = options.desk.names(order.lineId);
        this.session?.update({
          instructions: options.desk.briefing(order.lineId, this.language),
          tools: order.tools(),
        });
    }
  }

  /** Staff want it. Nobody took it before: the caller need not go on speaking to a machine, and what they said is kept. */
  private takeOver(words: { say: Sentence; summary: Sentence }): void {
    const before = this.handOver;
    if (before && !before.takesMessage) return;
    before?.ended();
    this.handOver = null;
    this.give("staff", before?.reason ?? null, words);
  }

  /** People get the call. `instead`: how the call ends in the books when nobody takes it. */
  private give(
    reason: HandOverReason,
    instead: CallCloseReason | null = null,
    words: { say: Sentence; summary: Sentence } | null = null,
  ): void {
    const { order, options, session } = this;
    if (!order || this.over || this.handOver) return;
    this.silence.stop();
    clearTimeout(this.lengthTimer);
    this.guard.drop();
    const { say, summary } = words ?? order.handOver(reason);
    this.session = null;
    session?.close();
    this.handOver = new HandOver({
      leg: options.leg,
      order,
      codec: options.codec,
      language: this.language,
      clips: options.clips,
      say,
      summary,
      insteadReason: instead ?? (reason === "failed" ? "model-failed" : "handed-over"),
      ringPeople: options.ringPeople,
    });
    order.said(say.text);
    void this.handOver.run();
  }
}

/** Tools take anything; what is no JSON is refused by the desk as wrong arguments. */
function parsed(args: string): unknown {
  try {
    return JSON.parse(args);
  } catch {
    return args;
  }
}
