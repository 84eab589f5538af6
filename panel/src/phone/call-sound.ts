/** What the call sends: the microphone, or silence for as long as there is none. It may change in mid-call. */
import { CallMediaSource, type OpenedSource } from "./media-source.ts";
import { type MicrophoneProblem, preflight } from "./microphone.ts";
import type { SipCall } from "./sip.ts";

export interface CallSoundPorts {
  /** The call that is on, and why the other end does not hear us; null: none is. */
  current(): { key: string; call: SipCall; microphone: MicrophoneProblem | null } | null;
  changed(key: string, problem: MicrophoneProblem | null): void;
}

export class CallSound {
  private readonly ports: CallSoundPorts;
  private readonly source = new CallMediaSource(() => void this.lost());

  constructor(ports: CallSoundPorts) {
    this.ports = ports;
  }

  /** For a call that begins. null: something later opened it. */
  async open(): Promise<OpenedSource | null> {
    return await this.source.open();
  }

  close(): void {
    this.source.close();
  }

  /** Something about the microphones changed: is there one now that may be had without a question? */
  async lookAgain(): Promise<void> {
    const current = this.ports.current();
    if (current === null || current.microphone === null) return;
    if ((await preflight()).kind === "ready") await this.tryAgain();
  }

  /** The microphone into the running call, or the reason why there is none. */
  async tryAgain(): Promise<void> {
    const current = this.ports.current();
    if (current === null) return;
    const opened = await this.source.open();
    if (opened === null) return;
    const now = this.ports.current();
    if (now?.key !== current.key) {
      if (now === null) this.source.close();
      return;
    }
    await current.call.replaceSound(opened.stream);
    this.ports.changed(current.key, opened.problem);
  }

  /** Unplugged, or its permission taken back: silence at once, then another microphone if there is one. */
  private async lost(): Promise<void> {
    const current = this.ports.current();
    if (current === null) return;
    await current.call.replaceSound(this.source.openSilence());
    const found = await preflight();
    if (found.kind === "ready") await this.tryAgain();
    // "unknown": a browser would ask again, which nobody does in mid-call.
    else this.ports.changed(current.key, found.kind === "problem" ? found.problem : "denied");
  }
}
