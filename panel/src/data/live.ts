/** The one WebSocket to the bridge: live state and calls, back within seconds after anything. */
import type { Call } from "../../../bridge/src/api/call.ts";
import type { LiveState, PanelMessage } from "../../../bridge/src/api/live.ts";
import type { Api } from "./api.ts";

export type { LiveState, PanelMessage };

export interface LiveListener {
  /** The connection is up or gone. */
  link(up: boolean): void;
  state(state: LiveState): void;
  call(call: Call): void;
  /** Lists of a site must be fetched anew. */
  directory(): void;
  /** Anything that was pushed, also what the panel itself does not use. */
  message(message: PanelMessage): void;
  /** Could not connect, or was told to go: the session may be over, or another one. */
  refused(): void;
}

const RETRY_MS = [1_000, 2_000, 3_500, 5_000];
/** Hidden longer than this, a socket that looks open may be a dead one. */
const TRUST_HIDDEN_MS = 30_000;

export class LiveLink {
  private readonly baseUrl: string;
  private readonly deviceId: () => string;
  private readonly listener: LiveListener;
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private hiddenAtMs: number | null = null;

  constructor(api: Api, deviceId: () => string, listener: LiveListener) {
    this.baseUrl = api.baseUrl;
    this.deviceId = deviceId;
    this.listener = listener;
  }

  /** Connects; started again, it connects anew. */
  start(): void {
    document.addEventListener("visibilitychange", this.onVisibility);
    window.addEventListener("pageshow", this.wake);
    window.addEventListener("online", this.reopen);
    this.open();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.onVisibility);
    window.removeEventListener("pageshow", this.wake);
    window.removeEventListener("online", this.reopen);
    this.release();
  }

  private open(): void {
    this.release();
    const url = new URL(`api/ws?device=${this.deviceId()}`, this.baseUrl);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.attempt = 0;
      this.listener.link(true);
    };
    socket.onmessage = (event) => this.receive(JSON.parse(String(event.data)) as PanelMessage);
    socket.onclose = () => {
      this.release();
      this.listener.link(false);
      if (!opened) this.listener.refused();
      const longest = RETRY_MS[Math.min(this.attempt++, RETRY_MS.length - 1)] ?? 0;
      this.timer = setTimeout(() => this.open(), longest * (0.8 + Math.random() * 0.2));
    };
  }

  private receive(message: PanelMessage): void {
    this.listener.message(message);
    switch (message.type) {
      case "hello":
      case "state":
        this.listener.state(message.state);
        return;
      case "call":
        this.listener.call(message.call);
        return;
      case "directory":
        this.listener.directory();
        return;
      case "job":
      case "pairing":
      case "testRing":
      case "testCall":
        return;
      case "error":
        // The bridge ends the connection: who is asking, and what for, has changed.
        this.listener.refused();
        return;
    }
  }

  private onVisibility = (): void => {
    if (document.visibilityState === "hidden") {
      this.hiddenAtMs = Date.now();
    } else if (this.hiddenAtMs !== null && Date.now() - this.hiddenAtMs > TRUST_HIDDEN_MS) {
      this.reopen();
    } else {
      this.wake();
    }
  };

  private wake = (): void => {
    if (this.socket?.readyState !== WebSocket.OPEN) this.reopen();
  };

  private reopen = (): void => {
    this.attempt = 0;
    this.open();
  };

  private release(): void {
    clearTimeout(this.timer);
    const { socket } = this;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
}
