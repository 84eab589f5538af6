/** What the desk has said in this call, and the amounts and numbers that it named: only these may the model say. */
import type { Sentence, ToolAnswer } from "../ordering/order-desk.ts";
import { saidNumbers } from "../ordering/speech/said-numbers.ts";
import { holdsMoney, type KnownAmounts } from "./amounts.ts";

export class KnownNumbers {
  private readonly cents = new Set<number>();
  private readonly numbers = new Set<number>();
  private readonly names = new Set<string>();
  private readonly texts = new Set<string>();

  get told(): readonly string[] {
    return [...this.texts];
  }

  /** A sentence of the desk's own. */
  add({ text, language, cents }: Sentence): void {
    this.texts.add(text);
    for (const amount of cents) this.cents.add(amount);
    for (const number of saidNumbers(text, language)) this.numbers.add(number);
  }

  learn({ say, cart, forModel }: ToolAnswer): void {
    this.add(say);
    for (const { name, quantity, unitPriceCents, totalCents, options } of cart.lines) {
      this.numbers.add(quantity);
      this.dishes([name, ...options.map((option) => option.name)]);
      for (const amount of [unitPriceCents, totalCents, ...options.map(({ priceCents }) => priceCents)]) {
        this.cents.add(amount);
      }
    }
    for (const [, amount] of forModel.matchAll(/"(?:price_cents|priceCents)":(\d+)/g)) this.cents.add(Number(amount));
    this.dishes(dishesIn(JSON.parse(forModel) as ToldOfMenu));
  }

  private dishes(names: readonly string[]): void {
    for (const name of names) if (holdsMoney(name)) this.names.add(name);
  }

  amounts(totalCents: number): KnownAmounts {
    return { totalCents, cents: this.cents, numbers: this.numbers, names: this.names };
  }
}

/** What find_items and item_details tell of the menu, as far as it is looked at here. */
interface ToldOfMenu {
  item_id?: string;
  /** Of the dish when there is an id, else of the caller: that one may be anything. */
  name?: string;
  found?: { name: string }[];
  choices?: { options: { name: string }[] }[];
}

function dishesIn({ item_id, name, found = [], choices = [] }: ToldOfMenu): string[] {
  const dish = item_id !== undefined && name !== undefined ? [name] : [];
  return [...dish, ...[...found, ...choices.flatMap(({ options }) => options)].map((one) => one.name)];
}
