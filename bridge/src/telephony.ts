/** Starts the switchboard with the first phone line: a house without a restaurant pays nothing for it. */
import type { AssistantProblem } from "./api/line.ts";
import type { EventBus } from "./events/bus.ts";
import type { Log } from "./links/log.ts";
import type { OrderDesk } from "./ordering/order-desk.ts";
import type { Store } from "./store/store.ts";
import type { Switchboard, VoiceSettings } from "./switchboard.ts";
import { assistantProblem } from "./voice/voice-errors.ts";

export interface TelephonyOptions {
  store: Store;
  bus: EventBus;
  desk: OrderDesk;
  /** null: no VPS, so no phone. */
  sipUri: string | null;
  caFile: string | undefined;
  voice: VoiceSettings;
  dataFolder: string;
  log: Log;
}

export interface Telephony {
  /** Why the assistant answers no call now; null: it does, or is just starting. */
  assistantProblem(): AssistantProblem | null;
  /** Lets calls that run come to their end, for FINISH_MS at most; new ones go to people at once. */
  finish(): Promise<void>;
  stop(): Promise<void>;
}

/** Most calls of a line are over by then, and addon/config.yaml (`timeout`) leaves room for the rest of the stop. */
export const FINISH_MS = 100_000;

const LOOK_AFTER_MS = 1_000;

export function startTelephony(options: TelephonyOptions): Telephony {
  const { store, bus, sipUri, log } = options;
  let switchboard: Promise<Switchboard> | null = null;
  let running: Switchboard | null = null;
  let failed = false;
  let stopped = false;
  const tell = (): void => bus.emit("linkChanged", { link: "voice" });

  async function load(uri: string): Promise<Switchboard> {
    const { openSwitchboard } = await import("./switchboard.ts");
    running = openSwitchboard({
      ...options,
      sipUri: uri,
      onHealth: tell,
    });
    return running;
  }

  function look(): void {
    if (stopped || sipUri === null) return;
    if (running) running.follow();
    else if (!switchboard && store.lines.list().length > 0) {
      switchboard = load(sipUri);
      switchboard.catch((error: unknown) => {
        log.error({ err: error }, "the phone could not be started");
        failed = true;
        tell();
      });
    }
  }

  // A desk changes with every word of a call; what the phone has of it, the words that a line begins with, seldom does.
  let looking: NodeJS.Timeout | undefined;
  const lookSoon = (): void => {
    looking ??= setTimeout(() => {
      looking = undefined;
      look();
    }, LOOK_AFTER_MS);
  };
  const off = [bus.on("directoryChanged", look), bus.on("deskChanged", lookSoon)];
  look();
  return {
    assistantProblem: () => {
      if (sipUri === null || failed) return "no-phone";
      const { problem = null } = running?.health() ?? {};
      return problem === null ? null : assistantProblem(problem);
    },
    finish: async () => {
      stopped = true;
      await running?.finish(FINISH_MS);
    },
    stop: async () => {
      stopped = true;
      for (const stopListening of off) stopListening();
      clearTimeout(looking);
      await (await switchboard?.catch(() => null))?.stop();
    },
  };
}
