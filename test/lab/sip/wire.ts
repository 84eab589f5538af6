/** One SIP connection or socket of a test peer: UDP, TCP, TLS, WS or WSS, from a source address of one's choice. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { WebSocket } from "ws";
import { parse, type SipMessage } from "./message.ts";

export type Protocol = "udp" | "tcp" | "tls" | "ws" | "wss";

export interface WireOptions {
  protocol: Protocol;
  /** Where requests go. */
  host: string;
  port: number;
  /** Source address, 127.0.0.1 by default; another 127.0.0.x plays another network. */
  localAddress?: string;
  /** Source port of UDP; any free one by default. */
  localPort?: number;
  /** HTTP path and headers of the WebSocket handshake. */
  path?: string;
  headers?: Record<string, string>;
  /** Subprotocols of the WebSocket; `["sip"]` by default. */
  subprotocols?: string[];
  /** false: pings of the server are not answered. */
  pongs?: boolean;
}

export interface Wire {
  readonly protocol: Protocol;
  readonly localAddress: string;
  readonly localPort: number;
  /** Sends as it is. `to` overrides the peer (UDP only). */
  send(data: string | Uint8Array, to?: { host: string; port: number }): void;
  /** Every message that arrives; returns its unsubscribe. Bytes that are no SIP message are dropped. */
  onMessage(listener: (message: SipMessage) => void): () => void;
  /** Resolves once the peer or `close` has ended it; never for UDP. */
  readonly closed: Promise<void>;
  close(): void;
}

/** How long a connection, its TLS and its WebSocket handshake may take together. */
const OPEN_MS = 10_000;

/**
 * Opens a wire; rejects when the peer refuses or says nothing for 10 s. TLS certificates are not checked: the peer is
 * the lab's.
 */
export async function openWire(options: WireOptions): Promise<Wire> {
  const localAddress = options.localAddress ?? "127.0.0.1";
  const listeners = new Set<(message: SipMessage) => void>();
  const deliver = (text: string, source: string): void => {
    let message: SipMessage;
    try {
      message = parse(text, source);
    } catch {
      return; // keepalives and whatever is no SIP
    }
    for (const listener of listeners) listener(message);
  };
  const onMessage = (listener: (message: SipMessage) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const shared = { protocol: options.protocol, localAddress, onMessage };

  if (options.protocol === "udp") {
    const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 20 });
    socket.bind(options.localPort ?? 0, localAddress);
    await once(socket, "listening");
    socket.on("message", (data, from) => deliver(data.toString("utf8"), `${from.address}:${from.port}`));
    socket.on("error", () => {}); // ICMP errors of closed peers
    let open = true;
    return {
      ...shared,
      localPort: socket.address().port,
      closed: new Promise<void>(() => {}),
      send: (data, to) => {
        if (open) socket.send(data, to?.port ?? options.port, to?.host ?? options.host);
      },
      close: () => {
        if (open) socket.close();
        open = false;
      },
    };
  }

  const source = `${options.host}:${options.port}`;
  if (options.protocol === "tcp" || options.protocol === "tls") {
    const target = { host: options.host, port: options.port, localAddress };
    const socket: Socket =
      options.protocol === "tcp" ? connectTcp(target) : connectTls({ ...target, rejectUnauthorized: false });
    const limit = setTimeout(() => {
      socket.destroy(new Error(`no ${options.protocol} connection to ${source} within ${OPEN_MS} ms`));
    }, OPEN_MS);
    await once(socket, options.protocol === "tcp" ? "connect" : "secureConnect").finally(() => clearTimeout(limit));
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {});
    readStream(socket, (text) => deliver(text, source));
    return {
      ...shared,
      localPort: socket.localPort ?? 0,
      closed,
      send: (data) => void socket.write(data),
      close: () => socket.destroy(),
    };
  }

  const socket = new WebSocket(
    `${options.protocol}://${options.host}:${options.port}${options.path ?? "/"}`,
    options.subprotocols ?? ["sip"],
    {
      localAddress,
      rejectUnauthorized: false,
      headers: options.headers ?? {},
      handshakeTimeout: OPEN_MS,
      autoPong: options.pongs ?? true,
    },
  );
  let localPort = 0;
  socket.on("upgrade", (response) => {
    localPort = response.socket.localPort ?? 0;
  });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await once(socket, "open");
  socket.on("error", () => {});
  socket.on("message", (data) => deliver(data.toString(), source));
  return {
    ...shared,
    localPort,
    closed,
    send: (data) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(data, { binary: typeof data !== "string" });
    },
    close: () => socket.terminate(),
  };
}

/** Cuts a byte stream into messages by Content-Length. */
function readStream(socket: Socket, deliver: (text: string) => void): void {
  let buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      while (buffer[0] === 13 || buffer[0] === 10) buffer = buffer.subarray(1);
      const head = buffer.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/^(?:content-length|l)\s*:\s*(\d+)/im.exec(buffer.toString("utf8", 0, head))?.[1] ?? 0);
      if (buffer.length < head + 4 + length) return;
      deliver(buffer.toString("utf8", 0, head + 4 + length));
      buffer = buffer.subarray(head + 4 + length);
    }
  });
}
