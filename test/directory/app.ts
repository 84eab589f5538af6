/** The bridge's real HTTP app on a real store, without a process, a VPS or a broker: `inject` speaks to it. */
import { join } from "node:path";
import type { InjectOptions, LightMyRequestResponse } from "fastify";
import { monotonicFactory } from "ulid";
import type { VpsErased } from "../../bridge/src/api/board.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { AssistantProblem, PrinterState } from "../../bridge/src/api/line.ts";
import { type Links, type LiveView, liveView } from "../../bridge/src/calls/live.ts";
import { type Directory, openDirectory } from "../../bridge/src/directory/directory.ts";
import type { DocumentPost } from "../../bridge/src/directory/pairing/document-post.ts";
import { provisioningView } from "../../bridge/src/directory/provisioning.ts";
import type { Relay } from "../../bridge/src/directory/remote/remote-sites.ts";
import { EventBus } from "../../bridge/src/events/bus.ts";
import { AppError } from "../../bridge/src/events/errors.ts";
import { createServer, serve } from "../../bridge/src/http/app.ts";
import type { App } from "../../bridge/src/http/app-type.ts";
import type { RouteEntry } from "../../bridge/src/http/route-table.ts";
import { standaloneIdentity } from "../../bridge/src/http/standalone-identity.ts";
import { visitsTo } from "../../bridge/src/http/visits.ts";
import { serverCheck } from "../../bridge/src/links/server-check.ts";
import { type Ordering, startOrdering } from "../../bridge/src/ordering/ordering.ts";
import { openStore, type Store } from "../../bridge/src/store/store.ts";
import { cameras } from "../../bridge/src/video/cameras.ts";
import type { Whep } from "../../bridge/src/video/whep.ts";
import { Documents } from "../../infra/control/src/documents.ts";
import { type Document, documentId, newToken, seal } from "../../infra/control/src/sealed-document.ts";
import type { TurnCredentials } from "../../infra/control/src/wire.ts";
import { labFolder } from "../lab/folder.ts";

/** A user of Home Assistant. */
export const USER = "0123456789abcdef0123456789abcdef";
const PORT = 8099;
export const HOST = `localhost:${PORT}`;
const SIP_URI = "wss://sip.example.com:8443";

/** What a test changes while the app runs. */
interface Stage {
  /** Who asks: whoever has the cookie, or a resident of these flats, who may work at the desk. */
  resident: { unitIds: string[]; desk?: boolean; userId?: string } | null;
  /** The VPS's TURN login; null: it is away. */
  turn: TurnCredentials | null;
  /** Documents can neither be put there nor looked at; devices still fetch them. */
  vpsAway: boolean;
  /** Whose the VPS says a token is. */
  tokenDomain: string;
  /** Every door's camera. */
  camera: Whep;
  /** The way to sites elsewhere; null: it is away. */
  relay: Relay | null;
  /** How much later it is for the directory and the desk than in the test. */
  laterMs: number;
  /** How wrong its time of day is. */
  clockOffMs: number;
  /** The clock of sessions and attempts. */
  nowMs: number;
  /** What the phone says of the assistant; whoever changes it tells `linkChanged`. */
  assistantProblem: AssistantProblem | null;
  printer: PrinterState;
  /** What becomes of a caller's erasure at the VPS. */
  vpsErased: VpsErased;
}

export interface TestApp {
  app: App;
  stage: Stage;
  store: Store;
  directory: Directory;
  /** Control's, as if it were on the VPS. */
  documents: Documents;
  live: LiveView;
  ordering: Ordering;
  bus: EventBus;
  routes: readonly RouteEntry[];
  folder: string;
  token: string;
  /** An administrator's. */
  cookie: string;
  /** Everything on the bus, as "name siteId". */
  events: string[];
  /** A request as the page sends it: JSON, our Host, the session's cookie, the headers of a change. */
  send(method: string, url: string, body?: unknown, headers?: HeaderChanges): Promise<Reply>;
  close(): Promise<void>;
}

