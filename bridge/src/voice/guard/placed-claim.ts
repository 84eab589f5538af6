/** Whether somebody says that an order is placed: while it is not, the caller would hang up and wait for food that nobody cooks. */
import { isTold, plainWords } from "./plain-words.ts";

const PLACED = [
  /\b(commande|order) (numero|number)\b|\b(numero de commande|order number)\b/,
  /\b(commande|reservation)( elle| c'est bon)* (est|a( bien)? ete|vient d'etre)( \w+){0,2}? ?(confirmee|validee|enregistree|passee|prise|envoyee|transmise|lancee|partie|bouclee|en( cours de)? (preparation|cuisine|route))\b/,
  /\bje (vous )?(confirme|valide|passe|transmets|envoie|lance) (votre|la) commande\b|\bj'envoie (votre|la) commande\b|\bvotre commande est prete (dans|a|pour|vers)\b|\bje (l'envoie|la (transmets|passe|lance)) (en|a la) cuisine\b|\bvotre commande (part|file) (en|a la) cuisine\b/,
  /\bmerci (pour|de) votre commande\b|\b(thanks|thank you)( very much| so much)? for (your|the) order\b/,
  /\b(la cuisine|le cuisinier|le chef|le pizzaiolo) (a( bien| deja)?( recu| eu)? (votre|la) commande|s'en occupe|s'y met|est( deja)? dessus)\b|\bentre les mains (de la cuisine|du (cuisinier|chef|pizzaiolo))\b|\bthe (kitchen|chef|cook)('s| is| has)?( now| just| already)* (has|got|received|on|working on) (your|the|it|that)\b/,
  /\b(vos|les|votre|la|le)( \w+){1,2} (est|sont)( \w+)? (commandee?s?|en (preparation|cuisine))\b/,
  /\bcommande( bien)? (confirmee|validee|enregistree|recue|passee|transmise)( merci)?$/,
  /\b(nous|on|la cuisine|la|we|they)('re| are)? (prepar\w+|making|cooking)( deja)? (votre|la|your|the) (commande|order)\b/,
  /\bje lance (la preparation|la cuisson|en cuisine)\b|\bvotre commande sera prete\b|\b(we'll|we will) have it ready\b|\byour order will be ready\b|\b(est|sont)( deja)? (au|dans le) four\b(?! a )/,
  /\b(c'est|tout est)( bien| deja| maintenant| note et)* (commande|confirme|valide|enregistre|envoye|lance|parti|transmis(?! (a|au|aux)\b(?! la cuisine))|en (preparation|cuisine(?! qu)|route(?! (de|depuis|pour|vers)\b)))\b/,
  // Who repeats what the caller said ("votre mari est en route") says nothing of the order.
  /\b(commande|pizzas?|plats?|repas|desserts?|livraison|livreur)( \w+)? (est|sont)( deja| bien| maintenant)? en route\b|\b(votre|vos|la|les) (commande|pizzas?|plats?|repas) arrive(nt)?( tout de suite| bientot| vite| dans \w+ minutes)?$/,
  /\b(ca|cela|tout|elles?|ils?) (part|partent|file|filent)( tout de suite| maintenant| directement)? (en|a la|pour la|vers la) cuisine\b/,
  /\b(j'|je |on |nous )(vous )?(l'|le |la |les )?(envoie|envoyons|lance|lancons)( ca| cela| tout| le tout| tout ca| tout de suite| maintenant| directement)* (en|a la) cuisine\b|\bje (transmets|passe) (le tout|tout|l'ensemble)( ca| de suite)? (en|a la) cuisine\b/,
  /\b(on|nous|je) (vous )?prepar\w+ (tout )?(ca|cela)( tout de suite| maintenant| (pour|vers) .*)?$/,
  /\b((j'ai|on a|nous avons)( bien)?|je viens de) (pris|prendre|passe|passer|enregistre|enregistrer|valide|valider|confirme|confirmer|envoye|envoyer|transmis|transmettre|lance|lancer) (votre|la) commande\b/,
  /^order (placed|confirmed|sent|complete)\b|\border (went|has gone|is gone|goes) (through|to the kitchen|in)\b/,
  /\b(i've|i have|we've|we have|i|we)( just)? (put|got|submitted|sent|passed|placing|am placing|'m placing) ((that|it|(your|the) order)( now)?( in\b| through\b| on to\b| to the kitchen\b)|(your|the) order$)|\bi('m| am) (placing|sending|submitting) (your|the) order\b|\b(your|the) (\w+ )?(food|pizzas?|meal|dishes) (is|are) (being (made|prepared|cooked)|on (its|their|the) way)\b/,
  /\b(it's|it is|that's|that is|everything('s| is)|(food|pizzas?|meal)('s| is| are))( all| now| already)* (on (its|their) way|on the way to the kitchen|in the (kitchen|oven))\b|\b(it's|it has|that's|that has|everything has|it|that)( all| now| just| already)* (gone|went|been (sent|put|passed))( \w+)? (to the kitchen|through)\b/,
  /\bi('m| am|'ll| will)( \w+)? send(ing)? (it|that|this|everything)( \w+)? to the kitchen\b|\bthey('re| are)( now| already)? (making|preparing|cooking) (it|that|them) (now|already|right now)\b/,
  /\border('s| is| has been| was)( now| been| successfully)* (placed|confirmed|sent|registered|booked|in|complete|being (made|prepared)|in the kitchen|on its way)\b/,
  /\b(it's|it is|you're|you are|everything is|all)( all)? (ordered|confirmed|placed|set|booked)\b/,
  /\b(i've|i have|we've|we have|i|we)( just)? (placed|confirmed|sent|registered) (your|the) order\b/,
  /\b(pedido|encomenda) (esta|queda|foi|fue|ha sido) (confirmad|enviad|registrad|hech)\w+|\bbestellung (ist|wurde) (bestatigt|aufgegeben|notiert)|\bordine (e|e stato) (confermato|inviato|registrato)\b|تم (?:تاكيد|تسجيل|ارسال) (?:ال)?طلب|订单已/,
];
const NOT_YET =
  /\b(pas|rien|avant|des que|quand|lorsque|si|une fois|not|nothing|before|once|when|if|as soon as|dites moi|say yes and|\w+n't)\b/;

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
