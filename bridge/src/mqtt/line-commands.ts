/**
 * What may be asked of a line over MQTT: pause, and what is sold out. Whoever may publish on the broker may ask, so there
 * is nothing here that reveals, changes or confirms an order. Retained messages are old wishes and never come here.
 */
import { Type } from "typebox";
import { Check } from "typebox/value";
import { MenuId } from "../api/menu.ts";
import { actingAs } from "../directory/audit.ts";
import type { Boards } from "../ordering/board.ts";
import type { Ordering } from "../ordering/ordering.ts";
import type { Store } from "../store/store.ts";
import { BROKER, LONGEST_PAYLOAD, STALE_MS, wantedState } from "./commands.ts";

/** Topic's last part and payload, for the line of this SIP name; false when it is not understood. */
export type LineCommand = (siteId: string, name: string, what: string, payload: string) => boolean;

/** What the order desk has for the broker, and takes from it. */
export interface MqttLines {
  boards: Pick<Boards, "facts" | "lineFacts">;
  command: LineCommand;
}

const Stock = Type.Object(
  {
    id: MenuId,
    sold_out: Type.Boolean(),
    /** When the command was given, ISO 8601: an old one is no wish any more. */
    at: Type.Optional(Type.String({ maxLength: 40 })),
  },
  { additionalProperties: false },
);

export function lineCommands(
  store: Store,
  { lines, menus }: Pick<Ordering, "lines" | "menus">,
  nowMs: () => number = Date.now,
): LineCommand {
  return (siteId, name, what, payload) => {
    const unit = store.units.byName(siteId, name);
    const line = unit && store.lines.byUnit(unit.id);
    if (!line || payload.length > LONGEST_PAYLOAD) return false;
    switch (what) {
      case "pause": {
        const wish = wantedState(payload, nowMs());
        if (wish !== "on" && wish !== "off") return false;
        actingAs(BROKER, () => lines.pause(line.id, { paused: wish === "on" }));
        return true;
      }
      case "stock": {
        const wish = parse(payload);
        if (!Check(Stock, wish) || (wish.at !== undefined && !isNow(wish.at, nowMs()))) return false;
        actingAs(BROKER, () => menus.setSoldOut(line.id, wish.id, wish.sold_out));
        return true;
      }
      default:
        return false;
    }
  };
}

function isNow(at: string, nowMs: number): boolean {
  return Math.abs(nowMs - Date.parse(at)) <= STALE_MS;
}

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
