/**
 * Takes the calls of the lines: decides whether to answer, and answers only when everything that is needed stands: the
 * desk wants the call, the phrases are there, the voice session is confirmed. Anything else is refused while it still
 * rings, so that the next rule rings people at once. Whoever was rung there does not answer: the line's last rule brings the call back
 * here, and the caller leaves a message.
 */
import { randomUUID } from "node:crypto";
import type { Line } from "../api/line.ts";
import type { CallCloseReason } from "../api/order.ts";
import type { G711Codec } from "../audio/g711.ts";
import type { Log } from "../links/log.ts";
import type { Admission, OrderDesk } from "../ordering/order-desk.ts";
import { NEW_ORDER } from "../ordering/order-machine.ts";
import { definitionOf, toolsFor } from "../ordering/tool/tools.ts";
import type { Breaker } from "./breaker.ts";
import type { CallLeg, CallLegEnd } from "./call-leg.ts";
import type { Clips } from "./clips.ts";
import { Conversation } from "./conversation.ts";
import { type ConversationLimits, LIMITS } from "./conversation-limits.ts";
import { MessageCall } from "./message-call.ts";
import { type VoiceEngine, VoiceError, type VoiceSession } from "./voice-engine.ts";

export interface ReceptionOptions {
  desk: OrderDesk;
  engine: VoiceEngine;
  clips: Clips;
  breaker: Breaker;
  siteId: string;
  /** Rings the people of the line. */
  ringPeople(line: Line): CallLeg | null;
  log: Log;
  limits?: Partial<ConversationLimits>;
  /** From INVITE to a confirmed session; then people are rung. */
  readyMs?: number;
}

const READY_MS = 2_500;
/** Of calls that went to people, so many are remembered. */
const MOST_PASSED_ON = 200;
/** What the model may do while nothing is ordered yet. */
const FIRST_TOOLS = toolsFor(NEW_ORDER).map(definitionOf);

export class Reception {
  private readonly options: ReceptionOptions;
  /** Calls that the assistant has or is about to have, by line. */
  private readonly calls = new Map<string, number>();
  /** Callers who leave a message: they keep nobody from the assistant. */
  private messages = 0;
  /** Calls that went to people, and why: one that comes back found nobody there. */
  private readonly passedOn = new Map<string, CallCloseReason>();
  /** Calls that were let in and whose work has not begun. */
  private readonly letIn: (() => void)[] = [];
  private closed = false;

  constructor(options: ReceptionOptions) {
    this.options = options;
  }

  /** How many calls ring or talk here. */
  get busy(): number {
    return [...this.calls.values()].reduce((sum, count) => sum + count, this.messages);
  }

  /** Takes no more calls: who calls now is for the next rule, which rings people. What rings or talks goes on. */
  close(): void {
    this.closed = true;
  }

  /** Takes or refuses a call that rings. */
  take(leg: CallLeg): void {
    if (this.closed) {
      leg.refuse(503);
      return;
    }
    const { codec } = leg;
    if (codec === null) {
      leg.refuse(488);
      return;
    }
    const arrival = { siteId: this.options.siteId, via: leg.callee };
    const reason = this.passedOn.get(leg.callId);
    const line = reason === undefined ? null : this.options.desk.line(arrival);
    if (reason !== undefined && line) {
      this.passedOn.delete(leg.callId);
      this.begin(() => {
        if (!leg.ended) this.takeMessage(leg, codec, line, reason);
      });
      return;
    }
    const admission = this.options.desk.admit(arrival);
    if (admission.kind === "people") {
      this.options.log.info({ callId: leg.callId, reason: admission.reason }, "a call goes to people");
      this.passOn(leg, "handed-over", 503);
      return;
    }
    if (admission.kind === "after-hours") {
      void this.sayClosed(leg, codec, admission);
      return;
    }
    const { id, settings } = admission.line;
    if ((this.calls.get(id) ?? 0) >= settings.concurrentCalls) {
      this.passOn(leg, "handed-over", 486);
      return;
    }
    const done = this.counted(id);
    this.begin(() => {
      if (leg.ended) done();
      else void this.converse(leg, codec, admission, done);
    });
  }

  /**
   * Of calls that come together, each gets a turn of the event loop of its own: between them the others are told that it rings, who talks
   * is heard, and a BYE is answered. All in one, the edge would take the phone for dead.
   */
  private begin(work: () => void): void {
    this.letIn.push(work);
    if (this.letIn.length === 1) setImmediate(() => this.beginNext());
  }

  private beginNext(): void {
    this.letIn[0]?.();
    this.letIn.shift();
    if (this.letIn.length > 0) setImmediate(() => this.beginNext());
  }

