import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import type { CoreConnection } from "./core.ts";
import { HomeUsers } from "./users.ts";

const OWNER = { id: "owner", name: "Olivia", is_owner: true, is_active: true, system_generated: false, group_ids: [] };
const ADMIN = { ...OWNER, id: "admin", name: "Ada", is_owner: false, group_ids: ["system-admin"] };
const ROSA = { ...OWNER, id: "rosa", name: "Rosa", is_owner: false, group_ids: ["system-users"] };
const GONE = { ...ROSA, id: "gone", name: "Gil", is_active: false };
const SYSTEM = { ...ADMIN, id: "supervisor", name: "Supervisor", system_generated: true };

let answer: unknown;
let nowMs: number;
let users: HomeUsers;
let events: Map<string, () => void>;
let connect: () => Promise<void>;
let changes: number;

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval"] });
  answer = [OWNER, ADMIN, ROSA, GONE, SYSTEM];
  nowMs = 0;
  changes = 0;
  events = new Map();
  const connection: CoreConnection = {
    command: async (type) => {
      assert.equal(type, "config/auth/list");
      if (answer instanceof Error) throw answer;
      return answer;
    },
    subscribeEvents: async (type, listener) => void events.set(type, () => listener({})),
    closed: new Promise(() => undefined),
    close: () => undefined,
  };
  const core = {
    connection: null as CoreConnection | null,
    onUp: (listener: (connection: CoreConnection) => Promise<void>) => {
      connect = async () => {
        core.connection = connection;
        await listener(connection);
      };
      return () => undefined;
    },
  };
  const quiet = () => undefined;
  users = new HomeUsers({ core, log: { info: quiet, warn: quiet, error: quiet }, nowMs: () => nowMs });
  users.onChange(() => {
    changes += 1;
  });
});
afterEach(() => {
  users.stop();
  mock.timers.reset();
});

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("owners and members of the administrators' group are administrators, others are not", async () => {
  await connect();
  assert.deepEqual(users.find("owner"), { id: "owner", name: "Olivia", administrator: true });
  assert.equal(users.find("admin")?.administrator, true);
  assert.deepEqual(users.find("rosa"), { id: "rosa", name: "Rosa", administrator: false });
});

test("an unknown, a deactivated and a system user are nobody", async () => {
  await connect();
  for (const id of ["stranger", "gone", "supervisor"]) assert.equal(users.find(id), null);
  assert.deepEqual(
    users.list()?.map(({ id }) => id),
    ["owner", "admin", "rosa"],
  );
});

test("before there is a list nobody is known, and it says so", async () => {
  assert.deepEqual([users.ready, users.find("owner"), users.list()], [false, null, null]);
  await connect();
  assert.equal(users.ready, true);
});

test("a demotion counts at once when Core tells of it", async () => {
  await connect();
  answer = [OWNER, { ...ADMIN, group_ids: ["system-users"] }];
  events.get("user_updated")?.();
  await settle();
  assert.equal(users.find("admin")?.administrator, false);
  assert.equal(users.find("rosa"), null);
  assert.ok(changes >= 2);
});

test("without an event it counts within a minute", async () => {
  await connect();
  answer = [OWNER, { ...ADMIN, group_ids: [] }];
  mock.timers.tick(59_000);
  await settle();
  assert.equal(users.find("admin")?.administrator, true);
  mock.timers.tick(1_000);
  await settle();
  assert.equal(users.find("admin")?.administrator, false);
});

test("a list that cannot be renewed makes nobody an administrator after two and a half minutes", async () => {
  await connect();
  answer = new Error("Core is away");
  nowMs = 150_000;
  assert.equal(users.find("owner")?.administrator, true);
  nowMs = 150_001;
  assert.deepEqual(users.find("owner"), { id: "owner", name: "Olivia", administrator: false });
  assert.equal(users.find("stranger"), null);
  assert.equal(users.list(), null);
  const before = changes;
  mock.timers.tick(60_000);
  await settle();
  assert.ok(changes > before, "open sockets are judged again");
});

test("an answer that is no list of users changes nothing", async () => {
  await connect();
  answer = { users: [] };
  events.get("user_added")?.();
  await settle();
  assert.equal(users.find("owner")?.administrator, true);
});
