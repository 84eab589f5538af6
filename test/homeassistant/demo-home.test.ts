/** `npm run demo -- --homeassistant`, at a terminal of its own, with a browser in the person's place. */
import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startChromium } from "../lab/chromium.ts";
import { labFolder } from "../lab/folder.ts";
import { allGone } from "../lab/living-in.ts";
import { until } from "../lab/until.ts";

const DEMO = join(import.meta.dirname, "../lab/demo.ts");
const START_MS = 300_000;

test("a person logs in with what the demo prints, is rung by its key, and Ctrl-C ends everything", async (t) => {
  const folder = labFolder("demo-home");
  t.after(() => folder.remove());
  // The app's own user must get in, as in any temporary folder of a machine.
  chmodSync(folder.path, 0o755);
  const env = { ...process.env, TMPDIR: folder.path };
  // `script` is the terminal.
  const terminal = spawn(
    "script",
    ["--quiet", "--command", `"${process.execPath}" "${DEMO}" --homeassistant`, "/dev/null"],
    {
      env,
    },
  );
  t.after(() => terminal.kill());
  const output = await printed(terminal, "Press r");
  const [, url = ""] = /(http:\/\/localhost:\d+\/app\/\S+)/.exec(output) ?? [];
  const [, password = ""] = /^ +rosa +(\S+)/m.exec(output) ?? [];
  assert.ok(url && password, output);

  const browser = await startChromium();
  try {
    const page = await (await browser.newContext({ permissions: ["microphone"] })).newPage();
    await page.goto(url);
    await page.locator("input[name=username]").fill("rosa");
    await page.locator("input[name=password]").fill(password);
    await page.keyboard.press("Enter");
    const frame = page.frameLocator("iframe");
    await frame.locator("neolia-panel").waitFor({ timeout: 60_000 });
    await frame.locator("neolia-setup-view label", { hasText: "401" }).click({ timeout: 30_000 });
    await frame.locator("neolia-setup-view button.accent").first().click();
    await frame.locator("neolia-home-view").waitFor({ timeout: 30_000 });
    await frame.locator("[data-neolia-demo]").waitFor();
    await until(
      async () => {
        terminal.stdin.write("r");
        return (await frame.locator("neolia-incoming-view").count()) > 0;
      },
      { timeoutMs: 30_000, everyMs: 1_000, what: "the ring" },
    );
    const shots = process.env.NEOLIA_SHOTS;
    if (shots) await page.screenshot({ path: join(shots, "demo-home.png") });
  } finally {
    await browser.close();
  }

  terminal.stdin.write("\u0003");
  await allGone(folder.path, 60_000);
});

async function printed(terminal: ChildProcessWithoutNullStreams, text: string): Promise<string> {
  let output = "";
  for (const stream of [terminal.stdout, terminal.stderr]) {
    stream.on("data", (bytes) => {
      output += String(bytes);
    });
  }
  await until(
    () => {
      if (terminal.exitCode !== null) throw new Error(output);
      return output.includes(text);
    },
    { timeoutMs: START_MS, what: `the demo to print ${text}` },
  );
  return output;
}
