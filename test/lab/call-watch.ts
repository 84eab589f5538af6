/** The next call of a lab, as the bridge logs it and as the broker tells it. */
import type { Call, CallPage } from "../../bridge/src/api/call.ts";
import type { Lab } from "./lab.ts";
import { until } from "./until.ts";

export interface CallRecord {
  call: Call;
  /** What each topic on the broker was told, see EventListener.ofCall. */
  events: Record<string, string[]>;
}

export class CallWatch {
  private readonly lab: Lab;
  private readonly known: ReadonlySet<string>;

  private constructor(lab: Lab, known: ReadonlySet<string>) {
    this.lab = lab;
    this.known = known;
  }

  /** To be made before the call. */
  static async start(lab: Lab): Promise<CallWatch> {
    return new CallWatch(lab, new Set((await logOf(lab)).map(({ callId }) => callId)));
  }

  /** Waits until the call is in the log, and returns it as it stands. */
  async call(timeoutMs = 30_000): Promise<Call> {
    return await this.until(() => true, "a new call in the log", timeoutMs);
  }

  /** Waits until the call is over in the log and on the broker. */
  async over(timeoutMs = 30_000): Promise<CallRecord> {
    const call = await this.until(({ endedAtMs }) => endedAtMs !== null, "the call to end in the log", timeoutMs);
    await until(
      () => {
        const topics = Object.values(this.lab.events.ofCall(call.callId));
        return topics.length > 0 && topics.every((kinds) => kinds.includes("ended") || kinds.includes("missed"));
      },
      { timeoutMs, what: "the end of the call on the broker" },
    );
    return { call, events: this.lab.events.ofCall(call.callId) };
  }

  private async until(fits: (call: Call) => boolean, what: string, timeoutMs: number): Promise<Call> {
    return await until(async () => (await logOf(this.lab)).find((call) => !this.known.has(call.callId) && fits(call)), {
      what,
      timeoutMs,
    });
  }
}

async function logOf(lab: Lab): Promise<Call[]> {
  return (await lab.api.get<CallPage>("/api/calls?limit=200")).calls;
}
