import assert from "node:assert/strict";
import { test } from "node:test";
import { spokenLanguage } from "./spoken-language.ts";

test("a whole sentence tells its language, a dish or a name does not", () => {
  assert.equal(spokenLanguage("Hello, I would like two lasagne please, do you speak English?"), "en");
  assert.equal(spokenLanguage("Bonjour, je voudrais deux lasagnes s'il vous plaît"), "fr");
  assert.equal(spokenLanguage("C'est au nom de Durand, le plus tôt possible"), "fr");
  assert.equal(spokenLanguage("Smith"), null);
  assert.equal(spokenLanguage("Deux margherita"), null);
  assert.equal(spokenLanguage("Oui, OK"), null);
  assert.equal(spokenLanguage(""), null);
});
