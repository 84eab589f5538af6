import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AllergenTopic, asksForAllergens, ownAnswer } from "./allergen-topic.ts";

const names = ["Margherita", "Reine", "Tiramisu", "pâte sans gluten", "Salade de noix"];
const known = {
  told: [
    "D'après la carte, Tiramisu contient : gluten, œufs et lait.",
    "According to the menu, Tiramisu contains: gluten, eggs and milk.",
    "J'ai noté une Margherita avec pâte sans gluten. Et avec cela ?",
    "Je n'ai pas d'information sûre sur les allergènes pour Pizza du chef. Demandez au personnel : je peux vous passer quelqu'un.",
  ],
  names,
};

describe("the caller asks for allergens", () => {
  for (const said of [
    "Est-ce qu'il y a des arachides dedans ?",
    "Is there peanut in it?",
    "Y a-t-il du lait dans la Reine ?",
    "Ça contient des noix ?",
    "Des noix ?",
    "C'est sans gluten ?",
    "Je suis allergique aux cacahuètes.",
    "I'm allergic to nuts, can I eat the Reine?",
    "Vous avez des desserts sans lactose ?",
    "Does it contain eggs",
    "La pâte est faite avec des œufs ?",
    "Est-ce que la Margherita convient aux cœliaques ?",
    "Any nuts?",
    "Je voudrais savoir s'il y a des noix.",
    "Je voudrais un dessert sans lait.",
    "I'd like something without eggs.",
    "Je supporte pas le lait.",
    "Mon fils gonfle quand il mange des noix.",
    "Je fais une réaction aux crevettes.",
  ])
    test(said, () => assert.equal(asksForAllergens(said, names), true));
  for (const said of [
    "Une Margherita avec la pâte sans gluten, s'il vous plaît.",
    "Une salade de noix.",
    "Vous livrez ?",
    "Une Reine sans fromage.",
    "Vous avez du poisson ?",
    "Do you have fish?",
    "Oui.",
    "Avez-vous la pâte sans gluten ?",
    "Une pizza au thon et aux œufs.",
    "Alors je vais prendre la salade avec des noix.",
    "I'll have the cake with almonds please.",
    "Je prends la Reine sans œuf.",
  ])
    test(`not with: ${said}`, () => assert.equal(asksForAllergens(said, names), false));
});

describe("what of the reply to that is not the desk's", () => {
  for (const said of [
    "Non.",
    "No.",
    "Oui.",
    "Oui, sans problème.",
    "Bien sûr, aucun.",
    "Bien sûr.",
    "Pas du tout.",
    "Il n'y en a pas.",
    "It doesn't.",
    "There isn't.",
    "It does.",
    "Un peu.",
    "Vous pouvez y aller.",
    "Go ahead.",
    "Ne vous inquiétez pas.",
    "Don't worry.",
    "Ça ira.",
    "You'll be fine.",
    "Je pense que non.",
    "Probably not.",
    "Normalement non.",
    "Rien de tout ça.",
    "Tomate, mozzarella et basilic.",
    "La Margherita contient de la tomate et du basilic.",
    "Sans gluten.",
    "Je vérifie : non.",
    "Non, je vérifie.",
    "D'accord, c'est sans danger.",
    "Nope.",
    "Aucun souci, je note.",
    "Oui, vous pouvez manger la Reine.",
    "Pas d'inquiétude. Et avec cela ?",
    "Elle est parfaite pour vous.",
    "Absolument !",
    "Of course not.",
    "C'est bon.",
    "Je vais vérifier : aucun.",
    "Alors non.",
  ])
    test(said, () => assert.notEqual(ownAnswer(said, known), null));
  for (const said of [
    "D'après la carte, Tiramisu contient : gluten, œufs et lait.",
    "Oui, le tiramisu contient des œufs et du lait.",
    "Un instant, je vérifie.",
    "Bien sûr, je vérifie.",
    "Je regarde sur la carte.",
    "Pour quel plat ?",
    "Which dish do you mean?",
    "Je ne sais pas. Je vous passe quelqu'un.",
    "I don't know, please ask the staff.",
    "Let me check.",
    "D'accord.",
    "Je note votre allergie pour la cuisine.",
    "Demandez au personnel.",
    "Une seconde.",
    "Alors, voyons voir.",
    "Voyons.",
    "Bonne question. Je consulte la carte.",
    "Je vais vérifier.",
    "Let's see.",
    "Je n'ai pas d'information sûre sur les allergènes pour Pizza du chef.",
  ])
    test(`may be said: ${said}`, () => assert.equal(ownAnswer(said, known), null));
});

describe("the topic", () => {
  const topic = (...said: string[]) => {
    const made = new AllergenTopic();
    for (const text of said) {
      made.turnEnded();
      made.heard(text, names);
    }
    return made;
  };

  test("stands from the caller's question on, over what is asked after it, until something else is said", () => {
    assert.equal(topic("Il y a des noix dans la Reine ?").open, true);
    assert.equal(topic("Il y a des noix dans la Reine ?", "Et dans la Margherita ?").open, true);
    assert.equal(topic("Il y a des noix dans la Reine ?", "Vous êtes sûr ?").open, true);
    assert.equal(topic("Is there peanut in it?", "Are you sure?").open, true);
    assert.equal(topic("Il y a des noix dans la Reine ?", "D'accord, j'en prends deux.").open, false);
    assert.equal(topic("Vous livrez ?").open, false);
  });

  test("is over when the order goes on", () => {
    const made = topic("Il y a des noix dans la Reine ?");
    made.orderWentOn();
    assert.equal(made.open, false);
  });

  test("is unknown while a turn's words are missing", () => {
    const made = new AllergenTopic();
    made.turnEnded();
    assert.equal(made.unread, true);
    made.turnEnded();
    made.heard("Vous livrez ?", names);
    assert.equal(made.unread, true, "of two turns one was read");
    made.heard("Il y a des noix dedans ?", names);
    assert.equal(made.unread, false);
    made.turnEnded();
    made.giveUp();
    assert.equal(made.unread, false);
  });

  test("a question whose words come after those of the next turn still counts", () => {
    const made = new AllergenTopic();
    made.turnEnded();
    made.turnEnded();
    made.heard("Il y a des noix dedans ?", names);
    made.heard("Allô ?", names);
    assert.equal(made.open, true);
  });
});
