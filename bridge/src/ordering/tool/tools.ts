/** The tools that the model may call, by the order's state: the list shrinks as the order gets firmer. */
import { type Static, type TSchema, Type } from "typebox";
import { MenuId } from "../../api/menu.ts";
import type { ToolDefinition } from "../order-desk.ts";
import type { OrderData } from "../order-machine.ts";
import { isOpen } from "../order-machine.ts";

const closed = { additionalProperties: false } as const;
const Line = Type.Integer({ minimum: 1, maximum: 100_000, description: "Number of the line in the cart." });
/** How many there may be says the line; a number that nobody means as one is none. */
const Quantity = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const Note = Type.String({
  maxLength: 120,
  description: "The caller's wish in a few words, e.g. 'sans oignons'. Never changes a price.",
});
/** Names of days, as the model sends them; a weekday is the next one, today included. */
export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
const PickupDay = Type.Union(
  ["today", "tomorrow", "day_after_tomorrow", ...WEEKDAYS].map((day) => Type.Literal(day)),
  { description: "Only if the caller named a day." },
);
const Options = Type.Array(MenuId, {
  maxItems: 40,
  description:
    "Option ids; all options of the line. One that is wanted twice stands twice, if its choice takes several.",
});

/** Arguments as the model must send them. */
export const TOOL_ARGS = {
  find_items: Type.Object({ words: Type.String({ minLength: 1, maxLength: 80 }) }, closed),
  item_details: Type.Object(
    {
      item_id: MenuId,
      about: Type.Optional(
        Type.Union([Type.Literal("price"), Type.Literal("allergens")], { description: "What the caller asks for." }),
      ),
    },
    closed,
  ),
  add_item: Type.Object(
    { item_id: MenuId, quantity: Quantity, option_ids: Type.Optional(Options), note: Type.Optional(Note) },
    closed,
  ),
  change_line: Type.Object(
    { line: Line, quantity: Type.Optional(Quantity), option_ids: Type.Optional(Options), note: Type.Optional(Note) },
    closed,
  ),
  remove_line: Type.Object({ line: Line }, closed),
  set_details: Type.Object(
    {
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
      pickup_time: Type.Optional(
        Type.String({
          pattern: "^(asap|\\+\\d{1,4}|([01]?\\d|2[0-3]):[0-5]\\d)$",
          description:
            "asap; a time, of today or else the next day unless pickup_day is given: 19:30; or in so many minutes: +30",
        }),
      ),
      pickup_day: Type.Optional(PickupDay),
      note: Type.Optional(Type.String({ maxLength: 200, description: "For the whole order, e.g. an allergy." })),
    },
    closed,
  ),
  pickup_times: Type.Object({ pickup_day: Type.Optional(PickupDay) }, closed),
  read_back: Type.Object({}, closed),
  confirm_order: Type.Object({}, closed),
  abandon_order: Type.Object({}, closed),
  another_order: Type.Object({}, closed),
  did_not_understand: Type.Object({}, closed),
  hand_over: Type.Object({ reason: Type.Union([Type.Literal("asked"), Type.Literal("angry")]) }, closed),
  emergency: Type.Object(
    { kind: Type.Union([Type.Literal("any"), Type.Literal("medical"), Type.Literal("fire"), Type.Literal("police")]) },
    closed,
  ),
  end_call: Type.Object({}, closed),
} satisfies Record<string, TSchema>;

export type ToolName = keyof typeof TOOL_ARGS;
export type ToolArgs<Name extends ToolName> = Static<(typeof TOOL_ARGS)[Name]>;

const DESCRIPTIONS: Record<ToolName, string> = {
  find_items: "Looks for dishes on the menu by words. Use it when you are not sure of an id.",
  item_details: "Price, options and allergens of one dish. The only source about allergens.",
  add_item: "Adds a dish to the cart.",
  change_line: "Changes quantity, options or note of a line. What is left out stays.",
  remove_line: "Takes a line off the cart.",
  set_details: "Sets the caller's name, the time of collection or a note. What is left out stays.",
  pickup_times: "The next free times of collection, or those of a day.",
  read_back: "The whole order as it must be read to the caller. Call it when the caller wants nothing more.",
  confirm_order: "Places the order. Only after the read-back was heard to its end and the caller then agreed.",
  abandon_order: "The caller wants no order.",
  another_order: "Starts one more, separate order in this call.",
  did_not_understand: "The caller's last words made no sense to you.",
  hand_over: "Puts the caller through to a person: when asked for, or when the caller is angry.",
  emergency: "The caller speaks of an emergency (fire, accident, crime, illness).",
  end_call: "Says goodbye and hangs up.",
};

const ALWAYS: readonly ToolName[] = ["did_not_understand", "hand_over", "emergency", "end_call"];

/** By name; what is not in the list is refused. */
export function toolsFor(data: OrderData): readonly ToolName[] {
  if (isOpen(data.state)) {
    const ask: ToolName[] = ["item_details", "pickup_times"];
    const look: ToolName[] = ["find_items", ...ask, "add_item", "set_details", "abandon_order"];
    if (data.lines.length === 0) return [...look, ...ALWAYS];
    const edits: ToolName[] = ["change_line", "remove_line"];
    if (data.state === "read-back")
      return ["confirm_order", "add_item", "set_details", ...edits, ...ask, "read_back", "abandon_order", ...ALWAYS];
    // Something is open: that comes before any read-back.
    if (data.lines.some(({ missing }) => missing.length > 0)) return [...look, ...edits, ...ALWAYS];
    return [...look, ...edits, "read_back", ...ALWAYS];
  }
  switch (data.state) {
    case "committed":
    case "acknowledged":
    case "abandoned":
      return ["another_order", ...ALWAYS];
    default:
      return [];
  }
}

export function isTool(name: string): name is ToolName {
  return Object.hasOwn(TOOL_ARGS, name);
}

const definitions = new Map<ToolName, ToolDefinition>();

export function definitionOf(name: ToolName): ToolDefinition {
  const known = definitions.get(name);
  if (known) return known;
  const definition: ToolDefinition = {
    type: "function",
    name,
    description: DESCRIPTIONS[name],
    // Plain JSON, without TypeBox's own marks.
    parameters: JSON.parse(JSON.stringify(TOOL_ARGS[name])) as Record<string, unknown>,
  };
  definitions.set(name, definition);
  return definition;
}
