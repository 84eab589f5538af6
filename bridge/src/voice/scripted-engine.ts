/** A driver without any service: a test says what the model does, and sees what was asked of it. */
import type { SessionSetup, ToolOutput, VoiceEngine, VoiceListener, VoiceSession } from "./voice-engine.ts";

export class ScriptedSession implements VoiceSession {
  readonly setup: SessionSetup;
  readonly listener: VoiceListener;
  /** Bytes heard. */
  heardBytes = 0;
  readonly notes: { from: "assistant" | "system"; text: string }[] = [];
  readonly updates: Parameters<VoiceSession["update"]>[0][] = [];
  readonly answers: ToolOutput[] = [];
  readonly responds: (string | undefined)[] = [];
  readonly interruptions: (readonly { itemId: string; playedMs: number }[])[] = [];
  closed = false;

  constructor(setup: SessionSetup, listener: VoiceListener) {
    this.setup = setup;
    this.listener = listener;
  }

  hear(g711: Uint8Array): void {
    this.heardBytes += g711.length;
  }

  note(from: "assistant" | "system", text: string): void {
    this.notes.push({ from, text });
  }

  update(change: Parameters<VoiceSession["update"]>[0]): void {
    this.updates.push(change);
  }

  answerTools(answers: readonly ToolOutput[]): void {
    this.answers.push(...answers);
  }

  respond(instructions?: string): void {
    this.responds.push(instructions);
  }

  interrupt(played: readonly { itemId: string; playedMs: number }[]): void {
    this.interruptions.push(played);
  }

  close(): void {
    this.closed = true;
  }
}

export class ScriptedEngine implements VoiceEngine {
  readonly sessions: ScriptedSession[] = [];
  /** What opening a session comes to; rejects to refuse. */
  opening: () => Promise<void> = () => Promise.resolve();

  async open(setup: SessionSetup, listener: VoiceListener, signal: AbortSignal): Promise<VoiceSession> {
    await Promise.race([
      this.opening(),
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    ]);
    const session = new ScriptedSession(setup, listener);
    this.sessions.push(session);
    return session;
  }

  async probe(): Promise<void> {
    await this.opening();
  }
}
