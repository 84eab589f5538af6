import assert from "node:assert/strict";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { test } from "node:test";
import { AppError } from "../events/errors.ts";
import { type IngressIdentityOptions, ingressIdentity } from "./ingress-identity.ts";

type Asking = ReturnType<IngressIdentityOptions["userOf"]>;

const ROSA: Asking = { kind: "user", user: { id: "rosa", name: "Rosa", administrator: false } };
const OLIVIA: Asking = { kind: "user", user: { id: "olivia", name: "Olivia", administrator: true } };

const identityOf = (asking: Asking) =>
  ingressIdentity({
    userOf: () => asking,
    unitsOf: (id) => (id === "rosa" ? ["unit401"] : []),
    worksAtDesk: (id) => id === "rosa",
  });

function request(url: string, remoteAddress = "127.0.0.1", method = "GET"): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: remoteAddress, configurable: true });
  return Object.assign(new IncomingMessage(socket), { url, method });
}

/** The code that the guard refuses a request with; null: it passes. */
function refusal(asking: Asking, incoming = request("/api/state")): string | null {
  try {
    identityOf(asking).guard(incoming);
    return null;
  } catch (error) {
    return error instanceof AppError ? `${error.status} ${error.code}` : String(error);
  }
}

test("an administrator of the house sees everything, a resident their own flats", () => {
  const asker = (asking: Asking) => identityOf(asking).whoAsks({ raw: request("/api/state") });
  assert.deepEqual(asker(OLIVIA), { role: "admin", userId: "olivia", name: "Olivia", unitIds: null, desk: true });
  assert.deepEqual(asker(ROSA), { role: "resident", userId: "rosa", name: "Rosa", unitIds: ["unit401"], desk: true });
  for (const kind of ["foreign", "nameless", "unknown"] as const) assert.equal(asker({ kind }), null);
});

test("somebody's rights later on are those that they have then, also when their connection is closed", () => {
  const raw = request("/api/imports", "172.30.32.2");
  let asking = OLIVIA;
  const identity = ingressIdentity({
    userOf: ({ socket }) => (socket.remoteAddress === "172.30.32.2" ? asking : { kind: "foreign" }),
    unitsOf: () => [],
    worksAtDesk: () => false,
  });
  const now = identity.later({ raw });
  Object.defineProperty(raw.socket, "remoteAddress", { value: undefined });
  assert.equal(identity.whoAsks({ raw }), null);
  assert.equal(now()?.role, "admin");
  asking = { kind: "user", user: { id: "olivia", name: "Olivia", administrator: false } };
  assert.equal(now()?.role, "resident");
  asking = { kind: "unknown" };
  assert.equal(now(), null);
});

test("who is no user of the house is refused, each for their own reason", () => {
  assert.equal(refusal(ROSA), null);
  assert.equal(refusal({ kind: "foreign" }), "403 FOREIGN_ORIGIN");
  assert.equal(refusal({ kind: "nameless" }), "401 NOT_SIGNED_IN");
  assert.equal(refusal({ kind: "unknown" }), "403 FORBIDDEN");
});

test("while Home Assistant has not said who its users are, the page opens and its API asks for patience", () => {
  const unready = { kind: "not-ready" } as const;
  assert.equal(refusal(unready), "503 HOME_NOT_READY");
  assert.equal(refusal(unready, request("/api/units/1/do-not-disturb", "127.0.0.1", "PUT")), "503 HOME_NOT_READY");
  assert.equal(refusal(unready, request("/")), null);
  assert.equal(identityOf(unready).whoAsks({ raw: request("/") }), null);
});

test("the health check of the container itself passes, from elsewhere or for anything else it does not", () => {
  const foreign = { kind: "foreign" } as const;
  for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
    assert.equal(refusal(foreign, request("/api/health", address)), null, address);
  }
  for (const other of [
    request("/api/health", "172.30.33.5"),
    request("/api/health/../sites"),
    request("/api/health?x"),
    request("/api/sites"),
    request("/api/health", "127.0.0.1", "POST"),
  ]) {
    assert.equal(refusal(foreign, other), "403 FOREIGN_ORIGIN");
  }
});
