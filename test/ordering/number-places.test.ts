/** A telephone number in every place where it can stand, and who reads it there: all of it, a masked one, or nothing. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { WebSocket } from "ws";
import type { CallerExport } from "../../bridge/src/api/board.ts";
import { partiesOf } from "../../bridge/src/calls/parties.ts";
import { publicName } from "../../bridge/src/mqtt/announcer.ts";
import { maskedIn, withoutNumber } from "../../bridge/src/ordering/caller-number.ts";
import type { CallRow } from "../../bridge/src/store/call-store.ts";
import type { CallEvent } from "../../infra/control/src/wire.ts";
import { type TestApp, testApp } from "../directory/app.ts";
import { makeHouse } from "../directory/house.ts";
import { reservePorts } from "../lab/ports.ts";
import { addSampleLine, CALLER } from "./sample-evening.ts";

/** As the network writes it, and as people say and note it. */
const SPOKEN = "06 39 98 01 78";
const IN_WORDS = "zéro six, trente-neuf, quatre-vingt-dix-huit, zéro un, soixante-dix-huit";
const DAY_MS = 86_400_000;
let api: TestApp;
let ports: Awaited<ReturnType<typeof reservePorts>>;
let lineId: string;
let unitId: string;
let siteId: string;

beforeEach(async () => {
  ports = await reservePorts();
  api = await testApp({ port: ports.base });
  await api.app.listen({ host: "127.0.0.1", port: ports.base });
  const house = await makeHouse(api);
  siteId = house.site.id;
  lineId = await addSampleLine(api, house.building.id);
  unitId = api.store.lines.get(lineId)?.unitId ?? "";
});
afterEach(async () => {
  await api.close();
  ports.release();
});

/** A call whose caller has the number said, noted twice and taken for a name. Without `ordered` the caller hangs up. */
function call(callId: string, { ordered = true, callerNumber = CALLER as string | null } = {}): void {
  const one = api.ordering.desk.open({ callId, lineId, callerNumber, language: "fr" });
  one.heard(`Mon numéro est le ${SPOKEN}.`);
  one.heard(`Je répète, ${IN_WORDS}.`);
  one.callTool("add_item", { item_id: "tiramisu", quantity: 1, note: `pour le ${SPOKEN}` }, "1");
  const note = "rappeler au +33 (0)6.39.98.01.78";
  one.callTool("set_details", { name: `Paul ${SPOKEN}`, pickup_time: "asap", note }, "2");
  if (ordered) {
    one.playedToEnd(one.callTool("read_back", {}, "3").say.mark ?? "");
    one.callerTurn({ beganAtMs: Date.now() + 1 });
    one.callTool("confirm_order", {}, "4");
  }
  one.end({ reason: ordered ? "completed" : "caller-hung-up", costCents: 1 });
  const { orders } = api.ordering.boards.board(lineId);
  for (const { id, callId: of } of orders) if (of === callId) api.ordering.orders.move(id, "new", "gone");
  if (!ordered) api.ordering.boards.dismissDraft(callId);
}

/** The same call in the call log. */
function logged(callId: string, atMs: number, answered: boolean, kind: "gateway" | "unknown" = "gateway"): CallRow {
  const row: CallRow = {
    ...{ callId, siteId, unitId, doorId: null, callerUnitId: null },
    caller: { name: "ht841_restaurant1", label: CALLER, kind },
    callee: { name: "chez-luigi", label: "Chez Luigi", kind: "unit" },
    ...(answered
      ? { status: "completed" as const, reason: "answered-elsewhere" as const }
      : { status: "no-answer" as const, reason: "no-answer" as const }),
    answeredBy: null,
    ...{ startedAtMs: atMs, ringingAtMs: atMs, answeredAtMs: answered ? atMs : null, endedAtMs: atMs + 1 },
  };
  api.store.calls.upsertCall(row);
  return row;
}

const digits = (text: string): string => text.replaceAll(/\D/g, "");
const holdsNumber = (text: string): boolean =>
  digits(text.replaceAll("(0)", "")).includes("639980178") || text.includes("quatre-vingt-dix-huit");

/** Every GET that somebody who is not an administrator may ask, and the searches. */
const QUESTIONS = (): [string, string, unknown?][] => [
  ...["/api/session", "/api/state", "/api/calls", "/api/lines", "/api/sites", "/api/units", "/api/doors"].map(
    (url): [string, string] => ["GET", url],
  ),
  ...["", "/board", "/history", "/history?search=paul", "/menu", "/menu/export?format=csv"].map(
    (path): [string, string] => ["GET", `/api/lines/${lineId}${path}`],
  ),
  ["POST", `/api/lines/${lineId}/history`, { search: "0639980178" }],
  ...["ordered", "hidden", "left"].map((id): [string, string] => ["GET", `/api/order-calls/${id}`]),
];

const ROLES = {
  "staff of the desk": () => ({ unitIds: [], desk: true }),
  "staff who live at the line as well": () => ({ unitIds: [unitId], desk: true }),
  "somebody whose panel stands at the line": () => ({ unitIds: [unitId] }),
  "a resident of a flat": () => ({ unitIds: [api.directory.units.list({}).find(({ id }) => id !== unitId)?.id ?? ""] }),
};

