/**
 * The bridge's phone: the adapter to JsSIP, and the only place that imports it. One phone is one account of type `bridge`;
 * calls leave it as `PhoneCall`.
 */
import { createHash } from "node:crypto";
import JsSIP from "jssip";
import type { IncomingRTCSessionEvent, RTCSessionEvent, UnRegisteredEvent } from "jssip/lib/UA.js";
import { Backoff } from "../links/backoff.ts";
import type { Log } from "../links/log.ts";
import type { Media } from "./media/media.ts";
import { SdesPeerConnection } from "./peer-connection.ts";
import { PhoneCall } from "./phone-call.ts";
import { forget, unsupported } from "./session-extras.ts";
import { SipSocket } from "./sip-socket.ts";

export interface PhoneAccount {
  username: string;
  domain: string;
  ha1: string;
  /** ws: or wss: address of the server. */
  uri: string;
  /** Certificate authority of the server, PEM, when it is a private one. */
  ca: Buffer | undefined;
}

export interface PhoneListener {
  /** A call rings; answer, or reject it. */
  incoming(call: PhoneCall): void;
  /** Reachable or no longer. */
  registered(registered: boolean): void;
}

const REGISTER_S = 180;
/** Long before it runs out: a refresh may go unanswered for half a minute, and be refused by a server that is just busy. */
const REFRESH_EVERY_MS = 60_000;
const RECONNECT_MIN_S = 1;
const RECONNECT_MAX_S = 8;

export class Phone {
  readonly account: PhoneAccount;
  private readonly ua: JsSIP.UA;
  private readonly listener: PhoneListener;
  private readonly log: Log;
  private readonly backoff = new Backoff();
  private refreshing: NodeJS.Timeout | undefined;
  private stopped = false;
  private isRegistered = false;

  constructor(account: PhoneAccount, media: Media, listener: PhoneListener, log: Log) {
    this.account = account;
    this.listener = listener;
    this.log = log;
    giveJsSipItsBrowser(media);
    // The same contact after a restart: a new registration replaces that of a process that was killed.
    const id = createHash("sha256").update(`${account.username}@${account.domain}`).digest("hex").slice(0, 32);
    this.ua = new JsSIP.UA({
      sockets: new SipSocket(account.uri, account.ca),
      uri: `sip:${account.username}@${account.domain}`,
      ha1: account.ha1,
      realm: account.domain,
      contact_uri: `sip:${id}@${id}.invalid;transport=ws`,
      instance_id: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
      register: true,
      register_expires: REGISTER_S,
      session_timers: false,
      connection_recovery_min_interval: RECONNECT_MIN_S,
      connection_recovery_max_interval: RECONNECT_MAX_S,
      user_agent: "Neolia bridge",
    });
    this.ua.on("registered", () => {
      this.backoff.reset();
      this.registerIn(REFRESH_EVERY_MS);
      this.setRegistered(true);
    });
    this.ua.on("unregistered", () => this.setRegistered(false));
    this.ua.on("disconnected", () => this.setRegistered(false));
    this.ua.on("registrationFailed", (event: UnRegisteredEvent) => {
      const response: UnRegisteredEvent["response"] | null = event.response;
      this.log.warn(
        { account: account.username, status: response?.status_code ?? null },
        "the phone's registration was refused",
      );
      this.setRegistered(false);
      // JsSIP would leave it at that until the connection breaks, and the line be without its assistant for so long.
      this.registerIn(this.backoff.next());
    });
    this.ua.on("newRTCSession", (event: RTCSessionEvent) => {
      if (isIncoming(event)) this.incoming(event);
    });
  }

  get registered(): boolean {
    return this.isRegistered;
  }

  start(): void {
    this.ua.start();
  }

  /** Calls a name of the own domain; ends by itself when nobody answers in `ringMs`. */
  call(name: string, ringMs: number): PhoneCall {
    return PhoneCall.outgoing(this.ua, `sip:${name}@${this.account.domain}`, ringMs);
  }

  /** Hangs up what runs, and unregisters. */
  stop(): void {
    this.stopped = true;
    this.ua.stop();
    clearTimeout(this.refreshing);
    this.setRegistered(false);
  }

  private registerIn(ms: number): void {
    clearTimeout(this.refreshing);
    if (this.stopped) return;
    this.refreshing = setTimeout(() => {
      // Without a connection there is nobody to ask; JsSIP asks when it has one again.
      if (this.ua.isConnected()) this.ua.register();
      this.registerIn(REFRESH_EVERY_MS);
    }, ms);
  }

  private incoming({ session, request }: IncomingRTCSessionEvent): void {
    const lacking = unsupported(request).join(", ");
    if (lacking === "") {
      this.listener.incoming(PhoneCall.incoming(session, request));
      return;
    }
    this.log.warn({ lacking }, "a call requires what this phone does not have: the next rule gets it");
    session.terminate({ status_code: 420, extraHeaders: [`Unsupported: ${lacking}`] });
    forget(request);
  }

  private setRegistered(registered: boolean): void {
    if (registered === this.isRegistered) return;
    this.isRegistered = registered;
    this.log.info({ account: this.account.username, registered }, "the phone's registration changed");
    this.listener.registered(registered);
  }
}

function isIncoming(event: RTCSessionEvent): event is IncomingRTCSessionEvent {
  return String(event.originator) === "remote";
}

/** JsSIP looks for these two where a browser has them. `window` has no document, so nothing takes us for a browser. */
function giveJsSipItsBrowser(media: Media): void {
  const RTCPeerConnection = class extends SdesPeerConnection {
    constructor() {
      super(media);
    }
  };
  const RTCSessionDescription = class {
    readonly type: string;
    readonly sdp: string;
    constructor({ type, sdp }: { type: string; sdp: string }) {
      this.type = type;
      this.sdp = sdp;
    }
  };
  Object.assign(globalThis, { RTCPeerConnection, RTCSessionDescription, window: { RTCPeerConnection } });
}
