/**
 * The WebSocket under JsSIP (RFC 7118). JsSIP only learns when it is up and when it is gone: opening it again is the
 * connection machine's business, so JsSIP's own recovery never gets to run.
 */
import type { Socket } from "jssip/lib/Socket.js";

export interface SipSocketListener {
  /** Each message of the server. */
  received(data: unknown): void;
  /** An attempt or a connection came to nothing. */
  closed(): void;
  /** What comes at once over a living connection has not come: this one may be dead. */
  unanswered(): void;
}

/** The server answers a request at once, with 100 Trying at least; the ACK of a 200 comes from the other end. */
const ANSWER_MS = 1_000;
/** Whoever has not been told by then has ended the call for want of sound. */
const REPEATED_MS = 60_000;

export class SipSocket implements Socket {
  readonly url: string;
  readonly sip_uri: string;
  via_transport: string;
  /** Bound by JsSIP. */
  onconnect: () => void = () => {};
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => {};
  ondata: <T>(data: T) => void = () => {};
  private socket: WebSocket | null = null;
  private announced = false;
  /**
   * BYEs and answers to calls that nobody has confirmed yet, by what confirms them: a dead connection swallows them, and
   * for JsSIP they are over with it.
   */
  private readonly unconfirmed = new Map<string, { message: string; sentAtMs: number }>();
  /** What has to come over this connection, see `answerTo`. */
  private readonly awaited = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly listener: SipSocketListener;

  constructor(url: string, listener: SipSocketListener) {
    const { protocol, host } = new URL(url);
    this.url = url;
    this.sip_uri = `sip:${host};transport=ws`;
    this.via_transport = protocol === "wss:" ? "WSS" : "WS";
    this.listener = listener;
  }

  /** Opens a new connection and forgets an older one. */
  connect(): void {
    this.release();
    const socket = new WebSocket(this.url, "sip");
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    socket.onopen = () => {
      this.announced = true;
      this.onconnect();
      this.repeat();
    };
    socket.onmessage = (event) => {
      this.listener.received(event.data);
      if (typeof event.data === "string") this.settle(event.data);
      this.ondata(event.data);
    };
    socket.onclose = () => {
      this.drop();
      this.listener.closed();
    };
  }

  /** Gives the connection up without waiting for the other end, which may be long gone. */
  drop(): void {
    this.release();
    if (!this.announced) return;
    this.announced = false;
    this.ondisconnect(true);
  }

  disconnect(): void {
    this.announced = false;
    this.release();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.isConnected() || this.socket === null) return false;
    this.socket.send(message as string);
    if (typeof message === "string") this.expectAnswer(message);
    return true;
  }

  private expectAnswer(message: string): void {
    const answer = answerTo(message);
    if (answer === null) return;
    if ((isReply(message) || message.startsWith("BYE ")) && !this.unconfirmed.has(answer)) {
      this.unconfirmed.set(answer, { message, sentAtMs: Date.now() });
    }
    if (!this.awaited.has(answer))
      this.awaited.set(
        answer,
        setTimeout(() => this.listener.unanswered(), ANSWER_MS),
      );
  }

  private settle(message: string): void {
    this.forget(transactionOf(message));
    if (!message.startsWith("BYE ")) return;
    // Who is hung up on has been heard, also where nobody confirms it: an answer that came too late (RFC 3261 section 13.2.2.4).
    const call = `${callIdOf(message)} `;
    for (const answer of this.unconfirmed.keys()) {
      if (answer.startsWith(call) && answer.endsWith(" ACK")) this.forget(answer);
    }
  }

  private forget(answer: string): void {
    clearTimeout(this.awaited.get(answer));
    this.awaited.delete(answer);
    this.unconfirmed.delete(answer);
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }

  /** The same bytes again are a retransmission (RFC 3261 sections 13.3.1.4 and 17.1.2). */
  private repeat(): void {
    for (const [answer, { message, sentAtMs }] of this.unconfirmed) {
      if (Date.now() - sentAtMs > REPEATED_MS) this.unconfirmed.delete(answer);
      else this.send(message);
    }
  }

  private release(): void {
    const socket = this.socket;
    this.socket = null;
    for (const doubt of this.awaited.values()) clearTimeout(doubt);
    this.awaited.clear();
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
}

function isReply(message: string): boolean {
  return message.startsWith("SIP/2.0 ");
}

/**
 * The transaction of what the other end says at once to this message; null when it says nothing. A REGISTER's answer is the
 * connection machine's business.
 */
function answerTo(message: string): string | null {
  if (/^SIP\/2\.0 2\d\d [\s\S]*?^CSeq:\s*\d+\s+INVITE\s*$/im.test(message)) return transactionOf(message, "ACK");
  return isReply(message) || /^(ACK|REGISTER) /.test(message) ? null : transactionOf(message);
}

/** Call-ID, number and method. */
function transactionOf(message: string, method?: string): string {
  const [, number, itsMethod] = /^CSeq:\s*(\d+)\s+(\S+)/im.exec(message) ?? [];
  return `${callIdOf(message)} ${number} ${method ?? itsMethod}`;
}

function callIdOf(message: string): string | undefined {
  return /^Call-ID:\s*(\S+)/im.exec(message)?.[1];
}
