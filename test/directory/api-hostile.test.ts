/** Bad and hostile input: every field of every body, every path and query, and bytes that are no request at all. */
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Building, Site, Unit } from "../../bridge/src/api/directory.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { MenuImportReply } from "../../bridge/src/api/menu.ts";
import { labFolder } from "../lab/folder.ts";
import { deskRequests, makeDesk } from "../ordering/desk-requests.ts";
import { HOST, type TestApp, testApp } from "./app.ts";
import { assertCleanError, INERT, TEXTS } from "./hostile.ts";
import { type House, makeHouse } from "./house.ts";
import { type GoodRequest, goodRequests } from "./requests.ts";

let api: TestApp;
let house: House;
let requests: GoodRequest[];
const panel = labFolder("panel");

before(async () => {
  mkdirSync(join(panel.path, "assets"));
  writeFileSync(join(panel.path, "index.html"), "<!doctype html>");
  writeFileSync(join(panel.path, "assets", "a.js"), "1");
  writeFileSync(join(panel.path, ".secret"), "hidden");
  symlinkSync("/etc", join(panel.path, "etc"));
  api = await testApp({ panelFolder: panel.path });
  house = await makeHouse(api);
  const rule = api.store.rules.list({ unitId: house.unit402.id })[0];
  requests = [...deskRequests(await makeDesk(api, house)), ...goodRequests(house, rule?.id ?? "", api.token)].filter(
    ({ route }) => route !== "/api/session",
  );
});
after(async () => {
  await api.close();
  panel.remove();
});

const everything = () =>
  JSON.stringify([
    api.store.sites.list(),
    api.store.units.list({}),
    api.store.accounts.list({}),
    api.store.rules.list({}),
  ]);

/** A file may hold anything: what is wrong in it is told, and nothing of it is taken. */
const isFile = (url: string, field: string): boolean => url.endsWith("/menu/import") && field === "text";

for (const [name, text] of Object.entries(TEXTS)) {
  test(`hostile text in every field of every body does no harm: ${name}`, async () => {
    for (const { method, url, body } of requests) {
      if (typeof body !== "object" || body === null) continue;
      for (const field of Object.keys(body)) {
        const reply = await api.send(method, url, { ...body, [field]: text });
        if (isFile(url, field) && reply.status === 200) {
          assert.equal(reply.json<MenuImportReply>().revision, null, name);
        } else if (reply.status < 300) {
          // It answers what is wrong with a name, and keeps none.
          if (url === "/api/names/check") continue;
          // It is looked for and not kept.
          if (url.endsWith("/history") && field === "search") continue;
          // No code: the file leaves the relay as it is.
          if (name === "empty" && field === "dtmfCode") continue;
          assert.ok(INERT.includes(name), `${method} ${url} ${field} took ${name}`);
          assert.ok(["name", "number", "label", "address"].includes(field), `${method} ${url} ${field}`);
        } else assertCleanError(reply, `${method} ${url} ${field}`, [400, 409, 413]);
      }
    }
  });
}

test("labels come back exactly as they were sent", async () => {
  const place = await api.send("POST", "/api/buildings", { siteId: house.site.id, name: "Labels" });
  const { id: buildingId } = place.json<Building>();
  for (const name of INERT) {
    const text = TEXTS[name] ?? "";
    const made = await api.send("POST", "/api/units", { buildingId, number: text });
    assert.equal(made.status, 201, name);
    const { id, name: sipName } = made.json<Unit>();
    assert.equal((await api.send("GET", `/api/units/${id}`)).json<Unit>().number, text);
    assert.match(sipName, /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/);
  }
});

const VALUES: unknown[] = [null, true, 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], { $gt: "" }, "NaN"];

