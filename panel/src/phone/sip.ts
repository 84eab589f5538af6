/**
 * The adapter to JsSIP, and the only module that imports it. Sessions leave it as `SipCall`, failures as our own words.
 */
import { C, UA } from "jssip";
import type { EndEvent, IceCandidateEvent, RTCSession } from "jssip/lib/RTCSession";
import type { IncomingRequest } from "jssip/lib/SIPMessage";
import type { IncomingRTCSessionEvent, RTCSessionEvent, UnRegisteredEvent } from "jssip/lib/UA";
import type { EndReason } from "./call-machine.ts";
import { endReasonOf } from "./end-reason.ts";
import { SipSocket } from "./sip-socket.ts";

export interface SipAccount {
  deviceId: string;
  username: string;
  domain: string;
  ha1: string;
  /** ws: or wss: address of the server. */
  uri: string;
}

export interface SipListener {
  /** The WebSocket is up; the REGISTER is on its way. */
  opened(): void;
  closed(): void;
  /** The server may be out of reach although the WebSocket is up. */
  doubtful(): void;
  registered(): void;
  /** The server answered a REGISTER, with whatever code. */
  alive(): void;
  refused(problem: "refused" | "credentials"): void;
  incoming(call: SipCall): void;
}

export interface PacketCounts {
  packetsIn: number;
  packetsOut: number;
  /** ICE connectivity checks that came from the server, and those of this browser that it answered. */
  checksIn: number;
  checksAnswered: number;
}

export interface SipCallListener {
  progress(): void;
  accepted(): void;
  /** ICE has a working way to the server, or lost it. */
  path(found: boolean): void;
  terminated(reason: EndReason): void;
}

const CALL_ID = /^[0-9a-f]{32}$/;
/** JsSIP's own reconnecting must never come first (see SipSocket): once a day is as good as off. */
const NEVER_S = 86_400;
/** The longest a rule may ring (RuleAction ring, 180 s) and a moment for its CANCEL to arrive. */
const NO_ANSWER_S = 185;
/** A refused offer is made again this often, after 0 to 2 s; 2.1 to 4 s by who placed the call (RFC 3261 section 14.1). */
const OFFERS_AGAIN = 5;
const REFUSED_MS = { inbound: 0, outbound: 2_100, spread: 2_000 };
/** A second candidate often follows the first within a millisecond or two. */
const CANDIDATE_GRACE_MS = 5;
/** With STUN or TURN servers: how long host candidates wait for a reflexive or relayed one. */
const GATHERING_LIMIT_MS = 800;

export class SipUa {
  private readonly ua: UA;
  private readonly socket: SipSocket;
  private readonly domain: string;
  private readonly whenConnected = new Set<() => void>();
  private started = false;

  constructor(account: SipAccount, listener: SipListener) {
    this.domain = account.domain;
    this.socket = new SipSocket(account.uri, {
      received: (data) => {
        if (typeof data === "string" && isRegisterReply(data)) listener.alive();
      },
      closed: () => listener.closed(),
      unanswered: () => listener.doubtful(),
    });
    // A reload must replace its own registration, so the contact is the device's, not JsSIP's random one.
    const contact = account.deviceId.replaceAll("-", "");
    this.ua = new UA({
      sockets: this.socket,
      uri: `sip:${account.username}@${account.domain}`,
      ha1: account.ha1,
      realm: account.domain,
      contact_uri: `sip:${contact}@${contact}.invalid;transport=ws`,
      instance_id: account.deviceId,
      register: true,
      register_expires: 120,
      session_timers: false,
      no_answer_timeout: NO_ANSWER_S,
      connection_recovery_min_interval: NEVER_S,
      connection_recovery_max_interval: NEVER_S,
      user_agent: "Neolia panel",
    });
    this.ua.on("connected", () => {
      listener.opened();
      for (const late of this.whenConnected) late();
      this.whenConnected.clear();
    });
    this.ua.on("registered", () => listener.registered());
    this.ua.on("registrationFailed", (event) => {
      const refusal = refusalOf(event);
      if (refusal !== null) listener.refused(refusal);
    });
    this.ua.on("newRTCSession", (event: RTCSessionEvent) => {
      if (isIncoming(event)) listener.incoming(new SipCall(event.session, event.request, this.connected));
    });
  }

