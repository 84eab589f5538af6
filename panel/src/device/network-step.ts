/** The ways that a call's sound could take from here: this network's own, the way out, and the server's TURN. */
import { failed, PASSED, type StepResult, warning } from "./test-result.ts";

const GATHER_MS = 5_000;

/** Gathers candidates as a call does: `host` is this network, `srflx` the way out, `relay` the server's TURN. */
export async function networkStep(step: "network" | "turn", servers: RTCIceServer[] | null): Promise<StepResult> {
  const iceServers = servers ?? [];
  if (step === "turn" && !iceServers.some(hasTurn)) {
    return warning(servers === null ? "step.turn.unasked" : "step.turn.none");
  }
  const found = await gather(iceServers, step === "turn" ? "relay" : "all");
  if (step === "turn") {
    if (found.types.has("relay")) return PASSED;
    if (found.isFull) return failed("step.turn.full");
    return failed(found.isRefused ? "step.turn.refused" : "step.turn.failed");
  }
  if (found.types.size === 0) return failed("step.network.failed");
  const leadsOut = found.types.has("srflx") || found.types.has("relay");
  return leadsOut ? PASSED : warning(iceServers.length === 0 ? "step.network.unasked" : "step.network.inside");
}

function hasTurn({ urls }: RTCIceServer): boolean {
  return [urls].flat().some((url) => url.startsWith("turn"));
}

interface Gathered {
  types: Set<string>;
  /** A TURN server has answered, and refused the login. */
  isRefused: boolean;
  /** A TURN server has answered, and has no room for one more. */
  isFull: boolean;
}

/** STUN's error codes of an answer (RFC 8489, RFC 8656): not of one that never came, for which browsers say 701. */
const ANSWERED = { from: 300, to: 699 };
/** Allocation Quota Reached, Insufficient Capacity (RFC 8656 section 19). */
const NO_ROOM = [486, 508];

async function gather(iceServers: RTCIceServer[], policy: RTCIceTransportPolicy): Promise<Gathered> {
  const connection = new RTCPeerConnection({ iceServers, iceTransportPolicy: policy });
  const found: Gathered = { types: new Set(), isRefused: false, isFull: false };
  connection.onicecandidateerror = ({ errorCode }) => {
    const isAnswer = errorCode >= ANSWERED.from && errorCode <= ANSWERED.to;
    if (NO_ROOM.includes(errorCode)) found.isFull = true;
    else if (isAnswer) found.isRefused = true;
  };
  try {
    const done = new Promise<void>((resolve) => {
      connection.onicecandidate = ({ candidate }) => {
        if (candidate === null) resolve();
        else if (candidate.type !== null) found.types.add(candidate.type);
      };
      setTimeout(resolve, GATHER_MS);
    });
    connection.createDataChannel("test");
    await connection.setLocalDescription();
    await done;
  } catch {
    // A browser or an extension without WebRTC: nothing was found.
  } finally {
    connection.close();
  }
  return found;
}
