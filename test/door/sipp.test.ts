/** sipp as door station and phone: a stack that nobody here wrote. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import Database from "better-sqlite3";
import { defaultPassword } from "../lab/edge.ts";
import { credentials, runSipp, type SippOptions } from "../lab/sipp.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, house, inHouse, ringing } from "./house.ts";

inHouse({ quiet: false });

function run(scenario: string, options: Partial<SippOptions>): Promise<void> {
  return runSipp({
    scenario: join(import.meta.dirname, "sipp", `${scenario}.xml`),
    port: house.edge.values.sipPort,
    folder: house.edge.folder,
    timeoutMs: 30_000,
    ...options,
  });
}

function login(user: string): string[] {
  return [user, DOMAIN, credentials(user, defaultPassword(user))];
}

function registered(): unknown {
  const db = new Database(house.edge.dataFile("location.db"), { readonly: true });
  try {
    return db.prepare("SELECT count(DISTINCT username) FROM location").pluck().get();
  } finally {
    db.close();
  }
}

test("sixty devices behind one address register at once, and again: all of them within 30 s", async () => {
  const users = Array.from({ length: 60 }, (_, n) => `device${n}`);
  const units = ["unit401", "unit402"].map((unit) => ({ unit }));
  house.seed(
    users.map((username, n) => ({ username, type: "mobile" as const, unit: n % 2 === 0 ? "unit401" : "unit402" })),
    units,
  );
  try {
    for (let round = 0; round < 2; round++) {
      await run("register", { fields: users.map(login), digestUri: DOMAIN });
    }
    assert.equal(registered(), 60);
  } finally {
    for (const user of users) await house.edge.jsonRpc("ul.rm", ["location", `${user}@${DOMAIN}`]);
    house.rules({ unit: "unit401" }, { unit: "unit402" }, { unit: "entrance" });
  }
});

test("a door calls a phone, which rings and answers, and hangs up", async () => {
  const localPort = house.edge.values.sipPort + 50; // of the lab's own block
  await run("register", { fields: [login("mobile401")], digestUri: DOMAIN, localPort });
  try {
    const answering = run("answer", { localPort });
    await Promise.all([
      answering,
      run("call", { fields: [[...login("door"), "unit401"]], digestUri: `unit401@${DOMAIN}` }),
    ]);
    assert.deepEqual(await house.finished(), ["invited", "ringing mobile401", "answered mobile401", "ended caller"]);
  } finally {
    await house.edge.jsonRpc("ul.rm", ["location", `mobile401@${DOMAIN}`]);
  }
});

test("a phone that rings learns from the CANCEL that another device answered", async () => {
  const localPort = house.edge.values.sipPort + 50; // of the lab's own block
  await run("register", { fields: [login("mobile401")], digestUri: DOMAIN, localPort });
  try {
    const panel = await house.device("panel401", "wss");
    const door = await house.device("door");
    const before = house.story().filter((line) => line === "ringing mobile401").length;
    const elsewhere = run("elsewhere", { localPort });
    const call = await door.call("unit401");
    const answered = await ringing(panel);
    await until(() => house.story().filter((line) => line === "ringing mobile401").length > before, {
      what: "the phone to ring",
    });
    answered.answer(200);
    await elsewhere;
    assert.equal((await call.hangup()).status, 200);
  } finally {
    await house.edge.jsonRpc("ul.rm", ["location", `mobile401@${DOMAIN}`]);
  }
});
