import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeWav } from "../audio/wav.ts";
import { Clips } from "./clips.ts";
import { FIXED } from "./phrases.ts";

/** A megabyte of samples. */
const LONG = 2 ** 19;

function opened(t: { after(work: () => void): void }) {
  const folder = mkdtempSync(join(tmpdir(), "clips-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const rendered: string[] = [];
  const made = { works: true };
  const unusable: string[] = [];
  const render = (text: string) => {
    rendered.push(text);
    return made.works ? Promise.resolve(new Int16Array(LONG)) : Promise.reject(new Error("no renderer"));
  };
  const clips = new Clips(folder, render, (clip) => unusable.push(clip));
  const record = (name: string, wav: Buffer): void => {
    mkdirSync(join(folder, "fr"), { recursive: true });
    writeFileSync(join(folder, "fr", name), wav);
  };
  return { clips, rendered, made, record, unusable };
}

test("what is said in every call is rendered once, what is said in one does not fill the memory", async (t) => {
  const { clips, rendered } = opened(t);
  const times = (text: string) => rendered.filter((one) => one === text).length;
  await clips.fixed("nobody-there", "fr", "pcma");
  for (let call = 0; call < 20; call++) {
    await clips.sentence("Bonjour, que désirez-vous ?", "fr", "pcma");
    await clips.sentence(`Je récapitule, commande ${call}.`, "fr", "pcma");
  }
  assert.equal(times("Bonjour, que désirez-vous ?"), 1);
  await clips.sentence("Je récapitule, commande 19.", "fr", "pcmu");
  assert.equal(times("Je récapitule, commande 19."), 1, "the last ones are still there");
  await clips.sentence("Je récapitule, commande 0.", "fr", "pcma");
  assert.equal(times("Je récapitule, commande 0."), 2, "the first ones are not");
  const before = rendered.length;
  await clips.fixed("nobody-there", "fr", "pcma");
  assert.equal(rendered.length, before, "a fixed phrase stays, however long nobody needed it");
});

test("two callers who need a sentence at once have it rendered once, and a failure is tried again", async (t) => {
  const { clips, rendered, made } = opened(t);
  await Promise.all([clips.sentence("Bonsoir.", "fr", "pcma"), clips.sentence("Bonsoir.", "fr", "pcmu")]);
  assert.deepEqual(rendered, ["Bonsoir."]);
  made.works = false;
  await assert.rejects(clips.sentence("Au revoir.", "fr", "pcma"));
  await assert.rejects(clips.fixed("notice", "fr", "pcma"));
  made.works = true;
  await clips.sentence("Au revoir.", "fr", "pcma");
  await clips.fixed("notice", "fr", "pcma");
});

test("a recording takes the renderer's place, but the notice is not switched off by one of silence, of nothing or of no sound", async (t) => {
  const spoken = Int16Array.from({ length: 12_000 }, (_, i) => 9_000 * Math.sin(i / 3));
  const good = opened(t);
  good.record("notice.wav", writeWav(spoken));
  assert.equal((await good.clips.fixed("notice", "fr", "pcma")).length, spoken.length);
  assert.deepEqual([good.rendered, good.unusable], [[], []]);
  for (const wav of [
    writeWav(new Int16Array(20_000)),
    writeWav(new Int16Array(20_000).fill(30)),
    writeWav(spoken.subarray(0, 400)),
    writeWav(new Int16Array(0)),
    Buffer.from("no sound at all"),
  ]) {
    const bad = opened(t);
    bad.record("notice.wav", wav);
    assert.equal((await bad.clips.fixed("notice", "fr", "pcma")).length, LONG);
    assert.deepEqual([bad.rendered, bad.unusable], [[FIXED.fr.notice], ["fr/notice.wav"]]);
  }
});

test("the app's documentation names every recording that may take a sentence's place", () => {
  const docs = readFileSync(join(import.meta.dirname, "../../../addon/DOCS.md"), "utf8");
  for (const name of Object.keys(FIXED.fr)) assert.ok(docs.includes(`\`${name}.wav\``), name);
});
