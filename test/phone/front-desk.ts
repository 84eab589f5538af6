/** A reception with the real order desk, a scripted model and clips that are silent: what is decided when, without a phone. */
import { Breaker } from "../../bridge/src/voice/breaker.ts";
import type { CallLeg } from "../../bridge/src/voice/call-leg.ts";
import { Clips } from "../../bridge/src/voice/clips.ts";
import type { ConversationLimits } from "../../bridge/src/voice/conversation-limits.ts";
import { Reception } from "../../bridge/src/voice/reception.ts";
import { ScriptedEngine } from "../../bridge/src/voice/scripted-engine.ts";
import { type Restaurant, restaurant } from "../ordering/restaurant.ts";
import { legs } from "./fake-leg.ts";

const log = { info: () => {}, warn: () => {}, error: () => {} };

export interface FrontDesk {
  luigi: Restaurant;
  engine: ScriptedEngine;
  readonly reception: Reception;
  /** Another reception in its place, with other limits. */
  open(limits: Partial<ConversationLimits>): void;
  /** Texts that were rendered, in order: what the caller hears as clips. */
  spoken: string[];
  renderer: { works: boolean; isStuck: boolean };
  /** Ends what is left of the calls. */
  close(): void;
}

export async function frontDesk(
  options: { limits?: Partial<ConversationLimits>; ringPeople?: () => CallLeg | null } = {},
): Promise<FrontDesk> {
  const luigi = await restaurant();
  const engine = new ScriptedEngine();
  const spoken: string[] = [];
  const renderer = { works: true, isStuck: false };
  const render = (text: string): Promise<Int16Array> => {
    if (!renderer.works) return Promise.reject(new Error("no renderer"));
    if (renderer.isStuck) return new Promise(() => {});
    spoken.push(text);
    return Promise.resolve(new Int16Array(1600));
  };
  const breaker = new Breaker({ probe: () => engine.probe(), onChange: () => {}, log });
  const open = (limits: Partial<ConversationLimits>): Reception =>
    new Reception({
      desk: luigi.ordering.desk,
      engine,
      clips: new Clips(luigi.folder, render),
      breaker,
      siteId: luigi.siteId,
      ringPeople: options.ringPeople ?? (() => null),
      log,
      limits,
      readyMs: 300,
    });
  let reception = open(options.limits ?? {});
  return {
    ...{ luigi, engine, spoken, renderer },
    get reception() {
      return reception;
    },
    open: (limits) => {
      reception = open(limits);
    },
    close: () => {
      for (const leg of legs.splice(0)) leg.end("them");
      breaker.stop();
      luigi.close();
    },
  };
}
