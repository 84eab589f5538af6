import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { NODE_FLAGS } from "./node-flags.ts";

test("the app's image starts Node as the lab does", () => {
  const dockerfile = readFileSync(join(import.meta.dirname, "../../addon/Dockerfile"), "utf8");
  const command = /^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? "[]";
  assert.deepEqual(JSON.parse(command), ["node", ...NODE_FLAGS, "/app/start.js"]);
});
