/** A restaurant with one line and the sample menu, on a real store; its clock stands still unless a test moves it. */
import { ulid } from "ulid";
import type { AssistantProblem, Line, LineSettings, PrinterState } from "../../bridge/src/api/line.ts";
import { type Directory, openDirectory } from "../../bridge/src/directory/directory.ts";
import { EventBus } from "../../bridge/src/events/bus.ts";
import type { OrderCall, ToolAnswer } from "../../bridge/src/ordering/order-desk.ts";
import { type Ordering, startOrdering } from "../../bridge/src/ordering/ordering.ts";
import type { AnnounceOrder, OrderNews } from "../../bridge/src/ordering/orders.ts";
import { openStore, type Store } from "../../bridge/src/store/store.ts";
import { labFolder } from "../lab/folder.ts";

/** Saturday 21 November 2026, 18:00 in Paris. */
export const EVENING_MS = Date.UTC(2026, 10, 21, 17, 0);
export const CALLER = "+33639980178";
export const DOMAIN = "luigi.sip.example.com";

export interface Restaurant {
  store: Store;
  bus: EventBus;
  directory: Directory;
  ordering: Ordering;
  line: Line;
  siteId: string;
  folder: string;
  /** What would have gone to the outbox. */
  news: { number: number; news: OrderNews }[];
  now(): number;
  /** Moves the clock. */
  wait(ms: number): void;
  settings(patch: Partial<LineSettings>): void;
  /** On the first line, unless another is named. */
  call(callId?: string, lineId?: string): TestCall;
  /** What the phone says of the assistant from now on. */
  assistant(problem: AssistantProblem | null): void;
  /** How the printer is found from now on. */
  printer(state: PrinterState): void;
  /** The same store, as the next process finds it. */
  restart(): Restaurant;
  close(): void;
}

export interface TestCall {
  call: OrderCall;
  /** Runs a tool under a new id. */
  tool(name: string, args?: unknown): ToolAnswer;
  /** Plays the sentence to its end, and the caller says something after it. */
  heardAndAnswered(answer: ToolAnswer): void;
  /** Takes two Margherita up to the read-back, for half past seven or as `pickup` says. */
  upToReadBack(pickup?: string): ToolAnswer;
  /** A whole order; the answer that confirms it. */
  wholeOrder(pickup?: string): ToolAnswer;
}

export interface RestaurantOptions {
  /** Kept after it is closed; default: one of its own. */
  folder?: string;
  nowMs?: number;
  /** Writes the news somewhere else than into `news`. */
  announce?: (store: Store) => AnnounceOrder;
}

export async function restaurant(options: RestaurantOptions = {}): Promise<Restaurant> {
  const folder =
    options.folder === undefined ? labFolder("restaurant") : { path: options.folder, remove: () => undefined };
  const clock = { nowMs: options.nowMs ?? EVENING_MS };
  const store = openStore({ folder: folder.path });
  const made = start(store, clock, options.announce);
  const { directory, ordering } = made;
  const site = directory.sites.create({ name: "Luigi", address: "", domain: DOMAIN, timeZone: "Europe/Paris" });
  const building = directory.buildings.create({ siteId: site.id, name: "Restaurant" });
  const line = ordering.lines.create({ buildingId: building.id, label: "Chez Luigi", gateway: "ht841_restaurant1" });
  await ordering.menus.loadSample(line.id);
  return restaurantOf({ ...made, store, clock, line, siteId: site.id, folder });
}

/** What a process left behind, as the next one finds it. */
export function reopenedRestaurant(
  folder: string,
  lineId: string,
  announce?: RestaurantOptions["announce"],
): Restaurant {
  const clock = { nowMs: Date.now() };
  const store = openStore({ folder });
  const made = start(store, clock, announce);
  const line = made.ordering.lines.get(lineId);
  return restaurantOf({
    ...made,
    store,
    clock,
    line,
    siteId: line.siteId,
    folder: { path: folder, remove: () => undefined },
  });
}

interface Parts {
  store: Store;
  bus: EventBus;
  directory: Directory;
  ordering: Ordering;
  news: Restaurant["news"];
  clock: { nowMs: number };
  voice: { problem: AssistantProblem | null; printer: PrinterState };
  line: Line;
  siteId: string;
  folder: { path: string; remove(): void };
}

function start(
  store: Store,
  clock: { nowMs: number },
  announce?: RestaurantOptions["announce"],
): Pick<Parts, "bus" | "directory" | "ordering" | "news" | "voice"> {
  const voice: Parts["voice"] = { problem: null, printer: "none" };
  const news: Restaurant["news"] = [];
  const fail = (error: unknown): never => {
    throw error;
  };
  const bus = new EventBus(fail);
  const base = { store, bus, now: () => clock.nowMs, newId: () => ulid() };
  const directory = openDirectory({ ...base, sipUri: null });
  const ordering = startOrdering({
    ...base,
    directory,
    assistantProblem: () => voice.problem,
    printerState: () => voice.printer,
    announce: announce?.(store) ?? (({ number }, what) => void news.push({ number, news: what })),
    onError: fail,
  });
  return { bus, directory, ordering, news, voice };
}

function restaurantOf(parts: Parts): Restaurant {
  const { store, bus, clock, voice, line, ordering, folder } = parts;
  let calls = 0;
  return {
    ...parts,
    folder: folder.path,
    now: () => clock.nowMs,
    wait: (ms) => {
      clock.nowMs += ms;
    },
    settings: (settings) => void ordering.lines.update(line.id, { settings }, null),
    call: (callId = `call-${++calls}`, lineId = line.id) =>
      testCall(ordering.desk.open({ callId, lineId, callerNumber: CALLER, language: "fr" }), clock),
    assistant: (problem) => {
      voice.problem = problem;
      bus.emit("linkChanged", { link: "voice" });
    },
    printer: (state) => {
      voice.printer = state;
      bus.emit("deskChanged", { siteId: parts.siteId, lineId: line.id });
    },
    restart: () => {
      ordering.stop();
      return restaurantOf({ ...parts, ...start(store, clock) });
    },
    close: () => {
      ordering.stop();
      store.close();
      folder.remove();
    },
  };
}

function testCall(call: OrderCall, clock: { nowMs: number }): TestCall {
  let tools = 0;
  const tool = (name: string, args: unknown = {}): ToolAnswer => call.callTool(name, args, `tool-${++tools}`);
  const heardAndAnswered = ({ say }: ToolAnswer): void => {
    clock.nowMs += 4_000;
    call.playedToEnd(say.mark ?? "");
    clock.nowMs += 1_000;
    call.callerTurn({ beganAtMs: clock.nowMs });
  };
  const upToReadBack = (pickup = "19:30"): ToolAnswer => {
    tool("add_item", { item_id: "margherita", quantity: 2, option_ids: ["taille-grande"] });
    tool("set_details", { name: "Paul", pickup_time: pickup });
    return tool("read_back");
  };
  return {
    call,
    tool,
    heardAndAnswered,
    upToReadBack,
    wholeOrder: (pickup) => {
      heardAndAnswered(upToReadBack(pickup));
      return tool("confirm_order");
    },
  };
}
