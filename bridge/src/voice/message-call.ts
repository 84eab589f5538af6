/**
 * A call that came back: the assistant could not take it, people were rung, and nobody answered. The caller leaves a message, which is a
 * draft on the board; staff may still take the call while it is on.
 */
import type { Line } from "../api/line.ts";
import type { CallCloseReason } from "../api/order.ts";
import type { G711Codec } from "../audio/g711.ts";
import type { Log } from "../links/log.ts";
import type { CallCommand, OrderDesk, Sentence } from "../ordering/order-desk.ts";
import type { CallLeg, CallLegListener, PlayedClip } from "./call-leg.ts";
import type { Clips } from "./clips.ts";
import { HandOver } from "./hand-over.ts";
import { FIXED } from "./phrases.ts";
import { type SteadyOrder, steady } from "./steady-order.ts";

export interface MessageCallOptions {
  leg: CallLeg;
  codec: G711Codec;
  line: Line;
  desk: Pick<OrderDesk, "open">;
  clips: Clips;
  /** Why the assistant did not take it. */
  reason: CallCloseReason;
  ringPeople(): CallLeg | null;
  log: Log;
}

export class MessageCall implements CallLegListener {
  private readonly options: MessageCallOptions;
  private readonly order: SteadyOrder;
  private readonly stopCommands: () => void;
  private handOver: HandOver | null = null;
  private closing: CallCloseReason | null = null;
  private over = false;

  /** Its draft is open from here on: the call may be answered. */
  constructor(options: MessageCallOptions) {
    this.options = options;
    const { desk, leg, line, log } = options;
    const language = line.settings.languages[0] ?? "fr";
    const order = desk.open({ callId: leg.callId, lineId: line.id, callerNumber: leg.callerNumber, language });
    this.order = steady(order, (error) => {
      log.error({ err: error, callId: leg.callId }, "a message could not be stored");
    });
    this.stopCommands = this.order.onCommand((command) => this.obey(command));
  }

  answered(): void {
    if (this.over) return;
    const { language } = this.order;
    const text = FIXED[language].notice;
    this.give({ text, language, cents: [], exact: true, mark: null }, () => null);
  }

  heard(g711: Uint8Array): void {
    this.handOver?.heard(g711);
  }

  key(key: string): void {
    this.handOver?.key(key);
  }

  played(clip: PlayedClip): void {
    this.handOver?.played(clip);
  }

  held(): void {}

  ended(): void {
    this.over = true;
    this.stopCommands();
    this.handOver?.ended();
    this.order.end({ reason: this.closing ?? this.handOver?.reason ?? this.options.reason, costCents: 0 });
  }

  private give(say: Sentence, ringPeople: () => CallLeg | null): void {
    const { leg, codec, clips, reason } = this.options;
    const { order } = this;
    // What was said so far is kept.
    this.handOver?.ended();
    this.handOver = new HandOver({
      ...{ leg, order, codec, clips, say, ringPeople },
      language: order.language,
      summary: order.summary(),
      insteadReason: reason,
    });
    order.said(say.text);
    void this.handOver.run();
  }

  private obey(command: CallCommand): void {
    if (command.type === "hang-up") {
      this.closing = "staff-hung-up";
      this.options.leg.hangUp();
    }
    if (command.type === "take-over") this.give(command.say, this.options.ringPeople);
  }
}
