/** The frames of a board's socket that asked for changes, as they come on a real connection. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { WebSocket } from "ws";
import type { Board, BoardChange } from "../../bridge/src/api/board.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import { changedBoard } from "../../panel/src/data/desk.ts";
import { type TestApp, testApp } from "../directory/app.ts";
import { makeHouse } from "../directory/house.ts";
import { type PortBlock, reservePorts } from "../lab/ports.ts";
import { until } from "../lab/until.ts";
import { addSampleLine, openSampleCall, takeOrder } from "./sample-evening.ts";

type Frame = Board | BoardChange | ({ type: "error" } & ErrorReply);

let api: TestApp;
let ports: PortBlock;
let lineId: string;
const open: WebSocket[] = [];

beforeEach(async () => {
  // The bridge's twenty seconds go by when a test says so; all else takes its time.
  mock.timers.enable({ apis: ["setInterval"] });
  ports = await reservePorts();
  api = await testApp({ port: ports.base });
  await api.app.listen({ host: "127.0.0.1", port: ports.base });
  lineId = await addSampleLine(api, (await makeHouse(api)).building.id);
});
afterEach(async () => {
  for (const socket of open.splice(0)) socket.terminate();
  await api.close();
  ports.release();
  mock.timers.reset();
});

interface Reader {
  socket: WebSocket;
  frames: Frame[];
  /** What a page has after these frames. */
  page(): Board;
  /** Waits for its end. */
  closeCode(): Promise<number>;
}

async function read(query = "?changes=true"): Promise<Reader> {
  const socket = new WebSocket(`ws://localhost:${ports.base}/api/lines/${lineId}/ws${query}`, {
    headers: { cookie: api.cookie },
  });
  open.push(socket);
  const frames: Frame[] = [];
  socket.on("message", (data) => frames.push(JSON.parse(String(data)) as Frame));
  let ended: number | null = null;
  socket.once("close", (code) => {
    ended = code;
  });
  await until(() => frames.length > 0, { what: "the first frame" });
  const closeCode = () => until(() => ended, { what: "the end of the connection" });
  return { socket, frames, page: () => frames.filter(isOfBoard).reduce(applied, null) as Board, closeCode };
}

const isOfBoard = (frame: Frame): frame is Board | BoardChange => !("type" in frame) || frame.type === "change";

function applied(board: Board | null, frame: Board | BoardChange): Board {
  if (!("type" in frame)) return frame;
  assert.ok(board, "a change before the whole");
  return changedBoard(board, frame);
}

const kinds = ({ frames }: Reader): string[] => frames.map((frame) => ("type" in frame ? frame.type : "whole"));
const board = async (): Promise<Board> => (await api.send("GET", `/api/lines/${lineId}/board`)).json<Board>();
const withoutClock = ({ nowMs: _, ...rest }: Board): Omit<Board, "nowMs"> => rest;

test("the first frame is the whole board; then what is different, and what a page makes of it is the board", async () => {
  const line = { ordering: api.ordering, lineId };
  for (const id of ["a", "b", "c"]) takeOrder(line, id);
  const reader = await read();
  assert.deepEqual(kinds(reader), ["whole"]);
  const [first] = reader.page().orders;
  api.ordering.orders.move(first?.id ?? "", "new", "accepted");
  await until(() => reader.frames.length === 2, { what: "the change" });
  const moved = reader.frames[1] as BoardChange;
  assert.deepEqual(Object.keys(moved).toSorted(), ["nowMs", "orders", "type"]);
  assert.deepEqual(
    moved.orders?.changed.map(({ id, stage }) => [id, stage]),
    [[first?.id, "accepted"]],
  );

  const call = openSampleCall(line, "running");
  call.heard("Bonjour");
  // Bursts go out as one.
  const count = await until(() => reader.frames.length > 2 && reader.frames.length, { what: "the call" });
  assert.equal(count, 3);
  assert.ok(!("orders" in (reader.frames[2] ?? {})), "a word of a call sends no order");
  assert.deepEqual(withoutClock(reader.page()), withoutClock(await board()));
});

test("every twenty seconds the whole board comes, also when nothing happened", async () => {
  const reader = await read();
  const [atBridge] = api.app.websocketServer.clients;
  for (const wholes of [2, 3]) {
    let answered = false;
    atBridge?.once("pong", () => {
      answered = true;
    });
    mock.timers.tick(20_000);
    await until(() => kinds(reader).filter((kind) => kind === "whole").length === wholes, { what: "a whole board" });
    await until(() => answered, { what: "the pong" });
  }
  takeOrder({ ordering: api.ordering, lineId }, "a");
  await until(() => reader.page().orders.length === 1, { what: "the order" });
  assert.deepEqual([...new Set(kinds(reader).slice(3))], ["change"]);
});

test("whoever did not ask for changes gets the whole board with each of them", async () => {
  const reader = await read("");
  takeOrder({ ordering: api.ordering, lineId }, "a");
  await until(() => reader.page().orders.length === 1, { what: "the order" });
  assert.deepEqual([...new Set(kinds(reader))], ["whole"]);
});

test("who reads nothing is cut off before it costs the bridge its memory, and has the whole board when it is back", async () => {
  takeOrder({ ordering: api.ordering, lineId }, "a");
  const slow = await read();
  const other = await read();
  slow.socket.pause();
  const [order] = slow.page().orders;
  const row = api.store.orders.get(order?.id ?? "");
  assert.ok(row);
  let note = 0;
  const { siteId } = api.directory.units.get(api.store.lines.get(lineId)?.unitId ?? "");
  const cutOff = (): boolean => api.app.websocketServer.clients.size === 1;
  await until(
    () => {
      api.store.orders.update({ ...row, name: `${"x".repeat(500_000)}${note++}` });
      api.bus.emit("deskChanged", { siteId, lineId });
      return cutOff();
    },
    { timeoutMs: 60_000, what: "the slow one to be cut off" },
  );
  assert.ok(note < 500, `${note} boards`);
  api.store.orders.update({ ...row, name: "Paula" });
  api.bus.emit("deskChanged", { siteId, lineId });
  await until(() => other.page().orders[0]?.name === "Paula", { what: "the other one's board" });
  slow.socket.resume();
  await slow.closeCode();
  const back = await read();
  assert.deepEqual(kinds(back)[0], "whole");
  assert.equal(back.page().orders[0]?.name, "Paula");
});

test("who may not look any more hears nothing of the next change but why, and the connection ends", async () => {
  api.stage.resident = { unitIds: [], desk: true };
  const reader = await read();
  api.stage.resident = { unitIds: [], desk: false };
  takeOrder({ ordering: api.ordering, lineId }, "a");
  assert.equal(await reader.closeCode(), 4403);
  const last = reader.frames.at(-1);
  assert.deepEqual(kinds(reader), ["whole", "error"]);
  assert.ok(last && "error" in last && last.error.code === "FORBIDDEN");
});

test("nothing has to happen for that: with the next twenty seconds it ends as well", async () => {
  api.stage.resident = { unitIds: [], desk: true };
  const reader = await read();
  api.stage.resident = { unitIds: [], desk: false };
  mock.timers.tick(20_000);
  assert.equal(await reader.closeCode(), 4403);
  assert.deepEqual(kinds(reader), ["whole", "error"]);
});

test("the line is removed: the connection says so and ends", async () => {
  const reader = await read();
  const line = await api.send("DELETE", `/api/lines/${lineId}`);
  assert.equal(line.status, 204, line.text);
  assert.equal(await reader.closeCode(), 4404);
});
