/** Finding a call again: pages without a gap, by name, number, result and day, and no way past a masked number. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { HistoryPage } from "../../bridge/src/api/board.ts";
import { NEW_ORDER } from "../../bridge/src/ordering/order-machine.ts";
import { type TestApp, testApp } from "../directory/app.ts";
import { makeHouse } from "../directory/house.ts";
import { addSampleLine } from "./sample-evening.ts";

const DAY_MS = 86_400_000;
let api: TestApp;
let lineId: string;

beforeEach(async () => {
  api = await testApp();
  lineId = await addSampleLine(api, (await makeHouse(api)).building.id);
});
afterEach(() => api.close());

/** A past call, as the store has it. */
function past(callId: string, name: string, callerNumber: string | null, startedAtMs: number): void {
  api.store.orderCalls.insert({
    ...{ callId, lineId, callerNumber, startedAtMs, endedAtMs: startedAtMs + 60_000 },
    data: JSON.stringify({ ...NEW_ORDER, name }),
    ...{ language: "fr", reason: "caller-hung-up", costCents: 1, takenBy: null, draft: false },
  });
}

async function found(query: Record<string, string>): Promise<HistoryPage> {
  const reply = await api.send("GET", `/api/lines/${lineId}/history?${new URLSearchParams(query)}`);
  assert.equal(reply.status, 200, JSON.stringify(reply.json()));
  return reply.json<HistoryPage>();
}
const ids = async (query: Record<string, string>) => (await found(query)).calls.map(({ callId }) => callId);

test("calls of one millisecond at the edge of a page are all there, each once", async () => {
  const startedAtMs = Date.UTC(2026, 10, 21, 17);
  for (const id of ["a", "b", "c", "d", "e"]) past(id, id, null, startedAtMs);
  const seen: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: HistoryPage = await found({ limit: "2", ...(cursor !== "" && { cursor }) });
    seen.push(...page.calls.map(({ callId }) => callId));
    cursor = page.next;
  }
  assert.deepEqual(seen, ["e", "d", "c", "b", "a"]);
  const wrong = await api.send("GET", `/api/lines/${lineId}/history?cursor=yesterday`);
  assert.deepEqual([wrong.status, wrong.code], [400, "INVALID_REQUEST"]);
});

test("a call is found by words of the name without case and accents, by its result and by its day at the site", async () => {
  const evening = Date.UTC(2026, 10, 21, 22, 30);
  past("zoe", "Zoé Martin", "+33639980178", evening);
  past("paul", "Paul", "0612345678", evening + 2 * 3_600_000);
  past("long-ago", "Zoé", null, evening - 40 * DAY_MS);
  assert.deepEqual(await ids({ search: "martin ZOE" }), ["zoe"]);
  assert.deepEqual(await ids({ search: "zoe" }), ["zoe", "long-ago"]);
  assert.deepEqual(await ids({ search: "%" }), []);
  // In Paris the second one was on the day after.
  assert.deepEqual(await ids({ day: "2026-11-21" }), ["zoe"]);
  assert.deepEqual(await ids({ day: "2026-11-22" }), ["paul"]);
  assert.deepEqual(await ids({ outcome: "none", search: "paul" }), ["paul"]);
  assert.deepEqual(await ids({ outcome: "order" }), []);
  assert.deepEqual(await ids({ outcome: "message" }), []);
});

test("a number is found however it is written; of a masked one only by the digits that are shown", async () => {
  past("zoe", "Zoé", "+33639980178", Date.UTC(2026, 10, 21, 17));
  past("paul", "Paul", "0612345678", Date.UTC(2026, 10, 21, 18));
  for (const search of ["06 39 98 01 78", "+33639980178", "0033 6 39", "998017"]) {
    assert.deepEqual(await ids({ search }), ["zoe"], search);
  }
  api.stage.resident = { unitIds: [], desk: true };
  for (const search of ["0639980178", "+33639980178", "0639", "998017", "3399", "3378", "1234", "0612345678"]) {
    assert.deepEqual(await ids({ search }), [], `${search} tells staff what is masked`);
  }
  assert.deepEqual(await ids({ search: "78" }), ["paul", "zoe"]);
  assert.deepEqual(await ids({ search: "06 •• •• •• 78" }), ["paul"]);
  assert.deepEqual((await found({ search: "zoé" })).calls[0]?.callerNumber, "33 •• •• •• 78");
});

test("a search through years finds what is old", async () => {
  past("old", "Wanted", null, Date.UTC(2025, 0, 1));
  api.store.transaction(() => {
    for (let at = 0; at < 450; at++) past(`call-${at}`, "Somebody", null, Date.UTC(2026, 0, 1) + at);
  });
  assert.deepEqual(await ids({ search: "wanted" }), ["old"]);
  assert.equal((await found({ search: "wanted" })).next, null);
  assert.equal((await found({})).calls.length, 50);
});
