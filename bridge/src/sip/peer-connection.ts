/**
 * What JsSIP takes for a browser's RTCPeerConnection: just the members that it uses, over one `MediaLine`. No ICE and no
 * DTLS: RTPEngine is on a public address, and the keys travel inside the TLS of the WebSocket.
 */
import { randomBytes, randomInt } from "node:crypto";
import { networkInterfaces } from "node:os";
import type { G711Codec } from "../audio/g711.ts";
import type { Media, MediaLine } from "./media/media.ts";
import { MASTER_KEY_BYTES } from "./media/srtp.ts";
import { type RemoteAudio, readAudio, ways, writeAnswer, writeOffer } from "./sdp.ts";

interface Description {
  type: string;
  sdp: string;
}

export class SdesPeerConnection extends EventTarget {
  readonly iceGatheringState = "complete";
  iceConnectionState = "connected";
  signalingState = "stable";
  localDescription: Description | null = null;
  /** Our offer names these, in this order. */
  codecs: readonly G711Codec[] = ["pcma", "pcmu"];
  private readonly media: Media;
  private readonly key = randomBytes(MASTER_KEY_BYTES);
  private readonly sessionId = randomInt(2 ** 31);
  private version = 0;
  private remote: RemoteAudio | null = null;
  private opening: Promise<MediaLine> | null = null;
  private closed = false;
  /** Told when the media can run, and each time when the two sides agreed anew. */
  onAgreed: (line: MediaLine, remote: RemoteAudio) => void = () => {};

  constructor(media: Media) {
    super();
    this.media = media;
  }

  addTrack(): void {}

  getSenders(): [] {
    return [];
  }

  async setRemoteDescription({ type, sdp }: Description): Promise<void> {
    this.remote = readAudio(sdp, this.remote?.codec);
    this.signalingState = type === "offer" ? "have-remote-offer" : "stable";
    if (type !== "offer") await this.agree();
  }

  async createAnswer(): Promise<Description> {
    const { remote } = this;
    if (!remote) throw new Error("an answer without an offer");
    return { type: "answer", sdp: writeAnswer(remote, await this.local()) };
  }

  async createOffer(): Promise<Description> {
    return { type: "offer", sdp: writeOffer(await this.local(), this.remote ? [this.remote.codec] : this.codecs) };
  }

  async setLocalDescription(description: Description): Promise<void> {
    this.localDescription = description;
    this.signalingState = description.type === "offer" ? "have-local-offer" : "stable";
    if (description.type === "answer") await this.agree();
  }

  close(): void {
    this.closed = true;
    this.signalingState = "closed";
    void this.opening?.then((line) => line.close());
  }

  private async local() {
    const { port } = await this.line();
    this.version += 1;
    return { address: ownAddress(), port, key: this.key, sessionId: this.sessionId, version: this.version };
  }

  private line(): Promise<MediaLine> {
    this.opening ??= this.media.open();
    return this.opening;
  }

  private async agree(): Promise<void> {
    const { remote } = this;
    const line = await this.line();
    if (!remote || this.closed) return;
    const { address, port, codec, dtmfType, direction, crypto } = remote;
    const keys = crypto ? { local: this.key, remote: crypto.key } : null;
    line.agree({ codec, dtmfType, remote: { address, port }, keys, ...ways(direction) });
    this.onAgreed(line, remote);
  }
}

/**
 * Where the other side may send to before it has heard from us; behind a NAT it is of no use, and does no harm, because
 * RTPEngine answers to where our packets come from.
 */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1";
}
