/** The WebSocket under JsSIP (RFC 7118), which opens it again by itself when it is gone. */
import type { Socket } from "jssip/lib/Socket.js";
import { WebSocket } from "ws";

const HANDSHAKE_MS = 5_000;
/** A link that is half dead says nothing, so we ask. */
const PING_EVERY_MS = 10_000;
const LARGEST_MESSAGE = 64 * 1024;
export class SipSocket implements Socket {
  readonly url: string;
  readonly sip_uri: string;
  via_transport: string;
  /** Bound by JsSIP. */
  onconnect: () => void = () => {};
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => {};
  ondata: <T>(data: T) => void = () => {};
  private readonly ca: Buffer | undefined;
  private socket: WebSocket | null = null;
  private pinging: NodeJS.Timeout | undefined;

  constructor(url: string, ca: Buffer | undefined) {
    const { protocol, host } = new URL(url);
    this.url = url;
    this.ca = ca;
    this.sip_uri = `sip:${host};transport=ws`;
    this.via_transport = protocol === "wss:" ? "WSS" : "WS";
  }

  connect(): void {
    if (this.socket) return;
    const socket = new WebSocket(this.url, "sip", {
      handshakeTimeout: HANDSHAKE_MS,
      maxPayload: LARGEST_MESSAGE,
      perMessageDeflate: false,
      ...(this.ca ? { ca: this.ca } : {}),
    });
    this.socket = socket;
    let heard = true;
    socket.on("open", () => {
      this.pinging = setInterval(() => {
        if (!heard) socket.terminate();
        heard = false;
        socket.ping();
      }, PING_EVERY_MS);
      this.onconnect();
    });
    const alive = () => {
      heard = true;
    };
    socket.on("pong", alive);
    socket.on("message", (data, isBinary) => {
      alive();
      this.ondata(isBinary ? data : String(data));
    });
    socket.on("error", () => undefined);
    socket.on("close", (code) => {
      if (this.socket !== socket) return;
      this.release();
      this.ondisconnect(true, code);
    });
  }

  disconnect(): void {
    const { socket } = this;
    this.release();
    if (socket?.readyState === WebSocket.CONNECTING) socket.terminate();
    else socket?.close();
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.isConnected() || typeof message !== "string") return false;
    this.socket?.send(message);
    return true;
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }

  private release(): void {
    clearInterval(this.pinging);
    this.socket = null;
  }
}
