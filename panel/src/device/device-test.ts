/** Everything that a call needs of this device, tried one after the other: what works, what fails, and why. */

import type { Api } from "../data/api.ts";
import type { DeviceKey } from "../localize/device.ts";
import type { PanelState } from "../model.ts";
import type { ConnectionState } from "../phone/connection-machine.ts";
import { type MicrophoneProblem, openMicrophone } from "../phone/microphone.ts";
import { isRegistered } from "../phone/phone-state.ts";
import { type DoorVideo, openDoorVideo, VideoError, type VideoTrouble } from "../video/door-video.ts";
import { ringStep } from "./ring-step.ts";
import { SERVER_STEPS, serverStep } from "./server-step.ts";
import { failed, PASSED, type StepResult, warning } from "./test-result.ts";

export const STEPS = [
  "secure",
  "bridge",
  ...SERVER_STEPS,
  "sip",
  "sound",
  "microphone",
  "network",
  "turn",
  "ring",
  "video",
  "camera",
  "speaker",
] as const;
export type Step = (typeof STEPS)[number];

export interface TestGround {
  panel(): PanelState;
  readonly api: Api;
  readonly deviceId: string;
  readonly locale: string;
  /** Of the steps before. */
  results(): Partial<Record<Step, StepResult>>;
  iceServers(): Promise<RTCIceServer[]>;
  /** Resumes the browser's audio; false: it stays locked. */
  unlockSound(): Promise<boolean>;
  /** Plays the ringtone and asks the person. */
  askHeard(): Promise<boolean>;
}

const SIP_WAIT_MS = 8_000;
const GATHER_MS = 5_000;
const LISTEN_MS = 1_500;
/** From the answer to the first frame: a camera may send a whole picture only every few seconds. */
const FRAME_MS = 8_000;
/** Quieter than any room: a muted microphone gives exact zeros, or nearly. */
const SILENCE = 0.0005;

/** Runs one step. Never throws. */
export async function runStep(step: Step, ground: TestGround): Promise<StepResult> {
  switch (step) {
    case "secure":
      return window.isSecureContext ? PASSED : failed("step.secure.failed");
    case "bridge":
      return ground.panel().live.up === true ? PASSED : failed("step.bridge.failed");
    case "name":
    case "port":
    case "certificate":
    case "websocket":
      return await serverStep(step, ground);
    case "sip":
      return await sipStep(ground);
    case "sound":
      return (await ground.unlockSound()) ? PASSED : failed("step.sound.failed");
    case "microphone":
      return await microphoneStep();
    case "network":
    case "turn":
      return await networkStep(step, await ground.iceServers());
    case "ring":
      return await ringStep(ground);
    case "video":
      return playsH264() ? PASSED : failed("step.video.failed");
    case "camera":
      return await cameraStep(ground);
    case "speaker":
      return (await ground.askHeard()) ? PASSED : failed("step.speaker.failed");
  }
}

async function sipStep({ panel, results }: TestGround): Promise<StepResult> {
  const deadline = performance.now() + SIP_WAIT_MS;
  for (;;) {
    const { connection } = panel().phone;
    if (isRegistered(connection)) return PASSED;
    if (connection.phase === "off") return failed("step.sip.none");
    if (performance.now() > deadline) {
      const reason = sipReason(connection);
      return reason === "phone.unreachable" ? unreachable(results()) : failed("step.sip.failed", reason);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Whose fault it is that the page does not get to the server: the bridge has just looked. */
function unreachable(results: Partial<Record<Step, StepResult>>): StepResult {
  const links = SERVER_STEPS.map((step) => results[step]?.state);
  if (links.includes("failed")) return failed("step.sip.behind");
  const isWell = links.every((state) => state === "passed" || state === "warning");
  const values = results.port?.why?.values;
  if (!isWell || values === undefined) return failed("step.sip.failed", "phone.unreachable");
  return { state: "failed", why: { key: "step.sip.here", values } };
}

function sipReason(connection: ConnectionState): DeviceKey {
  const problem = "problem" in connection ? connection.problem : null;
  switch (problem) {
    case "refused":
      return "phone.refused";
    case "credentials":
      return "phone.credentials";
    case "no-reply":
      return "phone.noReply";
    case "unreachable":
    case null:
      return "phone.unreachable";
  }
}

async function microphoneStep(): Promise<StepResult> {
  const opened = await openMicrophone();
  if ("problem" in opened) return failed("step.microphone.failed", reasonOf(opened.problem));
  const context = new AudioContext();
  try {
    await context.resume();
    const analyser = new AnalyserNode(context, { fftSize: 2048 });
    new MediaStreamAudioSourceNode(context, { mediaStream: opened.stream }).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const deadline = performance.now() + LISTEN_MS;
    while (performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      analyser.getFloatTimeDomainData(samples);
      if (samples.some((sample) => Math.abs(sample) > SILENCE)) return PASSED;
    }
    return warning("step.microphone.quiet");
  } finally {
    for (const track of opened.stream.getTracks()) track.stop();
    await context.close();
  }
}

function reasonOf(problem: MicrophoneProblem): DeviceKey {
  return `microphone.${problem}`;
}

/** Gathers candidates as a call does: `host` is this network, `srflx` the way out, `relay` the server's TURN. */
async function networkStep(step: "network" | "turn", iceServers: RTCIceServer[]): Promise<StepResult> {
  if (step === "turn" && !iceServers.some(hasTurn)) return warning("step.turn.none");
  const found = await gather(iceServers, step === "turn" ? "relay" : "all");
  if (step === "turn") {
    if (found.types.has("relay")) return PASSED;
    if (found.isFull) return failed("step.turn.full");
    return failed(found.isRefused ? "step.turn.refused" : "step.turn.failed");
  }
  if (found.types.size === 0) return failed("step.network.failed");
  const leadsOut = iceServers.length === 0 || found.types.has("srflx") || found.types.has("relay");
  return leadsOut ? PASSED : warning("step.network.noStun");
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

function playsH264(): boolean {
  const codecs = globalThis.RTCRtpReceiver?.getCapabilities?.("video")?.codecs ?? [];
  return codecs.some(({ mimeType }) => mimeType.toLowerCase() === "video/h264");
}

/** The doors that ring here, one after the other: the first that shows nothing is named, with the link that fails. */
async function cameraStep({ api, panel }: TestGround): Promise<StepResult> {
  const { directory, device } = panel();
  const doors = (directory?.doors ?? []).filter(({ hasVideo, siteId }) => hasVideo && siteId === device?.siteId);
  if (doors.length === 0) return warning("step.camera.none");
  for (const { id, label } of doors) {
    const trouble = await lookAt(api, id);
    if (trouble !== null) return { state: "failed", why: { key: `step.camera.${trouble}`, values: { door: label } } };
  }
  return PASSED;
}

async function lookAt(api: Api, doorId: string): Promise<VideoTrouble | null> {
  let video: DoorVideo | null = null;
  try {
    video = await openDoorVideo(api, doorId);
    if (await showsFrame(video.stream)) return null;
    return video.hasPath ? "no-frames" : "no-path";
  } catch (error) {
    return error instanceof VideoError ? error.trouble : "unsupported";
  } finally {
    video?.close();
  }
}

async function showsFrame(stream: MediaStream): Promise<boolean> {
  const element = Object.assign(document.createElement("video"), { muted: true, autoplay: true, playsInline: true });
  element.srcObject = stream;
  const deadline = performance.now() + FRAME_MS;
  try {
    while (performance.now() < deadline) {
      if (element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && element.videoWidth > 0) return true;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return false;
  } finally {
    element.srcObject = null;
  }
}
