/** The order desk of all lines, put together: what the phone, the API and MQTT work with. */
import type { Directory } from "../directory/directory.ts";
import { type Boards, boards } from "./board.ts";
import { clockOf, deskChanged, lineRow, lineState, type OrderingContext } from "./context.ts";
import { type Desk, openDesk } from "./desk.ts";
import { type Lines, lines } from "./lines.ts";
import { type Menus, menus } from "./menus.ts";
import { localTime } from "./opening.ts";
import { type AnnounceOrder, type Orders, orders } from "./orders.ts";
import { type Privacy, privacy } from "./privacy.ts";

export interface Ordering {
  desk: Desk;
  lines: Lines;
  menus: Menus;
  orders: Orders;
  boards: Boards;
  privacy: Privacy;
  stop(): void;
}

export interface OrderingOptions extends OrderingContext {
  directory: Directory;
  announce: AnnounceOrder;
  onError(error: unknown, what: string): void;
}

const LOOK_EVERY_MS = 30_000;
const PRUNE_EVERY_MS = 3_600_000;

/** Starts with what a crash left behind: nothing confirmed is lost, nothing open is forgotten. */
export function startOrdering(options: OrderingOptions): Ordering {
  const { directory, announce, onError, ...context } = options;
  const { store, bus, now } = context;
  const placed = orders(context, announce);
  const desk = openDesk(context, placed);
  const caring = privacy(context);
  const guarded = (what: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      onError(error, what);
    }
  };

  guarded("recovering the calls of before", () => void desk.recover());

  // The alarm of the order that waits longest; looked at anew whenever something changes.
  let alarm: NodeJS.Timeout | undefined;
  const lookForAlarms = (): void =>
    guarded("the alarm of unaccepted orders", () => {
      clearTimeout(alarm);
      alarm = undefined;
      const nextMs = placed.remind();
      if (nextMs !== null) alarm = setTimeout(lookForAlarms, Math.max(100, nextMs - now()));
    });
  let looking: NodeJS.Immediate | undefined;
  const offDesk = bus.on("deskChanged", () => {
    looking ??= setImmediate(() => {
      looking = undefined;
      lookForAlarms();
    });
  });
  lookForAlarms();
  const offVoice = bus.on("linkChanged", ({ link }) => {
    if (link === "voice") for (const row of store.lines.list()) deskChanged(context, row);
  });

  // Opening, closing, the end of a pause and a new day happen by themselves.
  const shown = new Map<string, string>();
  const lookAtClocks = (): void =>
    guarded("the lines' clocks", () => {
      for (const { id } of store.lines.list()) {
        const row = lineRow(store, id);
        const state = `${lineState(context, row)} ${localTime(now(), clockOf(context, row.siteId)).date}`;
        const before = shown.get(id);
        shown.set(id, state);
        if (before !== undefined && before !== state) deskChanged(context, row);
      }
    });
  const watching = setInterval(() => {
    lookAtClocks();
    guarded("closing calls that could not be stored", () => void desk.recover());
  }, LOOK_EVERY_MS);
  const prune = (): void => guarded("dropping old transcripts", () => void caring.prune());
  const pruning = setInterval(prune, PRUNE_EVERY_MS);
  lookAtClocks();
  prune();

  return {
    desk,
    lines: lines(context, directory),
    menus: menus(context, directory.audit),
    orders: placed,
    boards: boards(context, desk, placed),
    privacy: caring,
    stop: () => {
      offDesk();
      offVoice();
      if (looking) clearImmediate(looking);
      clearTimeout(alarm);
      clearInterval(watching);
      clearInterval(pruning);
      desk.stop();
    },
  };
}
