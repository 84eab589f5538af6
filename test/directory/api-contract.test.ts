import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CONTRACT_FILE, currentContract } from "./api-contract.ts";

test("docs/api-contract.md says what the routes do", async () => {
  const file = readFileSync(CONTRACT_FILE, "utf8");
  assert.equal(file, await currentContract(), "run: node test/directory/api-contract.ts");
});
