/** What a call sends: the microphone, or silence and the reason why. One stream at a time. */
import { type MicrophoneProblem, openMicrophone } from "./microphone.ts";

export interface OpenedSource {
  stream: MediaStream;
  /** Why it is silence. */
  problem: MicrophoneProblem | null;
}

export class CallMediaSource {
  private readonly onLost: () => void;
  private release: () => void = () => {};
  private turn = 0;

  /** `onLost`: the open microphone was unplugged or taken away; nothing is sent from then on. */
  constructor(onLost: () => void) {
    this.onLost = onLost;
  }

  /**
   * Opens the microphone, or silence in its place; what was open before is closed once it is there. null: it was asked for
   * anew meanwhile, and the later one counts.
   */
  async open(): Promise<OpenedSource | null> {
    const turn = ++this.turn;
    const microphone = await openMicrophone();
    const tracks = "stream" in microphone ? microphone.stream.getTracks() : [];
    if (turn !== this.turn) {
      for (const track of tracks) track.stop();
      return null;
    }
    if (!("stream" in microphone)) return { stream: this.openSilence(), problem: microphone.problem };
    this.close();
    // Fires when the browser ends it, not when we do (Media Capture and Streams, section 4.3.1).
    for (const track of tracks) track.addEventListener("ended", this.onLost);
    this.release = () => {
      for (const track of tracks) {
        track.removeEventListener("ended", this.onLost);
        track.stop();
      }
    };
    return { stream: microphone.stream, problem: null };
  }

  /** Silence instead of what is open. */
  openSilence(): MediaStream {
    this.close();
    const silence = silentStream();
    this.release = silence.close;
    return silence.stream;
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
