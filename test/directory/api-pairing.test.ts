/** Bringing devices in without a password: wall panels by code or link, phones by what Linphone fetches. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { AuditPage } from "../../bridge/src/api/audit.ts";
import type { Account, AccountWithPassword, Unit } from "../../bridge/src/api/directory.ts";
import type { PanelMessage } from "../../bridge/src/api/live.ts";
import type { Pairing, PairingWithSecret } from "../../bridge/src/api/pairing.ts";
import type { Device } from "../../bridge/src/api/session.ts";
import { hashOfSecret } from "../../bridge/src/directory/pairing/pairing-secret.ts";
import { PAIRING_MS } from "../../bridge/src/directory/pairing/pairings.ts";
import { type HeaderChanges, type TestApp, testApp, USER } from "./app.ts";
import { DEVICE, type House, makeHouse, OTHER_DEVICE } from "./house.ts";

let api: TestApp;
let house: House;

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
  api.stage.turn = {
    urls: ["turn:192.0.2.1:3478?transport=udp"],
    username: "1:mobile@home",
    credential: "turn-secret",
    expiresAtMs: 0,
  };
});
afterEach(() => api.close());

const NOBODY = { cookie: null };
const claim = (secret: string, deviceId = DEVICE, headers: HeaderChanges = NOBODY) =>
  api.send("POST", "/api/pairings/claim", { secret, deviceId }, headers);
const invite = async (kind: "panel" | "phone", more: object = {}) =>
  (
    await api.send("POST", "/api/pairings", { kind, unitId: house.unit401.id, label: "Hall", ...more })
  ).json<PairingWithSecret>();
const listed = async () => (await api.send("GET", "/api/pairings")).json<Pairing[]>();
const cookieOf = (reply: { headers: Record<string, unknown> }) =>
  String(reply.headers["set-cookie"] ?? "").split(";")[0] ?? "";
/** As Linphone does it. */
const fetched = (pairing: PairingWithSecret, kind: "linphone" | "file" = "linphone") =>
  api.documents.take(kind, pairing.httpsUrl?.split("/").at(-1) ?? "", "LinphoneAndroid/6.0");

test("a short code makes a browser the panel of its unit, once, however it is typed", async () => {
  const { code } = house.pairing;
  assert.match(code ?? "", /^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/);
  const typed = (code ?? "").replace("-", "").toLowerCase();
  const reply = await claim(typed);
  assert.equal(reply.status, 200, reply.text);
  const device = reply.json<Device>();
  assert.deepEqual([device.deviceId, device.unitId, device.label], [DEVICE, house.unit401.id, "Hall"]);
  assert.match(device.sip.ha1, /^[0-9a-f]{32}$/);
  assert.equal((await claim(code ?? "", OTHER_DEVICE)).code, "PAIRING_INVALID");
  const [row] = await listed();
  assert.deepEqual([row?.state, row?.accountId], ["used", api.store.devices.accountId(DEVICE)]);
  // Whoever brings the code has no name yet: the log says which device it was, of the pairing and of its account.
  const { entries } = (await api.send("GET", "/api/audit?limit=2")).json<AuditPage>();
  assert.deepEqual(
    entries.map(({ who, verb }) => `${who} ${verb}`),
    ["Hall paired", "Hall added"],
  );
});

test("a link's token does the same, and the two are one invitation", async () => {
  const { fragment, code } = await invite("panel");
  assert.match(fragment ?? "", /^pair=[A-Za-z0-9_-]{43}$/);
  assert.equal((await claim((fragment ?? "").slice(5))).status, 200);
  assert.equal((await claim(code ?? "", OTHER_DEVICE)).code, "PAIRING_INVALID");
});

test("the panel that was paired on its own page may go on as a resident of its unit, until its account is removed", async () => {
  const reply = await claim(house.pairing.code ?? "");
  const cookie = cookieOf(reply);
  assert.match(cookie, /^neolia_panel_8099=/);
  const as = (method: string, url: string, body?: unknown) => api.send(method, url, body, { cookie });
  assert.equal((await as("GET", "/api/session")).json<{ role: string; name: string }>().name, "Hall");
  assert.deepEqual(
    (await as("GET", "/api/units")).json<Unit[]>().map(({ id }) => id),
    [house.unit401.id],
  );
  assert.equal((await as("GET", `/api/devices/${DEVICE}`)).status, 200);
  assert.equal((await as("GET", "/api/accounts")).code, "FORBIDDEN");
  const forged = cookie.replace(DEVICE, OTHER_DEVICE);
  assert.equal((await api.send("GET", "/api/session", undefined, { cookie: forged })).code, "NOT_SIGNED_IN");
  await api.send("DELETE", `/api/accounts/${api.store.devices.accountId(DEVICE)}`);
  assert.equal((await as("GET", "/api/session")).code, "NOT_SIGNED_IN");
});

