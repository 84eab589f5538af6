import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, { uses?: string; steps?: Step[] }>;
}

const folder = join(import.meta.dirname, "../../.github/workflows");
const workflows = new Map(
  readdirSync(folder).map((name) => [name, parse(readFileSync(join(folder, name), "utf8")) as Workflow]),
);
const steps = [...workflows.values()].flatMap(({ jobs }) => Object.values(jobs).flatMap((job) => job.steps ?? []));

test("every action of others is pinned to a commit", () => {
  const foreign = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
  assert.ok(foreign.length > 0);
  for (const uses of foreign) assert.match(uses, /@[0-9a-f]{40}$/);
});

test("workflows may only read unless a job says otherwise", () => {
  for (const [name, { permissions }] of workflows) assert.deepEqual(permissions, { contents: "read" }, name);
});

test("CI runs what a person runs, and nothing clever", () => {
  const jobs = workflows.get("test.yaml")?.jobs.test?.steps ?? [];
  assert.equal(jobs.at(-1)?.run, ".ci/run");
});

test("the image is built with the whole repository as context, by one version of the builder", () => {
  const build = steps.find(({ uses }) => uses?.startsWith("home-assistant/builder/actions/build-image"));
  assert.equal(build?.with?.context, ".");
  assert.equal(build?.with?.file, "addon/Dockerfile");
  const builders = steps.flatMap(({ uses }) =>
    uses?.startsWith("home-assistant/builder/") ? [uses.split("@")[1]] : [],
  );
  assert.equal(builders.length, 3);
  assert.equal(new Set(builders).size, 1);
});
