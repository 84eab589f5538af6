/** Whether somebody says that an order is placed: while it is not, the caller would hang up and wait for food that nobody cooks. */
import { isTold, plainWords } from "./plain-words.ts";

const PLACED = [
  /\b(commande|order) (numero|number)\b|\b(numero de commande|order number)\b/,
  /\b(commande|reservation) (est|a( bien)? ete|vient d'etre)( \w+)? ?(confirmee|validee|enregistree|passee|prise|envoyee|transmise|lancee|partie|en( cours de)? (preparation|cuisine|route))\b/,
  /\bcommande( bien)? (confirmee|validee|enregistree|recue|passee|transmise)$/,
  /\b(nous|on|la cuisine|la|we|they)('re| are)? (prepar\w+|making|cooking) (votre|la|your|the) (commande|order)\b/,
  /\bje lance (la preparation|la cuisson|en cuisine)\b|\bvotre commande sera prete\b|\b(we'll|we will) have it ready\b|\byour order will be ready\b/,
  /\b(c'est|tout est)( bien)? (commande|confirme|valide|enregistre|parti|en (preparation|cuisine))\b/,
  /\b((j'ai|on a|nous avons)( bien)?|je viens de) (passe|passer|enregistre|enregistrer|valide|valider|confirme|confirmer|envoye|envoyer|transmis|transmettre|lance|lancer) (votre|la) commande\b/,
  /\border('s| is| has been| was)( now| been)? (placed|confirmed|sent|registered|booked|in|complete|being (made|prepared)|in the kitchen|on its way)\b/,
  /\b(it's|it is|you're|you are|everything is|all)( all)? (ordered|confirmed|placed|set|booked)\b/,
  /\b(i've|i have|we've|we have|i|we)( just)? (placed|confirmed|sent|registered) (your|the) order\b/,
];
const NOT_YET =
  /\b(pas|rien|avant|des que|quand|lorsque|si|une fois|not|nothing|before|once|when|if|as soon as|\w+n't)\b/;

/** The first sentence that says so and was not the desk's; null: there is none. */
export function placedClaim(text: string, told: readonly string[]): string | null {
  const heard = told.map(plainWords);
  const made = (sentence: string): boolean => {
    const words = plainWords(sentence);
    if (sentence.trimEnd().endsWith("?") || isTold(words, heard) || NOT_YET.test(words)) return false;
    return PLACED.some((placed) => placed.test(words));
  };
  return (text.match(/[^.!?\n]+[.!?\n]*/gu) ?? []).find(made) ?? null;
}
