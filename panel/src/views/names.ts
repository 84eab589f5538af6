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
  const known = knownPeer(call.peer, state, t);
  if (known !== null) return known;
  const live = state.live.state?.calls.find((one) => one.callId === call.callId);
  if (live !== undefined) {
    return { name: partyName(live.caller, state, t), isDoor: live.caller.kind === "door", cameraOf: null };
  }
  return { name: nameOf(call.peer, state, t), isDoor: false, cameraOf: null };
}

/** The same for one of whom nothing but the SIP side is known. */
export function nameOf(peer: CallInfo["peer"], state: PanelState, t: Localizer): string {
  return knownPeer(peer, state, t)?.name ?? peer.displayName ?? (peer.name || t("party.unknown"));
}

function knownPeer({ name }: CallInfo["peer"], { directory }: PanelState, t: Localizer): Peer | null {
  const door = directory?.doors.find((known) => known.name === name);
  if (door !== undefined) return { name: door.label, isDoor: true, cameraOf: door.hasVideo ? door.id : null };
  const unit = directory?.units.find((known) => known.name === name);
  return unit === undefined ? null : { name: unitLabel(t, unit.number), isDoor: false, cameraOf: null };
}

/** A logged party; the directory's present name wins over the one of that day. */
export function partyName(party: Party, state: PanelState, t: Localizer): string {
  const door = state.directory?.doors.find((known) => known.name === party.name);
  if (door !== undefined) return door.label;
  const unit = state.directory?.units.find((known) => known.name === party.name);
  if (unit !== undefined) return unitLabel(t, unit.number);
  return party.label || party.name || t("party.unknown");
}
