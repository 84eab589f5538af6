/** What the phone says of its own accord. The notice is the law's and nobody's choice: it stands here, not in a setting. */
import type { Language } from "../api/order.ts";

/** Names of recordings that may replace the rendered voice. */
export type FixedPhrase =
  | "notice"
  | "one-moment"
  | "still-there"
  | "goodbye-silent"
  | "ringing-people"
  | "nobody-there"
  | "message-kept"
  | "message-lost"
  | "correction"
  | "allergens"
  | "say-again"
  | "not-ordered";

export const FIXED: Readonly<Record<Language, Readonly<Record<FixedPhrase, string>>>> = {
  fr: {
    notice: "Bonjour, ici l'assistant automatique.",
    "one-moment": "Un instant, s'il vous plaît.",
    "still-there": "Vous êtes toujours là ?",
    "goodbye-silent": "Je ne vous entends plus. Au revoir.",
    "ringing-people": "Ne quittez pas, je vous passe quelqu'un.",
    "nobody-there":
      "Personne ne peut répondre pour le moment. Laissez votre nom, votre numéro et votre commande après le signal, puis raccrochez.",
    "message-kept": "Merci, votre message est enregistré. On vous rappelle.",
    "message-lost": "Pardon, nous ne pouvons pas garder de message en ce moment. Merci de rappeler plus tard.",
    correction: "Pardon, je me suis trompé.",
    allergens:
      "Pour les allergènes, seule la carte compte : demandez-moi pour un plat précis, ou demandez au personnel.",
    "say-again": "Pardon, je n'ai pas bien compris. Pouvez-vous répéter ?",
    "not-ordered": "Pardon, rien n'est encore commandé.",
  },
  en: {
    notice: "Hello, this is the automatic assistant.",
    "one-moment": "One moment, please.",
    "still-there": "Are you still there?",
    "goodbye-silent": "I cannot hear you any more. Goodbye.",
    "ringing-people": "Please hold the line, I am putting you through.",
    "nobody-there":
      "Nobody can answer right now. Please leave your name, your number and your order after the tone, then hang up.",
    "message-kept": "Thank you, your message is kept. We will call you back.",
    "message-lost": "Sorry, we cannot keep a message right now. Please call again later.",
    correction: "Sorry, I was wrong.",
    allergens: "About allergens only the menu counts: ask me about one dish, or ask the staff.",
    "say-again": "Sorry, I did not understand. Could you say that again?",
    "not-ordered": "Sorry, nothing is ordered yet.",
  },
};

/** With the total in words, after `correction`. */
export function totalIs(total: string, language: Language): string {
  return language === "fr" ? `Le total est de ${total}.` : `The total is ${total}.`;
}
