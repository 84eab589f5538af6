/** What the panel's requests say went wrong, by what came back. */
import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, test } from "node:test";
import { ApiError, createApi } from "../../panel/src/data/api.ts";

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function codeOf(answer: RequestListener): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const api = createApi({ baseUrl: `http://127.0.0.1:${port}/`, renewSession: async () => false }, 500);
  const error = await api.get("api/x").then(
    () => assert.fail("it was taken for a reply"),
    (failure: unknown) => failure,
  );
  return error instanceof ApiError ? error.code : String(error);
}

for (const status of [200, 409]) {
  test(`a reply of ${status} that stops in its middle is a connection that is gone, and nobody else's reply`, async () => {
    const code = await codeOf((_request, response) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.write('{"error":');
      setImmediate(() => response.destroy());
    });
    assert.equal(code, "UNREACHABLE");
  });

  test(`a reply of ${status} whose time is over in its middle as well`, async () => {
    const code = await codeOf((_request, response) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.write('{"error":');
    });
    assert.equal(code, "UNREACHABLE");
  });

  test(`a whole reply of ${status} that is no JSON is somebody else's`, async () => {
    const code = await codeOf((_request, response) => {
      response.writeHead(status, { "content-type": "text/html" });
      response.end("<h1>A hotel</h1>");
    });
    assert.equal(code, "BAD_REPLY");
  });
}
