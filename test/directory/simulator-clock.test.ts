/** The simulator on the days on which the clock of the site is changed: the hour that never comes, and the one that comes twice. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { EvaluateReply, Rule, Site } from "../../bridge/src/api/directory.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";

let api: TestApp;
let house: House;
let rule: Rule;
before(async () => {
  api = await testApp();
  house = await makeHouse(api);
  await api.send("POST", "/api/accounts", {
    ...{ siteId: house.site.id, type: "mobile", label: "Phone", unitId: house.unit401.id },
  });
  rule = (await api.send("GET", `/api/rules?unitId=${house.unit401.id}`)).json<Rule[]>()[0] ?? assert.fail();
});
after(() => api.close());

interface Case {
  what: string;
  timeZone: string;
  /** The rule's hours, minutes of the week from Monday on. */
  hours: [from: number, to: number];
  at: string;
  second?: boolean;
  rings: boolean;
  /** What the simulator says that the wall shows, with its offset. */
  local: string;
  change: "skipped" | "twice" | null;
}

const SUNDAY = 6 * 1440;
const two = [SUNDAY + 120, SUNDAY + 180] as [number, number];
const three = [SUNDAY + 180, SUNDAY + 240] as [number, number];

const PARIS = "Europe/Paris";
const CASES: Case[] = [
  // 29 March 2026: after 01:59 comes 03:00.
  {
    what: "before the change",
    timeZone: PARIS,
    hours: two,
    at: "2026-03-29T01:59",
    rings: false,
    local: "2026-03-29T01:59+01:00",
    change: null,
  },
  {
    what: "in the hour that never comes",
    timeZone: PARIS,
    hours: two,
    at: "2026-03-29T02:30",
    rings: false,
    local: "2026-03-29T03:30+02:00",
    change: "skipped",
  },
  {
    what: "where the skipped hour has gone",
    timeZone: PARIS,
    hours: three,
    at: "2026-03-29T02:30",
    rings: true,
    local: "2026-03-29T03:30+02:00",
    change: "skipped",
  },
  {
    what: "just after the change",
    timeZone: PARIS,
    hours: three,
    at: "2026-03-29T03:00",
    rings: true,
    local: "2026-03-29T03:00+02:00",
    change: null,
  },
  // 25 October 2026: 02:00 to 02:59 twice.
  {
    what: "the first of two hours",
    timeZone: PARIS,
    hours: two,
    at: "2026-10-25T02:30",
    rings: true,
    local: "2026-10-25T02:30+02:00",
    change: "twice",
  },
  {
    what: "the second of two hours",
    timeZone: PARIS,
    hours: two,
    at: "2026-10-25T02:30",
    second: true,
    rings: true,
    local: "2026-10-25T02:30+01:00",
    change: "twice",
  },
  {
    what: "behind both",
    timeZone: PARIS,
    hours: two,
    at: "2026-10-25T03:00",
    rings: false,
    local: "2026-10-25T03:00+01:00",
    change: null,
  },
  // Half an hour, on the other side of the world: 4 October 2026, after 01:59 comes 02:30.
  {
    what: "a skipped half hour",
    timeZone: "Australia/Lord_Howe",
    hours: two,
    at: "2026-10-04T02:15",
    rings: true,
    local: "2026-10-04T02:45+11:00",
    change: "skipped",
  },
  // A change at midnight moves the day: 6 September 2026 begins at 01:00 in Santiago.
  {
    what: "a day that begins at one",
    timeZone: "America/Santiago",
    hours: [SUNDAY, SUNDAY + 60],
    at: "2026-09-06T00:30",
    rings: false,
    local: "2026-09-06T01:30-03:00",
    change: "skipped",
  },
  {
    what: "a zone without a change",
    timeZone: "Asia/Kolkata",
    hours: two,
    at: "2026-03-29T02:30",
    rings: true,
    local: "2026-03-29T02:30+05:30",
    change: null,
  },
];

for (const { what, timeZone, hours, at, second, rings, local, change } of CASES) {
  test(`${timeZone}: ${what} (${at}${second ? ", the later one" : ""})`, async () => {
    const site = (await api.send("PATCH", `/api/sites/${house.site.id}`, { timeZone })).json<Site>();
    assert.equal(site.timeZone, timeZone);
    const [fromMinute, toMinute] = hours;
    await api.send("PATCH", `/api/rules/${rule.id}`, { schedule: [{ fromMinute, toMinute }] });
    const reply = await api.send("POST", "/api/rules/evaluate", {
      ...{ siteId: site.id, caller: "intercom-entrance", callee: "unit401", localTime: at },
      ...(second && { second }),
    });
    assert.equal(reply.status, 200, reply.text);
    const answer = reply.json<EvaluateReply>();
    assert.deepEqual([answer.at.local, answer.at.change], [local, change]);
    assert.equal(answer.steps.length > 0, rings, JSON.stringify(answer));
    // The same moment as Unix time gives the same answer: it is what Kamailio works by.
    const again = await api.send("POST", "/api/rules/evaluate", {
      ...{ siteId: site.id, caller: "intercom-entrance", callee: "unit401", atMs: answer.at.atMs },
    });
    assert.deepEqual(again.json<EvaluateReply>().steps, answer.steps);
  });
}

test("a day or an hour that no calendar has is refused", async () => {
  for (const localTime of [
    "2026-02-30T10:00",
    "2026-13-01T10:00",
    "2026-04-31T00:00",
    "2026-01-01T24:30",
    "2026-1-1T1:00",
  ]) {
    const reply = await api.send("POST", "/api/rules/evaluate", {
      ...{ siteId: house.site.id, caller: "intercom-entrance", callee: "unit401", localTime },
    });
    assert.equal(reply.code, "INVALID_REQUEST", localTime);
  }
});
