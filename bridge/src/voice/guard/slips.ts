/** What the model may not say by itself, how it is found, and what is done about it. */
import type { Language } from "../../api/order.ts";
import type { FixedPhrase } from "../phrases.ts";
import { allergenClaim, type KnownAllergens } from "./allergen-claims.ts";
import { type KnownAmounts, wrongAmount } from "./amounts.ts";

/** An amount that the desk has not named, made-up words about allergens, a yes or no to words that nobody could read, an order that is none. */
export type Slip = "amount" | "allergens" | "unread" | "placed";

export interface SlipRemedy {
  /** For the call's log. */
  noted: string;
  /** For the model. */
  instruction: string;
  /** For the caller. */
  phrase: FixedPhrase;
}

export const REMEDIES: Readonly<Record<Slip, SlipRemedy>> = {
  amount: {
    noted: "wrong amount stopped",
    instruction: "You were about to state a wrong amount. It was not heard. Only state amounts that a tool gave you.",
    phrase: "correction",
  },
  allergens: {
    noted: "made-up words about allergens stopped",
    instruction:
      "You were about to speak of allergens on your own. It was not heard. Only say of them what item_details says.",
    phrase: "allergens",
  },
  unread: {
    noted: "a yes or no to unreadable words stopped",
    instruction: "Your answer was not heard, because nobody could read what the caller had asked. Wait for the caller.",
    phrase: "say-again",
  },
  placed: {
    noted: "an order that was not placed stopped",
    instruction:
      "You were about to say that something is ordered. It was not heard: nothing is. Go on with set_details, read_back and, once the caller agreed, confirm_order.",
    phrase: "not-ordered",
  },
};

/** The slip in these words; null: they may be said. */
export function slipIn(
  text: string,
  language: Language,
  known: { amounts: KnownAmounts; allergens: KnownAllergens },
): Slip | null {
  if (allergenClaim(text, known.allergens) !== null) return "allergens";
  return wrongAmount(text, language, known.amounts) === null ? null : "amount";
}
