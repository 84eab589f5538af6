/** Whoever claims to be somebody else, or asks for what is not theirs: at the app's own port, through Core, and on the WebSocket. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { test } from "node:test";
import { WebSocket } from "ws";
import type { AuditPage } from "../../bridge/src/api/audit.ts";
import type { Door, Unit } from "../../bridge/src/api/directory.ts";
import { around } from "../lab/around.ts";
import { until } from "../lab/until.ts";
import { AppHouse } from "./app-house.ts";
import type { Home } from "./home.ts";
import { type RawReply, rawRequest } from "./raw-request.ts";
import { Visit } from "./visit.ts";

let house: AppHouse;
let home: Home;
let units: Unit[];
let door: Door;
/** Lives in unit 401. */
let rosa: Visit;

around(
  async () => {
    house = await AppHouse.start();
    home = house.home;
    ({ units } = await house.furnish({ name: "Home", domain: "home.sip.example.com" }, ["401", "402"]));
    const owner = await house.owner();
    const elsewhere = await house.furnish({ name: "Elsewhere", domain: "elsewhere.sip.example.com" }, ["1"]);
    const { buildingId } = elsewhere.units[0] as Unit;
    // Of another site: it rings nobody here.
    door = await owner.post<Door>("api/doors", { buildingId, label: "Cellar", name: "cellar" });
    await owner.put(`api/members/${home.rosa.id}`, { unitIds: [units[0]?.id] });
    rosa = await Visit.of(home, home.rosa);
  },
  async () => {
    await house?.stop();
  },
);

/** The address that the stand-in speaks from, and one of some other app's. */
const SUPERVISOR = "127.0.0.1";
const STRANGER = "127.0.0.2";

/** A request to the app's own port; a header with several values is sent several times. */
function ask(path: string, headers: OutgoingHttpHeaders, from = SUPERVISOR): Promise<RawReply> {
  return rawRequest({ url: `http://127.0.0.1:${house.appPort}${path}`, headers, from });
}

