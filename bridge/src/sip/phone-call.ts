/** One call of the bridge's phone. What it does to the call returns at once; what became of it the listener hears. */
import JsSIP from "jssip";
import type { AnswerOptions, EndEvent, RTCSession } from "jssip/lib/RTCSession.js";
import type { IncomingRequest } from "jssip/lib/SIPMessage.js";
import type { G711Codec } from "../audio/g711.ts";
import type { MediaLine } from "./media/media.ts";
import type { ClipPlayed } from "./media/messages.ts";
import type { SdesPeerConnection } from "./peer-connection.ts";
import { type RemoteAudio, readAudio } from "./sdp.ts";
import { forget, keepTimer } from "./session-extras.ts";

export interface PhoneCallListener {
  /** Both sides can talk: our 200 is out, or theirs is here. */
  answered(): void;
  heard(g711: Uint8Array): void;
  key(key: string): void;
  played(clip: ClipPlayed): void;
  held(held: boolean): void;
  /** Exactly once, whatever happened. */
  ended(end: PhoneCallEnd): void;
}

export interface PhoneCallEnd {
  by: "them" | "us" | "silence" | "media";
  answered: boolean;
  /** SIP status of a call that was never answered; 0: none. */
  status: number;
}

/** 486: no line is free; 503: nobody is ready here, ring people. */
export type RefusalStatus = 486 | 488 | 503;

const CALL_ID = /^[0-9a-f]{32}$/;
const NUMBER = /^\+?[0-9]{3,15}$/;

/** JsSIP asks a media stream for its tracks; ours has none: the sound is not in this thread. */
const NO_STREAM = { getTracks: () => [], getAudioTracks: () => [], getVideoTracks: () => [] };

export class PhoneCall {
  /** The call's id in the call log; of a call without one, SIP's own. */
  readonly callId: string;
  /** null: withheld, or no telephone number. */
  readonly callerNumber: string | null;
  /** SIP name of who calls. */
  readonly caller: string;
  /** SIP name that was called: the unit. */
  readonly callee: string;
  private readonly session: RTCSession;
  private readonly invite: IncomingRequest | null;
  /** Header lines of our 200. */
  private answerLines: string[] = [];
  private line: MediaLine | null = null;
  private agreedCodec: G711Codec | null;
  private listener: PhoneCallListener | null = null;
  private isAnswered = false;
  private isOver = false;
  private endedBy: PhoneCallEnd["by"] | null = null;
  private onHold = false;
  /** Nothing comes any more, not even silence. */
  private starved = false;

  private constructor(session: RTCSession, invite: IncomingRequest | null) {
    this.session = session;
    this.invite = invite;
    const header: string | undefined = invite?.getHeader("X-Neolia-Call");
    this.callId = header !== undefined && CALL_ID.test(header) ? header : String(session.id);
    this.caller = invite?.from.uri.user ?? "";
    this.callerNumber = NUMBER.test(this.caller) ? this.caller : null;
    this.callee = invite?.to.uri.user ?? "";
    this.agreedCodec = invite ? codecOf(invite.body) : null;
    session.on("ended", (event: EndEvent) => this.over(event));
    session.on("failed", (event: EndEvent) => this.over(event));
    session.on("newDTMF", (event: { originator: string; dtmf: { tone: string } }) => {
      if (event.originator === "remote") this.listener?.key(event.dtmf.tone);
    });
  }

  static incoming(session: RTCSession, invite: IncomingRequest): PhoneCall {
    const call = new PhoneCall(session, invite);
    session.on("peerconnection", ({ peerconnection }: { peerconnection: unknown }) =>
      call.follow(peerconnection as SdesPeerConnection),
    );
    session.on("accepted", () => call.answeredNow());
    call.answerLines = keepTimer(session, invite);
    return call;
  }

  static outgoing(ua: JsSIP.UA, target: string, ringMs: number): PhoneCall {
    let call: PhoneCall | undefined;
    let connection: SdesPeerConnection | undefined;
    const session = ua.call(target, {
      mediaStream: NO_STREAM as unknown as MediaStream,
      pcConfig: { iceServers: [] },
      eventHandlers: {
        peerconnection: ({ peerconnection }: { peerconnection: unknown }) => {
          connection = peerconnection as SdesPeerConnection;
        },
        accepted: () => call?.answeredNow(),
      },
    });
    call = new PhoneCall(session, null);
    if (connection) call.follow(connection);
    const made = call;
    const limit = setTimeout(() => made.hangUp(), ringMs);
    session.on("accepted", () => clearTimeout(limit));
    session.on("failed", () => clearTimeout(limit));
    return call;
  }

