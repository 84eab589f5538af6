import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { languageOf, localeOf } from "../../panel/src/language.ts";
import { adminLocalizer, adminTexts, counted } from "../../panel/src/localize/admin.ts";
import { deskTexts } from "../../panel/src/localize/desk.ts";
import { deviceTexts } from "../../panel/src/localize/device.ts";
import { en } from "../../panel/src/localize/en.ts";
import { fr } from "../../panel/src/localize/fr.ts";
import { clock, duration, localizer, momentWithin, unitLabel } from "../../panel/src/localize/localize.ts";

const placeholders = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test("French says everything that English says, with the same values in it", () => {
  assert.deepEqual(Object.keys(fr).sort(), Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) {
    const french = fr[key as keyof typeof en];
    assert.deepEqual(placeholders(french), placeholders(text), key);
    assert.notEqual(french.trim(), "", key);
  }
});

test("no text is the same in both languages but names", () => {
  const same = Object.keys(en).filter((key) => en[key as keyof typeof en] === fr[key as keyof typeof en]);
  assert.deepEqual(same, ["session.title"]);
});

/** A number, a placeholder or an arrow reads the same in both; so do these words. */
const SAME = [
  "session.title",
  "desk.pauseMinutes",
  "live.assistant",
  "live.note",
  "live.total",
  "history.cents",
  "menu.option",
  "menu.description",
  "menu.gender.m",
  "menu.gender.f",
  "allergen.gluten",
  "allergen.lupin",
  "line.printerPort",
];

for (const [pages, { en: english, fr: french }] of Object.entries({
  installer: adminTexts,
  device: deviceTexts,
  desk: deskTexts,
})) {
  test(`the ${pages}'s pages are in both languages, with the same values in them, and no text was forgotten`, () => {
    assert.deepEqual(Object.keys(french).sort(), Object.keys(english).sort());
    for (const [key, text] of Object.entries(english)) {
      const translated = new Map(Object.entries(french)).get(key) ?? "";
      assert.deepEqual(placeholders(translated), placeholders(text), key);
      const isMarkOnly = text.replace(/\{\w+\}/g, "").match(/[a-z]/i) === null;
      assert.ok(SAME.includes(key) || isMarkOnly || translated !== text, `${key} is the same: ${text}`);
    }
  });
}

test("things are counted as each language counts: nothing is plural in English and singular in French", () => {
  const [english, french] = [adminLocalizer("en"), adminLocalizer("fr")];
  assert.equal(counted(english, "count.units", 0), "0 units");
  assert.equal(counted(english, "count.units", 1), "1 unit");
  assert.equal(counted(english, "count.units", 10_000), "10,000 units");
  assert.equal(counted(french, "count.units", 0), "0 logement");
  assert.equal(counted(french, "count.units", 2), "2 logements");
});

test("values are put in, numbers included", () => {
  assert.equal(localizer("en")("home.logMissed.many", { count: 3 }), "Calls, 3 missed");
  assert.equal(unitLabel(localizer("fr"), "401"), "Logement 401");
  assert.equal(unitLabel(localizer("en"), "Reception"), "Reception");
});

test("a duration reads like a clock", () => {
  assert.deepEqual([0, 999, 65_000, 3_605_000].map(duration), ["0:00", "0:00", "1:05", "1:00:05"]);
});

test("a time of day is written as the language writes it", () => {
  const atMs = new Date(2026, 0, 5, 14, 3).getTime();
  assert.equal(clock(localizer("fr-FR"), atMs), "14:03");
  assert.equal(clock(localizer("en-GB"), atMs), "14:03");
  assert.match(clock(localizer("en-US"), atMs), /^02:03.PM$/);
});

test("the first language we speak wins, and English when there is none", () => {
  assert.equal(languageOf(["de-DE", "fr-CA", "en-US"]), "fr");
  assert.equal(languageOf(["EN-gb"]), "en");
  assert.equal(languageOf(["de"]), "en");
  assert.equal(localeOf(["de-DE", "fr-CA", "en-US"]), "fr-CA");
});

test("today within a sentence has no capital, in any language; a date has the one of its language", () => {
  const now = Date.UTC(2026, 10, 30, 12);
  const told = (locale: string, atMs: number): string =>
    momentWithin(Object.assign(localizer(locale), { timeZone: "Europe/Paris" }), atMs, now).split(",")[0] ?? "";
  assert.equal(told("en", now), "today");
  assert.equal(told("en", now - 86_400_000), "yesterday");
  assert.equal(told("fr", now), "aujourd’hui");
  assert.equal(told("fr", now - 86_400_000), "hier");
  assert.match(told("fr", now - 3 * 86_400_000), /^vendredi 27/);
});

test("what a button is for is named as the language sets its colon, and by no page itself", () => {
  const named = (locale: string) => localizer(locale)("label.of", { what: "A", of: "B" });
  assert.deepEqual([named("en"), named("fr")], ["A: B", "A\u00a0: B"]);
  const sources = join(import.meta.dirname, "../../panel/src");
  const own = globSync("**/*.ts", { cwd: sources }).filter((file) =>
    /\}: \$\{/.test(readFileSync(join(sources, file), "utf8")),
  );
  assert.deepEqual(own, []);
});
