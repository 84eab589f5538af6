/** The bridge's WebSocket as a panel holds it: everything that it was told. */
import { once } from "node:events";
import { WebSocket } from "ws";
import type { Call } from "../../bridge/src/api/call.ts";
import type { LiveState, PanelMessage } from "../../bridge/src/api/live.ts";
import type { Bridge, BridgeApi } from "../lab/bridge.ts";
import { until } from "../lab/until.ts";

export class PanelSocket {
  readonly messages: PanelMessage[] = [];
  private readonly socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => this.messages.push(JSON.parse(String(data)) as PanelMessage));
    socket.on("error", () => {});
  }

  /** `device`: as this browser sees it. */
  static async open(bridge: Bridge, api: BridgeApi, device?: string): Promise<PanelSocket> {
    const url = new URL("/api/ws", bridge.url);
    if (device !== undefined) url.searchParams.set("device", device);
    const socket = new WebSocket(url.href.replace("http", "ws"), { headers: { cookie: api.cookie } });
    const panel = new PanelSocket(socket);
    await once(socket, "open");
    await until(() => panel.messages.length > 0, { what: "hello" });
    return panel;
  }

  /** What it was told of one call, as "status/reason", in order. */
  story(callId: string): string[] {
    return this.calls(callId).map(({ status, reason }) => `${status}/${reason}`);
  }

  calls(callId: string): Call[] {
    return this.messages.flatMap((message) =>
      message.type === "call" && message.call.callId === callId ? [message.call] : [],
    );
  }

  /** The newest state that it was told. */
  state(): LiveState | null {
    const last = this.messages.findLast((message) => message.type === "state" || message.type === "hello");
    return last?.type === "state" || last?.type === "hello" ? last.state : null;
  }

  close(): void {
    this.socket.terminate();
  }
}
