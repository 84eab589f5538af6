/** What the desk has said, word for word. One table for each language; amounts and times are already words. */
import type { Allergen } from "../../api/menu.ts";
import type { Cart, CartLine, Language } from "../../api/order.ts";
import type { Sentence } from "../order-desk.ts";
import { moneyWords, numberWords } from "./number-words.ts";

export interface Phrases {
  added(line: string): string;
  changed(line: string): string;
  removed: string;
  detailsNoted: string;
  choose(item: string, group: string, options: readonly string[], several: boolean): string;
  readBack(lines: string, details: string, amount: string): string;
  /** The end of it. */
  isItRight: string;
  /** Before that question, when something else was answered since the read-back. */
  asItWasRead: string;
  named(name: string): string;
  pickup(time: string): string;
  noted(note: string): string;
  committed(number: string, time: string, amount: string): string;
  soldOut(name: string): string;
  notNow(name: string): string;
  unknownItem: string;
  unknownLine: string;
  tooMany(most: string): string;
  tooLarge: string;
  tooManyLines: string;
  choiceInvalid(item: string): string;
  emptyCart: string;
  askName: string;
  askPickup: string;
  asItIs: string;
  hearFirst: string;
  slots(times: readonly string[]): string;
  noSlots: string;
  notThen(times: readonly string[]): string;
  closed: string;
  costs(item: string, amount: string): string;
  contains(item: string, allergens: string): string;
  containsNone(item: string): string;
  choicesContain(allergens: string): string;
  choicesUnknown: string;
  askStaff(item: string): string;
  abandoned: string;
  goodbye: string;
  notOrdered: string;
  handOver: string;
  emergency(numbers: string): string;
  anythingElse: string;
  another: string;
  sorry: string;
  again: string;
  /** Without asking for anything. */
  notUnderstood: string;
  orderClosed: string;
  greeting(place: string): string;
  afterHours(place: string): string;
  staffTakesOver: string;
  recap(lines: string): string;
  recapEmpty: string;
  summary(who: string, lines: string, amount: string): string;
  summaryEmpty(who: string): string;
  someone: string;
  and: string;
  or: string;
  with: string;
  for: string;
  numbers: Record<EmergencyKind, string>;
  allergens: Record<Allergen, string>;
}

export type EmergencyKind = "any" | "medical" | "fire" | "police";

