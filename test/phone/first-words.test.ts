/** What a line says first is sound before anybody calls: no caller waits for it, however slow the machine. */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { until } from "../lab/until.ts";
import { LineLab } from "./line-lab.ts";
import { ScriptedModel } from "./scripted-model.ts";

test("greeting and message for closed hours are rendered at the start and when they change, not in a call", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "neolia-renderer-"));
  t.after(() => rmSync(folder, { recursive: true }));
  // The real program, that leaves a line of what it was asked to say.
  const said = join(folder, "said");
  const renderer = join(folder, "espeak-ng");
  writeFileSync(
    renderer,
    `#!/bin/sh\nfor last; do :; done\nprintf '%s\\n' "$last" >> '${said}'\nPATH="\${PATH#*:}" exec espeak-ng "$@"\n`,
  );
  chmodSync(renderer, 0o755);
  const times = (text: string) =>
    existsSync(said)
      ? readFileSync(said, "utf8")
          .split("\n")
          .filter((line) => line.includes(text)).length
      : 0;

  const lab = await LineLab.start({
    brain: () => new ScriptedModel(() => null),
    lab: { bridgeEnv: { PATH: `${folder}${delimiter}${process.env.PATH}` } },
  });
  t.after(() => lab.stop());
  await until(() => times("Chez Marco 1") === 2, { what: "greeting and message" });

  const { line } = lab.restaurant;
  const greeting = { fr: "Bonsoir, ici la pizzeria." };
  await lab.lab.api.patch(`/api/lines/${line.id}`, { settings: { greeting } });
  await until(() => times(greeting.fr) === 1, { what: "the new greeting" });
  await lab.lab.bridge.kill();
  await lab.lab.bridge.start();
  await until(() => times(greeting.fr) === 2, { what: "the greeting after a start" });
  assert.equal(times("Chez Marco 1"), 3, "the message is said again, the greeting of before is not");
});
