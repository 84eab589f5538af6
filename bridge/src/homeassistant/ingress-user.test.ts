import assert from "node:assert/strict";
import { test } from "node:test";
import { ingressUser } from "./ingress-user.ts";
import type { HomeUser } from "./users.ts";

const SUPERVISOR_ADDRESS = "172.30.32.2";
const ROSA: HomeUser = { id: "rosa", name: "Rosa", administrator: false };
const find = (id: string) => (id === ROSA.id ? ROSA : null);
const from = (remoteAddress: string | undefined, id?: string) =>
  ingressUser(
    { socket: { remoteAddress }, headers: id === undefined ? {} : { "x-remote-user-id": id } },
    find,
    SUPERVISOR_ADDRESS,
  );

test("the Supervisor's word on who asks is believed, over either address family", () => {
  assert.deepEqual(from(SUPERVISOR_ADDRESS, "rosa"), { kind: "user", user: ROSA });
  assert.deepEqual(from(`::ffff:${SUPERVISOR_ADDRESS}`, "rosa"), { kind: "user", user: ROSA });
});

test("nobody else's is: another app, this machine, an address that only begins alike, no address", () => {
  for (const address of ["172.30.33.5", "127.0.0.1", "::1", "172.30.32.20", "172.30.32.2.example", undefined]) {
    assert.deepEqual(from(address, "rosa"), { kind: "foreign" }, address);
  }
});

test("without an id it is nobody that we can name", () => {
  assert.deepEqual(from(SUPERVISOR_ADDRESS), { kind: "nameless" });
  assert.deepEqual(from(SUPERVISOR_ADDRESS, ""), { kind: "nameless" });
});

test("an id that Home Assistant does not know, and two ids at once, are nobody", () => {
  assert.deepEqual(from(SUPERVISOR_ADDRESS, "stranger"), { kind: "unknown" });
  // Node joins a header that comes twice.
  assert.deepEqual(from(SUPERVISOR_ADDRESS, "rosa, owner"), { kind: "unknown" });
});

test("while nobody knows who the users are, nobody is let in and nobody turned away", () => {
  const request = { socket: { remoteAddress: SUPERVISOR_ADDRESS }, headers: { "x-remote-user-id": "rosa" } };
  assert.deepEqual(
    ingressUser(request, () => "not-ready", SUPERVISOR_ADDRESS),
    { kind: "not-ready" },
  );
});
