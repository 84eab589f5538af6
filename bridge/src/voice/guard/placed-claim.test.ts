import assert from "node:assert/strict";
import { test } from "node:test";
import { placedClaim } from "./placed-claim.ts";

const told = ["Je vous relis d'abord toute la commande.", "Votre commande est prise sous le numéro douze."];

for (const said of [
  "Votre commande est confirmée.",
  "C'est bon, votre commande est bien enregistrée, au revoir !",
  "C'est commandé.",
  "J'ai passé votre commande.",
  "Votre commande a été transmise en cuisine.",
  "Votre numéro de commande est le douze.",
  "Votre commande est en préparation.",
  "Your order is placed.",
  "Your order has been confirmed, see you at seven.",
  "It's all ordered.",
  "I've placed your order.",
  "You're all set!",
  "Parfait, commande confirmée.",
  "Commande bien reçue.",
  "La commande est en cours de préparation.",
  "Nous préparons votre commande.",
  "Je lance la préparation.",
  "Votre commande sera prête à dix-neuf heures.",
  "We'll have it ready for you at seven.",
  "We placed your order.",
  "I just sent the order.",
  "On prépare votre commande.",
  "They're making your order.",
  "Your order will be ready at seven.",
])
  test(`says that it is placed: ${said}`, () => assert.notEqual(placedClaim(said, told), null));
for (const said of [
  "Je vous relis d'abord toute la commande.",
  "Votre commande n'est pas encore confirmée.",
  "Dès que vous aurez dit oui, votre commande est confirmée.",
  "Votre commande est prise sous le numéro douze.",
  "Votre commande est-elle complète ?",
  "Votre commande est confirmée ?",
  "J'ai noté une Reine. Et avec cela ?",
  "C'est noté.",
  "Une Reine, c'est parfait.",
  "Is that order right?",
  "Nothing is ordered yet.",
  "What would you like to order?",
  "Pour passer votre commande, il me faut votre nom.",
  "La commande est pour quelle heure ?",
  "Votre commande sera prête dès que vous l'aurez confirmée.",
  "À quelle heure votre commande doit être prête ?",
])
  test(`does not: ${said}`, () => assert.equal(placedClaim(said, told), null));
