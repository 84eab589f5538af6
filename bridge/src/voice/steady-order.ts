/**
 * The order of a call as the talk uses it when the store refuses (a full disk): what is only noted is left out, and the talk is
 * told once, so that a person takes the call. A tool that cannot be stored throws: it must not be answered.
 */
import type { OrderCall } from "../ordering/order-desk.ts";
import { FIXED } from "./phrases.ts";

export interface SteadyOrder extends OrderCall {
  /** Everything that was noted so far stands in the store. */
  readonly stored: boolean;
}

export function steady(order: OrderCall, onFailed: (error: unknown) => void): SteadyOrder {
  let told = false;
  const failed = (error: unknown): void => {
    if (told) return;
    told = true;
    // Not in the middle of what the talk is doing.
    queueMicrotask(() => onFailed(error));
  };
  const noted =
    <Args extends unknown[]>(act: (...args: Args) => void) =>
    (...args: Args): void => {
      try {
        act(...args);
      } catch (error) {
        failed(error);
      }
    };
  return {
    callId: order.callId,
    lineId: order.lineId,
    get stored() {
      return !told;
    },
    get language() {
      return order.language;
    },
    state: () => order.state(),
    cart: () => order.cart(),
    tools: () => order.tools(),
    recap: () => order.recap(),
    summary: () => order.summary(),
    callTool: (...args) => order.callTool(...args),
    misunderstood: () => order.misunderstood(),
    onCommand: (listener) => order.onCommand(listener),
    handOver: (reason) => {
      try {
        return order.handOver(reason);
      } catch (error) {
        failed(error);
        const { language } = order;
        const text = FIXED[language]["ringing-people"];
        return { say: { text, language, cents: [], exact: false, mark: null }, summary: order.summary() };
      }
    },
    playedToEnd: noted((mark: string) => order.playedToEnd(mark)),
    callerTurn: noted((turn: { beganAtMs: number }) => order.callerTurn(turn)),
    speak: noted((language: Parameters<OrderCall["speak"]>[0]) => order.speak(language)),
    heard: noted((text: string) => order.heard(text)),
    said: noted((text: string) => order.said(text)),
    note: noted((text: string) => order.note(text)),
    attachMessage: noted((wav: Buffer) => order.attachMessage(wav)),
    personCame: noted(() => order.personCame()),
    nobodyCame: noted(() => order.nobodyCame()),
    end: noted((end: Parameters<OrderCall["end"]>[0]) => order.end(end)),
  };
}
