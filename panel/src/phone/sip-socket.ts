/**
 * The WebSocket under JsSIP (RFC 7118). JsSIP only learns when it is up and when it is gone: opening it again is the
 * connection machine's business, so JsSIP's own recovery never gets to run.
 */
import type { Socket } from "jssip/lib/Socket";

export interface SipSocketListener {
  /** Each message of the server. */
  received(data: unknown): void;
  /** An attempt or a connection came to nothing. */
  closed(): void;
  /** The server has not confirmed a BYE, which it does at once: the connection may be dead. */
  unanswered(): void;
}

const ANSWER_MS = 1_000;
/** Whoever has not been told by then has ended the call for want of sound. */
const FAREWELL_MS = 60_000;

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
  /** BYEs without an answer yet, by Call-ID and CSeq: a dead connection swallows them, and JsSIP sends each only once. */
  private readonly farewells = new Map<string, { message: string; sentAtMs: number }>();
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
      this.repeatFarewells();
    };
    socket.onmessage = (event) => {
      this.listener.received(event.data);
      if (isReplyToBye(event.data)) this.farewells.delete(transactionOf(event.data));
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
    if (typeof message === "string" && message.startsWith("BYE ")) {
      this.farewell(message);
    }
    return true;
  }

  private farewell(message: string): void {
    const transaction = transactionOf(message);
    this.farewells.set(transaction, { message, sentAtMs: Date.now() });
    setTimeout(() => {
      if (this.farewells.has(transaction)) this.listener.unanswered();
    }, ANSWER_MS);
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }

  /** The same bytes again are a retransmission (RFC 3261 section 17.1.2). */
  private repeatFarewells(): void {
    for (const [transaction, { message, sentAtMs }] of this.farewells) {
      if (Date.now() - sentAtMs > FAREWELL_MS) this.farewells.delete(transaction);
      else this.socket?.send(message);
    }
  }

  private release(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
}

function isReplyToBye(data: unknown): data is string {
  return typeof data === "string" && data.startsWith("SIP/2.0 ") && /^CSeq:\s*\d+\s+BYE\s*$/im.test(data);
}

function transactionOf(message: string): string {
  const [, callId] = /^Call-ID:\s*(\S+)/im.exec(message) ?? [];
  const [, cseq] = /^CSeq:\s*(\d+)/im.exec(message) ?? [];
  return `${callId} ${cseq}`;
}
