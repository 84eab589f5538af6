/**
 * Whether the call server can be reached from here, link by link. A page cannot tell a name without an address, a closed port, a
 * bad certificate and a missing WebSocket apart: a browser says of each that the connection failed. It is asked for by people
 * who may not choose the address: only the configured one is ever looked at.
 */
import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { ulid } from "ulid";
import { WebSocket } from "ws";
import type { ServerLink, ServerLook, ServerOutcome } from "../api/device-test.ts";

export interface ServerCheck {
  /** Never rejects; takes `waitMs` at most. One look at a time: whoever asks meanwhile gets the same. */
  look(link: ServerLink): Promise<ServerLook>;
}

export interface ServerCheckOptions {
  /** wss://… or, on loopback, ws://…; null: none is configured. */
  sipUri: string | null;
  /** A private authority's certificate, PEM. */
  caFile?: string | undefined;
  waitMs?: number;
}

const WAIT_MS = 5_000;
const LARGEST_REPLY = 64 * 1024;

type Found = Partial<ServerLook> & { outcome: ServerOutcome };
interface Target {
  url: URL;
  host: string;
  port: number;
  isSecure: boolean;
  caFile: string | undefined;
  waitMs: number;
}

export function serverCheck({ sipUri, caFile, waitMs = WAIT_MS }: ServerCheckOptions): ServerCheck {
  const url = sipUri === null ? null : new URL(sipUri);
  const isSecure = url?.protocol === "wss:";
  const host = url?.hostname.replace(/^\[(.*)\]$/, "$1") ?? "";
  const port = url === null ? 0 : Number(url.port || (isSecure ? 443 : 80));
  const running = new Map<ServerLink, Promise<ServerLook>>();

  async function look(link: ServerLink): Promise<ServerLook> {
    const found: Found =
      url === null ? { outcome: "not-configured" } : await LOOKS[link]({ url, host, port, isSecure, caFile, waitMs });
    return { host, port, addresses: [], endsAtMs: null, httpStatus: null, ...found };
  }
  return {
    look: (link) => {
      const one = running.get(link) ?? look(link).finally(() => running.delete(link));
      running.set(link, one);
      return one;
    },
  };
}

const LOOKS: Record<ServerLink, (target: Target) => Promise<Found>> = {
  name: lookUpName,
  port: knock,
  certificate: readCertificate,
  websocket: speakSip,
};

async function lookUpName({ host, waitMs }: Target): Promise<Found> {
  if (isIP(host) !== 0) return { outcome: "ok", addresses: [host] };
  return await inTime<Found>(waitMs, { outcome: "no-resolver" }, (done) => {
    lookup(host, { all: true }).then(
      (found) => done({ outcome: "ok", addresses: found.map(({ address }) => address) }),
      (error: unknown) => done({ outcome: outcomeOf(error, "unresolved") }),
    );
  });
}

async function knock({ host, port, waitMs }: Target): Promise<Found> {
  let socket: Socket | undefined;
  const found = await inTime<Found>(waitMs, { outcome: "silent" }, (done) => {
    socket = connectTcp({ host, port });
    socket.on("connect", () => done({ outcome: "ok" }));
    socket.on("error", (error) => done({ outcome: outcomeOf(error, "silent") }));
  });
  socket?.destroy();
  return found;
}

/** As a browser judges it, which knows nothing of our private authority. */
async function readCertificate(target: Target): Promise<Found> {
  if (!target.isSecure) return { outcome: "none" };
  const known = await shownTo(target, {});
  if (known.outcome !== "untrusted" || target.caFile === undefined) return known;
  const ca = readable(target.caFile);
  if (ca === null) return known;
  const here = await shownTo(target, { ca });
  return here.outcome === "ok" ? { ...here, outcome: "private" } : here;
}

