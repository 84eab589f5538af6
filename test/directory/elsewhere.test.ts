/**
 * Two Neolias and whoever stands in between, in one process: what is recorded, changed, mixed up or made up on the way
 * does nothing, and neither end takes the other one's word for what it is not.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { Grant, GrantWithCode, RemoteSite, Visit } from "../../bridge/src/api/remote.ts";
import { readInvitation, writeInvitation } from "../../bridge/src/directory/remote/invitation.ts";
import { newExchange, openFrame, relayHash, sealFrame } from "../../bridge/src/directory/remote/sealed-frame.ts";
import { RemoteLimits } from "../../infra/control/src/wire.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";

let site: TestApp;
let installer: TestApp;
let house: House;
/** Every frame that went to the site, and every reply. */
let recorded: { grantId: string; frame: Buffer; reply: Buffer | null }[];
/** What broke down at the site over a frame. */
let failures: unknown[];

beforeEach(async () => {
  site = await testApp();
  installer = await testApp();
  house = await makeHouse(site);
  recorded = [];
  failures = [];
  installer.stage.relay = async ({ grantId }, frame) => {
    const reply = await deliver(grantId, frame);
    recorded.push({ grantId, frame, reply });
    return reply ?? Buffer.alloc(0);
  };
});
afterEach(async () => {
  await installer.close();
  await site.close();
});

const deliver = (grantId: string, frame: Buffer) =>
  site.directory.grantDoor.answer(house.site.id, grantId, frame, (error) => failures.push(error));

async function grant(more: Partial<{ hours: number; backups: boolean; pageUrl: string }> = {}): Promise<GrantWithCode> {
  const body = { siteId: house.site.id, label: "Dupont", hours: 24, backups: false, ...more };
  return (await site.send("POST", "/api/grants", body)).json<GrantWithCode>();
}

async function join(code: string): Promise<RemoteSite> {
  const reply = await installer.send("POST", "/api/remote-sites", { code, by: "Dupont SARL" });
  assert.equal(reply.status, 201, reply.text);
  return reply.json<RemoteSite>();
}

const at = (remote: RemoteSite, path: string) => `/api/remote-sites/${remote.id}/at/api/${path}`;
const units = () => site.store.units.list({ siteId: house.site.id }).map(({ label }) => label);
const addUnit = (remote: RemoteSite, number: string) =>
  installer.send("POST", at(remote, "units"), { buildingId: house.building.id, number });

test("an invitation opens one site, and what is done there stands in its log", async () => {
  const { id, code } = await grant();
  const remote = await join(code);
  assert.deepEqual([remote.siteId, remote.name, remote.domain], [house.site.id, house.site.name, house.site.domain]);
  assert.equal((await addUnit(remote, "501")).status, 201);
  assert.ok(units().includes("501"));
  const log = site.directory.audit.list({ siteId: house.site.id }).entries;
  assert.deepEqual(
    log.slice(0, 3).map(({ who, from, noun, verb }) => `${who} | ${from} | ${noun} ${verb}`),
    [
      "admin (Dupont) | Dupont SARL | unit added",
      "admin (Dupont) | Dupont SARL | grant visited",
      "Dupont SARL | Dupont | grant taken",
    ],
  );
  const listed = (await site.send("GET", `/api/grants?siteId=${house.site.id}`)).json<Grant[]>();
  const shown = listed.find((one) => one.id === id);
  assert.deepEqual([shown?.state, shown?.takenBy, shown?.usedBy], ["active", "Dupont SARL", "admin"]);
  assert.ok(!JSON.stringify(listed).includes("secret"));
});