for (const [who, resident] of Object.entries(ROLES)) {
  test(`once nobody has to call back, ${who}: no reply, no frame and no error holds the number`, async () => {
    call("ordered");
    call("hidden", { callerNumber: null });
    call("left", { ordered: false });
    logged("answered", Date.now() - 1_000, true);
    logged("missed long ago", Date.now() - 2 * DAY_MS, false);
    api.stage.resident = resident();
    let read = 0;
    for (const [method, url, body] of QUESTIONS()) {
      const { status, text } = await api.send(method, url, body);
      assert.ok(!holdsNumber(text), `${method} ${url}: ${text}`);
      if (status === 200) read += 1;
    }
    assert.ok(read > 5);
    const frames: string[] = [];
    for (const path of ["/api/ws", `/api/lines/${lineId}/ws`]) {
      const socket = new WebSocket(`ws://localhost:${ports.base}${path}`, { headers: { cookie: api.cookie } });
      socket.on("message", (data) => frames.push(String(data)));
      socket.on("error", () => undefined);
      // Whoever may not listen is refused, which is an error.
      await new Promise((resolve) => socket.once("message", resolve).once("error", resolve));
      socket.close();
    }
    assert.ok(frames.length > 0);
    assert.deepEqual(frames.filter(holdsNumber), []);
  });
}

test("who has to call back reads it: a draft, an order in the kitchen, a call that was missed today; administrators always", async () => {
  const one = api.ordering.desk.open({ callId: "draft", lineId, callerNumber: CALLER, language: "fr" });
  one.callTool("add_item", { item_id: "cola", quantity: 1 }, "1");
  one.end({ reason: "caller-hung-up", costCents: 0 });
  logged("missed", Date.now() - 1_000, false);
  api.stage.resident = { unitIds: [unitId], desk: true };
  assert.ok(holdsNumber((await api.send("GET", `/api/lines/${lineId}/board`)).text));
  assert.ok(holdsNumber((await api.send("GET", "/api/calls")).text));
  logged("answered", Date.now() - 1_000, true);
  api.stage.resident = null;
  const admin = (await api.send("GET", "/api/calls")).json<{ calls: { caller: { label: string } }[] }>();
  assert.deepEqual(
    admin.calls.map(({ caller }) => caller.label),
    [CALLER, CALLER],
  );
});

test("a flat that has a telephone of its own keeps its callers' numbers", async () => {
  const flat = api.directory.units.list({}).find(({ id }) => id !== unitId)?.id ?? "";
  const row = logged("flat", Date.now() - 2 * DAY_MS, true);
  api.store.calls.upsertCall({ ...row, unitId: flat });
  api.stage.resident = { unitIds: [flat] };
  assert.ok(holdsNumber((await api.send("GET", "/api/calls")).text));
});

test("erased, the number is in no file and no answer any more, also where somebody else said it, and the export before held all of it", async () => {
  call("ordered");
  call("hidden", { callerNumber: null });
  call("left", { ordered: false });
  logged("answered", Date.now() - 1_000, true);
  logged("of a gateway that is gone", Date.now() - 1_000, true, "unknown");
  api.store.keepCopy();
  const exported = (await api.send("POST", "/api/callers/export", { callerNumber: CALLER })).json<CallerExport>();
  assert.deepEqual(
    exported.calls.map(({ call: { callId }, cart, note, transcript }) => [
      callId,
      cart.lines.map(({ itemId }) => itemId),
      note,
      transcript.length,
    ]),
    [
      ["ordered", ["tiramisu"], "rappeler au +33 (0)6.39.98.01.78", 2],
      ["left", ["tiramisu"], "rappeler au +33 (0)6.39.98.01.78", 2],
    ],
  );
  assert.deepEqual([exported.orders.length, exported.log.length], [1, 2]);
  const files = () =>
    readdirSync(api.folder, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => [file.name, readFileSync(join(file.parentPath, file.name), "latin1")] as const)
      .filter(([, text]) => /639980178|39[ .]98[ .]01[ .]78|quatre-vingt-dix-huit/.test(text))
      .map(([name]) => name);
  assert.ok(files().length > 1);
  const backup = async () => (await api.send("GET", `/api/sites/${siteId}/backup`)).text;
  assert.ok(!holdsNumber(await backup()), "what is over is in no backup either");
  assert.equal(
    (await api.send("POST", "/api/callers/erase", { callerNumber: "06 39 98 01 78".replaceAll(" ", "") })).status,
    200,
  );
  assert.deepEqual(files(), []);
  for (const [method, url, body] of QUESTIONS()) {
    assert.ok(!holdsNumber((await api.send(method, url, body)).text), `${method} ${url}`);
  }
  const hidden = (await api.send("GET", "/api/order-calls/hidden")).json<{ transcript: { text: string }[] }>();
  const said = hidden.transcript.map(({ text }) => text);
  assert.deepEqual(said.slice(0, 2), ["Mon numéro est le ••••.", "Je répète, ••••."]);
});

