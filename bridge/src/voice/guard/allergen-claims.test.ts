import assert from "node:assert/strict";
import { test } from "node:test";
import { allergenClaim } from "./allergen-claims.ts";

const known = {
  told: [
    "D'après la carte, Tiramisu contient : gluten, œufs et lait.",
    "Je n'ai pas d'information sûre sur les allergènes pour Pizza du chef. Demandez au personnel : je peux vous passer quelqu'un.",
    "J'ai noté une Calzone avec normale (sans œuf). Et avec cela ?",
  ],
  names: ["Margherita", "Tiramisu", "Quatre fromages", "pâte sans gluten", "Salade de noix", "œuf"],
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
  // Other words for the same.
  "Cette pizza est végane.",
  "The Margherita is vegan.",
  "Elle convient aux cœliaques.",
  "It is suitable for coeliacs.",
  "Les personnes allergiques peuvent la manger.",
  "Vous êtes allergique aux noix, mais vous pouvez en manger.",
  "Vous pouvez la manger sans risque.",
  "Il n'y a aucun danger pour vous.",
  "It's safe for you.",
  "You can safely eat it.",
  "Elle est hypoallergénique.",
  "Pas de souci pour votre allergie.",
  "It has no allergens.",
  // Traces, and what is made without.
  "Il peut y avoir des traces.",
  "No traces at all.",
  "La pâte est faite sans œufs.",
  // An egg can be had on a pizza here.
  "Il n'y a pas d'œuf dedans.",
  "Elle est garantie sans lait.",
  "On n'utilise pas de lait.",
  "We don't use eggs.",
  "It's made without milk.",
  "It is egg-free and dairy-free.",
  "Nos desserts, tous sans produits laitiers.",
  "La sauce est à base de moutarde.",
  "It comes with nuts.",
  // What holds an allergen is denied.
  "Il n'y a pas de fromage dedans.",
  "La sauce ne contient pas de crème.",
  "It doesn't contain any cheese.",
  "Elle ne contient pas de pistaches.",
  // As a transcript may spell it.
  "Elle est glutenfree.",
  "Sans glutène, oui.",
  "Sans gluthen.",
  "Sans lactoze.",
  "Aucune cacaouète.",
  "C'est sans arachydes.",
  // Of what was told: only that, or that without something, or of another dish.
  "Le Tiramisu ne contient que du lait.",
  "The Tiramisu only contains milk.",
  "Le Tiramisu contient du lait, jamais d'œufs.",
  "Le Tiramisu contient de tout sauf du lait.",
  "La Margherita contient du lait.",
  // A check that is its own answer.
  "Je vérifie s'il y a du gluten : non, pas du tout.",
  "Je ne sais pas s'il y a du gluten, mais je pense que non.",
  "Oui, il y a des arachides, je vérifie.",
  "Le tiramisu contient du gluten, des œufs et du lait, rien d'autre.",
  "Nos pizzas sont préparées dans un atelier sans noix.",
  "Le risque est nul.",
  "Pas d'inquiétude pour le sésame.",
  "Vous pouvez la manger sans crainte.",
  "Pain garanti sans blé.",
  "Senza glutine.",
  "Sin frutos secos.",
  "Ohne Nüsse, laktosefrei.",
  "Keine Erdnüsse drin.",
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
  // Nothing is said to be in a dish.
  "Pour les allergènes, je peux vous passer quelqu'un.",
  "Je ne peux pas vous renseigner sur les allergènes.",
  "Je ne sais pas s'il y a du gluten.",
  "I cannot tell you whether it contains nuts.",
  "Avez-vous des allergies ?",
  "Do you have any allergies?",
  "Je vérifie s'il y a du gluten dans la Margherita.",
  "Je regarde les allergènes de la Margherita.",
  "Let me check the allergens for you.",
  "Vous demandez si elle contient des arachides.",
  "Je note votre allergie aux arachides pour la cuisine.",
  "Vous êtes allergique aux noix, c'est noté.",
  "I will note your peanut allergy for the kitchen.",
  "The staff can tell you about allergens.",
  // Orders and talk with the same words.
  "Une Reine sans fromage, c'est noté.",
  "A Reine without cheese, noted.",
  "Douze heures trente, est-ce que cela vous convient ?",
  "La pizza au lapin, entendu.",
  "Il n'y a pas de problème.",
  "There is no delivery today.",
  "C'est sans supplément.",
  "Pas de souci, je vous écoute.",
  "Il y a aussi la Quatre fromages.",
  "Le Tiramisu contient du lait.",
  "C'est noté, allergie au lupin.",
  "Rien d'autre ?",
  "Une glace aux éclats de noix, très bien.",
  "Sans sauce, c'est noté.",
  "C'est cuit au feu de bois.",
]) {
  test(`may be said: ${said}`, () => assert.equal(allergenClaim(said, known), null));
}