test("replies come as the site made them: status, version, refusals with their fields", async () => {
  const remote = await join((await grant()).code);
  const row = await installer.send("GET", at(remote, `units/${house.unit401.id}`));
  assert.equal(row.headers.etag, `"${row.json<{ version: number }>().version}"`);
  const stale = await installer.send(
    "PATCH",
    at(remote, `units/${house.unit401.id}`),
    { number: "9" },
    { "if-match": '"99"' },
  );
  assert.equal(stale.code, "EDITED_MEANWHILE");
  const taken = await addUnit(remote, "401");
  assert.equal(
    taken.code,
    (await site.send("POST", "/api/units", { buildingId: house.building.id, number: "401" })).code,
  );
  const csv = await installer.send("GET", at(remote, `exports/units?siteId=${house.site.id}`));
  assert.match(String(csv.headers["content-type"]), /^text\/csv/);
  assert.match(csv.text, /401/);
  assert.equal(
    (await installer.send("DELETE", at(remote, `rules/${site.store.rules.list({ unitId: house.unit402.id })[0]?.id}`)))
      .status,
    204,
  );
});

describe("an audit log of more than a frame carries", () => {
  const fill = (entries: number, labelOf: (n: number) => string) =>
    site.store.transaction(() => {
      const entry = {
        siteId: house.site.id,
        who: "Olivia",
        userId: null,
        from: "192.0.2.7",
        noun: "unit",
        verb: "changed",
      };
      for (let n = 0; n < entries; n++) {
        site.store.audit.add({ ...entry, atMs: Date.now(), rowId: null, label: labelOf(n), changes: {} });
      }
    });
  const path = () => `audit/export?siteId=${house.site.id}`;

  test("comes over whole", async () => {
    const remote = await join((await grant()).code);
    fill(40_000, (n) => `Unit ${n} `.padEnd(300, "of the house at the lake "));
    const here = (await site.send("GET", `/api/${path()}`)).text;
    assert.ok(here.length > RemoteLimits.replyBytes, `${here.length} bytes fit into a frame as they are`);
    const there = await installer.send("GET", at(remote, path()));
    assert.equal(there.status, 200, there.text.slice(0, 200));
    // One line more: the visit itself is noted.
    assert.equal(there.text.split("\n").length, here.split("\n").length + 1);
    assert.ok(there.text.endsWith(here.slice(-1_000_000)));
    assert.ok(recorded.every(({ reply }) => (reply?.length ?? 0) <= RemoteLimits.replyBytes));
  });

  test("is refused with what to do when it does not even fit deflated", async () => {
    const remote = await join((await grant()).code);
    fill(30_000, () => randomBytes(300).toString("base64"));
    const refused = await installer.send("GET", at(remote, path()));
    assert.deepEqual([refused.status, refused.code], [413, "REMOTE_TOO_LARGE"]);
    assert.equal((await installer.send("GET", `${at(remote, path())}&limit=100`)).status, 200);
    assert.deepEqual(failures, []);
  });
});

test("a site whose own API breaks down says so at once, and its log hears of it", async () => {
  const remote = await join((await grant()).code);
  const { inject } = site.app;
  const broken = new Error("a part of the bundle is missing");
  site.app.inject = (() => Promise.reject(broken)) as unknown as typeof inject;
  const refused = await addUnit(remote, "501");
  site.app.inject = inject;
  assert.deepEqual([refused.status, refused.code], [503, "REMOTE_FAILED"]);
  assert.ok(!refused.text.includes(broken.message));
  assert.deepEqual(failures, [broken]);
  assert.equal((await addUnit(remote, "502")).status, 201);
});

