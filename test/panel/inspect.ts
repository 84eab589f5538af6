/** Judges a view: accessible, nothing cut off, buttons that a finger hits. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** All of it, or in the element `within` alone, such as a dialog over a view that was looked at already; keeps a picture as well when `NEOLIA_SHOTS` names a folder, for people to look at. */
export async function inspect(page: Page, name: string, within?: string): Promise<void> {
  await shot(page, name);
  await accessible(page, name, within);
  await fits(page, name);
  await touchable(page, name);
}

async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.NEOLIA_SHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** 0 violations of axe-core's rules, or a list of them. `within`: only this element and what is in it. */
export async function accessible(page: Pick<Page, "evaluate">, what: string, within?: string): Promise<void> {
  // It stays in the page until the next one is loaded.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(AXE);
  const found = (await page.evaluate(
    `axe.run(${within === undefined ? "document" : `(${FIND})(document, ${JSON.stringify(within)})`}, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map((n) => n.html).join(" ")))`,
  )) as string[];
  assert.deepEqual(found, [], what);
}

/** The first element that fits, through all shadow trees. */
const FIND = `function find(root, selector) {
  const here = root.querySelector(selector);
  if (here) return here;
  for (const element of root.querySelectorAll("*")) {
    const found = element.shadowRoot && find(element.shadowRoot, selector);
    if (found) return found;
  }
  return null;
}`;

/** Nothing wider than the window or its button, and a call wholly on the screen. */
async function fits(page: Page, what: string): Promise<void> {
  assert.deepEqual(await page.evaluate(MISFITS), [], what);
}

const MISFITS = `(() => {
  const panel = document.querySelector("neolia-panel");
  const found = [];
  if (panel.scrollWidth > panel.clientWidth) found.push("too wide: " + (panel.scrollWidth - panel.clientWidth));
  const calling = panel.shadowRoot.querySelector("neolia-incoming-view, neolia-call-view");
  if (calling && panel.scrollHeight > panel.clientHeight) {
    found.push("too high: " + (panel.scrollHeight - panel.clientHeight));
  }
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) look(element.shadowRoot);
      // A round button holds an icon, and its badge sticks out on purpose.
      if (element.localName !== "button" || element.classList.contains("round")) continue;
      if (element.scrollWidth > element.clientWidth) found.push("button too narrow: " + element.innerText);
    }
  };
  look(panel.shadowRoot);
  return found;
})()`;

/** Every button is at least 44 px high and wide. */
async function touchable(page: Page, what: string): Promise<void> {
  // In one go, as a long list has a hundred; those that have a place on the page.
  const small = await page.getByRole("button").evaluateAll((buttons) =>
    buttons
      .filter((button) => button.getClientRects().length > 0)
      .map((button) => ({ name: button.textContent, box: button.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 44 || box.height < 44)
      .map(({ name, box }) => `${name}: ${box.width}×${box.height}`),
  );
  assert.deepEqual(small, [], what);
}

/** The whole of each button lies inside the window, and nothing lies over it. */
export async function onScreen(page: Page, ...names: string[]): Promise<void> {
  const window = page.viewportSize();
  assert.ok(window);
  for (const name of names) {
    const button = page.getByRole("button", { name, exact: true });
    const box = await button.boundingBox();
    assert.ok(box && box.y >= 0 && box.y + box.height <= window.height, `${name}: ${JSON.stringify(box)}`);
    await button.click({ trial: true });
    // A click scrolls to what is cut off.
    assert.deepEqual(await button.boundingBox(), box, `${name} is cut off`);
  }
}
