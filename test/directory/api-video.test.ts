/** A door's camera through the bridge: only the camera that an administrator named, only in the house. */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, test } from "node:test";
import type { Door } from "../../bridge/src/api/directory.ts";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import type { VideoAnswer } from "../../bridge/src/api/video.ts";
import { cameras } from "../../bridge/src/video/cameras.ts";
import { whep } from "../../bridge/src/video/whep.ts";
import { until } from "../lab/until.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";

const OFFER = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n";
const ANSWER = "v=0\r\no=- 2 2 IN IP4 127.0.0.1\r\n";

let api: TestApp;
let house: House;
let server: Server;
/** What the camera was asked, as "METHOD path". */
let asked: string[];
let reply: (request: IncomingMessage, response: ServerResponse) => void;

beforeEach(async () => {
  api = await testApp();
  api.stage.camera = whep;
  house = await makeHouse(api);
  asked = [];
  reply = (_request, response) =>
    response.writeHead(201, { "content-type": "application/sdp", location: "/entrance/whep/7" }).end(ANSWER);
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume().on("end", () => reply(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await setUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/entrance/whep`);
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await api.close();
});

const setUrl = (videoUrl: string) => api.send("PATCH", `/api/doors/${house.door.id}`, { videoUrl });
const watch = () => api.send("POST", `/api/doors/${house.door.id}/video`, { sdp: OFFER });

test("the offer goes to the door's camera, its answer comes back, and leaving lets the camera stop", async () => {
  const seen = await watch();
  assert.equal(seen.status, 201, seen.text);
  const { videoId, sdp } = seen.json<VideoAnswer>();
  assert.equal(sdp, ANSWER);
  const other = await makeHouse(api, { domain: "other.sip.example.com" });
  const leave = (doorId: string) => api.send("DELETE", `/api/doors/${doorId}/video/${videoId}`);
  assert.equal((await leave(other.door.id)).status, 204);
  assert.deepEqual(asked, ["POST /entrance/whep"], "another door's session is not touched");
  assert.equal((await leave(house.door.id)).status, 204);
  assert.equal((await leave(house.door.id)).status, 204);
  assert.deepEqual(asked, ["POST /entrance/whep", "DELETE /entrance/whep/7"]);
});

test("a resident watches the doors that may ring them, and learns no camera's address", async () => {
  api.stage.resident = { unitIds: [house.unit401.id] };
  assert.equal((await watch()).status, 201);
  const [door] = (await api.send("GET", "/api/doors")).json<Door[]>();
  assert.deepEqual([door?.videoUrl, door?.hasVideo], ["", true]);
  api.stage.resident = { unitIds: [] };
  const { status, code } = await watch();
  assert.deepEqual([status, code], [404, "UNKNOWN_DOOR"]);
});

test("each way in which a camera fails has its own code", async () => {
  const code = async () => {
    const failed = await watch();
    return [failed.status, failed.code, failed.json<ErrorReply>().error.details?.status];
  };
  reply = (_request, response) => response.writeHead(404).end();
  assert.deepEqual(await code(), [503, "CAMERA_REFUSED", 404]);
  reply = (_request, response) => response.writeHead(401, { "www-authenticate": "Basic" }).end();
  assert.deepEqual(await code(), [503, "CAMERA_REFUSED", 401]);
  reply = (_request, response) => response.writeHead(201, { "content-type": "text/html" }).end("<html>");
  assert.deepEqual(await code(), [503, "CAMERA_REFUSED", 201]);
  reply = (_request, response) => response.writeHead(201, { "content-type": "application/sdp" }).end("no SDP");
  assert.deepEqual(await code(), [503, "CAMERA_REFUSED", 201]);
  reply = (request) => request.socket.destroy();
  assert.deepEqual(await code(), [503, "CAMERA_UNREACHABLE", undefined]);
  await setUrl("");
  assert.deepEqual(await code(), [404, "NO_CAMERA", undefined]);
});

test("nobody is followed elsewhere: no redirect, no other server's session, no endless answer", async () => {
  const trap = createServer((_request, response) => {
    trapped += 1;
    response.end();
  });
  let trapped = 0;
  await new Promise<void>((resolve) => trap.listen(0, "127.0.0.1", resolve));
  const elsewhere = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/`;
  try {
    reply = (_request, response) => response.writeHead(307, { location: elsewhere }).end();
    assert.equal((await watch()).code, "CAMERA_REFUSED");
    reply = (_request, response) =>
      response.writeHead(201, { "content-type": "application/sdp", location: elsewhere }).end(ANSWER);
    const { videoId } = (await watch()).json<VideoAnswer>();
    assert.equal((await api.send("DELETE", `/api/doors/${house.door.id}/video/${videoId}`)).status, 204);
    assert.equal(trapped, 0);
    reply = (_request, response) => {
      response.writeHead(201, { "content-type": "application/sdp" });
      const more = () => {
        while (!response.destroyed && response.write("v".repeat(4096)));
        response.once("drain", more);
      };
      more();
    };
    assert.equal((await watch()).code, "CAMERA_UNREACHABLE");
  } finally {
    trap.closeAllConnections();
    trap.close();
  }
});

test("a camera is in the house: other addresses are refused in the form, and names that lead elsewhere when used", async () => {
  for (const videoUrl of [
    "http://198.51.100.7/whep",
    "http://[2001:db8::1]/whep",
    "http://[::ffff:198.51.100.7]/whep",
    "rtsp://192.168.1.20/whep",
    "http://user:secret@192.168.1.20/whep",
    "http://192.168.1.20/whep#a",
    "http://192.168.1.20/whep\r\nX: 1",
    "javascript:alert(1)",
    "http://0x7f000001.example.com:99999/",
  ]) {
    const refused = await setUrl(videoUrl);
    const { fields } = refused.json<ErrorReply>().error;
    assert.deepEqual([refused.status, fields], [400, { videoUrl: "VIDEO_URL" }], videoUrl);
  }
  for (const videoUrl of ["http://10.0.0.5:8889/a/whep", "https://cam.local/whep", "http://[fd00::5]/whep", ""]) {
    assert.equal((await setUrl(videoUrl)).status, 200, videoUrl);
  }
  // Written as a number it is the same public address (198.51.100.7); the URL's parser sees through it.
  assert.equal((await setUrl("http://3325256711/whep")).status, 400);
  await assert.rejects(whep.open("http://198.51.100.7/whep", OFFER), { code: "CAMERA_UNREACHABLE" });
});

test("who has watched longest makes room, so that pages that are gone do not keep the camera from others", async () => {
  const closed: string[] = [];
  let opened = 0;
  const watched = cameras({
    urlOf: () => "http://192.168.1.20/whep",
    camera: {
      open: async () => ({ sdp: ANSWER, resource: `http://192.168.1.20/whep/${++opened}` }),
      close: async (resource) => void closed.push(resource),
    },
  });
  for (let viewer = 0; viewer < 14; viewer++) await watched.watch("door", OFFER);
  await until(() => closed.length === 2, { what: "two sessions closed" });
  assert.deepEqual(closed, ["http://192.168.1.20/whep/1", "http://192.168.1.20/whep/2"]);
  await watched.stop();
  assert.equal(closed.length, 14);
});
