/**
 * Words that mean an emergency whatever the model makes of them. Only such as nobody says to order food: "au feu de bois" is
 * a pizza, "pouvez-vous m'aider" a question. The transcript may be wrong: a person who takes the call for nothing is no harm.
 */
import type { EmergencyKind } from "./sentences.ts";

const WORDS: readonly [EmergencyKind, RegExp][] = [
  [
    "medical",
    /\b(samu|ambulance|crise cardiaque|infarctus|arret cardiaque|ne respire (plus|pas)|fait un malaise|inconsciente?|overdose|s'etouffe|choc anaphylactique|heart attack|can'?t breathe|not breathing|unconscious)\b/,
  ],
  [
    "fire",
    /\b(il y a le feu|au feu(?! de bois)|le feu a pris|incendie|pompiers?|fuite de gaz|there'?s a fire|fire brigade|house is on fire|gas leak)\b/,
  ],
  [
    "police",
    /\b(appel(ez|le) (la )?police|on m'agresse|il a (un couteau|une arme)|cambriolage|braquage|il me frappe|call the police|he has a (knife|gun)|being attacked)\b/,
  ],
  ["any", /\b(au secours|c'est une urgence|urgence vitale|it'?s an emergency|a l'aide(?! d))/],
];

export function emergencyIn(text: string): EmergencyKind | null {
  const folded = text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[’`]/g, "'").toLowerCase();
  return WORDS.find(([, words]) => words.test(folded))?.[0] ?? null;
}
