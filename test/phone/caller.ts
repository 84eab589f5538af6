/** Plays a case: calls, listens, and speaks when it is the caller's turn. What it heard is kept for the judge. */
import { decodeG711, encodeG711 } from "../../bridge/src/audio/g711.ts";
import type { Call } from "../lab/sip/call.ts";
import { until } from "../lab/until.ts";
import type { NamedCase, Turn } from "./call-case.ts";
import { Handset } from "./handset.ts";
import { kitchen } from "./kitchen.ts";
import { voiceOf } from "./scripted-model.ts";
import { speak } from "./speech.ts";

export interface CallerReport {
  /** SIP status of the answer. */
  status: number;
  /** From INVITE to 200, and from there to the first sound, ms. */
  answeredMs: number;
  firstWordsMs: number;
  /** From the end of each turn to the first sound of the reply, ms. */
  replyMs: number[];
  turns: number;
  /** All that was heard. */
  sound: Buffer;
}

export interface CallerOptions {
  script: NamedCase;
  dial(handset: Handset): Promise<Call>;
  setSoldOut(menuId: string, soldOut: boolean): Promise<void>;
  /** The caller hangs up as soon as it is true. */
  givenUp?(): boolean;
}

/** How often a caller notices what is going on. */
const ATTENTION_MS = 20;
/** The assistant's turn is over when it has been quiet for so long, by the time of its own sound. */
const QUIET_MS = 900;
const REPLY_LIMIT_MS = 20_000;
const SILENT_LEVEL = 260;

export async function playCase({
  script,
  dial,
  setSoldOut,
  givenUp = () => false,
}: CallerOptions): Promise<CallerReport> {
  const codec = script.codec ?? "pcma";
  const handset = await Handset.open(codec);
  const ear = new Ear(handset);
  if (script.noiseDb !== undefined) handset.background = kitchen(script.noiseDb);
  handset.impairment = { loss: script.loss ?? 0 };
  const began = performance.now();
  try {
    const call = await dial(handset);
    const { status } = await call.final;
    const answeredAt = performance.now();
    const report: CallerReport = {
      status,
      answeredMs: answeredAt - began,
      firstWordsMs: Number.NaN,
      replyMs: [],
      turns: 0,
      sound: Buffer.alloc(0),
    };
    if (status !== 200) return report;
    const isOver = () => call.isEndedByPeer || givenUp();
    await until(() => ear.lastSoundAtMs > answeredAt || isOver(), {
      ...{ everyMs: ATTENTION_MS, timeoutMs: REPLY_LIMIT_MS },
      what: "the first words",
    });
    report.firstWordsMs = ear.lastSoundAtMs - answeredAt;
    for (const turn of script.turns) {
      await waitForTurn(turn, ear, isOver);
      if (isOver()) break;
      for (const [menuId, soldOut] of Object.entries(turn.soldOut ?? {})) await setSoldOut(menuId, soldOut);
      if (turn.press !== undefined) handset.press(turn.press);
      if (turn.caller !== undefined || turn.beside !== undefined) {
        await handset.say(encodeG711(await spokenIn(turn, script), codec));
        report.turns += 1;
        const spokenAt = performance.now();
        if (!turn.hangUp) {
          ear.replyAtMs = Number.NaN;
          await until(() => !Number.isNaN(ear.replyAtMs) || isOver(), {
            ...{ everyMs: ATTENTION_MS, timeoutMs: REPLY_LIMIT_MS },
            what: "a reply",
          }).catch(() => {});
          if (!Number.isNaN(ear.replyAtMs)) report.replyMs.push(ear.replyAtMs - spokenAt);
        }
      }
      if (turn.hangUp) break;
    }
    if (!script.turns.at(-1)?.hangUp) await ear.quietFor(2_500, isOver);
    if (!call.isEndedByPeer) await call.hangup();
    report.sound = handset.sound();
    return report;
  } finally {
    handset.close();
  }
}

/** Renders what the callers will say, so that no call has to wait for it and none is disturbed by the program that renders. */
export async function rehearse(scripts: readonly NamedCase[]): Promise<void> {
  await Promise.all(scripts.flatMap((script) => script.turns.map((turn) => spokenIn(turn, script))));
}

/** The caller's words, and those of whoever speaks in the room meanwhile. */
async function spokenIn({ caller, beside }: Turn, script: NamedCase): Promise<Int16Array> {
  const words = caller === undefined ? new Int16Array() : await speak(caller, voiceOf(script));
  if (beside === undefined) return words;
  const { says, voice = { name: "fr+f4" }, softerDb = 12, afterMs = 0 } = beside;
  const { name, speed, pitch } = voice;
  const other = await speak(says, {
    name,
    ...(speed !== undefined && { speed }),
    ...(pitch !== undefined && { pitch }),
  });
  const [gain, from] = [10 ** (-softerDb / 20), afterMs * 8];
  const mixed = Int32Array.from({ length: Math.max(words.length, from + other.length) }, (_, at) =>
    Math.round((words[at] ?? 0) + gain * (other[at - from] ?? 0)),
  );
  return Int16Array.from(mixed, (sample) => Math.max(-32_768, Math.min(32_767, sample)));
}

async function waitForTurn(turn: Turn, ear: Ear, ended: () => boolean): Promise<void> {
  if (turn.intoMs !== undefined) {
    const { intoMs } = turn;
    await until(() => ear.speakingForMs > intoMs || ended(), {
      ...{ everyMs: ATTENTION_MS, timeoutMs: REPLY_LIMIT_MS },
      what: "the assistant to speak",
    });
    return;
  }
  await ear.quietFor(QUIET_MS, ended);
  if (turn.silenceMs) {
    const endMs = performance.now() + turn.silenceMs;
    await until(() => performance.now() > endMs || ended(), {
      ...{ everyMs: ATTENTION_MS, timeoutMs: turn.silenceMs + 30_000 },
      what: "the silence",
    });
    if ([turn.caller, turn.press, turn.beside].some((one) => one !== undefined)) await ear.quietFor(QUIET_MS, ended);
  }
}

/**
 * Hears when the assistant speaks. How long it speaks or is quiet is counted in packets, of which one comes every 20 ms
 * whether or not it holds sound: a machine that stalls makes no pause in what is heard.
 */
class Ear {
  lastSoundAtMs = 0;
  /** First sound since it was set to NaN. */
  replyAtMs = Number.NaN;
  private quietMs = Number.POSITIVE_INFINITY;
  private sinceMs = 0;

  constructor(handset: Handset) {
    handset.onPacket = ({ payload, atMs }) => {
      const packetMs = payload.length / 8;
      this.sinceMs += packetMs;
      if (!decodeG711(payload, handset.codec).some((sample) => Math.abs(sample) > SILENT_LEVEL)) {
        this.quietMs += packetMs;
        return;
      }
      if (this.quietMs > QUIET_MS) this.sinceMs = 0;
      this.quietMs = 0;
      this.lastSoundAtMs = atMs;
      if (Number.isNaN(this.replyAtMs)) this.replyAtMs = atMs;
    };
  }

  get speakingForMs(): number {
    return this.quietMs < 200 ? this.sinceMs : 0;
  }

  /** Waits until nothing was heard for so long. */
  async quietFor(ms: number, ended: () => boolean): Promise<void> {
    await until(() => this.quietMs > ms || ended(), {
      // Thirty lines take their time to be read.
      ...{ everyMs: ATTENTION_MS, timeoutMs: 180_000 },
      what: "the assistant to be quiet",
    });
  }
}