/** The VPS's part of provisioning without the way there. */
function postTo(documents: Documents, stage: () => Stage): DocumentPost {
  const refuseAway = () => {
    if (stage().vpsAway) throw new AppError("VPS_UNREACHABLE", "away");
  };
  return {
    isThere: () => true,
    post: async (siteId, document: Document, terms) => {
      refuseAway();
      const token = newToken();
      documents.put(siteId, documentId(token), { ...terms, sealed: seal(document, token) });
      const path = terms.kind === "linphone" ? "p" : "d";
      return { id: documentId(token), url: `https://sip.example.com:8442/${path}/${token}` };
    },
    status: async (siteId, id) => {
      refuseAway();
      return documents.status(siteId, id);
    },
    withdraw: async (siteId, id) => {
      refuseAway();
      documents.remove(siteId, id);
    },
    turn: async () => {
      const { turn } = stage();
      if (!turn) throw new AppError("VPS_UNREACHABLE", "away");
      return turn;
    },
  };
}

/** Answers, and shows nothing. */
const CAMERA: Whep = {
  open: async (url) => ({ sdp: "v=0\r\n", resource: `${url}/1` }),
  close: async () => undefined,
};

/** Values to set; null leaves a header out. */
export type HeaderChanges = Record<string, string | null>;

export class Reply {
  readonly status: number;
  readonly headers: LightMyRequestResponse["headers"];
  readonly text: string;

  constructor({ statusCode, headers, payload }: LightMyRequestResponse) {
    this.status = statusCode;
    this.headers = headers;
    this.text = payload;
  }

  /** The parsed body; a test knows what to expect in it. */
  json<T>(): T {
    return JSON.parse(this.text) as T;
  }

  /** The code of an ErrorReply, else null. */
  get code(): string | null {
    return this.status >= 400 ? this.json<ErrorReply>().error.code : null;
  }
}

export interface TestAppOptions {
  panelFolder?: string;
  /** The port that it believes to be on; whoever gives one has it listen there. */
  port?: number;
}