  open(): void {
    if (this.started) {
      this.socket.connect();
    } else {
      this.started = true;
      this.ua.start();
    }
  }

  drop(): void {
    this.socket.drop();
  }

  /** Refreshes the registration. `alive` follows if the server can be reached. */
  register(): void {
    this.ua.register();
  }

  /** Calls a name of our own domain. */
  place(name: string, media: CallMedia): SipCall {
    const session = this.ua.call(`sip:${name}@${this.domain}`, {
      mediaStream: media.stream,
      mediaConstraints: { audio: true, video: false },
      pcConfig: { iceServers: media.iceServers },
    });
    const call = new SipCall(session, null, this.connected);
    call.watchGathering(media.iceServers.length > 0);
    return call;
  }

  /** Now, or when there is a connection again. */
  private readonly connected = (act: () => void): void => {
    if (this.ua.isConnected()) act();
    else this.whenConnected.add(act);
  };

  /** Unregisters and ends; the object is of no use afterwards. */
  stop(): void {
    if (this.started) this.ua.stop();
  }
}

interface RequestOptions {
  eventHandlers?: Record<string, unknown>;
}

export interface CallMedia {
  stream: MediaStream;
  iceServers: RTCIceServer[];
}

export class SipCall {
  /** The SIP session's own id. */
  readonly key: string;
  readonly callId: string | null;
  readonly peer: { name: string; displayName: string | null };
  private readonly session: RTCSession;
  private readonly connected: (act: () => void) => void;
  private established = false;
  private confirmed = false;
  private gatheringLimited = false;
  /** The connection took the unanswered INVITE with it. */
  private lost = false;

  /** `connected` runs what it is given as soon as there is a connection. */
  constructor(session: RTCSession, invite: IncomingRequest | null, connected: (act: () => void) => void) {
    this.session = session;
    this.connected = connected;
    this.key = session.id;
    const identity = session.remote_identity;
    this.peer = { name: identity.uri.user ?? "", displayName: identity.display_name || null };
    const callId: string | undefined = invite?.getHeader("X-Neolia-Call");
    this.callId = callId !== undefined && CALL_ID.test(callId) ? callId : null;
  }

  listen(listener: SipCallListener): void {
    const terminated = (event: EndEvent): void => listener.terminated(this.reasonOf(event));
    this.session.on("progress", () => listener.progress());
    this.session.on("accepted", () => {
      this.established = true;
      listener.accepted();
    });
    this.session.on("confirmed", () => {
      this.confirmed = true;
    });
    const connection: RTCPeerConnection | null = this.session.connection;
    if (connection !== null) watchPath(connection, listener);
    else this.session.on("peerconnection", ({ peerconnection }) => watchPath(peerconnection, listener));
    this.session.on("ended", terminated);
    this.session.on("failed", terminated);
    this.outliveConnection(listener);
    this.outliveRefusal();
  }

  /**
   * JsSIP ends a call whose new offer was lost with its connection: the offer is made again over the next one. Of one that
   * was just being placed it says that it was cancelled.
   */
  private outliveConnection(listener: SipCallListener): void {
    // A public method that JsSIP's types leave out.
    const session = this.session as RTCSession & { onTransportError(): void };
    const end = session.onTransportError.bind(session);
    session.onTransportError = () => {
      if (session.isEstablished()) {
        setTimeout(() => listener.path(false));
        return;
      }
      this.lost = true;
      end();
    };
  }

