/**
 * One answered call: the caller, the voice service and the order desk, held together. The model proposes by its tools; the
 * desk's answers are what counts, and what the desk wants said exactly is a clip and not the model's.
 *
 *      talking ──► handing over ──► joined with a person | a message is taken
 *         │  ▲                                 │
 *         ▼  │ one fast reconnect              ▼
 *      reconnecting                           over (exactly once, with a reason)
 */
import { randomUUID } from "node:crypto";
import type { Line } from "../api/line.ts";
import type { CallCloseReason, Language } from "../api/order.ts";
import type { G711Codec } from "../audio/g711.ts";
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
import { FIXED, type FixedPhrase, totalIs } from "./phrases.ts";
import { Speaker } from "./speaker.ts";
import { spokenLanguage } from "./spoken-language.ts";
import { steady } from "./steady-order.ts";
import type { ToolCall, VoiceEngine, VoiceError, VoiceListener, VoiceSession } from "./voice-engine.ts";

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
  private order: OrderCall | null = null;
  private session: VoiceSession | null = null;
  private language: Language;
  private readonly guard: WordsGuard;
  /** Which mark of the desk a clip stands for. */
  private readonly marks = new Map<string, string>();
  private pending: ToolAnswer | null = null;
  private turn: { beganAtMs: number } | null = null;
  private turns = 0;
  private wrong = 0;
  private millicents = 0;
  private reconnected = false;
  private handOver: HandOver | null = null;
  private closing: CallCloseReason | null = null;
  private over = false;
  private silenceTimer: NodeJS.Timeout | undefined;
  private askedIfThere = false;
  private pressedKeys = false;
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
      onPlayed: (id) => this.wasPlayed(id),
      onQuiet: () => this.isQuiet(),
    });
    this.guard = new WordsGuard({
      pass: (words) => {
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
      responseEnded: when(() => this.responseEnded()),
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
    void this.fixed("notice", { unstoppable: true }).then(() => {
      this.speaker.listens = true;
      return this.exactly(this.options.greeting);
    });
  }

  heard(g711: Uint8Array): void {
    if (this.handOver) this.handOver.heard(g711);
    else this.session?.hear(g711);
  }

  key(key: string): void {
    if (this.handOver) this.handOver.key(key);
    else if (key === "0") this.give("asked");
    // Somebody is there who cannot or will not speak.
    else this.pressedKeys = true;
  }

  played(clip: PlayedClip): void {
    if (this.over) return;
    if (this.handOver) this.handOver.played(clip);
    else this.speaker.played(clip);
  }

  held(held: boolean): void {
    if (held) clearTimeout(this.silenceTimer);
    else this.isQuiet();
  }

  ended(end: CallLegEnd): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.silenceTimer);
    clearTimeout(this.lengthTimer);
    this.guard.drop();
    this.stopCommands();
    this.session?.close();
    const { order } = this;
    this.handOver?.ended();
    const reason = this.handOver?.reason ?? this.closing ?? this.reasonOf(end);
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
    this.askedIfThere = false;
    clearTimeout(this.silenceTimer);
    this.guard.drop();
    const { session } = this;
    const played = await this.speaker.flush();
    if (played !== null) session?.interrupt(played);
  }

  private turnEnded(): void {
    if (this.turn) this.order?.callerTurn(this.turn);
    this.guard.topic.turnEnded();
    this.turn = null;
  }

  private toolCalls(calls: readonly ToolCall[]): void {
    const { order, session } = this;
    if (!order || !session) return;
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
      this.pending = answer;
    }
  }

  /** All tools of the response have their answers: what the last one wants said is said now. */
  private responseEnded(): void {
    const { pending: answer, session, order } = this;
    this.pending = null;
    if (!answer || !session || !order) {
      if (this.speaker.quiet) this.isQuiet();
      return;
    }
    session.update({ tools: answer.tools });
    const { step, say } = answer;
    if (step.type === "hand-over") this.give(step.reason, null, { say, summary: step.summary });
    else if (step.type === "hang-up") void this.exactly(say).then(() => this.leave(step.reason));
    else if (say.exact || say.mark !== null) void this.exactly(say);
    else session.respond();
  }

  /** Says the sentence word for word: a clip, or without a renderer the model, whose words are then held against it. */
  private async exactly(sentence: Sentence): Promise<void> {
    const { clips, codec } = this.options;
    if (this.over || this.handOver) return;
    this.guard.known.add(sentence);
    const turns = this.turns;
    let sound: Buffer;
    try {
      sound = await clips.sentence(sentence.text, sentence.language, codec);
    } catch (error) {
      if (this.over || this.handOver) return;
      this.options.log.warn({ err: error }, "a sentence could not be rendered");
      this.guard.expected = sentence;
      this.session?.respond(`Say exactly this, word for word, and nothing else: ${sentence.text}`);
      return;
    }
    // The caller spoke in the meantime: the model answers that first.
    if (this.over || this.handOver || turns !== this.turns) return;
    const id = `clip ${randomUUID()}`;
    if (sentence.mark !== null) this.marks.set(id, sentence.mark);
    this.session?.note("assistant", sentence.text);
    this.order?.said(sentence.text);
    this.speaker.clip(id, sound);
  }

  private async fixed(name: FixedPhrase, options: { unstoppable?: boolean } = {}): Promise<void> {
    const sound = await this.options.clips.fixed(name, this.language, this.options.codec).catch(() => null);
    if (!sound || this.over || this.handOver) return;
    this.order?.said(FIXED[this.language][name]);
    this.speaker.clip(`${name} ${randomUUID()}`, sound, options);
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
    await this.fixed(phrase);
    if (this.over || this.handOver) return;
    // The caller may be about to hang up: the order goes on at once.
    if (slip === "placed") session.respond();
    if (slip !== "amount") return;
    const { totalCents } = order.cart();
    if (totalCents === 0) return;
    const text = totalIs(moneyWords(totalCents, language), language);
    await this.exactly({ text, language, cents: [totalCents], exact: true, mark: null });
  }

  private wasPlayed(id: string): void {
    const mark = this.marks.get(id);
    if (mark !== undefined) this.order?.playedToEnd(mark);
    this.marks.delete(id);
  }

  private isQuiet(): void {
    if (this.over || this.handOver) return;
    if (this.closing) {
      this.options.leg.hangUp();
      return;
    }
    clearTimeout(this.silenceTimer);
    if (this.turn) return;
    this.silenceTimer = setTimeout(() => this.nobodySpeaks(), this.options.limits.silenceMs);
  }

  private nobodySpeaks(): void {
    if (this.turn || !this.speaker.quiet) return;
    if (this.askedIfThere && this.pressedKeys) {
      this.give("misunderstood");
      return;
    }
    if (this.askedIfThere) {
      void this.fixed("goodbye-silent").then(() => this.leave("silence"));
      return;
    }
    this.askedIfThere = true;
    void this.askIfThere();
  }

  /** After a read-back its question is asked again with it: whoever says yes then agrees to the order, and not to being there. */
  private async askIfThere(): Promise<void> {
    const { language, order, session } = this;
    const { clips, codec } = this.options;
    const question = order?.state() === "read-back" ? phrases(language).isItRight : null;
    const sounds = await Promise.all([
      clips.fixed("still-there", language, codec),
      ...(question === null ? [] : [clips.sentence(question, language, codec)]),
    ]).catch(() => []);
    if (this.over || this.handOver || this.turn) return;
    const text = [FIXED[language]["still-there"], ...(question === null ? [] : [question])].join(" ");
    session?.note("assistant", text);
    order?.said(text);
    for (const sound of sounds) this.speaker.clip(`still-there ${randomUUID()}`, sound);
    // Without a renderer nothing is heard, and the silence is no shorter for that.
    if (sounds.length === 0) this.isQuiet();
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
    await this.fixed("one-moment");
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
        this.give("staff", null, command);
        return;
      case "menu-changed":
        this.guard.dishes = options.desk.names(order.lineId);
        this.session?.update({
          instructions: options.desk.briefing(order.lineId, this.language),
          tools: order.tools(),
        });
    }
  }

  /** People get the call. `instead`: how the call ends in the books when nobody takes it. */
  private give(
    reason: HandOverReason,
    instead: CallCloseReason | null = null,
    words: { say: Sentence; summary: Sentence } | null = null,
  ): void {
    const { order, options, session } = this;
    if (!order || this.over || this.handOver) return;
    clearTimeout(this.silenceTimer);
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
