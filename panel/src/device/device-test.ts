/** Everything that a call needs of this device, tried one after the other: what works, what fails, and why. */
import { cameraStep } from "./camera-step.ts";
import { microphoneStep } from "./microphone-step.ts";
import { networkStep } from "./network-step.ts";
import { ringStep } from "./ring-step.ts";
import { serverStep } from "./server-step.ts";
import { sipStep } from "./sip-step.ts";
import type { Step, TestGround } from "./test-ground.ts";
import { failed, PASSED, type StepResult } from "./test-result.ts";

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

function playsH264(): boolean {
  const codecs = globalThis.RTCRtpReceiver?.getCapabilities?.("video")?.codecs ?? [];
  return codecs.some(({ mimeType }) => mimeType.toLowerCase() === "video/h264");
}
