/**
 * The ringtone, made by WebAudio: nothing to download, nothing to be blocked but the audio itself. Browsers keep audio
 * locked until the first tap; the state says so, so that a silent panel is seen before a visitor stands there.
 */

export type RingtoneState = "locked" | "armed";

const PERIOD_S = 2.4;
/** A doorbell's ding-dong: a falling major third (E5, C5), each note with its octave. */
const NOTES = [
  { atS: 0, hertz: 659.26 },
  { atS: 0.55, hertz: 523.25 },
];

export class Ringtone {
  private readonly onState: (state: RingtoneState) => void;
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setInterval> | null = null;
  private output: GainNode | null = null;

  constructor(onState: (state: RingtoneState) => void) {
    this.onState = onState;
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

  ring(): void {
    if (this.timer !== null || this.context === null) return;
    this.unlock();
    this.output = new GainNode(this.context, { gain: 0.9 });
    this.output.connect(this.context.destination);
    this.chime();
    this.timer = setInterval(() => this.chime(), PERIOD_S * 1000);
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

  /** A short sample, so that a tap on "arm" is also heard. */
  sample(): void {
    if (this.context === null || this.output !== null) return;
    this.strike(this.context, this.context.destination, { atS: 0, hertz: 659.26 });
  }

  private chime(): void {
    const { context, output } = this;
    if (context === null || output === null) return;
    if (context.state !== "running") return;
    for (const note of NOTES) this.strike(context, output, note);
    navigator.vibrate?.([400, 200, 400]);
  }

  private strike(context: AudioContext, output: AudioNode, note: { atS: number; hertz: number }): void {
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