/** The status that the app gives to a WebSocket's handshake; 101 when it lets it in. */
function knock(path: string, headers: Record<string, string | string[]>, from = SUPERVISOR): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${house.appPort}${path}`, {
      headers: headers as Record<string, string>,
      localAddress: from,
    });
    socket.once("open", () => {
      socket.terminate();
      resolve(101);
    });
    socket.once("unexpected-response", (request, reply) => {
      reply.resume();
      request.destroy();
      resolve(reply.statusCode ?? 0);
    });
    socket.on("error", reject);
  });
}

const logged = (pattern: RegExp): string[] =>
  readFileSync(house.app.logFile, "utf8")
    .split("\n")
    .filter((line) => pattern.test(line));

test("what does not come from the Supervisor's address is refused, whatever it says of itself, and is logged once", async () => {
  const claims = {
    "X-Remote-User-Id": home.owner.id,
    "X-Remote-User-Name": "olivia",
    "X-Remote-User-Display-Name": "Olivia Owner",
    "X-Ingress-Path": home.supervisor.ingressUrl,
    "X-Hass-Source": "core.ingress",
    "X-Forwarded-For": SUPERVISOR,
    "X-Real-IP": SUPERVISOR,
    Forwarded: `for=${SUPERVISOR}`,
    Host: "127.0.0.1",
  };
  for (const path of ["/", "/index.html", "/api/session", "/api/units", "/api/nothing"]) {
    const { status, text } = await ask(path, claims, STRANGER);
    assert.equal(status, 403, path);
    assert.deepEqual((JSON.parse(text) as { error: { code: string } }).error.code, "FOREIGN_ORIGIN", path);
    assert.doesNotMatch(text, /Olivia|sip\.example|unit40/, path);
  }
  for (const path of ["/api/ws", `/api/lines/${units[0]?.id}/ws`]) {
    assert.equal(await knock(path, claims, STRANGER), 403, path);
  }
  const lines = logged(/"address":"127\.0\.0\.2"/);
  assert.equal(lines.length, 1, lines.join("\n"));
  assert.doesNotMatch(lines[0] ?? "", new RegExp(home.owner.id));
});

test("an id that comes doubled, in other letters, empty, padded or endless is nobody's, on a page and on a WebSocket", async () => {
  const { id } = home.owner;
  const NAME = "X-Remote-User-Id";
  const cases: [what: string, headers: Record<string, string | string[]>, status: number][] = [
    ["as the Supervisor sends it", { [NAME]: id }, 200],
    ["of the right person, after spaces that HTTP takes off", { [NAME]: `  ${id}\t ` }, 200],
    ["twice, another one first", { [NAME]: [home.rosa.id, id] }, 403],
    ["twice, the same one", { [NAME]: [id, id] }, 403],
    ["two in one", { [NAME]: `${id}, ${home.rosa.id}` }, 403],
    ["in capitals", { [NAME]: id.toUpperCase() }, 403],
    ["with a quotation mark", { [NAME]: `"${id}"` }, 403],
    ["as a name of the language's own", { [NAME]: "__proto__" }, 403],
    ["as another", { [NAME]: "constructor" }, 403],
    ["empty", { [NAME]: "" }, 401],
    ["only spaces", { [NAME]: "   " }, 401],
    ["very long", { [NAME]: "a".repeat(8_000) }, 403],
    ["endless", { [NAME]: "a".repeat(64_000) }, 431],
    // The Supervisor compares names letter by letter, and would let these through from a browser.
    ["under a name in small letters", { "x-remote-user-id": id }, 401],
    ["under a name in capitals", { "X-REMOTE-USER-ID": id }, 401],
    ["under another header's name", { "X-Remote-User": id, "X-Remote-User-Name": "olivia", "X-User-Id": id }, 401],
  ];
  for (const [what, headers, status] of cases) {
    assert.equal((await ask("/api/session", headers)).status, status, what);
    assert.equal(await knock("/api/ws", headers), status === 200 ? 101 : status, `${what}: WebSocket`);
  }
  // The names beside the id are for people and give nobody anything.
  const { text } = await ask("/api/session", {
    ...{ [NAME]: home.rosa.id, "X-Remote-User-Name": "olivia", "X-Remote-User-Display-Name": "Olivia Owner" },
  });
  assert.match(text, /"role":"resident"/);
  assert.match(text, /Rosa Resident/);
});

test("an ingress path of whatever form changes nothing and is repeated nowhere", async () => {
  const page = await ask("/", { "X-Remote-User-Id": home.rosa.id });
  for (const path of ["https://evil.example.com", '"><script>alert(1)</script>', "//evil.example.com/", "../../", ""]) {
    const headers = { "X-Remote-User-Id": home.rosa.id, "X-Ingress-Path": path };
    assert.deepEqual(await ask("/", headers), page, path);
    assert.equal((await ask("/api/session", headers)).status, 200, path);
    assert.equal(await knock("/api/ws", headers), 101, path);
  }
});

test("what a resident's browser claims through Home Assistant is worth nothing", async () => {
  const claims = {
    ...{ cookie: rosa.cookie, "X-Remote-User-Id": home.owner.id, "X-Remote-User-Name": "olivia" },
    ...{ "X-Ingress-Path": "/api/hassio_ingress/another", "X-Supervisor-Token": "made up", "X-Hassio-Key": "made up" },
  };
  const session = { url: `${rosa.url}api/session`, headers: claims };
  const { status, text } = await rawRequest(session);
  assert.equal(status, 200);
  assert.match(text, /"role":"resident"/);
  const socket = new WebSocket(`${rosa.url.replace(/^http/, "ws")}api/ws`, { headers: claims });
  const hello = await new Promise<string>((resolve, reject) => {
    socket.once("message", (data) => resolve(String(data)));
    socket.once("error", reject);
  });
  socket.terminate();
  assert.match(hello, /"type":"hello"/);
  assert.match(hello, /"provisioning":\[\]/);
  // In small letters the claim comes through beside the truth: then nobody is believed.
  for (const name of ["x-remote-user-id", "X-REMOTE-USER-ID"]) {
    const small = await rawRequest({
      url: `${rosa.url}api/session`,
      headers: { cookie: rosa.cookie, [name]: home.owner.id },
    });
    assert.equal(small.status, 403, name);
  }
});

test("a session whose user Home Assistant could not name makes nobody of whoever uses it, whatever they claim", async () => {
  const { core, ownerToken, supervisor } = home;
  supervisor.connectCore({ url: core.url, token: "no longer valid" });
  let nameless: Visit;
  try {
    nameless = await Visit.of(home, home.rosa);
  } finally {
    supervisor.connectCore({ url: core.url, token: ownerToken });
  }
  await house.owner();
  const { cookie, url } = nameless;
  for (const name of ["X-Remote-User-Id", "x-remote-user-id"]) {
    const headers = { cookie, [name]: home.owner.id };
    assert.equal((await rawRequest({ url: `${url}api/session`, headers })).status, 401, name);
  }
});

test("the audit log says where a change came from, and no browser can make it say otherwise", async () => {
  const owner = await house.owner();
  const { id } = units[0] as Unit;
  for (const on of [true, false]) {
    // Core refuses the header unless a reverse proxy is set up; whoever speaks past that is still named by Core itself.
    await fetch(`${owner.url}api/units/${id}/do-not-disturb`, {
      method: "PUT",
      headers: {
        ...{ cookie: owner.cookie, "content-type": "application/json", "x-neolia": "1" },
        ...(on && { "x-forwarded-for": "203.0.113.9" }),
      },
      body: JSON.stringify({ on }),
    });
  }
  await owner.put(`api/units/${id}/do-not-disturb`, { on: true });
  await owner.put(`api/units/${id}/do-not-disturb`, { on: false });
  const { entries } = await owner.get<AuditPage>("api/audit");
  const origins = new Set(entries.filter(({ who }) => who === "Olivia Owner").map(({ from }) => from));
  assert.deepEqual([...origins], ["127.0.0.1"]);
});

test("nothing that a resident says on the WebSocket is heard, and nothing tells what there is from what there is not", async () => {
  const own = units[0] as Unit;
  const other = units[1] as Unit;
  const unknown = "01J0000000000000000000ZZZZ";
  const said: string[] = [];
  for (const id of [own.id, other.id, door.id, unknown, "f".repeat(32), home.owner.id, "", "../", "__proto__"]) {
    for (const type of ["answer", "decline", "open", "subscribe", "watch", "hello", "state"]) {
      said.push(JSON.stringify({ type, id, unitId: id, doorId: id, callId: id }));
    }
  }
  said.push("", "null", "[]", "0", "{", '{"type":{}}', '{"__proto__":{"role":"admin"}}', "a".repeat(4_000));
  const answers = new Set<string>();
  for (const text of said) {
    const { socket, messages } = rosa.live();
    await until(() => messages[0]?.type === "hello", { what: "the greeting" });
    socket.send(text);
    const answer = await until(() => messages.find(({ type }) => type === "error"), { what: "the answer" });
    answers.add(JSON.stringify(answer));
    socket.terminate();
  }
  assert.equal(answers.size, 1);
  assert.match([...answers][0] ?? "", /INVALID_REQUEST/);
  // Larger than any message of ours: refused before it is read.
  const { socket, messages } = rosa.live();
  await until(() => messages[0]?.type === "hello", { what: "the greeting" });
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.send("a".repeat(5_000));
  await closed;
  assert.equal(messages.length, 1);
  const lines = logged(/said something on the WebSocket/);
  assert.equal(lines.length, 1, "once a person, however often they try");
  assert.match(lines[0] ?? "", new RegExp(home.rosa.id));
  assert.doesNotMatch(lines[0] ?? "", /answer|unitId/);
});

test("to a resident, what belongs to others and what there is not are the same, word for word", async () => {
  const other = units[1] as Unit;
  const unknown = "01J0000000000000000000ZZZZ";
  const device = "00000000-0000-4000-8000-000000000000";
  const answer = async (method: string, path: string, body?: unknown) => {
    const reply = await rosa.send<unknown>(method, path, body);
    return [reply.status, JSON.stringify(reply.body)];
  };
  const pairs: [method: string, path: (id: string) => string, body?: unknown, of?: string][] = [
    ["PUT", (id) => `api/units/${id}/do-not-disturb`, { on: true }],
    ["POST", (id) => `api/doors/${id}/video`, { sdp: "v=0\r\n" }, door.id],
    ["DELETE", (id) => `api/doors/${id}/video/00000000-0000-4000-8000-000000000000`, undefined, door.id],
    ["GET", (id) => `api/units/${id}`],
    ["PATCH", (id) => `api/units/${id}`, { number: "9" }],
    ["DELETE", (id) => `api/units/${id}`],
    ["GET", (id) => `api/doors/${id}`, undefined, door.id],
    ["GET", (id) => `api/accounts?unitId=${id}`],
    ["GET", (id) => `api/rules?unitId=${id}`],
    ["GET", (id) => `api/lines/${id}/board`],
  ];
  for (const [method, path, body, of = other.id] of pairs) {
    const theirs = await answer(method, path(of), body);
    assert.deepEqual(theirs, await answer(method, path(unknown), body), `${method} ${path("…")}`);
    assert.doesNotMatch(String(theirs[1]), /402|Cellar|cellar/, `${method} ${path("…")}`);
  }
  const setUp = (unitId: string) => answer("PUT", `api/devices/${device}`, { unitId, label: "Mine" });
  assert.deepEqual(await setUp(other.id), await setUp(unknown));
  assert.deepEqual(await answer("GET", `api/devices/${device}`), [204, '""']);
});
