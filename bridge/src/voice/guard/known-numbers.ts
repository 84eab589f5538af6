/** What the desk has said in this call, and the amounts and numbers that it named: only these may the model say. */
import type { Sentence, ToolAnswer } from "../../ordering/order-desk.ts";
import { saidNumbers } from "../../ordering/speech/said-numbers.ts";
import { holdsMoney, type KnownAmounts } from "./amounts.ts";
import { holdsNumber, numberedNames, numbersOfName } from "./bare-numbers.ts";

export class KnownNumbers {
  private readonly cents = new Set<number>();
  private readonly numbers = new Set<number>();
  private quantities: ReadonlySet<number> = new Set();
  private readonly names = new Set<string>();
  /** Of the menu: names that hold a number, as they may be said, and those numbers. */
  private numbered: { names: readonly string[]; numbers: ReadonlySet<number> } = { names: [], numbers: new Set() };
  private readonly texts = new Set<string>();

  get told(): readonly string[] {
    return [...this.texts];
  }

  /** All that the menu names. */
  menu(names: readonly string[]): void {
    const numbered = names.filter(holdsNumber);
    this.numbered = { names: numbered.flatMap(numberedNames), numbers: new Set(numbered.flatMap(numbersOfName)) };
  }

  /** A sentence of the desk's own. */
  add({ text, language, cents }: Sentence): void {
    this.texts.add(text);
    for (const amount of cents) this.cents.add(amount);
    for (const number of saidNumbers(text, language)) if (!Number.isNaN(number)) this.numbers.add(number);
  }

  learn({ say, cart, forModel }: ToolAnswer): void {
    this.add(say);
    this.quantities = new Set(cart.lines.map(({ quantity }) => quantity));
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
    for (const name of names) if (holdsMoney(name)) this.names.add(name.toLowerCase());
  }

  amounts(totalCents: number): KnownAmounts {
    const { cents, numbers, quantities, numbered, told } = this;
    const names = new Set([...this.names, ...numbered.names]);
    return { totalCents, cents, numbers, quantities, names, inNames: numbered.numbers, told };
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
