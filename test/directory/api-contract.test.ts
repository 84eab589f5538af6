import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CONTRACT_FILE, currentContract } from "./api-contract.ts";
import { testApp } from "./app.ts";

test("docs/api-contract.md says what the routes do", async () => {
  const file = readFileSync(CONTRACT_FILE, "utf8");
  assert.equal(file, await currentContract(), "run: node test/directory/api-contract.ts");
});

test("administrators browse the API on a page of our own: every route, no script, no foreign host", async () => {
  const api = await testApp();
  try {
    const page = await api.send("GET", "/api/docs");
    assert.match(String(page.headers["content-type"]), /^text\/html/);
    for (const { method, url } of api.routes)
      assert.ok(page.text.includes(`<b>${method}</b> <code>${url}</code>`), url);
    assert.doesNotMatch(page.text, /<script|style=|https?:\/\/(?!json-schema)/);
    assert.match(String(page.headers["content-security-policy"]), /default-src 'none'/);
    assert.match(String((await api.send("GET", "/api/docs.css")).headers["content-type"]), /^text\/css/);
    api.stage.resident = { unitIds: [] };
    assert.equal((await api.send("GET", "/api/docs")).code, "FORBIDDEN");
  } finally {
    await api.close();
  }
});