test("a value of the wrong type in any field is refused with the place where it stands", async () => {
  for (const { method, url, body } of requests) {
    if (typeof body !== "object" || body === null) continue;
    for (const [field, good] of Object.entries(body)) {
      for (const value of VALUES) {
        if (typeof value === typeof good && typeof value !== "object") continue;
        if (value === null && ["unitId", "doorId", "targetSipUri", "rttMs", "certificateDays"].includes(field))
          continue;
        if (Array.isArray(value) && Array.isArray(good) && value.length === 0) continue;
        // No setting changed.
        if (field === "settings" && JSON.stringify(value) === "{}") continue;
        const before = everything();
        const reply = await api.send(method, url, { ...body, [field]: value });
        assertCleanError(reply, `${method} ${url} ${field}=${JSON.stringify(value)}`);
        assert.equal(reply.code, "INVALID_REQUEST");
        const details = Object.keys(reply.json<ErrorReply>().error.details ?? {});
        assert.ok(
          details.some((place) => place.startsWith(`/body/${field}`)),
          details.join(),
        );
        assert.equal(everything(), before);
      }
    }
  }
});

test("an unknown field, a missing body and a body that is no object are refused", async () => {
  for (const { method, url, body } of requests) {
    if (typeof body !== "object" || body === null || Object.keys(body).length === 0) continue;
    for (const wrong of [{ ...body, isAdmin: true }, [], [body], "text", 5, null, undefined]) {
      const sent = typeof wrong === "string" ? JSON.stringify(wrong) : wrong;
      assertCleanError(await api.send(method, url, sent), `${method} ${url} ${JSON.stringify(wrong)}`);
    }
  }
});

test("prototype pollution is refused and pollutes nothing", async () => {
  for (const payload of ['{"__proto__":{"role":"admin"}}', '{"constructor":{"prototype":{"role":"admin"}}}']) {
    for (const { method, url, body } of requests.filter((request) => request.body !== undefined)) {
      const merged = `${JSON.stringify(body).replace(/}$/, "")}${JSON.stringify(body) === "{}" ? "" : ","}${payload.slice(1)}`;
      const reply = await api.send(method, url, merged);
      if (url.endsWith("/ice") || url.endsWith("/password")) assert.ok(reply.status < 500);
      else assertCleanError(reply, `${method} ${url}`);
    }
  }
  assert.equal(({} as { role?: string }).role, undefined);
});

const MALFORMED: Record<string, string> = {
  "cut off": '{"name":"x"',
  "a trailing comma": '{"name":"x",}',
  "two documents": "{}{}",
  "a byte order mark": '\ufeff{"name":"x"',
  "single quotes": "{'name':'x'}",
  NaN: '{"name":NaN}',
  garbage: "\u0000\u0001\u0002",
  "deep nesting": "[".repeat(20_000),
};

for (const [name, text] of Object.entries(MALFORMED)) {
  test(`malformed JSON is refused on every route: ${name}`, async () => {
    for (const { method, url } of requests.filter((request) => request.method !== "GET")) {
      const reply = await api.send(method, url, text);
      assert.deepEqual([reply.status, reply.code], [400, "MALFORMED_JSON"], `${method} ${url} ${reply.text}`);
      assertCleanError(reply, url);
    }
  });
}

