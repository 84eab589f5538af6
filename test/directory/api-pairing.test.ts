/** Bringing devices in without a password: wall panels by code or link, phones by what Linphone fetches. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import Sqlite from "better-sqlite3";
import { ulid } from "ulid";
import type { AuditPage } from "../../bridge/src/api/audit.ts";
import type { Account, AccountWithPassword, Unit } from "../../bridge/src/api/directory.ts";
import type { PanelMessage } from "../../bridge/src/api/live.ts";
import type { Pairing, PairingWithSecret } from "../../bridge/src/api/pairing.ts";
import type { Device } from "../../bridge/src/api/session.ts";
import { openDirectory } from "../../bridge/src/directory/directory.ts";
import { hashOfSecret } from "../../bridge/src/directory/pairing/pairing-secret.ts";
import { PAIRING_MS } from "../../bridge/src/directory/pairing/pairing-time.ts";
import { until } from "../lab/until.ts";
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
  // For which unit, by its name: also when that is gone.
  await api.send("DELETE", `/api/units/${house.unit401.id}`);
  const { entries: all } = (await api.send("GET", "/api/audit?limit=20")).json<AuditPage>();
  const isOf = (noun: string) => all.find((entry) => entry.noun === noun && entry.verb === "added");
  for (const noun of ["device", "pairing"]) {
    assert.deepEqual(isOf(noun)?.changes, { unitId: { from: null, to: "401, A" } }, noun);
  }
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

test("used, withdrawn, old, of a phone and never made: one answer with one set of headers, in one time, as link and as code", async () => {
  const [used, withdrawn, old, phone] = [
    await invite("panel"),
    await invite("panel"),
    await invite("panel"),
    await invite("phone"),
  ];
  await claim(used.code ?? "", OTHER_DEVICE);
  await api.send("DELETE", `/api/pairings/${withdrawn.id}`);
  api.stage.laterMs = PAIRING_MS + 1;
  const link = ({ fragment }: PairingWithSecret) => fragment?.slice(5) ?? "";
  const secrets: Record<string, string> = {
    ...{ usedLink: link(used), withdrawnLink: link(withdrawn), oldLink: link(old), noLink: "x".repeat(43) },
    ...{
      phone: phone.httpsUrl?.split("/").at(-1) ?? "",
      usedCode: used.code ?? "",
      withdrawnCode: withdrawn.code ?? "",
    },
    ...{ oldCode: old.code ?? "", noCode: "AAAA-AAAA" },
  };
  const times: [kind: string, ms: number][] = [];
  const answers = new Set<string>();
  for (let round = -20; round < 200; round++) {
    // Nobody may try so many; the limit is the same for all of them.
    api.stage.laterMs += 61_000;
    for (const [kind, secret] of Object.entries(secrets)) {
      const startedMs = performance.now();
      const { status, text, headers } = await claim(secret);
      if (round >= 0) times.push([kind, performance.now() - startedMs]);
      const { date: _date, ...rest } = headers;
      answers.add(JSON.stringify([status, text, rest]));
    }
  }
  assert.equal(answers.size, 1, [...answers].join());
  const medians = Object.keys(secrets).map((kind) => {
    const own = times.filter(([which]) => which === kind).map(([, ms]) => ms);
    return own.toSorted((x, y) => x - y)[100] ?? 0;
  });
  // Hundredths of what an answer takes over a network: no query more, no wait.
  assert.ok(Math.max(...medians) - Math.min(...medians) < 0.5, JSON.stringify(medians));
});

test("after ten wrong codes a minute nobody guesses on, not even with the right one", async () => {
  for (let i = 0; i < 10; i++) assert.equal((await claim(`AAAA-AAA${"BCDEFGHJKM"[i]}`)).code, "PAIRING_INVALID");
  const limited = await claim(house.pairing.code ?? "");
  assert.deepEqual([limited.status, limited.code, limited.headers["retry-after"]], [429, "TOO_MANY_ATTEMPTS", "60"]);
});

test("a clock that is set back neither keeps anybody waiting nor makes a code last", async () => {
  for (let i = 0; i < 10; i++) await claim(`AAAA-AAA${"BCDEFGHJKM"[i]}`);
  const { code } = await invite("panel");
  api.stage.clockOffMs = -3_600_000;
  api.stage.laterMs = 61_000;
  assert.equal((await claim("AAAA-AAAB")).code, "PAIRING_INVALID", "the minute is over");
  api.stage.laterMs = PAIRING_MS;
  assert.equal((await claim(code ?? "")).code, "PAIRING_INVALID", "the quarter of an hour is over");
});

test("who tries codes keeps nobody out who has a link", async () => {
  const { fragment } = await invite("panel");
  for (let i = 0; i < 60; i++) await claim(`AAAA-AA${"BCDEFGHJKM"[i % 10]}${"BCDEFG"[Math.floor(i / 10)]}`);
  assert.equal((await claim("AAAA-AAAA")).code, "TOO_MANY_ATTEMPTS");
  assert.equal((await claim((fragment ?? "").slice(5))).status, 200);
});

test("a device whose answer was lost tries again and is what it was made; nobody else is, and not for ever", async () => {
  const { code } = house.pairing;
  const first = (await claim(code ?? "")).json<Device>();
  const again = await claim(code ?? "");
  assert.deepEqual(again.json<Device>(), first);
  assert.match(cookieOf(again), /^neolia_panel_8099=/);
  assert.equal((await claim(code ?? "", OTHER_DEVICE)).code, "PAIRING_INVALID");
  api.stage.laterMs = PAIRING_MS;
  assert.equal((await claim(code ?? "")).code, "PAIRING_INVALID");
});

test("a code for an account that was removed since is as wrong as any other", async () => {
  await claim(house.pairing.code ?? "");
  const accountId = api.store.devices.accountId(DEVICE) ?? "";
  const { code } = await invite("panel", { accountId });
  await api.send("DELETE", `/api/accounts/${accountId}`);
  assert.equal((await claim(code ?? "", OTHER_DEVICE)).code, "PAIRING_INVALID");
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
  const answer = claim(code ?? "", OTHER_DEVICE);
  let isAnswered = false;
  void answer.then(() => {
    isAnswered = true;
  });
  await until(() => api.store.devices.accountId(OTHER_DEVICE) === accountId, { what: "the account to be taken over" });
  const { siteId } = house.unit401;
  const revision = api.store.provisioning.get(siteId)?.revision ?? 0;
  assert.equal(isAnswered, false, "whoever registered now would be logged out with the one before");
  api.store.provisioning.setLive(siteId, revision, Date.now());
  api.bus.emit("provisioningChanged", { siteId });
  const second = (await answer).json<Device>();
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
  const document = await fetched(pairing);
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
  assert.equal(await fetched(pairing), null);
});

test("what became of a phone's invitation is seen: fetched, or over with all that was made for it", async () => {
  const seen: PanelMessage[] = [];
  const off = api.live.subscribe(
    () => ({ unitIds: null, device: null }),
    (message) => seen.push(message),
  );
  const taken = await invite("phone");
  const ignored = await invite("phone");
  await fetched(taken);
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
  assert.equal(await fetched(pairing), null);
  assert.equal(api.store.accounts.get(pairing.accountId ?? ""), null);
  assert.equal((await listed()).find(({ id }) => id === pairing.id)?.state, "withdrawn");
});

test("a phone's code that could not be made, as the VPS is away, stands in the log as withdrawn, for a new phone and for one that is there", async () => {
  const known = await invite("phone");
  await fetched(known);
  const before = api.store.accounts.list({ siteId: house.site.id });
  api.stage.vpsAway = true;
  const { id: unitId } = house.unit401;
  for (const accountId of [undefined, known.accountId]) {
    const refused = await api.send("POST", "/api/pairings", { kind: "phone", unitId, label: "Ana", accountId });
    assert.deepEqual([refused.status, refused.code], [503, "VPS_UNREACHABLE"]);
  }
  assert.deepEqual(api.store.accounts.list({ siteId: house.site.id }), before);
  const noted = (await api.send("GET", "/api/audit?noun=pairing&limit=4")).json<AuditPage>().entries;
  assert.deepEqual(
    noted.map(({ verb }) => verb),
    ["withdrawn", "added", "withdrawn", "added"],
  );
});

test("a withdrawn phone is so with the VPS away as well, and what lies there opens nothing", async () => {
  const pairing = await invite("phone");
  api.stage.vpsAway = true;
  assert.equal((await api.send("DELETE", `/api/pairings/${pairing.id}`)).status, 204);
  assert.equal(api.store.accounts.get(pairing.accountId ?? ""), null);
  assert.equal(await fetched(pairing), null);
});

test("a phone that has just taken its code keeps what it was given, whoever withdraws the code or makes another", async () => {
  const [one, other] = [await invite("phone"), await invite("phone")];
  await fetched(one);
  await fetched(other);
  await api.send("DELETE", `/api/pairings/${one.id}`);
  assert.ok(api.store.accounts.get(one.accountId ?? ""));
  const again = await invite("phone", { accountId: other.accountId });
  await api.send("DELETE", `/api/pairings/${again.id}`);
  assert.ok(api.store.accounts.get(other.accountId ?? ""));
  const states = new Map((await listed()).map(({ id, state }) => [id, state]));
  assert.deepEqual(
    [one, other, again].map(({ id }) => states.get(id)),
    ["used", "used", "withdrawn"],
  );
});

test("a phone's link opens nothing once its flat, its account or the login in it is gone", async () => {
  const [ofFlat, ofAccount, ofLogin] = [await invite("phone"), await invite("phone"), await invite("phone")];
  const { id, siteId, username, ...rest } = api.store.accounts.get(ofLogin.accountId ?? "") ?? assert.fail();
  await api.send("PATCH", `/api/accounts/${id}`, { enabled: false });
  assert.equal(await fetched(ofLogin), null, "disabled");
  await api.send("PATCH", `/api/accounts/${id}`, { enabled: true });
  await api.send("POST", `/api/accounts/${id}/password`, {});
  assert.notEqual(api.store.accounts.get(id)?.ha1, rest.ha1);
  assert.equal(await fetched(ofLogin), null, "the password is another one");
  await api.send("DELETE", `/api/accounts/${ofAccount.accountId}`);
  assert.equal(await fetched(ofAccount), null, "the account is removed");
  await api.directory.pairings.look();
  assert.equal((await listed()).find((one) => one.id === ofAccount.id)?.state, "withdrawn");
  assert.equal((await api.send("DELETE", `/api/units/${house.unit401.id}`)).status, 200);
  assert.equal(await fetched(ofFlat), null, "the flat is removed");
});

test("a phone that is in use keeps its login until another one takes the new code, and then has it no more", async () => {
  const first = await invite("phone");
  await fetched(first);
  await api.directory.pairings.look();
  const ha1 = () => api.store.accounts.get(first.accountId ?? "")?.ha1;
  const before = ha1();
  const renew = () => invite("phone", { accountId: first.accountId });
  const astray = await renew();
  assert.equal(ha1(), before, "a code is no login");
  const withdrawn = await renew();
  assert.equal((await listed()).find(({ id }) => id === astray.id)?.state, "withdrawn", "one code at a time");
  assert.equal(await fetched(astray), null);
  await api.send("DELETE", `/api/pairings/${withdrawn.id}`);
  assert.equal(ha1(), before);
  const late = await renew();
  api.stage.laterMs += PAIRING_MS;
  await api.directory.pairings.look();
  assert.deepEqual([await fetched(late), ha1()], [null, before], "nobody came in time");
  const taken = await renew();
  const answer = fetched(taken);
  const second = fetched(taken);
  await api.directory.pairings.look();
  const documents = [await answer, await second].filter((one) => one !== null);
  assert.equal(documents.length, 1, "once");
  assert.notEqual(ha1(), before);
  assert.ok(documents[0]?.content.includes(`>${ha1()}<`), "the login in the document is the one that works");
  assert.equal((await listed()).find(({ id }) => id === taken.id)?.state, "used");
  assert.equal(api.store.pairings.get(taken.id)?.nextHa1, null);
});

test("whoever asks for the new login and is gone before the site has heard of it takes nothing", async () => {
  const first = await invite("phone");
  await fetched(first);
  await api.directory.pairings.look();
  const before = api.store.accounts.get(first.accountId ?? "")?.ha1;
  const again = await invite("phone", { accountId: first.accountId });
  const token = again.httpsUrl?.split("/").at(-1) ?? "";
  assert.equal(await api.documents.take("linphone", token, "", () => true), null);
  await api.directory.pairings.look();
  assert.equal(api.store.accounts.get(first.accountId ?? "")?.ha1, before);
  const answer = fetched(again);
  await api.directory.pairings.look();
  assert.ok(await answer, "the code is still good");
});

test("a phone that fetched its document in the last moment, or while the site was away, is paired", async () => {
  const pairing = await invite("phone");
  api.stage.laterMs = PAIRING_MS - 1_000;
  assert.ok(await fetched(pairing));
  api.stage.laterMs = PAIRING_MS + 60_000;
  await api.directory.pairings.look();
  assert.ok(api.store.accounts.get(pairing.accountId ?? ""));
  assert.equal((await listed()).find(({ id }) => id === pairing.id)?.state, "used");
});

test("a VPS that forgot what waited there: the page is told, and a phone that has its settings keeps them", async () => {
  const [waits, has] = [await invite("phone"), await invite("phone")];
  for (const { id, siteId } of [waits, has]) api.documents.remove(siteId, api.store.pairings.get(id)?.documentId ?? "");
  const seen = { lastSeenMs: Date.now(), userAgent: "Linphone", address: "192.0.2.9", transport: "tls" };
  await api.directory.pairings.look();
  api.store.seen.put({ accountId: has.accountId ?? "", ...seen });
  api.stage.laterMs = 31_000;
  await api.directory.pairings.look();
  const state = async (id: string) => (await listed()).find((one) => one.id === id)?.state;
  assert.deepEqual([await state(waits.id), await state(has.id)], ["withdrawn", "used"]);
  assert.equal(api.store.accounts.get(waits.accountId ?? ""), null);
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

test("a phone's link over which the bridge was killed goes with its account at the next start, not after its time", async () => {
  const made = async (label: string) => {
    const body = { kind: "phone", unitId: house.unit401.id, label };
    return (await api.send("POST", "/api/pairings", body)).json<PairingWithSecret>();
  };
  const [shownOne, killed] = [await made("Shown"), await made("Killed")];
  const db = new Sqlite(join(api.folder, "neolia.db"));
  db.prepare("UPDATE pairing SET document_id = NULL WHERE id = ?").run(killed.id);
  db.close();
  const { store, bus } = api;
  const restarted = openDirectory({ store, bus, now: Date.now, newId: () => ulid(), sipUri: null });
  await restarted.pairings.look();
  const states = restarted.pairings.list({ siteId: house.site.id }).map(({ label, state }) => `${label} ${state}`);
  assert.ok(states.includes("Killed withdrawn") && states.includes("Shown waiting"), states.join());
  assert.equal(store.accounts.get(killed.accountId ?? ""), null);
  assert.ok(store.accounts.get(shownOne.accountId ?? ""));
});