async function shownTo({ host, port, waitMs }: Target, authority: { ca?: Buffer }): Promise<Found> {
  let socket: TLSSocket | undefined;
  let isOpen = false;
  const found = await inTime<Found | null>(waitMs, null, (done) => {
    const servername = isIP(host) === 0 ? { servername: host } : {};
    // One that is refused is what is looked for, and nothing is said to whoever shows it.
    const tls = connectTls({ host, port, ...servername, ...authority, rejectUnauthorized: false });
    socket = tls;
    tls.on("connect", () => {
      isOpen = true;
    });
    tls.on("secureConnect", () => {
      const endsAtMs = Date.parse(tls.getPeerCertificate().valid_to ?? "");
      done({ outcome: verdictOn(tls.authorizationError), endsAtMs: Number.isNaN(endsAtMs) ? null : endsAtMs });
    });
    tls.on("error", (error) => done({ outcome: isOpen ? "no-tls" : outcomeOf(error, "silent") }));
    tls.on("close", () => done({ outcome: isOpen ? "no-tls" : "silent" }));
  });
  socket?.destroy();
  return found ?? { outcome: isOpen ? "no-tls" : "silent" };
}

/** The edge answers an OPTIONS to itself without a login (RFC 3261 section 11); any answer proves that it speaks SIP. */
async function speakSip({ url, host, isSecure, waitMs }: Target): Promise<Found> {
  let socket: WebSocket | undefined;
  let isOpen = false;
  const found = await inTime<Found | null>(waitMs, null, (done) => {
    // The certificate has been judged by itself.
    const limits = { maxPayload: LARGEST_REPLY, perMessageDeflate: false, rejectUnauthorized: false };
    const ws = new WebSocket(url, "sip", limits);
    socket = ws;
    ws.on("open", () => {
      isOpen = true;
      ws.send(optionsTo(host, isSecure));
    });
    ws.on("message", (data) => {
      if (String(data).startsWith("SIP/2.0 ")) done({ outcome: "ok" });
    });
    ws.on("unexpected-response", (_request, { statusCode }) =>
      done({ outcome: "no-websocket", httpStatus: statusCode ?? null }),
    );
    ws.on("error", (error) => done({ outcome: refusedUpgrade(error) }));
    ws.on("close", () => done({ outcome: "no-sip" }));
  });
  socket?.terminate();
  return found ?? { outcome: isOpen ? "no-sip" : "mute" };
}

function optionsTo(host: string, isSecure: boolean): string {
  const [id, server] = [ulid(), isIP(host) === 6 ? `[${host}]` : host];
  return [
    `OPTIONS sip:${server} SIP/2.0`,
    `Via: SIP/2.0/${isSecure ? "WSS" : "WS"} ${id}.invalid;branch=z9hG4bK${id}`,
    "Max-Forwards: 1",
    `From: <sip:anonymous@anonymous.invalid>;tag=${id}`,
    `To: <sip:${server}>`,
    `Call-ID: ${id}`,
    "CSeq: 1 OPTIONS",
    "Content-Length: 0",
    "\r\n",
  ].join("\r\n");
}

/** `begin` gets what settles it; the first to say so counts. */
function inTime<T>(waitMs: number, late: T, begin: (done: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(late), waitMs);
    begin((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

/** Node's and libuv's codes; of several addresses, one for all. */
function outcomeOf(error: unknown, otherwise: ServerOutcome): ServerOutcome {
  switch (codeOf(error)) {
    case "ENOTFOUND":
    case "ENODATA":
      return "unresolved";
    case "EAI_AGAIN":
    case "ESERVFAIL":
      return "no-resolver";
    case "ECONNREFUSED":
      return "refused";
    case "ETIMEDOUT":
      return "silent";
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EADDRNOTAVAIL":
      return "no-route";
    default:
      return otherwise;
  }
}

/** `ws` refuses by an Error without a code: what answered is no WebSocket server, or took no subprotocol. */
function refusedUpgrade(error: Error): ServerOutcome {
  const code = codeOf(error);
  if (code === undefined) return /subprotocol/.test(error.message) ? "no-sip" : "no-websocket";
  return outcomeOf(error, code.startsWith("WS_") ? "no-sip" : "no-websocket");
}

/** Node gives its code as text, or as an Error that has one. */
function verdictOn(error: unknown): ServerOutcome {
  switch (typeof error === "string" ? error : codeOf(error)) {
    case undefined:
      return error == null ? "ok" : "untrusted";
    case "CERT_HAS_EXPIRED":
      return "expired";
    case "CERT_NOT_YET_VALID":
      return "not-yet";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "wrong-name";
    default:
      return "untrusted";
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function readable(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
