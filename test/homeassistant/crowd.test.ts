/** A whole building looks at once: fifty people with an open page each, through Core's own ingress, while rights change under them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Unit } from "../../bridge/src/api/directory.ts";
import type { PanelMessage } from "../../bridge/src/api/live.ts";
import { around } from "../lab/around.ts";
import { until } from "../lab/until.ts";
import { AppHouse } from "./app-house.ts";
import { CoreSocket } from "./core-socket.ts";
import { Visit } from "./visit.ts";

const PEOPLE = 50;
const A_MINUTE = 60_000;
const MEGABYTE = 1024 * 1024;

let house: AppHouse;
let socket: CoreSocket;

around(
  async () => {
    house = await AppHouse.start();
    socket = await CoreSocket.open(house.home.core.url, house.home.ownerToken);
  },
  async () => {
    socket?.close();
    await house?.stop();
  },
);

interface Looker {
  id: string;
  unit: Unit;
  visit: Visit;
  messages: PanelMessage[];
  closed: Promise<number>;
  isClosed: boolean;
}

/** Users of Home Assistant, each in a unit of their own, each with the page open. */
async function peopleAtHome(units: Unit[]): Promise<Looker[]> {
  const owner = await house.owner();
  return await Promise.all(
    units.map(async (unit) => {
      const { user } = await socket.command<{ user: { id: string } }>("config/auth/create", {
        name: `Person of ${unit.number}`,
        group_ids: ["system-users"],
      });
      await owner.put(`api/members/${user.id}`, { unitIds: [unit.id] });
      const visit = await Visit.ofUser(house.home, user.id);
      // Home Assistant tells the app of each new user; fifty at once take their time.
      await until(async () => (await visit.send("GET", "api/session")).status === 200, {
        timeoutMs: A_MINUTE,
        what: `the app to know who lives in ${unit.number}`,
      });
      const { messages, closed } = visit.live();
      const looker: Looker = { id: user.id, unit, visit, messages, closed, isClosed: false };
      void closed.then(() => {
        looker.isClosed = true;
      });
      return looker;
    }),
  );
}

const lastError = ({ messages }: Looker): string | null => {
  const last = messages.at(-1);
  return last?.type === "error" ? last.error.code : null;
};
const numbersSeen = async ({ visit }: Looker): Promise<string[]> =>
  (await visit.get<Unit[]>("api/units")).map(({ number }) => number);

test("fifty people with an open page each: who is promoted, deactivated, removed or moves out has it within a minute, nobody else notices", async (context) => {
  const numbers = Array.from({ length: PEOPLE }, (_, index) => String(101 + index));
  const { units } = await house.furnish({ name: "Tower", domain: "tower.sip.example.com" }, numbers);
  const before = house.app.memory();
  const people = await peopleAtHome(units);
  await until(() => people.every(({ messages }) => messages[0]?.type === "hello"), {
    timeoutMs: A_MINUTE,
    what: "everybody's greeting",
  });
  const seen = await Promise.all(people.map(numbersSeen));
  assert.deepEqual(
    seen,
    numbers.map((number) => [number]),
  );

  const [promoted, deactivated, removed, moving, ...staying] = people as [Looker, Looker, Looker, Looker, ...Looker[]];
  const owner = await house.owner();
  await Promise.all([
    socket.command("config/auth/update", { user_id: promoted.id, group_ids: ["system-admin"] }),
    socket.command("config/auth/update", { user_id: deactivated.id, is_active: false }),
    socket.command("config/auth/delete", { user_id: removed.id }),
    owner.put(`api/members/${moving.id}`, { unitIds: [units[PEOPLE - 1]?.id] }),
  ]);
  await until(() => promoted.isClosed && deactivated.isClosed && removed.isClosed, {
    timeoutMs: A_MINUTE,
    what: "three pages to be told",
  });
  assert.deepEqual([promoted, deactivated, removed].map(lastError), ["FORBIDDEN", "NOT_SIGNED_IN", "NOT_SIGNED_IN"]);
  assert.equal((await promoted.visit.session()).role, "admin");
  for (const { visit } of [deactivated, removed]) assert.equal((await visit.send("GET", "api/session")).status, 403);
  assert.deepEqual(await numbersSeen(moving), [numbers.at(-1)]);
  assert.equal(moving.isClosed, false);

  // Every single one is promoted and demoted again, at once.
  for (const group of ["system-admin", "system-users"]) {
    const pages = staying.map(({ visit }) => visit.live());
    await until(() => pages.every(({ messages }) => messages.length > 0), {
      timeoutMs: A_MINUTE,
      what: "the greetings",
    });
    await Promise.all(
      staying.map(({ id }) => socket.command("config/auth/update", { user_id: id, group_ids: [group] })),
    );
    const role = group === "system-admin" ? "admin" : "resident";
    await until(
      async () => (await Promise.all(staying.map(({ visit }) => visit.session()))).every((one) => one.role === role),
      { timeoutMs: A_MINUTE, what: `everybody to be ${role}` },
    );
    await Promise.all(pages.map(({ closed }) => closed));
  }
  assert.deepEqual(
    await Promise.all(staying.map(numbersSeen)),
    staying.map(({ unit }) => [unit.number]),
  );

  // They open and close their pages again and again: what that takes is given back.
  const afterAll = house.app.memory();
  for (let round = 0; round < 5; round++) {
    const pages = staying.map(({ visit }) => visit.live());
    await until(() => pages.every(({ messages }) => messages.length > 0), {
      timeoutMs: A_MINUTE,
      what: "the greetings",
    });
    for (const page of pages) page.socket.terminate();
    await Promise.all(pages.map(({ closed }) => closed));
  }
  const atLast = house.app.memory();
  const megabytes = [before, afterAll, atLast].map((bytes) => Math.round(bytes / MEGABYTE));
  context.diagnostic(
    `memory of the app before, with ${PEOPLE} people, and after 5 more rounds: ${megabytes.join(", ")} MB`,
  );
  assert.ok(atLast - before < 60 * MEGABYTE, `${megabytes.join(", ")} MB`);
});
