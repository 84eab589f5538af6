/** Which words of a caller are an emergency whatever the model makes of them, and which only sound like one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SAMPLE_MENU } from "../../bridge/src/ordering/menu/sample-menu.ts";
import { emergencyIn } from "../../bridge/src/ordering/speech/emergency-words.ts";

for (const [kind, texts] of Object.entries({
  medical: [
    "Mon mari fait une crise cardiaque.",
    "Ma fille s'étouffe avec un morceau !",
    "Aidez-moi, ma grand-mère est tombée et ne répond plus.",
    "Il s'est coupé, il perd beaucoup de sang.",
    "On vient de me poignarder.",
    "Elle a avalé de l'eau de Javel.",
    "Il est en train de se noyer.",
    "Je me suis électrocuté.",
    "Ma femme accouche !",
    "Elle ne respire presque plus.",
    "He's not breathing.",
    "Mon père s'est effondré, il ne parle plus.",
  ],
  fire: [
    "Il y a le feu chez moi.",
    "Il y a le feu dans la cuisine !",
    "J'ai la cuisine en feu !",
    "My house is on fire.",
  ],
  police: [
    "Quelqu'un essaie d'entrer chez moi.",
    "Il y a un homme avec un fusil devant chez moi.",
    "On s'est fait braquer.",
    "Someone is breaking into my house.",
  ],
  any: ["Au secours !", "Help! Help!", "¡Socorro!", "Hilfe, es brennt!", "Aiuto!", "Es ist ein Notfall.", "¡Ayuda!"],
})) {
  for (const text of texts) test(`${kind}: ${text}`, () => assert.equal(emergencyIn(text, SAMPLE_MENU), kind));
}

for (const text of [
  "Une pizza au feu de bois.",
  "Je meurs de faim.",
  "C'est urgent, je suis pressé.",
  "Elle est forte ? Il y a le feu dans la bouche ?",
  "Je suis au feu rouge, j'arrive.",
  "Ça brûle la langue, la harissa ?",
  "J'habite rue des Pompiers.",
  "On est au SAMU de Lyon, c'est pour l'équipe de garde.",
  "C'est la caserne des pompiers, dix pizzas.",
  "Ma femme accouche dans un mois.",
  "Votre site ne répond plus.",
  "Le soufflé s'est effondré, la dernière fois.",
  "Une salade sans anchois, je suis allergique.",
  "¿Me ayuda a elegir?",
  "I'm dying for a pizza.",
  "Can you help me choose?",
]) {
  test(`none: ${text}`, () => assert.equal(emergencyIn(text, SAMPLE_MENU), null));
}
