/** A configuration that waits to be fetched once: by its device, and not by what opens links on the way there. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { publicDocumentRoutes } from "../../infra/control/src/document-routes.ts";
import { Documents } from "../../infra/control/src/documents.ts";
import { documentId, newToken, seal } from "../../infra/control/src/sealed-document.ts";
import { createServer, type Server } from "../../infra/control/src/server.ts";

let server: Server;
let documents: Documents;

beforeEach(() => {
  server = createServer({ tls: null, logLevel: "fatal" });
  documents = new Documents({ known: () => "same" });
  publicDocumentRoutes(server, documents);
});
afterEach(() => server.close());

function waiting(): string {
  const token = newToken();
  const sealed = seal({ mediaType: "text/plain", fileName: "a.cfg", content: "secret = 1" }, token);
  documents.put("home", documentId(token), { kind: "file", sealed, validMs: 60_000, logins: [] });
  return token;
}

const fetched = async (token: string, headers: Record<string, string>, method: "GET" | "HEAD" = "GET") =>
  (await server.inject({ method, url: `/d/${token}`, headers })).payload;

test("a device file is not burnt by a browser that fetches ahead, a preview, a scanner of mail, or HEAD", async () => {
  const token = waiting();
  const others: Record<string, string>[] = [
    { accept: "text/html,*/*" },
    { accept: "*/*", "user-agent": "Mozilla/5.0", "sec-purpose": "prefetch;prerender" },
    { accept: "*/*", "user-agent": "Mozilla/5.0", purpose: "prefetch" },
    { accept: "*/*", "user-agent": "Mozilla/5.0", "x-moz": "prefetch" },
    { accept: "*/*", "user-agent": "Mozilla/5.0", "sec-fetch-mode": "cors", "sec-fetch-site": "cross-site" },
    ...[
      "WhatsApp/2.23",
      "TelegramBot",
      "Slackbot-LinkExpanding 1.0",
      "Slack-ImgProxy",
      "SkypeUriPreview",
      "Discordbot",
    ].map((name) => ({ accept: "*/*", "user-agent": name })),
    ...["facebookexternalhit/1.1", "Viber/13", "Googlebot/2.1", "Barracuda Sentinel scanner", "Iframely/1.3 embed"].map(
      (name) => ({ accept: "*/*", "user-agent": name }),
    ),
  ];
  for (const headers of others) {
    const page = await fetched(token, headers);
    assert.match(page, /Enter this address in the door station/, JSON.stringify(headers));
  }
  assert.equal(await fetched(token, {}, "HEAD"), "");
  assert.equal(await fetched(token, { "user-agent": "Grandstream Model HW HT841" }), "secret = 1");
  assert.equal(await fetched(token, { "user-agent": "Grandstream Model HW HT841" }), "Not found.\n");
});

test("a site has room for new codes as soon as those that nobody fetched have run out, and used ones are remembered", async () => {
  let nowMs = 0;
  const own = new Documents({ known: () => "same", steady: () => nowMs });
  const put = (token: string): boolean => {
    const sealed = seal({ mediaType: "text/plain", fileName: "a.cfg", content: "x" }, token);
    return own.put("home", documentId(token), { kind: "file", sealed, validMs: 60_000, logins: [] });
  };
  const used = newToken();
  assert.ok(put(used));
  assert.notEqual(await own.take("file", used, "station"), null);
  let count = 1;
  while (put(newToken())) count += 1;
  assert.equal(count, 500);
  nowMs = 60_001;
  assert.ok(put(newToken()), "all but one have run out");
  assert.equal(own.status("home", documentId(used)).state, "used");
});

test("a link that was copied badly is as wrong as any other, and what a sentence leaves behind it does no harm", async () => {
  const device = { "user-agent": "Grandstream Model HW HT841" };
  const answers = [];
  for (const wrong of [
    "A".repeat(43),
    "A",
    "",
    "x".repeat(500),
    "a/b/c",
    "%00%0d%0aX:1",
    "..%2f..%2fetc",
    "%F0%9F%98%80",
  ]) {
    const { statusCode, payload, headers } = await server.inject({
      method: "GET",
      url: `/d/${wrong}`,
      headers: device,
    });
    const { date: _date, ...rest } = headers;
    answers.push(JSON.stringify([statusCode, payload, rest]));
  }
  assert.deepEqual(new Set(answers).size, 1, answers.join("\n"));
  assert.match(answers[0] ?? "", /^\[404,"Not found/);
  for (const tail of ["", "/", ".", ")", "?fbclid=IwAR0&utm_source=x", ",", "%20", "»"]) {
    assert.equal(await fetched(`${waiting()}${encodeURI(tail).replace("%2520", "%20")}`, device), "secret = 1", tail);
  }
});

for (const headers of [{}, { accept: "*/*", "user-agent": "Akuvox R20A" }, { accept: "*/*", "user-agent": "curl/8" }]) {
  test(`whatever fetches with ${JSON.stringify(headers)} gets the file`, async () => {
    assert.equal(await fetched(waiting(), headers), "secret = 1");
  });
}