describe("a grant ends", () => {
  test("at once when it is revoked, and says so", async () => {
    const { id, code } = await grant();
    const remote = await join(code);
    assert.equal((await addUnit(remote, "501")).status, 201);
    await site.send("DELETE", `/api/grants/${id}`);
    const refused = await addUnit(remote, "502");
    assert.equal(refused.code, "GRANT_ENDED");
    assert.deepEqual(refused.json<ErrorReply>().error.details, { why: "revoked" });
    assert.ok(!units().includes("502"));
  });

  test("when its time is over", async () => {
    const { id, code } = await grant({ hours: 1 });
    const remote = await join(code);
    const row = site.store.grants.get(id);
    assert.ok(row);
    site.stage.laterMs = row.expiresAtMs - Date.now();
    assert.deepEqual((await addUnit(remote, "502")).json<ErrorReply>().error.details, { why: "expired" });
    assert.ok(!units().includes("502"));
  });

  test("when the installer gives it back", async () => {
    const { id, code } = await grant();
    const remote = await join(code);
    assert.equal((await installer.send("DELETE", `/api/remote-sites/${remote.id}`)).status, 204);
    assert.notEqual(site.store.grants.get(id)?.revokedAtMs, null);
    assert.deepEqual(installer.directory.remoteSites.list(), []);
  });

  test("with all others when the data was restored from a copy", async () => {
    const remote = await join((await grant()).code);
    site.directory.grants.revokeAll();
    assert.equal((await addUnit(remote, "502")).code, "GRANT_ENDED");
  });

  test("an invitation is taken once, and not after a day, nor after it was withdrawn", async () => {
    const once = await grant();
    await join(once.code);
    const again = { code: once.code, by: "Somebody" };
    assert.equal((await installer.send("POST", "/api/remote-sites", again)).status, 503);
    const withdrawn = await grant();
    await site.send("DELETE", `/api/grants/${withdrawn.id}`);
    assert.equal(
      (await installer.send("POST", "/api/remote-sites", { ...again, code: withdrawn.code })).code,
      "GRANT_ENDED",
    );
    const late = await grant({ hours: 48 });
    site.stage.laterMs = late.invitedToMs - Date.now();
    const tooLate = await installer.send("POST", "/api/remote-sites", { ...again, code: late.code });
    assert.equal(tooLate.code, "GRANT_ENDED");
    assert.equal(site.store.grants.get(late.id)?.takenAtMs, null);
  });
});

