/** Whether the microphone may be used, and hears anything at all. */
import type { DeviceKey } from "../localize/device.ts";
import { type MicrophoneProblem, openMicrophone } from "../phone/microphone.ts";
import { failed, PASSED, type StepResult, warning } from "./test-result.ts";

const LISTEN_MS = 1_500;
/** Quieter than any room: a muted microphone gives exact zeros, or nearly. */
const SILENCE = 0.0005;

export async function microphoneStep(): Promise<StepResult> {
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
