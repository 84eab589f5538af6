/** A test ring that nobody hears: answered at once with silence, counted, and left to its caller to end. */
import { silentStream } from "./media-source.ts";
import type { PacketCounts, SipCall } from "./sip.ts";

const COUNT_EVERY_MS = 250;

/** Resolves when the caller has hung up, with the packets that went both ways. Never rejects. */
export function takeTestCall(call: SipCall, iceServers: RTCIceServer[]): Promise<PacketCounts> {
  const silence = silentStream();
  let counts: PacketCounts = { packetsIn: 0, packetsOut: 0, checksIn: 0, checksAnswered: 0 };
  const timer = setInterval(() => {
    // The last count before the end stands: afterwards there is nothing left to ask.
    call.packetCounts().then(
      (now) => {
        counts = now.packetsIn >= counts.packetsIn && now.checksIn >= counts.checksIn ? now : counts;
      },
      () => {},
    );
  }, COUNT_EVERY_MS);
  return new Promise((resolve) => {
    call.listen({
      progress: () => {},
      accepted: () => {},
      path: () => {},
      terminated: () => {
        clearInterval(timer);
        silence.close();
        resolve(counts);
      },
    });
    call.answer({ stream: silence.stream, iceServers });
  });
}