describe("whoever stands in between", () => {
  test("reads nothing: no name, no path, no key is in what passes", async () => {
    const { code } = await grant();
    const remote = await join(code);
    await addUnit(remote, "SECRET-NUMBER-501");
    const key = site.store.grants.get(recorded[0]?.grantId ?? "")?.secret;
    assert.ok(key);
    for (const { frame, reply } of recorded) {
      for (const bytes of [frame, reply ?? Buffer.alloc(0)]) {
        for (const word of ["SECRET", "units", "admin", "Dupont", house.site.domain])
          assert.ok(!bytes.includes(word), word);
        assert.ok(!bytes.includes(key));
      }
    }
  });

  test("gains nothing from the invitation, found later, and all that was recorded", async () => {
    const { code, id } = await grant();
    const remote = await join(code);
    await addUnit(remote, "501");
    const invitation = readInvitation(code);
    assert.ok(invitation);
    const early = { secret: invitation.secret, grantId: id };
    const opened = recorded.map(({ frame }) => openFrame(early, "request", frame));
    assert.deepEqual(
      opened.map((frame) => frame !== null),
      [true, ...recorded.slice(1).map(() => false)],
    );
    const hash = site.directory.grants.relayed(house.site.id).find((one) => one.id === id)?.tokenHash;
    assert.notEqual(hash, relayHash(early));
  });

  test("does nothing by sending a recorded request again, at once or to a site that was restarted", async () => {
    const remote = await join((await grant()).code);
    await addUnit(remote, "501");
    const { grantId, frame } = recorded.at(-1) ?? assert.fail();
    await site.send("DELETE", `/api/units/${site.store.units.list({}).find(({ label }) => label === "501")?.id}`);
    for (let again = 0; again < 3; again++) {
      const reply = await deliver(grantId, frame);
      assert.ok(reply && !reply.equals(recorded.at(-1)?.reply ?? Buffer.alloc(0)));
    }
    assert.ok(!units().includes("501"));
    const restarted = await testApp();
    try {
      // The same grant at a site that remembers nothing of before.
      const row = site.store.grants.get(grantId) ?? assert.fail();
      const other = await makeHouse(restarted);
      restarted.store.grants.insert({ ...row, siteId: other.site.id });
      const reply = await restarted.directory.grantDoor.answer(other.site.id, grantId, frame, assert.ifError);
      const opened = reply && openFrame({ secret: row.secret, grantId }, "reply", reply);
      assert.match(opened?.content ?? "", /"type":"round"/);
      assert.equal(
        restarted.store.units.list({}).some(({ label }) => label === "501"),
        false,
      );
    } finally {
      await restarted.close();
    }
  });

  test("changes not one bit: the site answers nobody", async () => {
    const remote = await join((await grant()).code);
    await addUnit(remote, "501");
    const { grantId, frame } = recorded.at(-1) ?? assert.fail();
    for (const offset of [1, 16, 17, 28, 29, 44, 45, frame.length - 1]) {
      const changed = Buffer.from(frame);
      changed.writeUInt8((changed[offset] ?? 0) ^ 1, offset);
      assert.equal(await deliver(grantId, changed), null, `byte ${offset}`);
    }
    for (const junk of [Buffer.of(1), frame.subarray(0, 44), Buffer.concat([frame, Buffer.of(0)])]) {
      assert.equal(await deliver(grantId, junk), null);
    }
  });

  test("makes no reply of its own, of another request, or of a request itself", async () => {
    const remote = await join((await grant()).code);
    await addUnit(remote, "501");
    const honest = installer.stage.relay ?? assert.fail();
    const old = recorded.at(-1)?.reply ?? assert.fail();
    const replies: [string, (frame: Buffer) => Buffer][] = [
      ["an old reply", () => old],
      ["the request as its reply", (frame) => frame],
      ["nothing", () => Buffer.alloc(0)],
      ["noise", () => Buffer.alloc(300, 1)],
      ["too little", () => Buffer.of(1, 2, 3)],
    ];
    for (const [what, make] of replies) {
      installer.stage.relay = async (_to, frame) => make(frame);
      const reply = await installer.send("GET", at(remote, "units"));
      assert.ok(["REMOTE_BAD_REPLY", "REMOTE_VERSION"].includes(reply.code ?? ""), `${what}: ${reply.code}`);
    }
    installer.stage.relay = honest;
    assert.equal((await installer.send("GET", at(remote, "units"))).status, 200);
  });

  test("does not carry one grant's frame as another's, nor to another site", async () => {
    const first = await join((await grant()).code);
    await addUnit(first, "501");
    const { grantId, frame } = recorded.at(-1) ?? assert.fail();
    const second = await grant();
    assert.equal(await deliver(second.id, frame), null);
    const other = await makeHouse(site, { domain: "other.sip.example.com" });
    assert.equal(await site.directory.grantDoor.answer(other.site.id, grantId, frame, assert.ifError), null);
  });
});