const FR: Phrases = {
  added: (line) => `J'ai noté ${line}.`,
  changed: (line) => `C'est changé : ${line}.`,
  removed: "C'est retiré.",
  detailsNoted: "C'est noté.",
  choose: (item, group, options, several) =>
    `Pour ${item}, ${group} : ${options.length > 0 ? `${list(options, "ou")} ?` : several ? "que souhaitez-vous ?" : "lequel ?"}`,
  readBack: (lines, details, amount) =>
    `Je récapitule : ${lines}.${details} Le total est de ${amount}. ${FR.isItRight}`,
  isItRight: "Est-ce exact ?",
  asItWasRead: "Votre commande reste telle que je l'ai lue.",
  named: (name) => ` Au nom de ${name}.`,
  pickup: (time) => ` À retirer ${time}.`,
  noted: (note) => ` Avec la remarque : ${note}.`,
  committed: (number, time, amount) =>
    `Merci, votre commande numéro ${number} est confirmée. Elle sera prête ${time}. Le total est de ${amount}.`,
  soldOut: (name) => `Désolé, il n'y a plus de ${name} aujourd'hui.`,
  notNow: (name) => `Désolé, ${name} n'est pas servi à cette heure-là.`,
  unknownItem: "Désolé, je ne trouve pas cela sur la carte.",
  unknownLine: "Je ne trouve pas cette ligne dans la commande.",
  tooMany: (most) => `Je peux noter au plus ${most} par article au téléphone.`,
  tooLarge: "Pour une commande de cette taille, je vous passe quelqu'un de l'équipe.",
  tooManyLines: "La commande est trop longue pour le téléphone, je vous passe quelqu'un de l'équipe.",
  choiceInvalid: (item) => `Ce choix n'est pas possible pour ${item}.`,
  emptyCart: "La commande est encore vide. Que désirez-vous ?",
  askName: "À quel nom, s'il vous plaît ?",
  askPickup: "Pour quelle heure, s'il vous plaît ?",
  asItIs: "Je vous relis la commande.",
  hearFirst: "Je vous relis d'abord toute la commande.",
  slots: (times) => `Vous pouvez venir ${list(times, "ou")}.`,
  noSlots: "Il n'y a plus d'heure de retrait libre.",
  notThen: (times) => `Cette heure n'est pas possible. Vous pouvez venir ${list(times, "ou")}.`,
  closed: "Le restaurant ne prend pas de commande à cette heure.",
  costs: (item, amount) => `${item} : ${amount}.`,
  contains: (item, allergens) => `D'après la carte, ${item} contient : ${allergens}.`,
  containsNone: (item) => `D'après la carte, ${item} ne contient aucun des quatorze allergènes à déclarer.`,
  choicesContain: (allergens) => `Selon les choix, il peut aussi y avoir : ${allergens}.`,
  choicesUnknown: "Pour certains choix, je n'ai pas d'information sûre : demandez au personnel.",
  askStaff: (item) =>
    `Je n'ai pas d'information sûre sur les allergènes pour ${item}. Demandez au personnel : je peux vous passer quelqu'un.`,
  abandoned: "D'accord, rien n'est commandé.",
  goodbye: "Merci de votre appel, au revoir.",
  notOrdered: "Votre commande n'est pas encore passée : voulez-vous que je la relise, ou que je l'annule ?",
  handOver: "Un instant, je vous passe quelqu'un.",
  emergency: (numbers) => `En cas d'urgence, raccrochez et appelez ${numbers}. Je vous passe aussi quelqu'un.`,
  anythingElse: "Et avec cela ?",
  another: "Très bien, une autre commande. Que désirez-vous ?",
  sorry: "Désolé, cela n'a pas marché.",
  again: "Pardon, je n'ai pas bien compris. Pouvez-vous répéter ?",
  notUnderstood: "Pardon, je n'ai pas bien compris.",
  orderClosed: "La commande est déjà passée, elle ne peut plus changer par ici. Je peux vous passer quelqu'un.",
  greeting: (place) => `${place}, bonjour. Que désirez-vous commander ?`,
  afterHours: (place) =>
    `${place} est fermé pour le moment. Merci de rappeler pendant les heures d'ouverture. Au revoir.`,
  staffTakesOver: "Un instant, quelqu'un de l'équipe prend votre appel.",
  recap: (lines) => `Pardon pour cette coupure. J'ai pour l'instant ${lines}. Et avec cela ?`,
  recapEmpty: "Pardon pour cette coupure. Que désirez-vous ?",
  summary: (who, lines, amount) => `Appel de ${who}. Commande en cours : ${lines}. Total ${amount}.`,
  summaryEmpty: (who) => `Appel de ${who}. Rien n'est encore commandé.`,
  someone: "quelqu'un",
  and: "et",
  or: "ou",
  with: "avec",
  for: "fois",
  numbers: {
    any: "le cent douze",
    medical: "le quinze ou le cent douze",
    fire: "le dix-huit ou le cent douze",
    police: "le dix-sept ou le cent douze",
  },
  allergens: {
    gluten: "gluten",
    crustaceans: "crustacés",
    eggs: "œufs",
    fish: "poisson",
    peanuts: "arachides",
    soybeans: "soja",
    milk: "lait",
    nuts: "fruits à coque",
    celery: "céleri",
    mustard: "moutarde",
    sesame: "sésame",
    sulphites: "sulfites",
    lupin: "lupin",
    molluscs: "mollusques",
  },
};

