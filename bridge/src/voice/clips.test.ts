import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Clips } from "./clips.ts";

/** A megabyte of samples. */
const LONG = 2 ** 19;

function opened(t: { after(work: () => void): void }) {
  const folder = mkdtempSync(join(tmpdir(), "clips-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const rendered: string[] = [];
  const made = { works: true };
  const clips = new Clips(folder, (text) => {
    rendered.push(text);
    return made.works ? Promise.resolve(new Int16Array(LONG)) : Promise.reject(new Error("no renderer"));
  });
  return { clips, rendered, made };
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