export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  // As main.ts makes them.
  const ulid = monotonicFactory();
  const folder = labFolder("app");
  const store = openStore({ folder: folder.path });
  const stage: Stage = {
    resident: null,
    turn: null,
    vpsAway: false,
    tokenDomain: "home.sip.example.com",
    camera: CAMERA,
    relay: null,
    laterMs: 0,
    clockOffMs: 0,
    nowMs: Date.now(),
    assistantProblem: null,
    printer: "none",
    vpsErased: "none",
  };
  const events: string[] = [];
  // The VPS's directory is the store itself, as if every edit were live at once.
  const documents = new Documents({
    known: (siteId, { username, ha1 }) => {
      const account = store.accounts.byUsername(siteId, username);
      return account?.enabled ? (account.ha1 === ha1 ? "same" : "other") : "none";
    },
    steady: () => performance.now() + stage.laterMs,
    patienceMs: 1_000,
  });
  const bus = new EventBus((error) => {
    throw error;
  });
  bus.on("directoryChanged", ({ siteId }) => events.push(`directoryChanged ${siteId}`));
  bus.on("provisioningChanged", ({ siteId }) => events.push(`provisioningChanged ${siteId}`));
  const directory = openDirectory({
    store,
    bus,
    now: () => Date.now() + stage.laterMs + stage.clockOffMs,
    steady: () => performance.now() + stage.laterMs,
    newId: () => ulid(),
    sipUri: SIP_URI,
    post: postTo(documents, () => stage),
    tokenDoor: {
      domainOf: async () => stage.tokenDomain,
      use: (siteId) => events.push(`token ${siteId}`),
    },
    remote: {
      relayUrl: () => "https://sip.example.com:8442",
      relay: (to, frame) => {
        if (!stage.relay) throw new AppError("REMOTE_OFFLINE", "away");
        return stage.relay(to, frame);
      },
      visit: (visitor, ask) => visitsTo(app)(visitor, ask),
      version: "0.0.0",
    },
  });
  const ordering = startOrdering({
    ...{ store, bus, directory, now: () => Date.now() + stage.laterMs, newId: () => ulid() },
    assistantProblem: () => stage.assistantProblem,
    printerState: () => stage.printer,
    announce: () => undefined,
    onError: (error) => {
      throw error;
    },
  });
  const identity = standaloneIdentity({
    panelOf: directory.devices.panelOf,
    secret: Buffer.alloc(32, 7),
    signedOutFile: join(folder.path, "signed-out.json"),
    port: options.port ?? PORT,
    now: () => stage.nowMs,
  });
  const whoAsks: typeof identity.whoAsks = (request) =>
    stage.resident
      ? { role: "resident", name: "Resident", userId: USER, desk: false, ...stage.resident }
      : identity.whoAsks(request);
  const links: Links = {
    vps: () => ({ link: "not-configured" as const, code: "VPS_NOT_CONFIGURED", partsDown: [] }),
    vpsOf: () => links.vps(),
    mqtt: () => ({ link: "not-configured" as const, code: "MQTT_NOT_CONFIGURED" }),
    registered: () => store.accounts.list({}).map(({ id }) => id),
  };
  const live = liveView({
    store,
    bus,
    links,
    followed: { job: directory.bulk.job, pairing: directory.pairings.get, testRing: directory.testRings.get },
    version: "0.0.0",
  });
  const app = createServer("fatal");
  const routes: RouteEntry[] = [];
  await serve(app, {
    directory,
    calls: store.calls,
    ordering,
    live,
    provisioning: provisioningView(store, { linkOf: () => links.vps(), retry: () => undefined }),
    identity: { ...identity, whoAsks, later: (request) => () => whoAsks(request) },
    forgetCaller: async () => stage.vpsErased,
    turn: async () => {
      if (!stage.turn) throw new AppError("VPS_UNREACHABLE", "away");
      return stage.turn;
    },
    serverCheck: serverCheck({ sipUri: "wss://127.0.0.1:1" }),
    cameras: cameras({
      urlOf: (doorId) => directory.doors.get(doorId).videoUrl,
      camera: {
        open: (url, offer) => stage.camera.open(url, offer),
        close: (resource) => stage.camera.close(resource),
      },
    }),
    missing: () => ["No VPS."],
    notices: () => ["Restored.", "No VPS."],
    version: "0.0.0",
    sipUri: SIP_URI,
    panelFolder: options.panelFolder ?? null,
    described: (table) => routes.push(...table),
  });

  const inject = async (method: string, url: string, body: unknown, changes: HeaderChanges) => {
    const headers: HeaderChanges = {
      host: `localhost:${options.port ?? PORT}`,
      ...(method !== "GET" && { "content-type": "application/json", "x-neolia": "1" }),
      ...(["PATCH", "PUT", "DELETE"].includes(method) && { "if-match": "*" }),
      ...changes,
    };
    const request: InjectOptions = {
      method: method as NonNullable<InjectOptions["method"]>,
      url,
      headers: Object.fromEntries(Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value]] : []))),
    };
    if (body !== undefined) request.payload = typeof body === "string" ? body : JSON.stringify(body);
    return new Reply(await app.inject(request));
  };
  const signedIn = await inject("POST", "/api/session", { token: identity.token }, {});
  const cookie = String(signedIn.headers["set-cookie"]).split(";")[0] ?? "";
  return {
    app,
    stage,
    store,
    directory,
    documents,
    live,
    ordering,
    bus,
    routes,
    folder: folder.path,
    token: identity.token,
    cookie,
    events,
    send: (method, url, body, headers = {}) => inject(method, url, body, { cookie, ...headers }),
    close: async () => {
      await app.close();
      directory.testRings.stop();
      ordering.stop();
      store.close();
      folder.remove();
    },
  };
}
