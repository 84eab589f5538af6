/** Amounts and numbers that the desk has named in this call: only these may the model say. */
import type { Sentence, ToolAnswer } from "../ordering/order-desk.ts";
import { saidNumbers } from "../ordering/speech/said-numbers.ts";
import type { KnownAmounts } from "./amounts.ts";

export class KnownNumbers {
  private readonly cents = new Set<number>();
  private readonly numbers = new Set<number>();

  /** A sentence of the desk's own. */
  add({ text, language, cents }: Sentence): void {
    for (const amount of cents) this.cents.add(amount);
    for (const number of saidNumbers(text, language)) this.numbers.add(number);
  }

  learn({ say, cart, forModel }: ToolAnswer): void {
    this.add(say);
    for (const { quantity, unitPriceCents, totalCents, options } of cart.lines) {
      this.numbers.add(quantity);
      for (const amount of [unitPriceCents, totalCents, ...options.map(({ priceCents }) => priceCents)]) {
        this.cents.add(amount);
      }
    }
    for (const [, amount] of forModel.matchAll(/"(?:price_cents|priceCents)":(\d+)/g)) this.cents.add(Number(amount));
  }

  amounts(totalCents: number): KnownAmounts {
    return { totalCents, cents: this.cents, numbers: this.numbers };
  }
}
