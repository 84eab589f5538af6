/** What the stand-in hears of a caller: one turn for each utterance, and which one it was, also in a kitchen and with lost packets. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeG711, encodeG711 } from "../../bridge/src/audio/g711.ts";
import { fingerprint, knownSound, scoresOf } from "../fakes/realtime/fingerprint.ts";
import { EnergyVad } from "../fakes/realtime/vad.ts";
import { kitchen } from "./kitchen.ts";
import { speak, type Voice } from "./speech.ts";

const FRAME = 160;
const SECOND = 8000;
const TEXTS = [
  "Bonsoir, une royale de quarante centimètres.",
  "Non, deux.",
  "C'est tout, au nom de Martin, le plus tôt possible.",
  "Alors, euh. Bonjour. Je voudrais, attendez. Une calzone. Voilà.",
];

/** Made from a fixed sequence, so that it is the same each time. */
function lossy(share: number): () => boolean {
  let seed = 1;
  return () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return seed / 2 ** 32 < share;
  };
}

/** The utterance that each turn is most like, in their order. */
async function heardAs(voice: Voice, noiseDb: number | null, loss: number): Promise<number[]> {
  const spoken = await Promise.all(TEXTS.map((text) => speak(text, voice)));
  const known = spoken.map(knownSound);
  const pause = new Int16Array(2 * SECOND);
  const talk = Int16Array.from([pause, ...spoken.flatMap((samples) => [samples, pause])].flatMap((part) => [...part]));
  const room = noiseDb === null ? null : kitchen(noiseDb);
  const isLost = lossy(loss);
  const vad = new EnergyVad({ threshold: 0.6, prefixPaddingMs: 300, silenceDurationMs: 500 });
  const heard: number[] = [];
  const turns: Int16Array[] = [];
  let startMs = 0;
  for (let at = 0; at + FRAME <= talk.length; at += FRAME) {
    const frame = talk.slice(at, at + FRAME).map((sample, i) => sample + (room?.[(at + i) % room.length] ?? 0));
    const packet = isLost() ? Buffer.alloc(FRAME, 0xd5) : encodeG711(frame, "pcma");
    const samples = decodeG711(packet, "pcma");
    heard.push(...samples);
    for (const { type, atMs } of vad.take(samples)) {
      if (type === "started") startMs = atMs;
      else turns.push(Int16Array.from(heard.slice(startMs * 8, (atMs + 100) * 8)));
    }
  }
  const scores = await Promise.all(turns.map((turn) => scoresOf(fingerprint(turn), known)));
  return scores.map((of) => of.indexOf(Math.max(...of)));
}

for (const voice of [
  { name: "fr" },
  { name: "fr+m7", speed: 100, pitch: 35 },
  { name: "fr+f3", speed: 280, pitch: 90 },
]) {
  for (const noiseDb of [null, -42, -36]) {
    for (const loss of [0, 0.1, 0.2]) {
      test(`each utterance is one turn and known: ${voice.name}, noise ${noiseDb ?? "none"}, loss ${loss}`, async () => {
        assert.deepEqual(
          await heardAs(voice, noiseDb, loss),
          TEXTS.map((_, index) => index),
        );
      });
    }
  }
}

test("numbers of one syllable are told apart, wherever frames begin in them", async () => {
  const words = ["Six.", "Dix.", "Deux.", "Douze.", "Trois.", "Oui.", "Non."];
  const wrong: string[] = [];
  for (const name of ["fr", "fr-be", "fr+f4", "fr+m3"]) {
    const spoken = await Promise.all(words.map((word) => speak(word, { name, speed: 155 })));
    const known = spoken.map(knownSound);
    for (const [index, samples] of spoken.entries()) {
      for (let at = 0; at < FRAME; at += 20) {
        const turn = new Int16Array(SECOND / 4 + at + samples.length + SECOND / 2);
        turn.set(decodeG711(encodeG711(samples, "pcma"), "pcma"), SECOND / 4 + at);
        const scores = await scoresOf(fingerprint(turn), known);
        const heard = scores.indexOf(Math.max(...scores));
        if (heard !== index) wrong.push(`${name}, ${at}: ${words[index]} for ${words[heard]}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});