  /**
   * JsSIP ends a call when its new offer is refused, but a refusal leaves the session as it was (RFC 3261 section 14.1). The same
   * offer is made again: of another one, with the first never answered, RTPEngine 10.5 makes a call without keys. 408 and 481,
   * which end the dialog, come by another way; a 491 only the second time.
   */
  private outliveRefusal(): void {
    // A public method that JsSIP's types leave out.
    const session = this.session as RTCSession & { sendRequest(method: string, options?: RequestOptions): void };
    const send = session.sendRequest.bind(session);
    const offer = (options: RequestOptions, left: number): void => {
      const open = (): boolean => !session.isEnded() && session.connection.signalingState === "have-local-offer";
      const onErrorResponse = (): void => {
        if (!open()) return;
        if (left === 0) {
          void session.connection.setLocalDescription({ type: "rollback" });
          return;
        }
        const { outbound, inbound, spread } = REFUSED_MS;
        const delayMs = (session.direction === "outgoing" ? outbound : inbound) + Math.random() * spread;
        setTimeout(() => {
          if (open()) offer(options, left - 1);
        }, delayMs);
      };
      send(C.INVITE, { ...options, eventHandlers: { ...options.eventHandlers, onErrorResponse } });
    };
    session.sendRequest = (method, options) => {
      if (method === C.INVITE && options?.eventHandlers !== undefined) offer(options, OFFERS_AGAIN);
      else send(method, options);
    };
  }

  /** Answers. Does nothing when the caller hung up in the meantime. */
  answer(media: CallMedia): void {
    if (this.session.isEnded() || this.session.isEstablished()) return;
    this.watchGathering(media.iceServers.length > 0);
    this.session.answer({
      mediaStream: media.stream,
      mediaConstraints: { audio: true, video: false },
      pcConfig: { iceServers: media.iceServers },
    });
  }

  /**
   * Asks the other end for another way through the network: an offer with new ICE credentials (RFC 8839 section 4.4.1).
   * false: not now, because another offer is under way.
   */
  movePath(): boolean {
    this.gatheringLimited = false;
    return this.session.renegotiate({ rtcOfferConstraints: { iceRestart: true } });
  }

  reject(code: 603 | 486 | 480): void {
    if (!this.session.isEnded()) this.session.terminate({ status_code: code });
  }

  /** Ends it. Hung up without a connection, the other end hears of it when there is one again. */
  terminate(): void {
    const end = (): void => {
      if (!this.session.isEnded()) this.session.terminate();
    };
    if (this.session.isEstablished()) this.connected(end);
    else end();
  }

  /**
   * The page goes away. RFC 3261 section 15 has a BYE wait for the caller's ACK, for which nobody would be here: one that is
   * still under way is not waited for, or the caller would stand in a silent call.
   */
  leave(): void {
    // A public method that JsSIP's types leave out.
    const session = this.session as RTCSession & { sendRequest(method: "BYE"): void };
    if (session.status === session.C.STATUS_WAITING_FOR_ACK) session.sendRequest("BYE");
    this.terminate();
  }

  setMuted(muted: boolean): void {
    if (muted) this.session.mute({ audio: true });
    else this.session.unmute({ audio: true });
  }

  /** Sends this from now on, in the same call; muted stays muted. */
  async replaceSound(stream: MediaStream): Promise<void> {
    const connection: RTCPeerConnection | null = this.session.connection;
    const [track] = stream.getAudioTracks();
    const sender = connection?.getSenders().find((one) => one.track?.kind === "audio");
    if (sender === undefined || track === undefined || connection?.signalingState === "closed") return;
    track.enabled = sender.track?.enabled ?? true;
    await sender.replaceTrack(track);
  }

  /** One key as an RFC 4733 event in the audio stream. */
  sendDigit(digit: string): void {
    if (!this.session.isEstablished()) return;
    this.session.sendDTMF(digit, { duration: 160, interToneGap: 70, transportType: C.DTMF_TRANSPORT.RFC2833 });
  }

