/**
 * Every route of the running bridge, with everything that lets someone in: what the house has, what the bridge hands out, and
 * planted texts in each place of a request. None of it is in the audit log, its exports or the process's own log.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import Database from "better-sqlite3";
import type { Backup } from "../../bridge/src/api/backup.ts";
import type { Job } from "../../bridge/src/api/bulk.ts";
import type { AccountWithPassword } from "../../bridge/src/api/directory.ts";
import type { LineWithPassword } from "../../bridge/src/api/line.ts";
import type { PairingWithSecret } from "../../bridge/src/api/pairing.ts";
import type { GrantWithCode } from "../../bridge/src/api/remote.ts";
import type { TestRing } from "../../bridge/src/api/site-health.ts";
import { around } from "../lab/around.ts";
import { type Lab, startLab } from "../lab/lab.ts";
import { deskRequests } from "../ordering/desk-requests.ts";
import { DEVICE, type House } from "./house.ts";
import { type GoodRequest, goodRequests } from "./requests.ts";

const API_KEY = "sk-planted-api-key-of-the-voice-service";
const NAMES = ["ha1", "password", "token", "secret", "code", "apiKey", "credential", "authorization", "cookie"];
/** Fields whose value lets someone in; a reply's error has a `code` too, which is a word in capitals. */
const SECRET_FIELD =
  /^(ha1|password|token|secret|code|credential|next_ha1|claimed_ha1)$|_?(secret|token|ha1)(_hash)?$/i;
const A_WORD = /^[A-Z_]+$/;

let lab: Lab;
let cookie = "";
let planted = 0;
/** Secret → where it came from. */
const secrets = new Map<string, string>();
/** Texts of fields that people fill in freely: in the audit log they may be, in the process's log never. */
const texts = new Map<string, string>();

around(
  async () => {
    lab = await startLab({ bridgeEnv: { NEOLIA_LOG_LEVEL: "trace", NEOLIA_OPENAI_API_KEY: API_KEY } });
  },
  () => lab?.stop(),
);

