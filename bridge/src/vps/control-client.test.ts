import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createPlain, type RequestListener, type Server } from "node:http";
import { createServer as createSecure } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { labFolder } from "../../../test/lab/folder.ts";
import { ControlClient } from "./control-client.ts";

const STATUS = { domain: "sip.example.com", revision: 3, contentHash: "h", appliedAtMs: 1, loggedOut: [] };
const closers: Array<() => void> = [];
afterEach(() => {
  for (const close of closers.splice(0).toReversed()) close();
});

async function serve(answer: RequestListener, tls?: { key: Buffer; cert: Buffer }): Promise<number> {
  const server: Server = tls ? createSecure(tls, answer) : createPlain(answer);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function client(url: string, more: { caFile?: string; timeoutMs?: number } = {}): ControlClient {
  const made = new ControlClient({ url, token: "site-token", ...more });
  closers.push(() => made.close());
  return made;
}

/** A client of a server that always answers this. */
async function answering(status: number, body: string, headers: Record<string, string> = {}): Promise<ControlClient> {
  const port = await serve((_request, reply) => reply.writeHead(status, headers).end(body));
  return client(`http://127.0.0.1:${port}`);
}

/** A certificate for `host`, signed by nobody but itself. */
function selfSigned(host: string): { key: Buffer; cert: Buffer; certFile: string } {
  const folder = labFolder("certificate");
  closers.push(() => folder.remove());
  const [keyFile, certFile] = [join(folder.path, "key.pem"), join(folder.path, "cert.pem")];
  const subject = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=${host}`];
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", keyFile];
  execFileSync("openssl", ["req", "-x509", ...key, "-out", certFile, "-days", "1", ...subject], { stdio: "pipe" });
  return { key: readFileSync(keyFile), cert: readFileSync(certFile), certFile };
}

test("every request carries the site's token, and the reply is what was agreed", async () => {
  let seen = "";
  const port = await serve((request, reply) => {
    seen = `${request.method} ${request.url} ${request.headers.authorization}`;
    reply.end(JSON.stringify(STATUS));
  });
  assert.deepEqual(await client(`http://127.0.0.1:${port}`).directory(), STATUS);
  assert.equal(seen, "GET /v1/directory Bearer site-token");
});

const replies: Array<[string, number, string, string]> = [
  ["a refused token", 401, '{"error":{"code":"UNAUTHORIZED","message":"m"}}', "VPS_UNAUTHORIZED"],
  ["a refused token of some proxy", 401, "<html>", "VPS_UNAUTHORIZED"],
  ["a conflict of revisions", 409, '{"error":{"code":"REVISION_CONFLICT","message":"m"}}', "REVISION_CONFLICT"],
  ["names in conflict", 409, '{"error":{"code":"NAME_CONFLICT","message":"m"}}', "NAME_CONFLICT"],
  ["a directory that is too large", 413, '{"error":{"code":"TOO_LARGE","message":"m"}}', "DIRECTORY_REFUSED"],
  ["a missing Kamailio", 503, '{"error":{"code":"EDGE_UNAVAILABLE","message":"m"}}', "VPS_EDGE_UNAVAILABLE"],
  ["some other server's error page", 502, "<html>", "VPS_BAD_REPLY"],
  ["a reply that is no JSON", 200, "hello", "VPS_BAD_REPLY"],
  ["a reply of another shape", 200, '{"revision":"three"}', "VPS_BAD_REPLY"],
];
for (const [what, status, body, code] of replies) {
  test(`${what} is ${code}`, async () => {
    await assert.rejects((await answering(status, body)).directory(), { name: "VpsError", code });
  });
}

test("what control says about a conflict is kept for people", async () => {
  const error = { code: "NAME_CONFLICT", message: "2 conflicts", details: { conflicts: ["unit401"] } };
  const conflict = (await answering(409, JSON.stringify({ error }))).directory();
  await assert.rejects(conflict, { message: "2 conflicts", details: { conflicts: ["unit401"] } });
});

test("no answer at all, a silent server and a reply without end are VPS_UNREACHABLE or refused, never a hang", async () => {
  await assert.rejects(client("http://127.0.0.1:1").directory(), { code: "VPS_UNREACHABLE" });
  const silent = await serve(() => undefined);
  const impatient = client(`http://127.0.0.1:${silent}`, { timeoutMs: 200 });
  await assert.rejects(impatient.directory(), { code: "VPS_UNREACHABLE" });
  const endless = await serve((_request, reply) => {
    const more = (): void => {
      while (!reply.destroyed && reply.write("x".repeat(65_536)));
    };
    reply.on("drain", more);
    more();
  });
  await assert.rejects(client(`http://127.0.0.1:${endless}`).directory(), { code: "VPS_BAD_REPLY" });
});

test("a certificate that we do not trust is told apart, and an own authority is trusted when it is given", async () => {
  const tls = selfSigned("DNS:localhost");
  const port = await serve((_request, reply) => reply.end(JSON.stringify(STATUS)), tls);
  const url = `https://localhost:${port}`;
  await assert.rejects(client(url).directory(), { code: "VPS_CERTIFICATE" });
  assert.equal((await client(url, { caFile: tls.certFile }).directory()).revision, 3);
  const byAddress = client(`https://127.0.0.1:${port}`, { caFile: tls.certFile });
  await assert.rejects(byAddress.directory(), { code: "VPS_CERTIFICATE" }, "a certificate of another name");
});

test("the VPS's clock counts, however wrong ours is", async () => {
  const years = 3 * 365 * 86_400_000;
  const date = new Date(Date.now() + years).toUTCString();
  const ahead = await answering(200, JSON.stringify(STATUS), { date });
  assert.ok(Math.abs(ahead.vpsNowMs() - Date.now()) < 1_000, "nothing known yet");
  await ahead.directory();
  assert.ok(Math.abs(ahead.vpsNowMs() - Date.now() - years) < 2_000);
});

test("a kept connection that control closed under us costs no request", async () => {
  let requests = 0;
  const port = await serve((request, reply) => {
    requests += 1;
    // The second request on a connection finds it dead.
    if (requests === 2) request.socket.resetAndDestroy();
    else reply.end(JSON.stringify(STATUS));
  });
  const kept = client(`http://127.0.0.1:${port}`);
  await kept.directory();
  assert.equal((await kept.directory()).revision, 3);
  assert.equal(requests, 3);
});
