/** The HTTPS side of the VPS's control service, for one site token. Throws `VpsError` and nothing else. */
import { readFileSync } from "node:fs";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { type Static, type TSchema, Type } from "typebox";
import { Value } from "typebox/value";
import {
  type DirectoryPatch,
  DirectoryStatus,
  type DocumentPut,
  DocumentStatus,
  type Registration,
  RegistrationList,
  type RemoteGrantsPut,
  TurnCredentials,
} from "../../../infra/control/src/wire.ts";
import { VpsClock } from "../calls/vps-clock.ts";
import { fromNetwork, fromReply, VpsError } from "./vps-error.ts";

export interface ControlAccess {
  /** `https://host[:port]`; `http://` only for a control on loopback. */
  url: string;
  /** Names the site. */
  token: string;
  /** PEM file of an own certificate authority. */
  caFile?: string | undefined;
  /** How long one request may take in all, ms. */
  timeoutMs?: number | undefined;
}

export interface SocketAddress {
  url: string;
  headers: Record<string, string>;
  ca: Buffer | undefined;
}

/** A reply that says no more than that it was done. */
const Nothing = Type.Object({});
const TIMEOUT_MS = 10_000;
const LARGEST_REPLY = 16 * 1024 * 1024;

class StaleConnection extends Error {}

/** A body that is JSON already. */
class JsonText {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

export class ControlClient {
  private readonly access: ControlAccess;
  private readonly agent: HttpAgent;
  private readonly clock = new VpsClock();
  private closed = false;

  constructor(access: ControlAccess) {
    this.access = access;
    const keep = { keepAlive: true, maxSockets: 4 };
    this.agent = this.secure ? new HttpsAgent({ ...keep, ca: this.authority() }) : new HttpAgent(keep);
  }

  directory(): Promise<DirectoryStatus> {
    return this.ask("GET", "/v1/directory", DirectoryStatus);
  }

  /** @param json of a `DirectoryPut` */
  putDirectory(json: Uint8Array): Promise<DirectoryStatus> {
    return this.ask("PUT", "/v1/directory", DirectoryStatus, new JsonText(json));
  }

  patchDirectory(patch: DirectoryPatch): Promise<DirectoryStatus> {
    return this.ask("PATCH", "/v1/directory", DirectoryStatus, patch);
  }

  async registrations(): Promise<Registration[]> {
    return (await this.ask("GET", "/v1/registrations", RegistrationList)).registrations;
  }

  turnCredentials(account: string, lifetimeS?: number): Promise<TurnCredentials> {
    return this.ask("POST", "/v1/turn-credentials", TurnCredentials, { account, ...(lifetimeS && { lifetimeS }) });
  }

  putDocument(id: string, document: DocumentPut): Promise<DocumentStatus> {
    return this.ask("PUT", `/v1/documents/${id}`, DocumentStatus, document);
  }

  documentStatus(id: string): Promise<DocumentStatus> {
    return this.ask("GET", `/v1/documents/${id}`, DocumentStatus);
  }

  withdrawDocument(id: string): Promise<DocumentStatus> {
    return this.ask("DELETE", `/v1/documents/${id}`, DocumentStatus);
  }

  /** All grants of the site: control lets frames through by them. */
  async putRemoteGrants(grants: RemoteGrantsPut["grants"]): Promise<void> {
    await this.ask("PUT", "/v1/remote-grants", Nothing, { grants });
  }

  /** The reply to a frame, or an empty one: nobody who asked may. */
  async postRemoteReply(delivery: string, reply: Buffer): Promise<void> {
    await this.ask("POST", `/v1/remote-replies/${delivery}`, Nothing, reply);
  }

  /** No event of calls that are over names this caller any more. */
  async forgetCaller(callerNumber: string): Promise<void> {
    await this.ask("POST", "/v1/callers/forget", Nothing, { callerNumber });
  }

  /** Where the device that has the token fetches it, once. */
  documentUrl(kind: DocumentPut["kind"], token: string): string {
    return new URL(`${kind === "linphone" ? "/p/" : "/d/"}${token}`, this.access.url).href;
  }

  /** Where and how the event feed is opened. */
  feed(after: number): SocketAddress {
    return this.socket(`/v1/events?after=${after}`);
  }

  /** The same for the frames of whoever manages the site from elsewhere. */
  remote(): SocketAddress {
    return this.socket("/v1/remote");
  }

  /** The control service's own address, for invitations. */
  get url(): string {
    return this.access.url;
  }

  /** What time it is on the VPS, to the second, by the last reply's Date; our own time before the first reply. */
  vpsNowMs(): number {
    return this.clock.nowMs() ?? Date.now();
  }

  /** Breaks off what is under way. */
  close(): void {
    this.closed = true;
    this.agent.destroy();
  }

  private get secure(): boolean {
    return new URL(this.access.url).protocol === "https:";
  }

  private socket(path: string): SocketAddress {
    const url = new URL(path, this.access.url);
    url.protocol = this.secure ? "wss:" : "ws:";
    return { url: url.href, headers: this.headers(), ca: this.authority() };
  }

  private headers(): Record<string, string> {
    return { authorization: `Bearer ${this.access.token}` };
  }

  private authority(): Buffer | undefined {
    return this.access.caFile === undefined ? undefined : readFileSync(this.access.caFile);
  }

  private async ask<S extends TSchema>(method: string, path: string, schema: S, body?: unknown): Promise<Static<S>> {
    const { status, text } = await this.exchange(method, path, body)
      .catch((error: unknown) => {
        // Control closed a kept connection just as we used it; every request of ours may be sent twice.
        if (error instanceof StaleConnection && !this.closed) return this.exchange(method, path, body);
        throw error;
      })
      .catch((error: unknown) => {
        throw fromNetwork(error);
      });
    const reply = parse(text);
    if (status !== 200) throw fromReply(status, reply);
    if (!Value.Check(schema, reply)) throw new VpsError("VPS_BAD_REPLY", `${method} ${path}: not what was agreed`);
    return reply;
  }

  private exchange(method: string, path: string, body: unknown): Promise<{ status: number; text: string }> {
    const isBinary = Buffer.isBuffer(body);
    const payload = body === undefined ? null : isBinary ? body : jsonOf(body);
    const headers: Record<string, string> = { ...this.headers(), accept: "application/json" };
    if (payload) {
      headers["content-type"] = isBinary ? "application/octet-stream" : "application/json";
      headers["content-length"] = String(payload.length);
    }
    const signal = AbortSignal.timeout(this.access.timeoutMs ?? TIMEOUT_MS);
    const send = this.secure ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const request = send(new URL(path, this.access.url), { method, headers, agent: this.agent, signal }, (reply) => {
        this.noteClock(reply);
        readText(reply).then((text) => resolve({ status: reply.statusCode ?? 0, text }), reject);
      });
      request.on("error", (error: NodeJS.ErrnoException) => {
        reject(request.reusedSocket && error.code === "ECONNRESET" ? new StaleConnection() : error);
      });
      request.end(payload ?? undefined);
    });
  }

  private noteClock(reply: IncomingMessage): void {
    const dateMs = Date.parse(reply.headers.date ?? "");
    // Date has whole seconds: half a second is the best guess for the rest.
    if (!Number.isNaN(dateMs)) this.clock.set(dateMs + 500);
  }
}

function jsonOf(body: unknown): Uint8Array {
  return body instanceof JsonText ? body.bytes : Buffer.from(JSON.stringify(body));
}

async function readText(reply: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LARGEST_REPLY) throw new VpsError("VPS_BAD_REPLY", "the reply is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