const EN: Phrases = {
  added: (line) => `I have noted ${line}.`,
  changed: (line) => `Changed: ${line}.`,
  removed: "I have taken it off.",
  detailsNoted: "Noted.",
  choose: (item, group, options, several) =>
    `For ${item}, ${group}: ${options.length > 0 ? `${list(options, "or")}?` : several ? "what would you like?" : "which one?"}`,
  readBack: (lines, details, amount) =>
    `Let me read that back: ${lines}.${details} The total is ${amount}. ${EN.isItRight}`,
  isItRight: "Is that right?",
  asItWasRead: "Your order stays as I read it.",
  named: (name) => ` For ${name}.`,
  pickup: (time) => ` To collect ${time}.`,
  noted: (note) => ` With the note: ${note}.`,
  committed: (number, time, amount) =>
    `Thank you, your order number ${number} is confirmed. It will be ready ${time}. The total is ${amount}.`,
  soldOut: (name) => `Sorry, ${name} is sold out today.`,
  notNow: (name) => `Sorry, ${name} is not served at that time.`,
  unknownItem: "Sorry, I cannot find that on the menu.",
  unknownLine: "I cannot find that line in the order.",
  tooMany: (most) => `By phone I can note at most ${most} of each.`,
  tooLarge: "For an order of this size I will put you through to the team.",
  tooManyLines: "The order is too long for the phone, I will put you through to the team.",
  choiceInvalid: (item) => `That choice is not possible for ${item}.`,
  emptyCart: "The order is still empty. What would you like?",
  askName: "What name is it for, please?",
  askPickup: "For what time, please?",
  asItIs: "Let me read the order back.",
  hearFirst: "Let me read the whole order back first.",
  slots: (times) => `You can come ${list(times, "or")}.`,
  noSlots: "There is no free time to collect it any more.",
  notThen: (times) => `That time is not possible. You can come ${list(times, "or")}.`,
  closed: "The restaurant takes no orders at this hour.",
  costs: (item, amount) => `${item}: ${amount}.`,
  contains: (item, allergens) => `According to the menu, ${item} contains: ${allergens}.`,
  containsNone: (item) =>
    `According to the menu, ${item} contains none of the fourteen allergens that must be declared.`,
  choicesContain: (allergens) => `Depending on the choices, there may also be: ${allergens}.`,
  choicesUnknown: "For some of the choices I have no reliable information: please ask the staff.",
  askStaff: (item) =>
    `I have no reliable allergen information for ${item}. Please ask the staff: I can put you through to someone.`,
  abandoned: "All right, nothing is ordered.",
  goodbye: "Thank you for calling, goodbye.",
  notOrdered: "Your order is not placed yet: shall I read it back, or cancel it?",
  handOver: "One moment, I will put you through to someone.",
  emergency: (numbers) => `In an emergency, hang up and call ${numbers}. I will also put you through to someone.`,
  anythingElse: "Anything else?",
  another: "All right, another order. What would you like?",
  sorry: "Sorry, that did not work.",
  again: "Sorry, I did not understand. Could you say that again?",
  notUnderstood: "Sorry, I did not understand.",
  orderClosed: "The order has been placed and cannot be changed here. I can put you through to someone.",
  greeting: (place) => `${place}, hello. What would you like to order?`,
  afterHours: (place) => `${place} is closed at the moment. Please call again during opening hours. Goodbye.`,
  staffTakesOver: "One moment, someone from the team is taking your call.",
  recap: (lines) => `Sorry for the interruption. So far I have ${lines}. Anything else?`,
  recapEmpty: "Sorry for the interruption. What would you like?",
  summary: (who, lines, amount) => `Call from ${who}. Order so far: ${lines}. Total ${amount}.`,
  summaryEmpty: (who) => `Call from ${who}. Nothing is ordered yet.`,
  someone: "someone",
  and: "and",
  or: "or",
  with: "with",
  for: "times",
  numbers: {
    any: "one one two",
    medical: "fifteen or one one two",
    fire: "eighteen or one one two",
    police: "seventeen or one one two",
  },
  allergens: {
    gluten: "gluten",
    crustaceans: "crustaceans",
    eggs: "eggs",
    fish: "fish",
    peanuts: "peanuts",
    soybeans: "soybeans",
    milk: "milk",
    nuts: "nuts",
    celery: "celery",
    mustard: "mustard",
    sesame: "sesame",
    sulphites: "sulphites",
    lupin: "lupin",
    molluscs: "molluscs",
  },
};

const PHRASES: Record<Language, Phrases> = { fr: FR, en: EN };

export function phrases(language: Language): Phrases {
  return PHRASES[language];
}

/** Says `text`; nobody waits for its end. */
export function plain(text: string, language: Language): Sentence {
  return { text: oneStop(text), language, cents: [], exact: false, mark: null };
}

/** "seven p.m." and "no onions!" end a sentence by themselves. */
export function oneStop(text: string): string {
  return text.replace(/([.!?…])\./g, "$1");
}

export interface ReadBackDetails {
  cart: Cart;
  name: string;
  note: string;
  /** "à dix-neuf heures", "demain à midi". */
  collection: string;
}

export function readBack(
  { cart, name, note, collection }: ReadBackDetails,
  language: Language,
  mark: string,
): Sentence {
  const say = phrases(language);
  const details = (name === "" ? "" : say.named(name)) + say.pickup(collection) + (note === "" ? "" : say.noted(note));
  const text = oneStop(say.readBack(linesText(cart.lines, language), details, moneyWords(cart.totalCents, language)));
  return { text, language, cents: [cart.totalCents], exact: true, mark };
}

/** "deux Margherita avec olives, une Calzone" */
export function linesText(lines: readonly CartLine[], language: Language): string {
  return lines.map((line) => lineText(line, language)).join(", ");
}

export function lineText(line: CartLine, language: Language): string {
  const say = phrases(language);
  const count = numberWords(line.quantity, language, language === "fr" && line.gender === "f");
  const options = optionsText(line, language);
  const chosen = options.length > 0 ? ` ${say.with} ${list(options, say.and)}` : "";
  const note = line.note === "" ? "" : ` (${line.note})`;
  return `${count} ${line.name}${chosen}${note}`;
}

/** "Vanille", or "deux fois Vanille". */
function optionsText({ options }: CartLine, language: Language): string[] {
  return [...new Set(options.map(({ optionId }) => optionId))].map((id) => {
    const same = options.filter(({ optionId }) => optionId === id);
    const name = same[0]?.name ?? "";
    return same.length === 1 ? name : `${numberWords(same.length, language)} ${phrases(language).for} ${name}`;
  });
}

export function list(words: readonly string[], last: string): string {
  return words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}
