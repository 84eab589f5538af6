/**
 * The directory at 100, 1,000 and 10,000 units: the API, an edit's way to Kamailio's directory file, a whole reconcile, and
 * the installer's list of units.
 * `npm run bench -- directory [--write]` prints a table and one line of JSON; `--write` renews docs/benchmarks-directory.md.
 */
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Database from "better-sqlite3";
import type { Job } from "../../bridge/src/api/bulk.ts";
import type { Account, Building, Site } from "../../bridge/src/api/directory.ts";
import type { LiveState } from "../../bridge/src/api/live.ts";
import type { AccountPage, UnitPage } from "../../bridge/src/api/page.ts";
import { type Bridge, type BridgeApi, startBridge } from "../lab/bridge.ts";
import { type Control, startControl } from "../lab/control.ts";
import { type Edge, startEdge } from "../lab/edge.ts";
import { labFolder } from "../lab/folder.ts";
import { type Mosquitto, type MqttListener, startMosquitto } from "../lab/mosquitto.ts";
import { reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { measureDirectoryPanel, type PanelFigures } from "./directory-panel.ts";
import { otherRuns, percentile, round, type Spread } from "./figures.ts";

const SIZES = [100, 1_000, 10_000];
/** Enough that a pause of the machine is not the figure. */
const REQUESTS = 300;
/** Enough that the smallest site, which comes first, is not measured while V8 still compiles. */
const WARM_UP = 100;
/** Units with a garden, spread over the whole list: as many at each size, and more than a page shows. */
const GARDENS = 60;
const EDITS = 20;
const RECONCILES = 5;

interface Figures {
  units: number;
  /** p95, ms. */
  api: Record<string, number>;
  /** From the request to the row in Kamailio's directory file, ms. */
  editLive: { median: number; p95: number };
  /** The same when nothing is agreed on and everything is compared and sent. */
  reconcile: { median: number; p95: number };
  /** A call event of the VPS until it is on the broker, ms. */
  callEvent: { median: number; p95: number };
  /** The longest answer to a small request while the whole directory is compared and sent, ms. */
  heldUp: { median: number; p95: number };
  /** CSV with a unit and an account a line, dry run not counted. */
  importMs: number;
  /** From its end until Home Assistant is told of all of it. */
  toldMs: number;
  /** The installer's list of units in Chromium; filled in once all sizes are through. */
  panel?: PanelFigures;
}

/** A site of one size on its own edge, control and bridge. */
interface Place {
  units: number;
  importMs: number;
  toldMs: number;
  edge: Edge;
  api: BridgeApi;
  site: Site;
  /** Hears the events of calls. */
  listener: MqttListener;
  stop(): Promise<void>;
}

async function startPlace(units: number): Promise<Place> {
  const folder = labFolder("bench-directory");
  const ports = await reservePorts();
  let edge: Edge | null = null;
  let control: Control | null = null;
  let bridge: Bridge | null = null;
  let broker: Mosquitto | null = null;
  let listener: MqttListener | null = null;
  const stop = async () => {
    await listener?.close();
    await bridge?.stop();
    await control?.stop();
    await edge?.stop();
    await broker?.stop();
    ports.release();
    folder.remove();
  };
  try {
    edge = await startEdge({ rtpengine: false });
    control = await startControl({ values: edge.values, caFile: edge.caFile });
    const domain = "home.sip.example.com";
    const token = await control.addSite(domain);
    broker = await startMosquitto({ port: ports.base + 1, folder: folder.path, forgetful: true });
    listener = await broker.listen("neolia/+/+/event");
    bridge = await startBridge({
      mqtt: { url: broker.url },
      folder: folder.path,
      port: ports.base,
      control: { url: `https://localhost:${edge.values.controlPort}`, token, caFile: edge.caFile },
      sipUri: `wss://localhost:${edge.values.wssPort}`,
    });
    const api = await bridge.api();
    const site = await api.post<Site>("/api/sites", { name: "Home", address: "", domain, timeZone: "Europe/Paris" });
    await api.post<Building>("/api/buildings", { siteId: site.id, name: "T0" });
    const importMs = await fill(api, site.id, units);
    const toldMs = await timedOf(() => told(join(folder.path, "bridge"), 2 * units))();
    await live(api);
    return { units, importMs, toldMs: round(toldMs, 0), edge, api, site, listener, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** All sizes side by side, asked in turn: what slows the machine down for a while slows each of them down. */
async function measureAll(): Promise<Figures[]> {
  const places: Place[] = [];
  try {
    for (const units of SIZES) places.push(await startPlace(units));
    const asked = await Promise.all(places.map(requestsOf));
    const api = places.map((): Record<string, number> => ({}));
    for (const name of Object.keys(asked[0] ?? {})) {
      const times = await inTurn(
        REQUESTS,
        WARM_UP,
        asked.map((of) => timedOf(of[name])),
      );
      for (const [at, all] of times.entries())
        Object.assign(api[at] ?? {}, { [name]: round(percentile(all, 0.95), 1) });
    }
    for (const place of places) await live(place.api);
    const edits = places.map(editsOf);
    try {
      const editLive = (
        await inTurn(
          EDITS,
          2,
          edits.map(({ edit }) => edit),
        )
      ).map(spreadOf);
      const reconcile = (
        await inTurn(
          RECONCILES,
          0,
          edits.map(({ anew }) => anew),
        )
      ).map(spreadOf);
      const heldUp = (
        await inTurn(
          RECONCILES,
          0,
          edits.map(({ heldUp }) => heldUp),
        )
      ).map(spreadOf);
      const callEvent = (await inTurn(EDITS, 2, places.map(callEventsOf))).map(spreadOf);
      return places.map(({ units, importMs, toldMs }, at) => ({
        ...{ units, importMs, toldMs, api: api[at] ?? {} },
        ...{ editLive: editLive[at] ?? NONE, reconcile: reconcile[at] ?? NONE },
        ...{ heldUp: heldUp[at] ?? NONE, callEvent: callEvent[at] ?? NONE },
      }));
    } finally {
      for (const { close } of edits) close();
    }
  } finally {
    for (const { stop } of places) await stop();
  }
}

const NONE = { median: Number.NaN, p95: Number.NaN };
const spreadOf = (times: number[]) => ({
  median: round(percentile(times, 0.5), 0),
  p95: round(percentile(times, 0.95), 0),
});

/** Times of each work in ms; the first ones are left out. */
async function inTurn(times: number, warmUp: number, works: (() => Promise<number>)[]): Promise<number[][]> {
  const all = works.map((): number[] => []);
  for (let n = 0; n < warmUp + times; n++) {
    for (const [at, work] of works.entries()) {
      const tookMs = await work();
      if (n >= warmUp) all[at]?.push(tookMs);
    }
  }
  return all;
}

function timedOf(work: (() => Promise<unknown>) | undefined): () => Promise<number> {
  return async () => {
    const startedMs = performance.now();
    await work?.();
    return performance.now() - startedMs;
  };
}

async function fill(api: BridgeApi, siteId: string, units: number): Promise<number> {
  const numbers = Array.from({ length: units }, (_, at) => at);
  const startedMs = performance.now();
  const garden = new Set(Array.from({ length: GARDENS }, (_, at) => Math.floor(((at + 1) * units) / GARDENS) - 1));
  const number = (n: number) => (garden.has(n) ? `${n} garden` : n);
  const lines = numbers.map((n) => `T${Math.floor(n / 100)},${number(n)},unit${n}`);
  await load(api, siteId, "units", ["building,number,name", ...lines]);
  const accounts = numbers.map((n) => `wall${n},panel,Wall ${n},unit${n}`);
  await load(api, siteId, "accounts", ["username,type,label,place", ...accounts]);
  return round(performance.now() - startedMs, 0);
}

async function load(api: BridgeApi, siteId: string, kind: string, lines: string[]): Promise<void> {
  const { id } = await api.post<Job>("/api/imports", { siteId, kind, csv: lines.join("\n"), dryRun: false });
  const job = await until(
    async () => {
      const now = await api.get<Job>(`/api/jobs/${id}`);
      return ["done", "refused"].includes(now.state) ? now : null;
    },
    { what: "the import", timeoutMs: 300_000, everyMs: 5 },
  );
  if (job.state !== "done") throw new Error(JSON.stringify(job));
}

/** Until what the bridge has told Home Assistant of are so many devices: for a while after an import that goes on beside all else. */
async function told(dataFolder: string, devices: number): Promise<void> {
  const file = new Database(join(dataFolder, "neolia.db"), { readonly: true });
  const count = file.prepare<[], number>("SELECT count(*) FROM discovered").pluck();
  await until(() => (count.get() ?? 0) >= devices, {
    what: "Home Assistant to be told",
    timeoutMs: 300_000,
    everyMs: 50,
  });
  file.close();
}

async function live(api: BridgeApi): Promise<void> {
  await until(
    async () => {
      const { provisioning } = await api.get<LiveState>("/api/state");
      return provisioning.every(({ revision, liveRevision }) => revision === liveRevision);
    },
    { what: "the VPS to have everything", timeoutMs: 120_000 },
  );
}

async function requestsOf({ api, site, units }: Place): Promise<Record<string, () => Promise<unknown>>> {
  const query = `siteId=${site.id}&limit=50`;
  let cursor = "";
  for (let page = 0; page < units / 500 - 1; page++) {
    const { next } = await api.get<UnitPage>(`/api/units/page?siteId=${site.id}&limit=500${cursor}`);
    if (next !== null) cursor = `&cursor=${next}`;
  }
  const { rows } = await api.get<UnitPage>(`/api/units/page?${query}`);
  const unit = rows[0];
  if (!unit) throw new Error("no unit");
  const evaluate = { siteId: site.id, caller: "wall1", callee: `unit${units - 1}`, atMs: Date.now() };
  const search = async (noun: "units" | "accounts", found: number, words: string | number) => {
    const { total } = await api.get<{ total: number }>(`/api/${noun}/page?${query}&search=${words}`);
    if (total !== found) throw new Error(`${words} found ${total} ${noun}, not ${found}`);
  };
  let n = 0;
  return {
    "first page of 50": () => api.get(`/api/units/page?${query}`),
    "last pages": () => api.get(`/api/units/page?${query}${cursor}`),
    "search, one row found": () => search("units", 1, units - 7),
    "search, all rows found": () => search("units", units, "unit"),
    "search, 60 rows found all over the list": () => search("units", GARDENS, "garden"),
    "search, the costliest: four words, found in each row": () => search("units", units, "u+n+i+t"),
    "search for two digits (1, 10 and 50 rows to show)": () =>
      api.get(`/api/units/page?${query}&search=${(units - 7) % 100}`),
    "the last rows, by their place": () => api.get(`/api/units/page?siteId=${site.id}&limit=50&offset=${units - 50}`),
    "first page of devices": () => api.get(`/api/accounts/page?${query}`),
    "search for a device, one found": () => search("accounts", 1, `wall+${units - 7}`),
    "search for a device, all found": () => search("accounts", units, "wall"),
    "search for a device by its flat, 60 found all over the list": () => search("accounts", GARDENS, "garden"),
    "search for a device, the costliest: four words, found in each row": () => search("accounts", units, "u+n+i+t"),
    "accounts of a unit": () => api.get<AccountPage>(`/api/accounts/page?unitId=${unit.id}`),
    "one unit": () => api.get(`/api/units/${unit.id}`),
    "edit a unit": () => api.patch(`/api/units/${unit.id}`, { number: `0-${n++}` }),
    "add and remove an account": async () => {
      const { id } = await api.post<Account>("/api/accounts", {
        ...{ siteId: site.id, type: "mobile", label: "M", unitId: unit.id },
      });
      await api.delete(`/api/accounts/${id}`);
    },
    "what would happen": () => api.post("/api/rules/evaluate", evaluate),
  };
}

/** One edit until Kamailio's file has it; `anew`: the same when nothing is agreed on and everything is compared and sent. */
function editsOf({ api, edge, site }: Place) {
  const file = new Database(join(edge.values.dataFolder, "directory.db"), { readonly: true });
  const stored = file.prepare("SELECT enabled FROM subscriber WHERE domain = ? AND username = ?").pluck();
  let account: Pick<Account, "id" | "username"> | undefined;
  let enabled = true;
  const edit = async () => {
    account ??= (await api.get<AccountPage>(`/api/accounts/page?siteId=${site.id}&limit=1`)).rows[0];
    if (!account) throw new Error("no account");
    const { id, username } = account;
    enabled = !enabled;
    const startedMs = performance.now();
    await api.patch(`/api/accounts/${id}`, { enabled });
    const wanted = enabled ? 1 : 0;
    await until(() => stored.get(site.domain, username) === wanted, {
      ...{ what: "the edit on the VPS", everyMs: 1, timeoutMs: 60_000 },
    });
    const tookMs = performance.now() - startedMs;
    await live(api);
    return tookMs;
  };
  const anew = async () => {
    await api.post(`/api/provisioning/${site.id}/retry`, {});
    return edit();
  };
  return { edit, anew, heldUp: () => longestAnswer(api, anew), close: () => file.close() };
}

/** How long the longest small request takes while this is done, ms. */
async function longestAnswer(api: BridgeApi, work: () => Promise<unknown>): Promise<number> {
  let isOver = false;
  const done = work().finally(() => {
    isOver = true;
  });
  let longestMs = 0;
  while (!isOver) longestMs = Math.max(longestMs, await timedOf(() => api.get("/api/health"))());
  await done;
  return longestMs;
}

/** A ring as Kamailio writes it, until the broker has told a listener. */
function callEventsOf({ edge, site, units, listener }: Place): () => Promise<number> {
  const topic = `neolia/${site.domain}/unit${units - 1}/event`;
  const say = (kind: "ringing" | "failed", callId: string, code: number) => {
    const outbox = new Database(join(edge.values.dataFolder, "outbox.db"), { timeout: 5_000 });
    outbox
      .prepare(
        `INSERT INTO call_event (at_ms, domain, call_id, kind, caller, caller_number, callee, unit, account, ended_by, code)
         VALUES (?, ?, ?, ?, 'wall1', '', @unit, @unit, @account, '', ?)`,
      )
      .run({ unit: `unit${units - 1}`, account: kind === "ringing" ? `wall${units - 1}` : "" }, [
        ...[Date.now(), site.domain, callId, kind, code],
      ]);
    outbox.close();
  };
  return async () => {
    const callId = randomUUID().replaceAll("-", "");
    const isTold = (what: string) =>
      listener.messages.some((one) => one.topic === topic && one.payload.includes(`${callId}-${what}`));
    const startedMs = performance.now();
    say("ringing", callId, 0);
    await until(() => isTold("ringing"), { what: "the ring on the broker", everyMs: 1 });
    const tookMs = performance.now() - startedMs;
    say("failed", callId, 487);
    await until(() => isTold("missed"), { what: "its end on the broker", everyMs: 1 });
    listener.messages.length = 0;
    return tookMs;
  };
}

function table(all: readonly Figures[]): string {
  const [small, , large] = all;
  const times = (of: (figures: Figures) => number) =>
    small && large ? `${(of(large) / Math.max(of(small), 0.1)).toFixed(1)}×` : "";
  const panel = (name: string, of: (figures: PanelFigures) => Spread, share: "median" | "p95") =>
    row(name, (figures) => (figures.panel ? round(of(figures.panel)[share], 1) : Number.NaN));
  const row = (name: string, of: (figures: Figures) => number) =>
    `| ${[name, ...all.map((figures) => String(of(figures))), times(of)].join(" | ")} |`;
  return [
    `| ms | ${all.map(({ units }) => `${units} units`).join(" | ")} | largest to smallest |`,
    `|---|${"---:|".repeat(all.length + 1)}`,
    ...Object.keys(small?.api ?? {}).map((name) => row(`API, p95: ${name}`, ({ api }) => api[name] ?? 0)),
    row("an edit until Kamailio's file has it, median", ({ editLive }) => editLive.median),
    row("the same, p95", ({ editLive }) => editLive.p95),
    row("the same after a whole reconcile, median (linear)", ({ reconcile }) => reconcile.median),
    row("the longest answer to a small request meanwhile, median", ({ heldUp }) => heldUp.median),
    row(
      "a call's event from Kamailio's outbox to a listener of the broker, median",
      ({ callEvent }) => callEvent.median,
    ),
    row("the same, p95", ({ callEvent }) => callEvent.p95),
    row("import of units and accounts from CSV (linear)", ({ importMs }) => importMs),
    row("from then until Home Assistant is told of all of it (linear)", ({ toldMs }) => toldMs),
    panel("panel: list of units on the screen, median", ({ listMs }) => listMs, "median"),
    panel("panel: a search answered, median", ({ searchMs }) => searchMs, "median"),
    panel("panel: End key until the last unit is shown, median", ({ endMs }) => endMs, "median"),
    panel("panel: a frame while scrolling, p95", ({ frameMs }) => frameMs, "p95"),
    row("panel: rows in the page (not ms)", (figures) => figures.panel?.rowsInPage ?? Number.NaN),
  ].join("\n");
}

const { values } = parseArgs({ options: { write: { type: "boolean" } } });
const all = await measureAll();
const panels = await measureDirectoryPanel(SIZES);
for (const figures of all) {
  const panel = panels.find(({ units }) => units === figures.units);
  if (panel) figures.panel = panel;
}
console.log(table(all));
if (values.write) {
  const page = join(import.meta.dirname, "../../docs/benchmarks-directory.md");
  writeFileSync(
    page,
    `# Benchmark of the directory

Made by \`npm run bench -- directory --write\`: the real bridge, control, Kamailio and Mosquitto on one machine, one site, one account a unit; the
panel in Chromium. The sizes are asked in turn, request by request, so that all of them see the same machine. The aim: within twice from 100 to
10,000 units, but for what must read everything. A search is compared with one that finds as many rows; what a large site's costliest search
takes has its own lines.

${table(all)}
${otherRuns(readFileSync(page, "utf8"))}`,
  );
}
console.log(JSON.stringify({ bench: "directory", sizes: all }));
