import assert from "node:assert/strict";
import { test } from "node:test";
import { allergenClaim } from "./allergen-claims.ts";

const known = {
  told: [
    "D'après la carte, Tiramisu contient : gluten, œufs et lait.",
    "Je n'ai pas d'information sûre sur les allergènes pour Pizza du chef. Demandez au personnel : je peux vous passer quelqu'un.",
    "J'ai noté une Calzone avec normale (sans œuf). Et avec cela ?",
  ],
  names: ["Margherita", "pâte sans gluten", "Salade de noix", "œuf"],
};

for (const said of [
  "Non, il n'y a pas de gluten.",
  "La Margherita est sans lactose.",
  "Vous pouvez la manger, elle ne contient aucun allergène.",
  "Il y a seulement de la moutarde dedans.",
  "Le Tiramisu contient du lait, mais pas d'œufs.",
  "Elle contient des arachides.",
  "There are no nuts in it.",
  "It is gluten-free.",
  "D'accord. Pas d'arachides dans ce plat !",
]) {
  test(`of the model's own making: ${said}`, () => assert.notEqual(allergenClaim(said, known), null));
}

for (const said of [
  "D'après la carte, Tiramisu contient : gluten, œufs et lait.",
  "D'après la carte, Tiramisu contient : gluten",
  "Oui, le tiramisu contient des œufs et du lait.",
  "Je n'ai pas d'information sûre sur les allergènes pour Pizza du chef.",
  "J'ai noté une Calzone avec normale (sans œuf).",
  "Voulez-vous la pâte sans gluten ?",
  "Nous avons aussi une salade de noix.",
  "Un œuf en plus ?",
  "Une Calzone sans oignons, c'est noté.",
  "Et avec cela ?",
]) {
  test(`may be said: ${said}`, () => assert.equal(allergenClaim(said, known), null));
}
