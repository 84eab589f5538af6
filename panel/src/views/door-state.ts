import type { Door } from "../data/directory.ts";
import type { Key } from "../localize/localize.ts";
import type { PanelState } from "../model.ts";

/** A door as the bridge sees it: in a call, registered, or not. */
export function doorState(door: Door, panel: PanelState): { key: Key; tone: "" | "bad" | "now" } {
  const live = panel.live.state;
  if (live === null) return { key: "door.unknown", tone: "" };
  const call = live.calls.find((known) => known.caller.name === door.name || known.callee.name === door.name);
  if (call?.status === "ringing") return { key: "door.ringing", tone: "now" };
  if (call?.status === "in-progress") return { key: "door.busy", tone: "now" };
  if (live.vps.link !== "up" || door.accountId === null) return { key: "door.unknown", tone: "" };
  return live.registered.includes(door.accountId)
    ? { key: "door.ready", tone: "" }
    : { key: "door.offline", tone: "bad" };
}
