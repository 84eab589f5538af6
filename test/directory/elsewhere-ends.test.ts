/** Neither end of a site that is managed from elsewhere takes the other one's word for what it is not. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import type { Visit } from "../../bridge/src/api/remote.ts";
import { readInvitation, writeInvitation } from "../../bridge/src/directory/remote/invitation.ts";
import { newExchange, openFrame, sealFrame } from "../../bridge/src/directory/remote/sealed-frame.ts";
import {
  addUnit,
  at,
  deliver,
  grant,
  house,
  installer,
  inTwoNeolias,
  join,
  recorded,
  site,
  units,
} from "./two-neolias.ts";

inTwoNeolias();

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
    assert.deepEqual(told, { siteId: house.site.id, label: "Dupont", backups: false, pageUrl, connections: "" });
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

  test("tells whoever manages it that a device came or went, and none of their names", async () => {
    const remote = await join((await grant()).code);
    const word = async () => (await installer.send("GET", at(remote, "visit"))).json<Visit>().connections;
    const contact = { address: "192.0.2.7:5060", transport: "wss", userAgent: "x", expiresInS: 60, lastSeenMs: 1 };
    const hear = (...usernames: string[]) =>
      site.directory.registrations.heard(
        house.site.id,
        usernames.map((username) => ({ ...contact, username })),
      );
    hear();
    const none = await word();
    hear("wall1");
    const one = await word();
    hear("wall2");
    const other = await word();
    assert.equal(new Set(["", none, one, other]).size, 4, "one in and one out is a change as well");
    hear("wall2");
    assert.equal(await word(), other);
    assert.ok(!other.includes("wall2"));
    site.directory.registrations.heard(house.site.id, null);
    assert.equal(await word(), "");
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