  /** Gives what is to be called when the call is over. */
  private counted(lineId: string): () => void {
    this.calls.set(lineId, (this.calls.get(lineId) ?? 0) + 1);
    return () => this.calls.set(lineId, (this.calls.get(lineId) ?? 1) - 1);
  }

  private passOn(leg: CallLeg, reason: CallCloseReason, status: 486 | 503): void {
    this.passedOn.set(leg.callId, reason);
    const [oldest] = this.passedOn.keys();
    if (this.passedOn.size > MOST_PASSED_ON && oldest !== undefined) this.passedOn.delete(oldest);
    leg.refuse(status);
  }

  private takeMessage(leg: CallLeg, codec: G711Codec, line: Line, reason: CallCloseReason): void {
    const { desk, clips, log, ringPeople } = this.options;
    try {
      const call = new MessageCall({ leg, codec, line, desk, clips, reason, log, ringPeople: () => ringPeople(line) });
      this.messages += 1;
      leg.listen({
        answered: () => call.answered(),
        heard: (sound) => call.heard(sound),
        key: (key) => call.key(key),
        played: (clip) => call.played(clip),
        held: () => call.held(),
        ended: () => {
          call.ended();
          this.messages -= 1;
        },
      });
      log.info({ callId: leg.callId, reason }, "nobody answered: the caller may leave a message");
      leg.answer();
    } catch (error) {
      log.error({ err: error, callId: leg.callId }, "a message could not be taken");
      leg.refuse(503);
    }
  }

  private async converse(
    leg: CallLeg,
    codec: G711Codec,
    { line, language, greeting }: Extract<Admission, { kind: "answer" }>,
    done: () => void,
  ): Promise<void> {
    const { desk, engine, clips, breaker, log, limits, ringPeople, readyMs = READY_MS } = this.options;
    const gone = new AbortController();
    const conversation = new Conversation({
      ...{ leg, codec, line, language, greeting, desk, engine, clips, log },
      ringPeople: () => ringPeople(line),
      onVoiceError: (error) => breaker.failed(error),
      limits: { ...LIMITS, ...limits },
    });
    leg.listen({
      answered: () => conversation.answered(),
      heard: (sound) => conversation.heard(sound),
      key: (key) => conversation.key(key),
      played: (clip) => conversation.played(clip),
      held: (held) => conversation.held(held),
      ended: (end: CallLegEnd) => {
        gone.abort();
        conversation.ended(end);
        done();
      },
    });
    let session: VoiceSession | null = null;
    try {
      if (!breaker.health.ready) throw new Error("the voice service is away");
      const instructions = desk.briefing(line.id, language);
      const limit = AbortSignal.any([gone.signal, AbortSignal.timeout(readyMs)]);
      // The first words must be there before anybody waits for them.
      const words = inTime(
        Promise.all([clips.fixed("notice", language, codec), clips.sentence(greeting.text, greeting.language, codec)]),
        limit,
      );
      // Looked at below, after the session.
      words.catch(() => undefined);
      const setup = { codec, language, instructions, tools: FIRST_TOOLS };
      session = await engine.open(setup, conversation.listener(), limit);
      await words;
      if (leg.ended) {
        session.close();
        return;
      }
      breaker.succeeded();
      const order = desk.open({ callId: leg.callId, lineId: line.id, callerNumber: leg.callerNumber, language });
      conversation.begin(session, order);
      leg.answer();
    } catch (error) {
      // Nobody else would: it would go on listening, and costing.
      session?.close();
      if (leg.ended) return;
      if (error instanceof VoiceError) breaker.failed(error);
      log.warn({ err: error, callId: leg.callId }, "not ready to answer: people are rung");
      this.passOn(leg, "model-failed", 503);
    }
  }

  private async sayClosed(
    leg: CallLeg,
    codec: G711Codec,
    { language, message }: Extract<Admission, { kind: "after-hours" }>,
  ): Promise<void> {
    const { clips, log } = this.options;
    let sound: Buffer;
    try {
      sound = Buffer.concat([
        await clips.fixed("notice", language, codec),
        await clips.sentence(message.text, message.language, codec),
      ]);
    } catch (error) {
      log.warn({ err: error }, "the message for closed hours could not be rendered");
      leg.refuse(503);
      return;
    }
    leg.listen({
      answered: () => leg.play(`closed ${randomUUID()}`, sound, true),
      heard: () => {},
      key: () => {},
      played: () => leg.hangUp(),
      held: () => {},
      ended: () => {},
    });
    leg.answer();
  }
}

/** Rejects when the signal is there first. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  ]);
}
