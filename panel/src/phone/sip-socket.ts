/**
 * The WebSocket under JsSIP (RFC 7118). JsSIP only learns when it is up and when it is gone: opening it again is the
 * connection machine's business, so JsSIP's own recovery never gets to run.
 */
import type { Socket } from "jssip/lib/Socket";

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
  private readonly onReceived: (data: unknown) => void;
  private readonly onClosed: () => void;

  /** `onReceived` at each message of the server, `onClosed` when an attempt or a connection came to nothing. */
  constructor(url: string, onReceived: (data: unknown) => void, onClosed: () => void) {
    const { protocol, host } = new URL(url);
    this.url = url;
    this.sip_uri = `sip:${host};transport=ws`;
    this.via_transport = protocol === "wss:" ? "WSS" : "WS";
    this.onReceived = onReceived;
    this.onClosed = onClosed;
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
    };
    socket.onmessage = (event) => {
      this.onReceived(event.data);
      this.ondata(event.data);
    };
    socket.onclose = () => {
      this.drop();
      this.onClosed();
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
    return true;
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
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