  /** Plays what the other end sends; follows the stream when it is replaced. */
  playOn(audio: HTMLAudioElement): void {
    const connection: RTCPeerConnection | null = this.session.connection;
    connection?.addEventListener("track", (event) => {
      audio.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      audio.play().catch(() => {
        // Only a page that was never touched; the answer itself is a touch. Packets are watched all the same.
      });
    });
  }

  /** Audio packets received so far. */
  async packetsReceived(): Promise<number> {
    return (await this.packetCounts()).packetsIn;
  }

  /** Audio packets and ICE checks so far (W3C webrtc-stats: inbound-rtp, outbound-rtp and candidate-pair). */
  async packetCounts(): Promise<PacketCounts> {
    const counts = { packetsIn: 0, packetsOut: 0, checksIn: 0, checksAnswered: 0 };
    const connection: RTCPeerConnection | null = this.session.connection;
    if (connection === null || connection.connectionState === "closed") return counts;
    for (const stat of (await connection.getStats()).values()) {
      if (stat.type === "candidate-pair") {
        counts.checksIn += stat.requestsReceived ?? 0;
        counts.checksAnswered += stat.responsesReceived ?? 0;
      }
      if (stat.kind !== "audio") continue;
      if (stat.type === "inbound-rtp") counts.packetsIn += stat.packetsReceived;
      else if (stat.type === "outbound-rtp") counts.packetsOut += stat.packetsSent;
    }
    return counts;
  }

  /**
   * JsSIP holds the SDP back until ICE gathering is complete, which takes seconds when a server does not reply. Ready
   * is as soon as there is a candidate worth sending; RTPEngine learns the others from our checks (RFC 8445 7.3.1.3).
   */
  watchGathering(serversGiven: boolean): void {
    this.session.on("icecandidate", ({ candidate, ready }: IceCandidateEvent) => {
      const reflected = candidate.type === "srflx" || candidate.type === "relay";
      const usable = reflected || (!serversGiven && candidate.protocol === "udp");
      if (usable) setTimeout(ready, CANDIDATE_GRACE_MS);
      else if (!this.gatheringLimited) setTimeout(ready, GATHERING_LIMIT_MS);
      this.gatheringLimited = true;
    });
  }

  private reasonOf(event: EndEvent): EndReason {
    // JsSIP puts null or a text here when the end was not a SIP message's doing.
    const message = typeof event.message === "object" ? event.message : null;
    return endReasonOf({
      established: this.established,
      confirmed: this.confirmed,
      status: message !== null && "status_code" in message ? message.status_code : null,
      reason: message?.getHeader("Reason") ?? null,
      byPeer: String(event.originator) === "remote",
      connectionLost: this.lost || event.cause === C.causes.CONNECTION_ERROR,
    });
  }
}

/** JsSIP ends the call when ICE has failed. Whether there is another way is not its decision, so it is not told. */
function watchPath(connection: RTCPeerConnection, listener: SipCallListener): void {
  const changed = (event: Event): void => {
    switch (connection.iceConnectionState) {
      case "connected":
      case "completed":
        listener.path(true);
        return;
      case "failed":
        event.stopImmediatePropagation();
        listener.path(false);
        return;
      case "disconnected":
        listener.path(false);
        return;
    }
  };
  // Captured, which comes before JsSIP's own listener.
  connection.addEventListener("iceconnectionstatechange", changed, { capture: true });
}

function isIncoming(event: RTCSessionEvent): event is IncomingRTCSessionEvent {
  return String(event.originator) === "remote";
}

/** A sign of life that only a living connection gives: data that was buffered before a sleep may be anything else. */
function isRegisterReply(message: string): boolean {
  return message.startsWith("SIP/2.0 ") && /^CSeq:\s*\d+\s+REGISTER\s*$/im.test(message);
}

/** null: nobody refused, the connection broke; the socket tells that. */
function refusalOf(event: UnRegisteredEvent): "refused" | "credentials" | null {
  const status: number | undefined = event.response?.status_code;
  if (status === undefined) return null;
  return status === 401 || status === 403 || status === 407 ? "credentials" : "refused";
}
