import assert from "node:assert/strict";
import { test } from "node:test";
import { ingressUser } from "./ingress-user.ts";
import type { HomeUser } from "./users.ts";

const SUPERVISOR_ADDRESS = "172.30.32.2";
const ROSA: HomeUser = { id: "rosa", name: "Rosa", administrator: false };
const find = (id: string) => (id === ROSA.id ? ROSA : null);
const sent = (remoteAddress: string | undefined, rawHeaders: string[]) =>
  ingressUser({ socket: { remoteAddress }, rawHeaders }, find, SUPERVISOR_ADDRESS);
const from = (remoteAddress: string | undefined, id?: string) =>
  sent(remoteAddress, ["Host", "neolia", ...(id === undefined ? [] : ["X-Remote-User-Id", id])]);

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
  assert.deepEqual(from(SUPERVISOR_ADDRESS, "rosa, owner"), { kind: "unknown" });
  for (const name of ["X-Remote-User-Id", "x-remote-user-id"]) {
    const twice = ["X-Remote-User-Id", "rosa", name, "rosa"];
    assert.deepEqual(sent(SUPERVISOR_ADDRESS, twice), { kind: "unknown" }, name);
  }
});

test("a name that is not spelled as the Supervisor spells it came from a browser and is nobody's", () => {
  for (const name of ["x-remote-user-id", "X-REMOTE-USER-ID", "X-Remote-User-ID"]) {
    assert.deepEqual(sent(SUPERVISOR_ADDRESS, [name, "rosa"]), { kind: "nameless" }, name);
  }
});

test("while nobody knows who the users are, nobody is let in and nobody turned away", () => {
  const request = { socket: { remoteAddress: SUPERVISOR_ADDRESS }, rawHeaders: ["X-Remote-User-Id", "rosa"] };
  assert.deepEqual(
    ingressUser(request, () => "not-ready", SUPERVISOR_ADDRESS),
    { kind: "not-ready" },
  );
});
