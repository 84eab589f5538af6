/**
 * A line's menu in Home Assistant: a device of its own behind the line's, with a switch for each dish, on while it is
 * sold. Off by Home Assistant's own default: a menu has hundreds, and each restaurant wants a few of them at hand.
 * What there is of options is left to the panel: nobody wants a switch for each size of pizza.
 */
import type { DiscoveryDish, DiscoveryLine } from "./discovery-model.ts";
import { lineCommandTopic, lineTopic } from "./topics.ts";

interface DishSwitch {
  platform: "switch";
  [key: string]: unknown;
}

/** The id of its device, and whose device that is; null: it is none. */
export const menuId = (lineId: string): string => `${lineId}_menu`;
export const lineOfMenu = (id: string): string | null => /^(.+)_menu$/.exec(id)?.[1] ?? null;

/** What all switches of a menu have in common; Home Assistant takes these from the device's own level. */
export function menuTopics(domain: string, line: DiscoveryLine): { state_topic: string; command_topic: string } {
  return {
    state_topic: lineTopic(domain, line.name, "sold-out"),
    command_topic: lineCommandTopic(domain, line.name, "stock"),
  };
}

/** By key. A dish keeps its entity as long as it keeps its id, whatever it is called. */
export function dishSwitches(line: DiscoveryLine): Record<string, DishSwitch> {
  return Object.fromEntries(line.dishes.map((dish) => [`dish_${dish.id}`, dishSwitch(line, dish)]));
}

function dishSwitch(line: DiscoveryLine, { id, label }: DiscoveryDish): DishSwitch {
  const key = `dish_${id}`;
  return {
    platform: "switch",
    unique_id: `neolia_${line.id}_${key}`,
    default_entity_id: `switch.${`${line.name}_${key}`.replaceAll(/[^a-z0-9]+/g, "_")}`,
    name: label,
    icon: "mdi:silverware-fork-knife",
    enabled_by_default: false,
    // An id has letters, digits and hyphens only, and is text in a template.
    value_template: `{{ 'off' if '${id}' in value_json['items'] | map(attribute='id') else 'on' }}`,
    // With its time: what Home Assistant kept while the broker was away comes too late (commands.ts).
    command_template: `{"id":"${id}","sold_out":{{ 'false' if value == 'on' else 'true' }},"at":"{{ utcnow().isoformat() }}"}`,
    payload_on: "on",
    payload_off: "off",
  };
}