test("in Home Assistant the user of the tablet is given the unit with it", async () => {
  api.stage.resident = { unitIds: [] };
  assert.equal((await claim(house.pairing.code ?? "", DEVICE, {})).status, 200);
  assert.deepEqual(api.store.members.unitsOf(USER), [house.unit401.id]);
});

test("wrong, used, withdrawn and old are the same answer, and nothing changes", async () => {
  const used = await invite("panel");
  await claim(used.code ?? "", OTHER_DEVICE);
  const withdrawn = await invite("panel");
  assert.equal((await api.send("DELETE", `/api/pairings/${withdrawn.id}`)).status, 204);
  const phone = await invite("phone");
  const old = await invite("panel");
  const row = api.store.pairings.get(old.id);
  assert.ok(row);
  api.store.pairings.trim(Number.MAX_SAFE_INTEGER);
  api.store.pairings.insert({ ...row, expiresAtMs: Date.now() - 1, createdAtMs: Date.now() - PAIRING_MS });
  const before = JSON.stringify(api.store.accounts.list({}));
  const phoneToken = phone.httpsUrl?.split("/").at(-1) ?? "";
  const replies = [];
  for (const secret of ["AAAA-AAAA", "x".repeat(43), used.code, withdrawn.code, old.code, phoneToken]) {
    replies.push(await claim(secret ?? ""));
  }
  const [first] = replies;
  assert.deepEqual([first?.status, first?.code], [404, "PAIRING_INVALID"]);
  for (const reply of replies) assert.equal(reply.text, first?.text);
  assert.equal(JSON.stringify(api.store.accounts.list({})), before);
});

test("after ten wrong codes a minute nobody guesses on, not even with the right one", async () => {
  for (let i = 0; i < 10; i++) assert.equal((await claim(`AAAA-AAA${"BCDEFGHJKM"[i]}`)).code, "PAIRING_INVALID");
  const limited = await claim(house.pairing.code ?? "");
  assert.deepEqual([limited.status, limited.code, limited.headers["retry-after"]], [429, "TOO_MANY_ATTEMPTS", "60"]);
});

test("two devices at the same moment: exactly one becomes the panel", async () => {
  const { code } = house.pairing;
  const replies = await Promise.all([claim(code ?? "", DEVICE), claim(code ?? "", OTHER_DEVICE)]);
  assert.deepEqual(replies.map(({ status }) => status).toSorted(), [200, 404]);
});

test("an account that exists is given to another browser, and the one before is out", async () => {
  const first = (await claim(house.pairing.code ?? "")).json<Device>();
  const accountId = api.store.devices.accountId(DEVICE);
  const { code } = await invite("panel", { accountId });
  const second = (await claim(code ?? "", OTHER_DEVICE)).json<Device>();
  assert.equal(second.sip.username, first.sip.username);
  assert.notEqual(second.sip.ha1, first.sip.ha1);
  assert.equal(api.store.devices.accountId(DEVICE), null);
  const wrong = await api.send("POST", "/api/pairings", {
    ...{ kind: "phone", unitId: house.unit401.id, label: "x", accountId },
  });
  assert.equal(wrong.code, "ACCOUNT_PLACE");
});

