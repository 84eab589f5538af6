/** Two joined calls: what one hears the other says, whatever the length of its packets. Time is drawn by the test. */
import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { until } from "../../../../test/lab/until.ts";
import { MediaCall } from "./media-call.ts";
import type { MediaEvent } from "./messages.ts";

const PCMA = 8;
const DTMF = 101;
const SILENCE = 0xd5;

let socket: Socket;
let caller: MediaCall;
let person: MediaCall;
let events: MediaEvent[];
let sent: Buffer[];

beforeEach(async () => {
  events = [];
  sent = [];
  socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.on("message", (packet) => sent.push(packet.subarray(12)));
  [caller, person] = [1, 2].map((id) => new MediaCall(id, (event) => events.push(event))) as [MediaCall, MediaCall];
  const remote = { address: "127.0.0.1", port: socket.address().port };
  for (const call of [caller, person]) {
    call.agree({ codec: "pcma", dtmfType: DTMF, remote, keys: null, receives: true, sends: true });
  }
  await until(() => events.filter(({ type }) => type === "opened").length === 2, { what: "both ports" });
});
afterEach(() => {
  caller.close();
  person.close();
  socket.close();
});

function portOf(call: number): number {
  const opened = events.find((event) => event.type === "opened" && event.call === call);
  return opened?.type === "opened" ? opened.port : 0;
}

function packet(type: number, sequence: number, timestamp: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = type;
  header.writeUInt16BE(sequence, 2);
  header.writeUInt32BE(timestamp, 4);
  return Buffer.concat([header, payload]);
}

for (const ms of [10, 20, 30, 60]) {
  test(`packets of ${ms} ms reach the other one whole, in order and without holes`, async () => {
    caller.join(person);
    const bytes = ms * 8;
    const spoken: number[] = [];
    let [sequence, ticks] = [0, 0];
    for (let n = 0; n * ms < 600; n++) {
      const payload = Buffer.from(Array.from({ length: bytes }, (_, at) => ((n * bytes + at) % 200) + 1));
      spoken.push(...payload);
      socket.send(packet(PCMA, sequence++, n * bytes, payload), portOf(1));
      // A key after it says that the sound before it was taken. It has no place in the order of the sound.
      socket.send(packet(DTMF, 0, n * bytes + 1, Buffer.from([n % 10, 0, 0, 160])), portOf(1));
      await until(() => events.filter(({ type }) => type === "key").length === n + 1, { what: "the packet taken" });
      for (; (ticks + 1) * 20 <= (n + 1) * ms; ticks++) {
        person.prepare(0);
        person.tick(0, 0);
      }
    }
    await until(() => sent.length === ticks, { what: "all packets of the other one" });
    const heard = [...Buffer.concat(sent)];
    const first = heard.findIndex((byte, at) => at % 160 === 0 && byte !== SILENCE);
    assert.ok(first >= 0 && first <= 3 * 160, `nothing was heard for ${first / 8} ms`);
    assert.deepEqual(heard.slice(first), spoken.slice(0, heard.length - first));
  });
}
