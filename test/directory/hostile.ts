/** What an attacker sends, and what a refusal has to look like. */
import assert from "node:assert/strict";
import type { ErrorReply } from "../../bridge/src/api/error.ts";
import { ERRORS } from "../../bridge/src/events/errors.ts";
import type { Reply } from "./app.ts";

/** An error of the table, in its shape, that says nothing of our insides. */
export function assertCleanError(reply: Reply, what: string, statuses: readonly number[] = [400]): void {
  assert.ok(statuses.includes(reply.status), `${what}: ${reply.status} ${reply.text.slice(0, 200)}`);
  const { error } = reply.json<ErrorReply>();
  assert.deepEqual(
    Object.keys(error).filter((key) => !["code", "message", "retryable", "details", "fields"].includes(key)),
    [],
  );
  assert.ok(error.code in ERRORS, error.code);
  assert.notEqual(error.code, "INTERNAL", what);
  assert.doesNotMatch(reply.text, /node_modules|\.ts:|SQLITE|at Object|FST_/, what);
  assert.match(String(reply.headers["content-type"]), /^application\/json/);
}

export const TEXTS: Record<string, string> = {
  sql: `'; DROP TABLE unit; --`,
  html: `<script>alert(1)</script><img src=x onerror=alert(1)>`,
  "cr lf": "a\r\nSet-Cookie: x=1",
  nul: "a\u0000b",
  bell: "a\u0007b",
  "right to left override": "a\u202egnp.exe",
  isolate: "a\u2066b\u2069",
  "line separator": "a\u2028b",
  emoji: "👨‍👩‍👧‍👦 😀",
  arabic: "شقة ٤٠١",
  "lone surrogate": "a\ud800b",
  "no character, which XML cannot hold": "a\uffffb",
  "64 kB": "x".repeat(65_536),
  "4 kB": "x".repeat(4096),
  spaces: "   ",
  empty: "",
  path: "../../etc/passwd",
  template: "#{1+1} {{7*7}} %s %n",
  "a long number": "9".repeat(400),
};
/** Texts that a label may hold; they must come back as they were sent. */
export const INERT = ["sql", "html", "emoji", "arabic", "path", "template"];
