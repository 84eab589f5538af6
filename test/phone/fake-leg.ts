/** A telephone made of events: what the bridge does with a call, without any sound. */
import type { CallLeg, CallLegListener, PlayedClip } from "../../bridge/src/voice/call-leg.ts";
import { CALLER } from "../ordering/restaurant.ts";

/** All that were made, until a test takes them out. */
export const legs: FakeLeg[] = [];

/** A telephone: plays at once what it is given, unless it is told to hold on. */
export class FakeLeg implements CallLeg {
  readonly callId: string;
  readonly callerNumber = CALLER;
  readonly callee = "ht841_restaurant1";
  readonly codec = "pcma" as const;
  ended = false;
  listener: CallLegListener | null = null;
  status = 0;
  joined: CallLeg | null = null;
  holds = false;
  readonly given = new Map<string, number>();
  /** Clips that were played to their end, and how long they were, bytes. */
  private readonly over = new Set<string>();
  readonly heard = new Set<number>();

  constructor(callId: string) {
    this.callId = callId;
    legs.push(this);
  }

  listen(listener: CallLegListener): void {
    this.listener = listener;
  }

  answer(): void {
    this.status = 200;
    setImmediate(() => this.listener?.answered());
  }

  refuse(status: 486 | 488 | 503): void {
    this.status = status;
    this.end("us");
  }

  hangUp(): void {
    this.end("us");
  }

  end(by: "them" | "us" | "silence" | "media"): void {
    if (this.ended) return;
    this.ended = true;
    this.listener?.ended({ by, answered: this.status === 200 });
  }

  play(id: string, sound: Uint8Array, last: boolean): void {
    const played = (this.given.get(id) ?? 0) + sound.length;
    this.given.set(id, played);
    if (!last || this.holds) return;
    setImmediate(() => {
      this.listener?.played({ id, played, complete: true });
      this.over.add(id);
      this.heard.add(played);
    });
  }

  /** Everything that was given was played, and told. */
  get heardAll(): boolean {
    return [...this.given.keys()].every((id) => this.over.has(id));
  }

  flush(): Promise<PlayedClip[]> {
    return Promise.resolve(
      [...this.given].map(([id, played]) => ({ id, played: Math.min(played, 800), complete: false })),
    );
  }

  gather(): void {}

  join(other: CallLeg): void {
    this.joined = other;
  }
}
