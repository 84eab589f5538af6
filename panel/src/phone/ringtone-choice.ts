/** Which ringtone this device plays, and how loud; kept in the browser. */

/** `hertz` begins `atS` after the tone does; the tone is struck anew every `periodS`. */
interface Tone {
  periodS: number;
  notes: readonly { atS: number; hertz: number }[];
}

export const TONES = {
  /** A doorbell's ding-dong: a falling major third (E5, C5). */
  doorbell: {
    periodS: 2.4,
    notes: [
      { atS: 0, hertz: 659.26 },
      { atS: 0.55, hertz: 523.25 },
    ],
  },
  /** The warble of a desk telephone. */
  telephone: {
    periodS: 2.6,
    notes: [0, 0.12, 0.24, 0.36, 0.48, 0.6, 0.72, 0.84].map((atS, index) => ({
      atS,
      hertz: index % 2 === 0 ? 880 : 1108.73,
    })),
  },
  /** Three rising notes, an octave lower. */
  soft: {
    periodS: 3.2,
    notes: [
      { atS: 0, hertz: 261.63 },
      { atS: 0.4, hertz: 329.63 },
      { atS: 0.8, hertz: 392 },
    ],
  },
} as const satisfies Record<string, Tone>;

export type ToneName = keyof typeof TONES;

export interface RingtoneChoice {
  tone: ToneName;
  /** 0.1 to 1: a ringtone that nobody can hear is chosen by do-not-disturb, not by its volume. */
  volume: number;
}

const KEY = "neolia.ringtone";
const LOUDEST: RingtoneChoice = { tone: "doorbell", volume: 1 };

export function ringtoneChoice(): RingtoneChoice {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<RingtoneChoice> | null;
    const { tone = LOUDEST.tone, volume = LOUDEST.volume } = kept ?? {};
    return {
      tone: Object.hasOwn(TONES, tone) ? tone : LOUDEST.tone,
      volume: Math.min(1, Math.max(0.1, Number(volume) || 1)),
    };
  } catch {
    return LOUDEST;
  }
}

export function keepRingtoneChoice(choice: RingtoneChoice): void {
  localStorage.setItem(KEY, JSON.stringify(choice));
}
