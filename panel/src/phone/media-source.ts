/** What a call sends: the microphone, or silence and the reason why. One stream at a time. */
import { type MicrophoneProblem, openMicrophone } from "./microphone.ts";

export interface OpenedSource {
  stream: MediaStream;
  /** Why it is silence. */
  problem: MicrophoneProblem | null;
}

export class CallMediaSource {
  private release: () => void = () => {};

  async open(): Promise<OpenedSource> {
    const microphone = await openMicrophone();
    this.close();
    if ("stream" in microphone) {
      const { stream } = microphone;
      this.release = () => {
        for (const track of stream.getTracks()) track.stop();
      };
      return { stream, problem: null };
    }
    const silence = silentStream();
    this.release = silence.close;
    return { stream: silence.stream, problem: microphone.problem };
  }

  close(): void {
    this.release();
    this.release = () => {};
  }
}

/**
 * Silence is sent rather than nothing: the keys of the key pad travel in the audio stream (RFC 4733), and a door
 * station that receives no packets would hang up.
 */
export function silentStream(): { stream: MediaStream; close(): void } {
  const context = new AudioContext();
  const destination = context.createMediaStreamDestination();
  // With nothing connected to it Chromium sends no frames at all.
  const zero = new ConstantSourceNode(context, { offset: 0 });
  zero.connect(destination);
  zero.start();
  void context.resume();
  return {
    stream: destination.stream,
    close: () => {
      for (const track of destination.stream.getTracks()) track.stop();
      void context.close();
    },
  };
}