test("no secret is in the audit log, its exports or the process's log, whatever is asked and however", async () => {
  cookie = lab.api.cookie;
  secrets.set(cookie.replace(/^\w+=/, ""), "the session");
  secrets.set(API_KEY, "the key of the voice service");
  secrets.set(lab.bridge.token, "the page's token");
  const house = await sample();
  const requests = [...(await desk(house)), ...goodRequests(house, await aRule(house), lab.bridge.token)];
  const all = await routes();
  for (const request of requests) await askInEveryWay(request);
  // Signing out was one of them.
  cookie = (await lab.bridge.api()).cookie;
  const wanted = Object.entries(all).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`),
  );
  const asked = new Set(requests.map(({ method, route }) => `${method} ${route}`));
  assert.deepEqual(
    wanted.filter((route) => !asked.has(route) && !/\/ws$/.test(route)),
    [],
    "every route is asked",
  );
  collectStored();
  assert.ok(secrets.size > 200 && texts.size > 50, `${secrets.size} secrets, ${texts.size} texts`);

  const exports = [(await ask("GET", "/api/audit?limit=500")).text, (await ask("GET", "/api/audit/export")).text];
  const rows = stored((db) => JSON.stringify(db.prepare("SELECT * FROM audit").all()));
  const printed = lab.bridge.log().replace(/^Neolia .*#token=.*$/m, "");
  assert.ok(rows.length > 10_000 && printed.length > 1_000, "something was noted and logged");
  const found = (places: Record<string, string>, what: Map<string, string>) =>
    Object.entries(places).flatMap(([place, text]) =>
      [...what].filter(([secret]) => text.includes(secret)).map(([secret, from]) => `${from} (${secret}) in ${place}`),
    );
  const leaks = found(
    { "the audit table": rows, "its list": exports[0] ?? "", "its export": exports[1] ?? "" },
    secrets,
  );
  assert.deepEqual(leaks, []);
  assert.deepEqual(found({ "the process's log": printed }, new Map([...secrets, ...texts])), []);
});

function plant(from: string, kept: Map<string, string> = secrets): string {
  planted += 1;
  const text = `planted${String(planted).padStart(5, "0")}x${"a1b2c3d4".repeat(3)}`;
  kept.set(text, from);
  return text;
}

/** As it is meant; with fields that do not belong; with each text replaced; broken; in the query, the path and the headers. */
async function askInEveryWay({ method, route, url, body }: GoodRequest): Promise<void> {
  const from = `${method} ${route}`;
  const foreign = Object.fromEntries(NAMES.map((name) => [name, plant(`${from} ${name}`)]));
  if (body !== undefined) {
    await ask(method, url, { ...(body as object), ...foreign });
    for (const path of textsIn(body)) {
      const last = path.at(-1) ?? "";
      const text = plant(`${from} ${path.join(".")}`, SECRET_FIELD.test(last) ? secrets : texts);
      await ask(method, url, replaced(body, path, text));
    }
    await ask(method, url, `{"password":"${plant(`${from} broken`)}"`);
  }
  const query = new URLSearchParams(NAMES.map((name) => [name, plant(`${from} ?${name}`)]));
  await ask(method, `${url}${url.includes("?") ? "&" : "?"}${query}`, body);
  await ask(method, url.replace(/[0-9A-Z]{26}/, plant(`${from} path`)), body);
  const authorization = `Bearer ${plant(`${from} authorization`)}`;
  await ask(method, url, body, { authorization, cookie: `neolia=${plant(`${from} cookie`)}` });
  const { status, text } = await ask(method, url, body);
  assert.ok(
    status < 500 || /_(UNREACHABLE|OFFLINE|AWAY)|NOT_CONFIGURED|UNAVAILABLE/.test(text),
    `${from}: ${status} ${text}`,
  );
}

function textsIn(body: unknown, path: string[] = []): string[][] {
  if (typeof body === "string") return [path];
  if (typeof body !== "object" || body === null) return [];
  return Object.entries(body).flatMap(([name, value]) => textsIn(value, [...path, name]).slice(0, 20));
}

function replaced(body: unknown, [name, ...rest]: string[], text: string): unknown {
  if (name === undefined) return text;
  const copy = (Array.isArray(body) ? [...body] : { ...(body as object) }) as Record<string, unknown>;
  copy[name] = replaced(copy[name], rest, text);
  return copy;
}

/** One request of the page; what lets someone in and stands in the reply is kept in mind. */
async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const isRead = method === "GET";
  const reply = await fetch(lab.bridge.url + path, {
    method,
    headers: {
      cookie,
      ...(!isRead && { "content-type": "application/json", "x-neolia": "1", "if-match": "*" }),
      ...headers,
    },
    ...(!isRead && body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await reply.text();
  if (reply.headers.get("content-type")?.includes("json")) collect(JSON.parse(text), `reply of ${method} ${path}`);
  return { status: reply.status, text };
}

function collect(value: unknown, from: string, name = ""): void {
  if (typeof value === "string" && value.length >= 8 && !A_WORD.test(value)) {
    if (SECRET_FIELD.test(name)) secrets.set(value, `${name} in the ${from}`);
    const inLink = /^https?:.*(?:#(?:pair|token)=|\/[pd]\/)([\w-]{16,})/.exec(value)?.[1];
    if (inLink !== undefined) secrets.set(inLink, `link in the ${from}`);
  } else if (typeof value === "object" && value !== null && !from.includes("openapi")) {
    for (const [key, inner] of Object.entries(value)) collect(inner, from, key);
  }
}

/** What the database itself keeps: HA1 and hashes of tokens and codes. */
function collectStored(): void {
  stored((db) => {
    const tables = db.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    for (const { name } of tables) {
      for (const row of db.prepare<[], Record<string, unknown>>(`SELECT * FROM "${name}"`).all()) {
        for (const [column, value] of Object.entries(row)) {
          if (SECRET_FIELD.test(column) && typeof value === "string" && value.length >= 8)
            secrets.set(value, `${name}.${column}`);
        }
      }
    }
  });
}

function stored<T>(read: (db: Database.Database) => T): T {
  const db = new Database(join(lab.bridge.dataFolder, "neolia.db"), { readonly: true });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

async function sample(): Promise<House> {
  const { site, building, units, door } = lab.house;
  const [unit401, unit402] = units;
  assert.ok(unit401 && unit402);
  const make = async <T>(path: string, body: unknown): Promise<T> => {
    const { status, text } = await ask("POST", path, body);
    assert.ok(status < 300, `${path}: ${status} ${text}`);
    return JSON.parse(text) as T;
  };
  await ask("PUT", `/api/devices/${DEVICE}`, { unitId: unit401.id, label: "Wall" });
  // Each kind of code, beside the panel's.
  const phone = await make<AccountWithPassword>("/api/accounts", {
    siteId: site.id,
    type: "mobile",
    label: "Phone",
    unitId: unit402.id,
  });
  await make("/api/pairings", { kind: "phone", unitId: unit402.id, label: "Phone" });
  return {
    ...{ site, building, unit401, unit402 },
    pairing: await make<PairingWithSecret>("/api/pairings", { kind: "panel", unitId: unit401.id, label: "Hall" }),
    door: { ...door, account: await make<AccountWithPassword>(`/api/accounts/${door.accountId}/password`, {}) },
    backup: JSON.parse((await ask("GET", `/api/sites/${site.id}/backup`)).text) as Backup,
    grant: await make<GrantWithCode>("/api/grants", { siteId: site.id, label: "Dupont", hours: 24, backups: false }),
    testId: (await make<TestRing>("/api/test-rings", { siteId: site.id, accountIds: [phone.id] })).id,
    jobId: (await make<Job>("/api/imports", { siteId: site.id, kind: "units", csv: "building,number", dryRun: true }))
      .id,
  };
}

/** A restaurant in a building of its own; the calls of it are nobody's. */
async function desk({ site }: House): Promise<GoodRequest[]> {
  const { id: buildingId } = JSON.parse(
    (await ask("POST", "/api/buildings", { siteId: site.id, name: "Restaurant" })).text,
  );
  const line = async (gateway: string): Promise<string> => {
    const { text } = await ask("POST", "/api/lines", { buildingId, label: `Chez ${gateway}`, gateway });
    return (JSON.parse(text) as LineWithPassword).id;
  };
  const [lineId, spareLineId] = [await line("ht841_restaurant1"), await line("ht841_restaurant2")];
  return deskRequests({ buildingId, lineId, spareLineId, orderId: lineId, liveCallId: "running", draftCallId: "left" });
}

async function aRule({ unit402 }: House): Promise<string> {
  const [rule] = JSON.parse((await ask("GET", `/api/rules?unitId=${unit402.id}`)).text) as { id: string }[];
  return rule?.id ?? "";
}

async function routes(): Promise<Record<string, object>> {
  return (JSON.parse((await ask("GET", "/api/openapi.json")).text) as { paths: Record<string, object> }).paths;
}