  /** What is heard and played, whatever the call changes to; null: an offer that we can only refuse, or nothing is agreed yet. */
  get codec(): G711Codec | null {
    return this.agreedCodec;
  }

  get answered(): boolean {
    return this.isAnswered;
  }

  get ended(): boolean {
    return this.isOver;
  }

  listen(listener: PhoneCallListener): void {
    this.listener = listener;
  }

  /** Does nothing when the caller hung up in the meantime. */
  answer(): void {
    if (this.isOver || this.session.isEnded() || this.session.isEstablished()) return;
    const options: AnswerOptions = {
      mediaStream: NO_STREAM as unknown as MediaStream,
      pcConfig: { iceServers: [] },
      extraHeaders: this.answerLines,
    };
    this.session.answer(options);
  }

  refuse(status: RefusalStatus): void {
    if (this.isOver || this.session.isEnded()) return;
    this.endedBy = "us";
    this.session.terminate({ status_code: status, reason_phrase: REASONS[status] });
    if (this.invite) forget(this.invite);
  }

  hangUp(by: PhoneCallEnd["by"] = "us"): void {
    if (this.isOver || this.session.isEnded()) return;
    this.endedBy ??= by;
    this.session.terminate();
  }

  /** Queues a piece of sound of the clip; `last` when none of it follows. */
  play(clip: string, g711: Uint8Array, last: boolean): void {
    this.line?.play(clip, g711, last);
  }

  /** Silence at the next packet; what was played of each clip that was not over. */
  flush(): Promise<ClipPlayed[]> {
    return this.line?.flush() ?? Promise.resolve([]);
  }

  /** From now on what is heard comes in pieces of `ms`: less work where nobody answers what is said. */
  gather(ms: number): void {
    this.line?.gather(ms);
  }

  /** Joins two answered calls of this phone: each hears the other. */
  join(other: PhoneCall): void {
    if (!this.line || !other.line) return;
    this.line.join(other.line);
    other.line.join(this.line);
  }

  private follow(connection: SdesPeerConnection): void {
    connection.onAgreed = (line, remote) => this.agreed(line, remote);
  }

  private agreed(line: MediaLine, remote: RemoteAudio): void {
    if (!this.line) {
      this.agreedCodec = remote.codec;
      this.line = line;
      line.listen({
        heard: (sound) => this.listener?.heard(sound),
        key: (key) => this.listener?.key(key),
        played: (clip) => this.listener?.played(clip),
        starved: (starved) => {
          this.starved = starved;
        },
        silent: () => this.hangUp("silence"),
        failed: () => this.hangUp("media"),
      });
      if (this.isAnswered) line.start();
    }
    const held = remote.direction === "sendonly" || remote.direction === "inactive";
    if (held === this.onHold) return;
    this.onHold = held;
    this.listener?.held(held);
  }

  private answeredNow(): void {
    if (this.isAnswered || this.isOver) return;
    this.isAnswered = true;
    this.line?.start();
    this.listener?.answered();
  }

  private over(event: EndEvent): void {
    if (this.isOver) return;
    this.isOver = true;
    const message = typeof event.message === "object" ? event.message : null;
    const status = message !== null && "status_code" in message ? message.status_code : 0;
    // A call that the edge ends because its sound is gone comes as the other side's BYE: they did not hang up, they were cut off.
    const isExpired = event.cause === JsSIP.C.causes.REQUEST_TIMEOUT && this.isAnswered;
    const theirs = isExpired ? "silence" : (BY[String(event.originator)] ?? "media");
    const by = this.endedBy ?? (theirs === "them" && this.starved ? "silence" : theirs);
    this.listener?.ended({ by, answered: this.isAnswered, status });
  }
}

const BY: Readonly<Record<string, PhoneCallEnd["by"]>> = { remote: "them", local: "us" };
const REASONS = { 486: "Busy Here", 488: "Not Acceptable Here", 503: "Service Unavailable" } as const;

function codecOf(sdp: string): G711Codec | null {
  try {
    return readAudio(sdp).codec;
  } catch {
    return null;
  }
}
