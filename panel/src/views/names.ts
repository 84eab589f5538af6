/** Who is at the other end, in the words of the people here: the door's label, the unit, then what SIP says. */
import type { Party } from "../../../bridge/src/api/call.ts";
import { type Localizer, unitLabel } from "../localize/localize.ts";
import type { PanelState } from "../model.ts";
import type { CallInfo } from "../phone/call-machine.ts";

/** From here on a name is set smaller, so that it fits beside the buttons of a small wall panel. */
export const LONG_NAME = 20;

export interface Peer {
  name: string;
  isDoor: boolean;
  /** A door with a camera. */
  cameraOf: string | null;
}

export function peerOf(call: CallInfo, state: PanelState, t: Localizer): Peer {
  const door = state.directory?.doors.find((known) => known.name === call.peer.name);
  if (door !== undefined) return { name: door.label, isDoor: true, cameraOf: door.hasVideo ? door.id : null };
  const unit = state.directory?.units.find((known) => known.name === call.peer.name);
  if (unit !== undefined) return { name: unitLabel(t, unit.number), isDoor: false, cameraOf: null };
  const live = state.live.state?.calls.find((known) => known.callId === call.callId);
  if (live !== undefined) {
    return { name: partyName(live.caller, state, t), isDoor: live.caller.kind === "door", cameraOf: null };
  }
  const name = call.peer.displayName ?? (call.peer.name || t("party.unknown"));
  return { name, isDoor: false, cameraOf: null };
}

/** A logged party; the directory's present name wins over the one of that day. */
export function partyName(party: Party, state: PanelState, t: Localizer): string {
  const door = state.directory?.doors.find((known) => known.name === party.name);
  if (door !== undefined) return door.label;
  const unit = state.directory?.units.find((known) => known.name === party.name);
  if (unit !== undefined) return unitLabel(t, unit.number);
  return party.label || party.name || t("party.unknown");
}