describe("the site", () => {
  test("takes no request that is not what was agreed, though it is sealed well", async () => {
    const remote = await join((await grant()).code);
    await addUnit(remote, "501");
    const { grantId } = recorded[0] ?? assert.fail();
    const key = { secret: site.store.grants.get(grantId)?.secret ?? assert.fail(), grantId };
    const round = await roundOf(key);
    const good = {
      type: "ask",
      round,
      by: "Ann",
      version: "1",
      method: "GET",
      path: "/api/units",
      ifMatch: null,
      body: null,
    };
    const before = units();
    const hostile: object[] = [
      { ...good, method: "TRACE" },
      { ...good, path: "/api/../api/members" },
      { ...good, path: "//elsewhere.example.com/api/units" },
      { ...good, path: "/api/units\r\nX-Neolia: 1" },
      { ...good, path: `/api/${"a".repeat(3000)}` },
      { ...good, by: "Ann\r\nroot" },
      { ...good, by: "\u202enimda" },
      { ...good, by: "" },
      { ...good, ifMatch: "x".repeat(100) },
      { ...good, more: true },
      { ...good, packed: true },
      { ...good, body: "{}", packed: true },
      { ...good, body: "AAAA", packed: true },
      { ...good, body: deflateRawSync(Buffer.alloc(10 * 1024 * 1024)).toString("base64"), packed: true },
      { ...good, body: deflateRawSync("{}").toString("base64"), packed: "yes" },
      { type: "take", publicKey: "AA==", by: "Ann", version: "1" },
      [],
    ];
    for (const message of hostile) {
      const frame = sealFrame(key, "request", newExchange(), JSON.stringify(message));
      assert.equal(await deliver(grantId, frame), null, JSON.stringify(message).slice(0, 80));
    }
    for (const text of ["", "null", "{", "\u0000"]) {
      assert.equal(await deliver(grantId, sealFrame(key, "request", newExchange(), text)), null);
    }
    for (const path of ["/api/grants", "/api/members", "/api/remote-sites", "/api/nowhere", "/api/openapi"]) {
      const answer = await answerTo(key, { ...good, round: await roundOf(key), path });
      assert.ok((answer.status ?? 0) >= 400, path);
    }
    assert.deepEqual(units(), before);
  });

  test("the site tells whoever manages it where its own page stands, and nobody else", async () => {
    const pageUrl = "http://homeassistant.local:8123/app/neolia";
    const remote = await join((await grant({ pageUrl })).code);
    const told = (await installer.send("GET", at(remote, "visit"))).json<Visit>();
    assert.deepEqual(told, { siteId: house.site.id, label: "Dupont", backups: false, pageUrl });
    assert.equal((await site.send("GET", "/api/visit")).code, "UNKNOWN_GRANT");
    const without = await join((await grant()).code);
    assert.equal((await installer.send("GET", at(without, "visit"))).json<Visit>().pageUrl, "");
    for (const bad of [
      "javascript:alert(1)",
      "ftp://a.test/",
      "http://ann:secret@a.test/",
      "http://a.test/#pair=x",
      "http://a.test/?next=x",
      "http://a.test/ b",
      "http://a.test/\r\nx",
      'http://a.test/">',
      `http://a.test/${"x".repeat(300)}`,
      "//a.test/",
      7,
    ]) {
      const body = { siteId: house.site.id, label: "Dupont", hours: 1, backups: false, pageUrl: bad };
      assert.equal((await site.send("POST", "/api/grants", body)).code, "INVALID_REQUEST", String(bad));
    }
  });

  test("answers as many requests of a grant as it can, and tells the rest to come later", async () => {
    const remote = await join((await grant()).code);
    await addUnit(remote, "501");
    const replies = await Promise.all(Array.from({ length: 40 }, () => installer.send("GET", at(remote, "units"))));
    const codes = new Set(replies.map(({ code }) => code));
    assert.deepEqual([...codes].toSorted(), ["REMOTE_BUSY", null].toSorted());
  });

  async function answerTo(key: { secret: Buffer; grantId: string }, message: object) {
    const reply = await deliver(key.grantId, sealFrame(key, "request", newExchange(), JSON.stringify(message)));
    const opened = reply && openFrame(key, "reply", reply);
    return JSON.parse(opened?.content ?? "null") as { round?: string; status?: number };
  }
  async function roundOf(key: { secret: Buffer; grantId: string }): Promise<string> {
    const ask = {
      type: "ask",
      round: "",
      by: "Ann",
      version: "1",
      method: "GET",
      path: "/api/units",
      ifMatch: null,
      body: null,
    };
    return (await answerTo(key, ask)).round ?? assert.fail();
  }
});

