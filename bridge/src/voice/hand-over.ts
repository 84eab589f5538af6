/**
 * A call on its way to people: rings them, tells whoever answers what the call is about, and joins the two. When nobody is
 * there, the caller leaves a message. The bridge places the second call itself: a REFER would ask a gateway or a carrier
 * for what many of them do not do, and would lose the caller when it fails.
 */
import { randomUUID } from "node:crypto";
import type { CallCloseReason, Language } from "../api/order.ts";
import { decodeG711, type G711Codec } from "../audio/g711.ts";
import { writeWav } from "../audio/wav.ts";
import type { Sentence } from "../ordering/order-desk.ts";
import type { CallLeg, PlayedClip } from "./call-leg.ts";
import { beep, type Clips, ringback } from "./clips.ts";
import type { FixedPhrase } from "./phrases.ts";
import type { SteadyOrder } from "./steady-order.ts";

export interface HandOverOptions {
  leg: CallLeg;
  order: Pick<SteadyOrder, "attachMessage" | "personCame" | "nobodyCame" | "stored">;
  codec: G711Codec;
  language: Language;
  clips: Clips;
  /** To the caller, first. */
  say: Sentence;
  /** To whoever answers, before they hear the caller. */
  summary: Sentence;
  insteadReason: CallCloseReason;
  ringPeople(): CallLeg | null;
}

/** Nobody answers what the caller says from here on: forty who leave a message at once are 200 pieces a second instead of 2,000. */
const PIECE_MS = 200;
const LONGEST_MESSAGE_MS = 60_000;
/** Shorter is a click of hanging up. */
const SHORTEST_MESSAGE_BYTES = 8_000;
/** Of a message that goes on: a process that dies loses no more of it. */
const KEEP_EVERY_BYTES = 24_000;

export class HandOver {
  private readonly options: HandOverOptions;
  private readonly playing = new Map<string, () => void>();
  private person: CallLeg | null = null;
  private joined = false;
  /** Whoever had the call was cut off from it: their tablet or phone died. */
  private cutOff = false;
  private nobodyCame = false;
  private message: Uint8Array[] | null = null;
  private notKeptBytes = 0;
  private messageTimer: NodeJS.Timeout | undefined;
  private over = false;

  constructor(options: HandOverOptions) {
    this.options = options;
  }

  /** How the call ended, as far as it is known. */
  get reason(): CallCloseReason {
    if (this.joined) return "handed-over";
    return this.cutOff ? "media-failed" : this.options.insteadReason;
  }

  /** Nobody took the call: the caller leaves a message. */
  get takesMessage(): boolean {
    return this.nobodyCame;
  }

  async run(): Promise<void> {
    const { leg, say } = this.options;
    leg.gather(PIECE_MS);
    await leg.flush();
    await this.ringAfter(() => this.sentence(say, leg));
  }

  private async ringAfter(saying: () => Promise<void>): Promise<void> {
    const person = this.ring();
    await saying();
    void this.ringTone();
    if (!(await person)) await this.takeMessage();
  }

  /** The caller did not end it and neither did they: somebody else is asked, once, and then for a message. */
  private async lostPerson(): Promise<void> {
    const isFirst = !this.cutOff;
    this.cutOff = true;
    this.joined = false;
    this.options.order.nobodyCame();
    if (isFirst) await this.ringAfter(() => this.fixed("ringing-people"));
    else await this.takeMessage();
  }

  played({ id, complete }: PlayedClip): void {
    if (complete) this.playing.get(id)?.();
    this.playing.delete(id);
  }

  heard(g711: Uint8Array): void {
    if (!this.message) return;
    this.message.push(g711);
    this.notKeptBytes += g711.length;
    if (this.notKeptBytes >= KEEP_EVERY_BYTES) this.keepMessage();
  }

  key(key: string): void {
    if (key === "#" && this.message) void this.messageDone();
  }

  /** The caller is gone: what they said so far is kept with the draft. */
  ended(): void {
    this.over = true;
    clearTimeout(this.messageTimer);
    for (const done of this.playing.values()) done();
    this.person?.hangUp();
    this.keepMessage();
  }

  private keepMessage(): void {
    const { order, codec } = this.options;
    const sound = Buffer.concat(this.message ?? []);
    if (sound.length < SHORTEST_MESSAGE_BYTES) return;
    order.attachMessage(writeWav(decodeG711(sound, codec)));
    this.notKeptBytes = 0;
  }

  /** Whether somebody took the call; resolves when that is certain. */
  private ring(): Promise<boolean> {
    const person = this.options.ringPeople();
    if (!person) return Promise.resolve(false);
    this.person = person;
    return new Promise((resolve) => {
      person.listen({
        answered: () => void this.join(person).then(() => resolve(this.joined)),
        heard: () => {},
        key: () => {},
        played: (clip) => this.played(clip),
        held: () => {},
        ended: ({ by }) => {
          this.person = null;
          for (const done of this.playing.values()) done();
          if (!this.joined) resolve(false);
          else if (by === "them" || this.over) this.options.leg.hangUp();
          else void this.lostPerson();
        },
      });
    });
  }

  private async join(person: CallLeg): Promise<void> {
    const { leg, order, summary } = this.options;
    await this.sentence(summary, person);
    if (this.over || person.ended) return;
    this.joined = true;
    order.personCame();
    await leg.flush();
    leg.join(person);
  }

  /** So that the caller does not hear nothing. */
  private async ringTone(): Promise<void> {
    const { leg, codec } = this.options;
    while (this.person && !this.joined && !this.over && !leg.ended) await this.play(ringback(codec), leg);
  }

  private async takeMessage(): Promise<void> {
    if (this.over || this.joined) return;
    this.nobodyCame = true;
    const { leg, codec, order } = this.options;
    order.nobodyCame();
    await leg.flush();
    // Nobody is asked for a message that would be lost.
    if (!order.stored) return await this.messageDone();
    await this.fixed("nobody-there");
    await this.play(beep(codec), leg);
    if (this.over) return;
    this.message = [];
    this.messageTimer = setTimeout(() => void this.messageDone(), LONGEST_MESSAGE_MS);
  }

  private async messageDone(): Promise<void> {
    clearTimeout(this.messageTimer);
    this.keepMessage();
    await this.fixed(this.options.order.stored ? "message-kept" : "message-lost");
    this.options.leg.hangUp();
  }

  private async sentence({ text, language }: Sentence, leg: CallLeg): Promise<void> {
    const sound = await this.options.clips.sentence(text, language, leg.codec ?? this.options.codec).catch(() => null);
    if (sound && !this.over) await this.play(sound, leg);
  }

  private async fixed(name: FixedPhrase): Promise<void> {
    const { clips, language, codec, leg } = this.options;
    const sound = await clips.fixed(name, language, codec).catch(() => null);
    if (sound && !this.over) await this.play(sound, leg);
  }

  /** Resolves when it was played, dropped, or the call is over. */
  private async play(sound: Buffer, leg: CallLeg): Promise<void> {
    if (this.over || leg.ended) return;
    const id = randomUUID();
    await new Promise<void>((resolve) => {
      this.playing.set(id, resolve);
      leg.play(id, sound, true);
    });
  }
}
