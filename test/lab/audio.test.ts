import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join as pathJoin } from "node:path";
import { test } from "node:test";
import { findTone, join, noise, readWav, type Sound, silence, tone, writeWav } from "./audio.ts";
import { labFolder } from "./folder.ts";

function mix(a: Sound, b: Sound): Sound {
  return { ...a, samples: a.samples.map((sample, i) => sample + (b.samples[i] ?? 0)) };
}

test("a tone is found at every level that a telephone carries, and at both sample rates", () => {
  for (const level of [0.01, 0.1, 0.9]) {
    for (const rate of [8000, 48_000]) {
      assert.equal(findTone(tone(1000, 2, rate, level), 1000).found, true, `level ${level} at ${rate} Hz`);
    }
  }
});

test("silence, noise and dither are no tone", () => {
  for (const sound of [silence(3), noise(3), noise(3, 8000, 0.001), noise(3, 48_000, 0.9)]) {
    assert.deepEqual(findTone(sound, 1000).heardMs, 0);
  }
});

test("another tone is not taken for this one", () => {
  for (const hz of [440, 900, 1100, 2000, 3000]) assert.equal(findTone(tone(hz, 3), 1000).heardMs, 0, `${hz} Hz`);
});

test("a speaking voice of many tones is not taken for one", () => {
  const voice = [150, 300, 450, 600, 1000, 1200].map((hz) => tone(hz, 3, 8000, 0.1)).reduce(mix);
  assert.equal(findTone(voice, 1000).found, false);
});

test("a tone that came late, went away and has some noise on it is found and timed", () => {
  const sound = mix(join(silence(1), tone(440, 1), silence(1)), noise(3, 8000, 0.05));
  const verdict = findTone(sound, 440);
  assert.equal(verdict.found, true);
  assert.ok(verdict.heardMs >= 950 && verdict.heardMs <= 1050, `${verdict.heardMs} ms`);
  assert.equal(verdict.lengthMs, 3000);
});

test("a click of the tone is not enough", () => {
  assert.equal(findTone(join(silence(1), tone(440, 0.3), silence(1)), 440).found, false);
});

test("a WAV file holds what was written, and one of a killed recorder is read to its end", (t) => {
  const folder = labFolder("audio");
  t.after(() => folder.remove());
  const file = pathJoin(folder.path, "a.wav");
  const sound = tone(700, 1);
  writeWav(file, sound);
  const back = readWav(file);
  assert.equal(back.sampleRate, 8000);
  assert.equal(back.samples.length, sound.samples.length);
  assert.ok(back.samples.every((sample, i) => Math.abs(sample - (sound.samples[i] ?? 0)) < 0.001));
  const bytes = readFileSync(file);
  for (const length of [0, 0xffff_fff0]) {
    bytes.writeUInt32LE(length, 40);
    writeFileSync(file, bytes);
    assert.equal(readWav(file).samples.length, sound.samples.length);
  }
});

test("a file that is not sound is refused by name", (t) => {
  const folder = labFolder("audio");
  t.after(() => folder.remove());
  const file = pathJoin(folder.path, "b.wav");
  writeFileSync(file, "no sound at all");
  assert.throws(() => readWav(file), /b\.wav: this is no WAV file/);
});
