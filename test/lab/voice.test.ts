import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { findTone, readWav, tone } from "./audio.ts";
import { labFolder } from "./folder.ts";
import { resample, writeTone, writeVisitor } from "./voice.ts";

test("a tone keeps its pitch and its level at a lower sample rate", () => {
  const lower = resample(tone(1000, 1, 22_050, 0.5), 8000);
  assert.equal(lower.sampleRate, 8000);
  assert.equal(lower.samples.length, 8000);
  assert.equal(findTone(lower, 1000).heardMs, 1000);
  const peak = lower.samples.subarray(500, 7500).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  assert.ok(Math.abs(peak - 0.5) < 0.02, `peak ${peak}`);
});

test("what a lower sample rate cannot carry is filtered out instead of mirrored", () => {
  const lower = resample(tone(7000, 1, 22_050, 0.5), 8000);
  assert.equal(findTone(lower, 1000).heardMs, 0);
  const peak = lower.samples.subarray(500, 7500).reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  assert.ok(peak < 0.02, `peak ${peak}`);
});

test("the visitor speaks, in both languages, for longer than any call of a test", (t) => {
  const folder = labFolder("voice");
  t.after(() => folder.remove());
  for (const language of ["en", "fr"] as const) {
    const file = join(folder.path, `${language}.wav`);
    writeVisitor(file, language);
    const voice = readWav(file);
    assert.equal(voice.sampleRate, 8000);
    assert.equal(voice.samples.length, 8000 * 300);
    const loud = voice.samples.filter((sample) => Math.abs(sample) > 0.05).length;
    assert.ok(loud > voice.samples.length / 20, `${loud} loud samples`);
    assert.equal(findTone({ ...voice, samples: voice.samples.subarray(0, 80_000) }, 1000).found, false);
  }
  const file = join(folder.path, "tone.wav");
  writeTone(file, 440);
  assert.equal(findTone(readWav(file), 440).heardMs, 300_000);
});
