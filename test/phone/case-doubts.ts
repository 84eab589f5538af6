/** What is legal in a case and probably not meant: a cart that the menu cannot make or whose total is another, a line of a dish that there is not. */
import type { Menu } from "../../bridge/src/api/menu.ts";
import type { CartLine, NamedCase } from "./call-case.ts";

interface Doubt {
  /** JSON pointer into the case. */
  at: string;
  sentence: string;
}

export function doubtsAbout({ turns, expect }: NamedCase, menu: Menu): Doubt[] {
  const orders = expect.orders.flatMap(({ cart, totalCents }, index) => {
    const at = `/expect/orders/${index}`;
    const made = totalOf(cart, menu);
    const sentence = `${totalCents} is expected, but the menu makes ${made} of this cart`;
    return [
      ...doubtfulLines(`${at}/cart`, cart, menu),
      ...(made === totalCents ? [] : [{ at: `${at}/totalCents`, sentence }]),
    ];
  });
  const referred = turns.flatMap(({ model }, turn) =>
    (model ?? []).flatMap((act, place) =>
      [...JSON.stringify(act).matchAll(/"\$([a-z0-9-]+)"/g)]
        .filter(([, id]) => !menu.items.some((item) => item.id === id))
        .map(([, id]) => ({ at: `/turns/${turn}/model/${place}`, sentence: `"$${id}" is no dish of the menu` })),
    ),
  );
  return [...referred, ...orders];
}

function totalOf(cart: readonly CartLine[], menu: Menu): number {
  const prices = new Map(
    [...menu.items, ...menu.groups.flatMap(({ options }) => options)].map(({ id, priceCents }) => [id, priceCents]),
  );
  const each = ({ item, options = [] }: CartLine) =>
    [item, ...options].reduce((sum, id) => sum + (prices.get(id) ?? 0), 0);
  return cart.reduce((sum, line) => sum + line.quantity * each(line), 0);
}

/** Lines of an order whose options are not those that the dish has, or too few or too many. */
function doubtfulLines(at: string, cart: readonly CartLine[], menu: Menu): Doubt[] {
  return cart.flatMap(({ item, options = [] }, index) => {
    const groupIds = menu.items.find(({ id }) => id === item)?.groupIds ?? [];
    const groups = menu.groups.filter(({ id }) => groupIds.includes(id));
    const strange = options.filter((id) => !groups.some((group) => group.options.some((option) => option.id === id)));
    const wrong = groups.filter((group) => {
      const count = options.filter((id) => group.options.some((option) => option.id === id)).length;
      return count < group.min || count > group.max;
    });
    return [
      ...strange.map((id) => `"${item}" has no choice "${id}"`),
      ...wrong.map(({ id, min, max }) => `"${item}" needs ${min} to ${max} of "${id}"`),
    ].map((sentence) => ({ at: `${at}/${index}`, sentence }));
  });
}
