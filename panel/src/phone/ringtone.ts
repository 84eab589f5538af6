/**
 * The ringtone, made by WebAudio: nothing to download, nothing to be blocked but the audio itself. Browsers keep audio
 * locked until the first tap; the state says so, so that a silent panel is seen before a visitor stands there.
 */

import { ringtoneChoice, TONES } from "./ringtone-choice.ts";

interface Note {
  atS: number;
  hertz: number;
}

interface Melody {
  notes: readonly Note[];
  /** From one beginning to the next. */
  periodS: number;
}

export type RingtoneState = "locked" | "armed";

const LOUDEST_GAIN = 0.9;
/** Beside a conversation: heard, and not in its way. */
const KNOCK_GAIN = 0.15;
const KNOCK_EVERY_MS = 5_000;

export class Ringtone {
  private readonly onState: (state: RingtoneState) => void;
  private readonly own: Melody | null;
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private knockTimer: ReturnType<typeof setInterval> | undefined;
  private output: GainNode | null = null;

  /** `own`: always this melody, at full volume; left out: what this device has chosen for the door. */
  constructor(onState: (state: RingtoneState) => void, own: Melody | null = null) {
    this.onState = onState;
    this.own = own;
  }

  /** Prepares the audio; armed at once where the browser allows it, else on the first tap or key. */
  start(): void {
    if (this.context !== null) return;
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.context.onstatechange = this.announce;
    document.addEventListener("pointerup", this.unlock, { capture: true });
    document.addEventListener("keydown", this.unlock, { capture: true });
    this.announce();
  }

  stop(): void {
    this.silence();
    this.knock(false);
    document.removeEventListener("pointerup", this.unlock, { capture: true });
    document.removeEventListener("keydown", this.unlock, { capture: true });
    void this.context?.close();
    this.context = null;
  }

  /** Resumes the audio. Only works inside a tap or a key press. */
  unlock = (): void => {
    if (this.context === null || this.context.state === "running") return;
    this.context.resume().then(this.announce, this.announce);
  };

  get ringing(): boolean {
    return this.timer !== null;
  }

  private get melody(): { tone: Melody; volume: number } {
    return this.own ? { tone: this.own, volume: 1 } : chosen();
  }

  ring(): void {
    if (this.timer !== null || this.context === null) return;
    this.unlock();
    const { tone, volume } = this.melody;
    const { notes, periodS } = tone;
    this.output = new GainNode(this.context, { gain: LOUDEST_GAIN * volume });
    this.output.connect(this.context.destination);
    this.chime(notes);
    this.timer = setInterval(() => this.chime(notes), periodS * 1000);
    navigator.vibrate?.([400, 200, 400]);
  }

  /** Quiet at once, also in the middle of a note. */
  silence(): void {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.output?.disconnect();
    this.output = null;
    navigator.vibrate?.(0);
  }

  /** Somebody waits behind a call: the tone softly, again and again. */
  knock(on: boolean): void {
    clearInterval(this.knockTimer);
    if (!on) return;
    const knock = (): void => this.sample(KNOCK_GAIN);
    knock();
    this.knockTimer = setInterval(knock, KNOCK_EVERY_MS);
  }

  /** The tone once, so that a tap on "arm" is also heard. */
  sample(loudest = LOUDEST_GAIN): void {
    const { context } = this;
    if (context === null || this.output !== null) return;
    const { tone, volume } = this.melody;
    const gain = new GainNode(context, { gain: loudest * volume });
    gain.connect(context.destination);
    for (const note of tone.notes) this.strike(context, gain, note);
  }

  private chime(notes: readonly Note[]): void {
    const { context, output } = this;
    if (context === null || output === null) return;
    if (context.state !== "running") return;
    for (const note of notes) this.strike(context, output, note);
    navigator.vibrate?.([400, 200, 400]);
  }

  /** A note with its octave. */
  private strike(context: AudioContext, output: AudioNode, note: Note): void {
    const at = context.currentTime + note.atS;
    for (const [multiple, level] of [
      [1, 0.5],
      [2, 0.2],
    ] as const) {
      const oscillator = new OscillatorNode(context, { frequency: note.hertz * multiple });
      const envelope = new GainNode(context, { gain: 0 });
      envelope.gain.setValueAtTime(0, at);
      envelope.gain.linearRampToValueAtTime(level, at + 0.015);
      envelope.gain.exponentialRampToValueAtTime(0.001, at + 1.4);
      oscillator.connect(envelope).connect(output);
      oscillator.start(at);
      oscillator.stop(at + 1.5);
    }
  }

  private announce = (): void => {
    this.onState(this.context?.state === "running" ? "armed" : "locked");
  };
}

function chosen(): { tone: Melody; volume: number } {
  const { tone, volume } = ringtoneChoice();
  return { tone: TONES[tone], volume };
}