test("a phone fetches all that Linphone needs, once, and no password is in it", async () => {
  const pairing = await invite("phone", { label: `Ana & "Bob" <3` });
  assert.match(pairing.httpsUrl ?? "", /^https:\/\/sip\.example\.com:8442\/p\/[A-Za-z0-9_-]{43}$/);
  assert.equal(pairing.linphoneUrl, `linphone-config:${pairing.httpsUrl}`);
  const account = api.store.accounts.get(pairing.accountId ?? "");
  assert.deepEqual([account?.type, account?.unitId], ["mobile", house.unit401.id]);
  const document = fetched(pairing);
  assert.equal(document?.mediaType, "application/xml; charset=utf-8");
  const xml = document?.content ?? "";
  const entry = (name: string) => new RegExp(`<entry name="${name}" overwrite="true">([^<]*)</entry>`).exec(xml)?.[1];
  assert.equal(entry("username"), account?.username);
  assert.equal(entry("ha1"), account?.ha1);
  assert.equal(entry("realm"), house.site.domain);
  assert.equal(entry("reg_proxy"), "&lt;sip:sip.example.com:8443;transport=tls&gt;");
  assert.equal(
    entry("reg_identity"),
    `&quot;Ana &amp; Bob &lt;3&quot; &lt;sip:${account?.username}@${house.site.domain}&gt;`,
  );
  assert.equal(entry("stun_server"), "192.0.2.1:3478");
  assert.equal(entry("passwd"), "turn-secret");
  assert.equal(entry("config-uri"), "");
  assert.match(xml, /PCMA[\s\S]*PCMU/);
  assert.equal(fetched(pairing), null);
});

test("what became of a phone's invitation is seen: fetched, or over with all that was made for it", async () => {
  const seen: PanelMessage[] = [];
  const off = api.live.subscribe(
    () => ({ unitIds: null, device: null }),
    (message) => seen.push(message),
  );
  const taken = await invite("phone");
  const ignored = await invite("phone");
  fetched(taken);
  const { expiresAtMs, ...rest } = api.store.pairings.get(ignored.id) ?? assert.fail();
  api.store.pairings.trim(Number.MAX_SAFE_INTEGER);
  api.store.pairings.insert({ ...rest, expiresAtMs: Date.now() - 1 });
  assert.ok(expiresAtMs > Date.now());
  await api.directory.pairings.look();
  off();
  assert.equal(api.store.accounts.get(ignored.accountId ?? ""), null);
  assert.ok(api.store.accounts.get(taken.accountId ?? ""));
  const states = seen.flatMap((message) => (message.type === "pairing" ? [message.pairing.state] : []));
  assert.deepEqual(states, ["expired"]);
});

test("a withdrawn phone's document cannot be fetched any more and its account is gone", async () => {
  const pairing = await invite("phone");
  await api.send("DELETE", `/api/pairings/${pairing.id}`);
  assert.equal(fetched(pairing), null);
  assert.equal(api.store.accounts.get(pairing.accountId ?? ""), null);
  assert.equal((await listed()).find(({ id }) => id === pairing.id)?.state, "withdrawn");
});

test("with the VPS away no phone is invited and nothing is left behind", async () => {
  api.stage.turn = null;
  const before = JSON.stringify(api.store.accounts.list({}));
  const reply = await api.send("POST", "/api/pairings", { kind: "phone", unitId: house.unit401.id, label: "x" });
  assert.deepEqual([reply.status, reply.code], [503, "VPS_UNREACHABLE"]);
  assert.equal(JSON.stringify(api.store.accounts.list({})), before);
});

test("the store holds no secret of an invitation, and the log neither", async () => {
  const { code, fragment } = await invite("panel");
  const phone = await invite("phone");
  const kept = JSON.stringify([api.store.pairings.list({}, 0), api.store.audit.list({}, 100)]);
  for (const secret of [code, fragment?.slice(5), phone.httpsUrl?.split("/").at(-1)]) {
    assert.ok(secret);
    assert.equal(kept.includes(secret), false);
  }
  assert.equal(api.store.pairings.get(phone.id)?.tokenHash.length, 64);
  assert.equal(hashOfSecret((code ?? "").toLowerCase()), hashOfSecret(code ?? ""));
});

test("any other SIP client gets a card with its password once, and a new one on request", async () => {
  const account = { siteId: house.site.id, type: "mobile", label: "Desk phone", unitId: house.unit401.id };
  const made = (await api.send("POST", "/api/accounts", account)).json<AccountWithPassword>();
  assert.deepEqual(made.card.text.split("\n"), [
    `User: ${made.username}`,
    `Password: ${made.password}`,
    `Domain: ${house.site.domain}`,
    "Server: sip.example.com",
    "TLS: 8443",
    "TCP: 5060",
    "UDP: 5060",
  ]);
  const again = (await api.send("GET", `/api/accounts/${made.id}`)).json<Account>();
  assert.equal(JSON.stringify(again).includes(made.password), false);
  const renewed = (await api.send("POST", `/api/accounts/${made.id}/password`, {})).json<AccountWithPassword>();
  assert.notEqual(renewed.card.password, made.password);
});
