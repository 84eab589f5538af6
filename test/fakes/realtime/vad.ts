/**
 * Where speech begins and ends in sound, by energy above a noise floor that follows the room: kitchen noise is no speech,
 * a soft voice is. Times are ms on the timeline of the sound that was heard.
 */
export interface VadSettings {
  threshold: number;
  prefixPaddingMs: number;
  silenceDurationMs: number;
}

export interface VadEvent {
  type: "started" | "stopped";
  /** Start with its padding; end at the last speech. */
  atMs: number;
}

const STEP_MS = 20;
const START_STEPS = 3;
const LOST_IN_A_ROW = 5;
/** A room is never this quiet, dB: a lost packet is, and so are pauses where there is no room at all. Neither is a floor. */
const SILENT = -70;
/** The floor is what a fourteenth of the sound of this long is quieter than: the room, or the soft edges of words. */
const FLOOR_STEPS = 500;
const QUIETEST = 1 / 14;
/** More than this share of silence in the last 4 s are no lost packets: there is no room to be heard. */
const MOST_LOST = 0.35;
const LOST_STEPS = 200;

export class EnergyVad {
  settings: VadSettings;
  private pending: number[] = [];
  private steps = 0;
  private recent: number[] = [];
  private silent: boolean[] = [];
  private loud = 0;
  private quietSteps = 0;
  private silentSteps = 0;
  private speaking = false;

  constructor(settings: VadSettings) {
    this.settings = settings;
  }

  get nowMs(): number {
    return this.steps * STEP_MS;
  }

  /** Takes 8 kHz samples; gives what happened in them, in order. */
  take(samples: Int16Array): VadEvent[] {
    const events: VadEvent[] = [];
    for (const sample of samples) {
      this.pending.push(sample);
      if (this.pending.length < STEP_MS * 8) continue;
      const event = this.step(level(this.pending));
      if (event) events.push(event);
      this.pending = [];
    }
    return events;
  }

  /** How loud the room is, dB; null: there is none to be heard. */
  private room(): number | null {
    const silent = this.silent.filter(Boolean).length;
    if (silent > MOST_LOST * this.silent.length) return null;
    return this.recent.toSorted((a, b) => a - b)[Math.floor(this.recent.length * QUIETEST)] ?? null;
  }

  private step(db: number): VadEvent | null {
    const isSilent = db <= SILENT;
    this.steps += 1;
    this.silentSteps = isSilent ? this.silentSteps + 1 : 0;
    this.silent.push(isSilent);
    if (this.silent.length > LOST_STEPS) this.silent.shift();
    if (!isSilent) this.recent.push(db);
    if (this.recent.length > FLOOR_STEPS) this.recent.shift();
    const room = this.room();
    // Of a lost packet nothing is known. So many in a row are none.
    if (room !== null && isSilent && this.silentSteps <= LOST_IN_A_ROW) return null;
    const needed = Math.max((room ?? -65) + 4 + 8 * this.settings.threshold, -50);
    return this.speaking ? this.goesOn(db > needed - 3, room !== null) : this.begins(db > needed);
  }

  private begins(isLoud: boolean): VadEvent | null {
    this.loud = isLoud ? this.loud + 1 : 0;
    if (this.loud < START_STEPS) return null;
    this.speaking = true;
    this.quietSteps = 0;
    const startMs = this.nowMs - START_STEPS * STEP_MS - this.settings.prefixPaddingMs;
    return { type: "started", atMs: Math.max(0, startMs) };
  }

  private goesOn(isLoud: boolean, inRoom: boolean): VadEvent | null {
    this.loud = isLoud ? this.loud + 1 : 0;
    if (this.silentSteps === LOST_IN_A_ROW + 1 && inRoom) this.quietSteps += LOST_IN_A_ROW;
    // A plate that clinks is one loud step, a word is more.
    this.quietSteps = this.loud >= (inRoom ? 2 : 1) ? 0 : this.quietSteps + 1;
    if (this.quietSteps * STEP_MS < this.settings.silenceDurationMs) return null;
    this.speaking = false;
    this.loud = 0;
    return { type: "stopped", atMs: this.nowMs - this.quietSteps * STEP_MS };
  }
}

/** RMS in dB below full scale. */
function level(samples: readonly number[]): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return 20 * Math.log10(Math.sqrt(sum / samples.length) / 32_768 + 1e-6);
}