test("a number that comes by a gateway which is gone by then is a number all the same: the broker gets the gateway's name", () => {
  const event: CallEvent = {
    ...{ id: 1, atMs: 1, callId: "late", kind: "invited", caller: "ht841_gone", callerNumber: CALLER },
    ...{ callee: "chez-luigi", unit: "chez-luigi", account: "", endedBy: "", code: 0 },
  };
  const { caller } = partiesOf(api.store, siteId, event);
  assert.deepEqual([caller.kind, publicName(caller)], ["gateway", "ht841_gone"]);
});

test("numbers in a text are known however they are written; days, prices, hours and amounts are none", () => {
  for (const text of ["0639980178", "06.39-98 01/78", "+33 6 39 98 01 78", "+33 (0)6 39 98 01 78", "٠٦ ٣٩ ٩٨ ٠١ ٧٨"]) {
    assert.ok(
      !/7.*7|٧.*٧/.test(maskedIn(`Appelez le ${text}, merci`)) && maskedIn(text).includes("••"),
      maskedIn(text),
    );
    assert.equal(withoutNumber(`le ${text}.`, "0639980178"), "le ••••.", text);
  }
  for (const text of [
    "12,50 € 13,50 €",
    "2026-11-30 19:30",
    "4 pizzas, 2 cola, 1 eau",
    "19h30",
    "1 000 000",
    "75011",
  ]) {
    assert.equal(maskedIn(text), text);
  }
  assert.equal(withoutNumber("le 06 12 34 56 78", "0639980178"), "le 06 12 34 56 78");
});

test("numbers said in words are known as those in digits; prices, quantities, times and what follows a number are none", () => {
  for (const said of [
    "zéro six trente-neuf quatre-vingt-dix-huit zéro un soixante-dix-huit",
    "zéro six, trente-neuf, quatre-vingt-dix-huit, zéro un, soixante-dix-huit",
    "Zéro-six trente neuf quatre vingt dix huit zéro un soixante dix huit",
    "zéro six 39 quatre-vingt-dix-huit 01 78",
    "06 trente-neuf 98 zéro un 78",
    "06, trente-neuf, 98, 01, 78",
    "zéro six trois neuf neuf huit zéro un sept huit",
    "plus trente-trois six trente-neuf quatre-vingt-dix-huit zéro un soixante-dix-huit",
    "+33 six trente-neuf quatre-vingt-dix-huit zéro un soixante-dix-huit",
    "zero six three nine nine eight zero one seven eight",
    "oh six thirty-nine ninety-eight oh one seventy-eight",
    "Oh six, three nine, nine eight, oh one, seven eight",
    // As a transcript spells pauses and hesitation.
    "zéro six... trente-neuf... quatre-vingt-dix-huit... zéro un... soixante-dix-huit",
    "zéro six euh trente-neuf, euh, quatre-vingt-dix-huit et zéro un et soixante-dix-huit",
    "zéro six / trente-neuf ; quatre-vingt-dix-huit : zéro un — soixante-dix-huit",
    "zéro six trente-neuf nonante-huit zéro un septante-huit",
    "oh six three double nine eight oh one seven eight",
  ]) {
    const text = maskedIn(`C'est le ${said}, deux pizzas.`);
    assert.match(text, /^C'est le (?:06|33) •• •• •• 78, deux pizzas\.$/, said);
    assert.equal(withoutNumber(`le ${said}, deux pizzas`, "0639980178"), "le ••••, deux pizzas", said);
    assert.ok(withoutNumber(`le ${said}`, "0639980179").includes(said));
  }
  const abroad = "double zéro trente-trois six trente-neuf quatre-vingt-dix-huit zéro un soixante-dix-huit";
  assert.equal(withoutNumber(`le ${abroad}, merci`, "0639980178"), "le ••••, merci");
  for (const text of [
    "Deux menus quatre pizzas trois colas deux eaux un café.",
    "deux quatre fromages, trois quatre saisons, dix nems",
    "douze cinquante, neuf cinquante, huit quatre-vingts, dix, onze",
    "Zéro euro cinquante la sauce, deux euros vingt le pain.",
    "zéro, un, deux ou trois sauces",
    "0,50 0,60 0,70 0,80 0,90",
    "Le total est de vingt-quatre euros cinquante, à dix-neuf heures trente.",
    "Oh, two pizzas, three colas and four teas.",
    "oh one two three",
    "Il en reste zéro ; un, deux, trois, quatre",
    "Le 06/12 à dix-neuf heures trente, double zéro pour Paul.",
    "Oh! And then two pizzas, and three colas, and four teas, and five waters.",
  ]) {
    assert.equal(maskedIn(text), text);
  }
  // Whatever is said, and however long, it is looked through at once.
  const before = performance.now();
  maskedIn("zéro six ".repeat(2_000));
  maskedIn("zéro ".repeat(4_000));
  maskedIn("zéro . . . et . . . ".repeat(1_000));
  maskedIn(`zéro${" .,".repeat(5_000)}`);
  maskedIn("double ".repeat(4_000));
  maskedIn("zéro un deux trois ".repeat(1_000));
  assert.ok(performance.now() - before < 1_000);
});