test("a body that is not UTF-8 is refused: its accents would all become the same strange letter", async () => {
  const before = api.store.units.list({});
  for (const bytes of ["\xe9", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"]) {
    const { statusCode, payload } = await api.app.inject({
      ...{ method: "PATCH", url: `/api/units/${house.unit401.id}` },
      headers: { host: HOST, cookie: api.cookie, "content-type": "application/json", "x-neolia": "1", "if-match": "*" },
      payload: Buffer.from(`{"number":"${bytes}"}`, "latin1"),
    });
    assert.deepEqual([statusCode, JSON.parse(payload).error.code], [400, "MALFORMED_JSON"], payload);
  }
  const half = { siteId: house.site.id, kind: "units", csv: "building,number\nA,\ud800", dryRun: false };
  assert.deepEqual((await api.send("POST", "/api/imports", half)).code, "INVALID_REQUEST");
  assert.deepEqual(api.store.units.list({}), before);
});

test("a body over 32 kB is refused on every route before it is read", async () => {
  const sized = (bytes: number) => `{"name":"${"x".repeat(bytes)}"}`;
  for (const { method, url, route } of requests.filter((request) => request.method !== "GET")) {
    // Files are larger, and their routes say by how much.
    const own = api.routes.find((entry) => entry.method === method && entry.url === route)?.bodyLimit ?? 32_768;
    const reply = await api.send(method, url, sized(own));
    assert.deepEqual([reply.status, reply.code], [413, "TOO_LARGE"], `${method} ${url}`);
  }
});

test("hostile paths and queries are answered in our shape", async () => {
  const ids = [
    "x",
    "' OR 1=1 --",
    "%00",
    "%2e%2e%2f",
    "0".repeat(26),
    "Z".repeat(26),
    "a".repeat(5000),
    "%F0%9F%98%80",
  ];
  for (const noun of ["sites", "buildings", "units", "doors", "accounts", "rules", "devices"]) {
    for (const id of ids) {
      const url = `/api/${noun}/${id.includes("%") ? id : encodeURIComponent(id)}`;
      assertCleanError(await api.send("GET", url), url, [400, 404]);
    }
  }
  for (const query of [
    "?limit=0",
    "?limit=1e9",
    "?limit=x",
    "?before=-1",
    "?before=1.5",
    "?x=1",
    "?limit=1&limit=2",
    "?siteId='",
  ]) {
    assertCleanError(await api.send("GET", `/api/calls${query}`), query);
  }
  for (const url of ["/api", "/api/", "/api/nothing", "/api/sites/", "/api//sites", "/api/%E0%A4%A", "/api/sites/%"]) {
    assertCleanError(await api.send("GET", url), url, [400, 404]);
  }
  for (const method of ["PUT", "PATCH", "DELETE"]) {
    assertCleanError(await api.send(method, "/api/sites", {}), method, [404]);
  }
});

test("only the panel's own files have an address", async () => {
  const status = async (url: string) => (await api.send("GET", url)).status;
  assert.equal(await status("/"), 200);
  assert.equal(await status("/index.html"), 200);
  assert.equal(await status("/assets/a.js"), 200);
  for (const url of [
    "/.secret",
    "/assets",
    "/assets/",
    "/..%2f..%2fetc%2fpasswd",
    "/../../etc/passwd",
    "/assets/../.secret",
    "/assets/%2e%2e/.secret",
    "/%2e%2e%5c%2e%2e%5cetc",
    "/index.html%00.png",
    "//etc/passwd",
    "/etc/passwd",
    "/etc",
    "/C:/windows",
  ]) {
    assert.ok([400, 404].includes(await status(url)), url);
  }
});

test("a panel file is not sent again while it is the same", async () => {
  const first = await api.send("GET", "/assets/a.js");
  assert.match(String(first.headers["content-type"]), /^application\/javascript; charset=utf-8$/);
  assert.equal(first.headers["cache-control"], "no-cache");
  const tag = String(first.headers.etag);
  assert.equal((await api.send("GET", "/assets/a.js", undefined, { "if-none-match": tag })).status, 304);
});

test("bytes that are not HTTP get one clean answer and the bridge goes on", async () => {
  const port = Number(new URL(await api.app.listen({ host: "127.0.0.1", port: 0 })).port);
  const answer = async (bytes: string): Promise<string> => {
    const socket = connect(port, "127.0.0.1");
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", () => undefined);
    socket.write(bytes);
    // Unread bytes make the end a reset, which is no matter here.
    await new Promise((resolve) => socket.once("close", resolve));
    return Buffer.concat(chunks).toString();
  };
  for (const bytes of [
    "\u0016\u0003\u0001\u0000",
    "GET / HTTP/9.9\r\n\r\n",
    "GET /\u0000 HTTP/1.1\r\n\r\n",
    `${"x".repeat(100)}\r\n\r\n`,
  ]) {
    const reply = await answer(bytes);
    assert.match(reply, /^HTTP\/1\.1 400 Bad Request\r\n/);
    assert.match(reply, /"code":"INVALID_REQUEST"/);
  }
  const large = await answer(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"y".repeat(100_000)}\r\n\r\n`);
  assert.match(large, /^HTTP\/1\.1 431/);
  const smuggled = await answer(
    "POST /api/session HTTP/1.1\r\nHost: localhost:8099\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  );
  assert.match(smuggled, /^HTTP\/1\.1 400/);
  assert.equal((await api.send("GET", "/api/sites")).json<Site[]>().length > 0, true);
});