describe("the installer's Neolia", () => {
  test("takes nothing for an invitation that is none", async () => {
    const { code, id } = await grant();
    const good = readInvitation(code) ?? assert.fail();
    const bad = [
      "x",
      code.slice(0, -4),
      code.slice(7),
      writeInvitation({ ...good, controlUrl: "http://sip.example.com" }),
      writeInvitation({ ...good, controlUrl: "file:///etc/passwd" }),
      writeInvitation({ ...good, controlUrl: "https://user:word@sip.example.com" }),
      writeInvitation({ ...good, grantId: "../../x" }),
      writeInvitation({ ...good, secret: Buffer.alloc(3) }),
      `neolia-${Buffer.from('{"0":1}').toString("base64url")}`,
      "neolia-<script>",
    ];
    for (const text of bad) {
      const reply = await installer.send("POST", "/api/remote-sites", { code: text, by: "Dupont" });
      assert.equal(reply.code, "INVITATION_MALFORMED", text);
    }
    assert.equal(recorded.length, 0);
    assert.equal(site.store.grants.get(id)?.takenAtMs, null);
    assert.equal((await join(` ${code.slice(0, 40)}\n  ${code.slice(40)} `)).siteId, house.site.id);
    assert.equal(
      (await site.send("POST", "/api/remote-sites", { code: (await grant()).code, by: "x" })).code,
      "INVITATION_OWN",
    );
  });

  test("shows no page, script or header that a site makes up: only the API's own kinds of reply", async () => {
    const remote = await join((await grant()).code);
    await addUnit(remote, "501");
    const { grantId } = recorded[0] ?? assert.fail();
    const key = { secret: site.store.grants.get(grantId)?.secret ?? assert.fail(), grantId };
    const answer = {
      type: "answer",
      version: "1",
      status: 200,
      contentType: "application/json",
      etag: null,
      disposition: null,
      body: "{}",
    };
    const send = async (made: object) => {
      installer.stage.relay = async (_to, frame) => {
        const asked = openFrame(key, "request", frame) ?? assert.fail();
        return sealFrame(key, "reply", asked.exchange, JSON.stringify({ ...answer, ...made }));
      };
      return installer.send("GET", at(remote, "units"));
    };
    for (const contentType of [
      "text/html",
      "image/svg+xml",
      "application/javascript",
      "",
      "application/json, text/html",
    ]) {
      assert.equal((await send({ contentType, body: "<script>1</script>" })).code, "REMOTE_BAD_REPLY", contentType);
    }
    for (const status of [101, 999, 0]) assert.equal((await send({ status })).code, "REMOTE_BAD_REPLY");
    const odd = await send({ etag: '"1"\r\nset-cookie: a=b', disposition: 'inline; filename="x.html"' });
    assert.deepEqual(
      [odd.headers.etag, odd.headers["content-disposition"], odd.headers["set-cookie"]],
      [undefined, undefined, undefined],
    );
    assert.equal((await send({})).headers["x-content-type-options"], "nosniff");
  });

  test("lets only its own administrators near, and only with what every change carries", async () => {
    const remote = await join((await grant()).code);
    const seen = recorded.length;
    installer.stage.resident = { unitIds: [], desk: true };
    assert.equal((await installer.send("GET", at(remote, "units"))).code, "FORBIDDEN");
    assert.equal((await installer.send("GET", "/api/remote-sites")).code, "FORBIDDEN");
    installer.stage.resident = null;
    assert.equal((await installer.send("GET", at(remote, "units"), undefined, { cookie: null })).code, "NOT_SIGNED_IN");
    const body = { buildingId: house.building.id, number: "666" };
    assert.equal(
      (await installer.send("POST", at(remote, "units"), body, { "x-neolia": null })).code,
      "CSRF_HEADER_MISSING",
    );
    for (const path of ["units/..%2fmembers", "../session"]) {
      assert.equal((await installer.send("GET", at(remote, path))).status >= 400, true, path);
    }
    assert.equal(recorded.length, seen);
  });

  test("keeps the keys to itself", async () => {
    const remote = await join((await grant()).code);
    const key = installer.store.remoteSites.get(remote.id)?.key ?? assert.fail();
    for (const path of ["remote-sites", "audit", "sites", "state"]) {
      const { text } = await installer.send("GET", `/api/${path}`);
      for (const form of ["base64", "base64url", "hex"] as const) assert.ok(!text.includes(key.toString(form)), path);
    }
    const backup = (await site.send("GET", `/api/sites/${house.site.id}/backup`)).text;
    for (const form of ["base64", "base64url", "hex"] as const) assert.ok(!backup.includes(key.toString(form)), form);
    assert.ok(!Object.keys(JSON.parse(backup).extras).includes("site_grant"));
  });
});
