/**
 * A model for the stand-in that follows the script of the case on its line, by what it hears: each turn's sound is held
 * against the utterances of the script, and what was recognised decides what it does. Sound that is none of them is "not
 * understood". Of the lines it knows what a model knows: the name in its instructions.
 */
import type { Brain, Occasion, Part } from "../fakes/realtime/brain.ts";
import { fingerprint, type KnownSound, knownSound, scoresOf } from "../fakes/realtime/fingerprint.ts";
import type { Act, NamedCase } from "./call-case.ts";
import { speak } from "./speech.ts";

interface Utterance {
  text: string;
  sound: KnownSound;
  acts: readonly (Act | readonly Act[])[];
}

/** What the desk answers, as far as the script needs it. */
interface ToolOutput {
  say?: string;
  problem?: string;
  cart?: { line: number; item_id: string }[];
}

/** Below this nobody would recognise it, unless it is like one of them and clearly less like any other. */
const NEEDED_SCORE = 0.4;
const FAINT = { score: 0.25, margin: 0.12 };
/** So close together two utterances sound the same ("Oui." twice): the one that comes first in the talk is meant. */
const SAME_SOUND = 0.03;
/** So much more like one that was spoken already: it is the rest of that one, and means nothing new. */
const SPOKEN_MARGIN = 0.15;

/** Less like it than this is a part of it, or all of it in noise: what comes next and is like nothing may be its rest, cut off by a machine or a network that stalled. */
const WHOLE_SCORE = 0.75;

const scripts = new Map<string, Promise<Utterance[]>>();

function utterancesOf(script: NamedCase): Promise<Utterance[]> {
  let utterances = scripts.get(script.id);
  if (!utterances) {
    const voice = voiceOf(script);
    utterances = Promise.all(
      script.turns
        .filter((turn) => turn.caller !== undefined)
        .map(async ({ caller = "", model }) => ({
          text: caller,
          sound: knownSound(await speak(caller, voice)),
          acts: model ?? [{ tool: "did_not_understand", args: {} }],
        })),
    );
    scripts.set(script.id, utterances);
  }
  return utterances;
}

export function voiceOf(script: NamedCase) {
  const { name = "fr", speed, pitch } = script.voice ?? {};
  return { name, ...(speed !== undefined && { speed }), ...(pitch !== undefined && { pitch }) };
}

/** The line that a session's instructions are about. */
export function lineOf(instructions: string | undefined): string | null {
  return /^You take orders by phone for (.+?)\. You understand/.exec(instructions ?? "")?.[1] ?? null;
}

/** One conversation; `scriptOf`: the case that is played on the line of this name now. */
export class ScriptedModel implements Brain {
  private readonly scriptOf: (line: string) => NamedCase | null;
  private script: NamedCase | null = null;
  private queue: (Act | readonly Act[])[] = [];
  /** Line numbers of the cart, by item, as the last tool told. */
  private lines: { line: number; item_id: string }[] = [];
  private said = "";
  /** Callers say each utterance of their script once. */
  private readonly spoken = new Set<Utterance>();
  /** Of the last utterance only a part may have been heard. */
  private inPart = false;
  /** What was recognised, with its score, and what the desk refused since. */
  readonly recognised: { text: string; score: number; margin: number; refused: string[] }[] = [];

  constructor(scriptOf: (line: string) => NamedCase | null) {
    this.scriptOf = scriptOf;
  }

  /** Of the case that is played. */
  get caseId(): string | null {
    return this.script?.id ?? null;
  }

  async respond({ turn, outputs, session }: Occasion): Promise<{ parts: readonly Part[]; heard?: string | null }> {
    const line = lineOf(session.instructions);
    this.script ??= line === null ? null : this.scriptOf(line);
    for (const { output } of outputs) this.learn(output);
    let heard: string | null = null;
    if (turn) {
      const found = await this.recognise(turn);
      heard = found?.text ?? "…";
      const isRest = found === null ? this.inPart : this.spoken.has(found);
      this.inPart = found !== null && (this.recognised.at(-1)?.score ?? 1) < WHOLE_SCORE;
      if (!isRest) this.queue = [...(found?.acts ?? [{ tool: "did_not_understand", args: {} }])];
      if (found) this.spoken.add(found);
    }
    const acts = this.nextResponse();
    if (acts === null) return { parts: this.said === "" ? [] : [{ say: this.said }], heard };
    return { parts: acts.map((act) => this.partOf(act)), heard };
  }

  /** null: nothing more is in the script for this turn. Who only speaks is not asked to go on: what follows is said in one breath. */
  private nextResponse(): readonly Act[] | null {
    if (this.queue.length === 0) return null;
    const acts: Act[] = [];
    do {
      const next = this.queue.shift() ?? [];
      acts.push(...(Array.isArray(next) ? (next as readonly Act[]) : [next as Act]));
    } while (this.queue.length > 0 && !acts.some((act) => "tool" in act));
    return acts;
  }

  private partOf(act: Act): Part {
    if ("say" in act) return { say: act.say };
    return { tool: act.tool, args: typeof act.args === "string" ? act.args : this.filled(act.args ?? {}) };
  }

  /** "$margherita" is the number of the cart's last line of that item. */
  private filled(args: unknown): unknown {
    return JSON.parse(
      JSON.stringify(args).replace(/"\$([a-z0-9-]+)"/g, (_all, item: string) =>
        String(this.lines.findLast(({ item_id }) => item_id === item)?.line ?? 99_999),
      ),
    );
  }

  private learn(output: string): void {
    const { say = "", cart = [], problem } = JSON.parse(output) as ToolOutput;
    if (problem !== undefined) this.recognised.at(-1)?.refused.push(problem);
    this.said = say;
    this.lines = cart;
  }

  private async recognise(turn: Int16Array): Promise<Utterance | null> {
    const known = this.script ? await utterancesOf(this.script) : [];
    const scores = await scoresOf(
      fingerprint(turn),
      known.map(({ sound }) => sound),
    );
    const at = meant(scores, (index) => this.spoken.has(known[index] as Utterance));
    const found = known[at];
    const score = scores[at] ?? 0;
    const margin = score - Math.max(0, ...scores.filter((_, index) => index !== at));
    this.recognised.push({ text: found?.text ?? "", score, margin, refused: [] });
    const isKnown = score >= NEEDED_SCORE || (score >= FAINT.score && margin >= FAINT.margin);
    return found && isKnown ? found : null;
  }
}

/** Index of the utterance that is meant; -1: there is none. */
function meant(scores: readonly number[], isSpoken: (index: number) => boolean): number {
  const best = (is: (index: number) => boolean) => Math.max(-1, ...scores.filter((_, index) => is(index)));
  const fresh = best((index) => !isSpoken(index));
  const old = best(isSpoken);
  if (old > fresh + SPOKEN_MARGIN) return scores.findIndex((score, index) => isSpoken(index) && score === old);
  return scores.findIndex((score, index) => !isSpoken(index) && score >= fresh - SAME_SOUND);
}
