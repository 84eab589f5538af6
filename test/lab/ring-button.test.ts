import assert from "node:assert/strict";
import { request } from "node:http";
import { type TestContext, test } from "node:test";
import { reservePorts } from "./ports.ts";
import { startRingButton } from "./ring-button.ts";

const ORIGIN = "http://localhost:8200";

async function button(t: TestContext, ring: () => Promise<string | null>) {
  const block = await reservePorts();
  const started = await startRingButton(block.base, ORIGIN, ring);
  t.after(async () => {
    await started.stop();
    block.release();
  });
  return { port: block.base, url: started.url };
}

function send(port: number, method: string, path: string, headers: Record<string, string>) {
  return new Promise<{ status: number; allowed: string | undefined }>((resolve, reject) => {
    // A connection of its own: the port may be that of a server that has just gone.
    const message = request({ host: "127.0.0.1", port, method, path, headers, agent: false }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, allowed: response.headers["access-control-allow-origin"] });
    });
    message.on("error", reject);
    message.end();
  });
}

test("the page's own origin presses the bell", async (t) => {
  let rings = 0;
  const { port } = await button(t, async () => {
    rings += 1;
    return null;
  });
  const headers = { host: `localhost:${port}`, origin: ORIGIN };
  assert.deepEqual(await send(port, "OPTIONS", "/ring", headers), { status: 204, allowed: ORIGIN });
  assert.equal(rings, 0);
  assert.deepEqual(await send(port, "POST", "/ring", headers), { status: 204, allowed: ORIGIN });
  assert.equal(rings, 1);
});

test("the same page by its number presses it, too, and hears why nobody is rung", async (t) => {
  const { port } = await button(t, async () => "no panel is ready");
  const origin = ORIGIN.replace("localhost", "127.0.0.1");
  assert.deepEqual(await send(port, "POST", "/ring", { host: `localhost:${port}`, origin }), {
    status: 409,
    allowed: origin,
  });
});

test("another site, no site and a foreign host name press nothing", async (t) => {
  let rings = 0;
  const { port } = await button(t, async () => {
    rings += 1;
    return null;
  });
  const host = `localhost:${port}`;
  for (const headers of [
    { host, origin: "https://example.com" },
    { host, origin: "http://localhost:8201" },
    { host },
    { host: `rebound.example.com:${port}`, origin: ORIGIN },
  ]) {
    assert.deepEqual(await send(port, "POST", "/ring", headers), { status: 403, allowed: undefined });
  }
  assert.equal((await send(port, "GET", "/ring", { host, origin: ORIGIN })).status, 405);
  assert.equal((await send(port, "POST", "/other", { host, origin: ORIGIN })).status, 404);
  assert.equal(rings, 0);
});

test("a door that cannot ring is an error for the page", async (t) => {
  const { port } = await button(t, async () => {
    throw new Error("the door station is gone");
  });
  assert.equal((await send(port, "POST", "/ring", { host: `localhost:${port}`, origin: ORIGIN })).status, 500);
});
