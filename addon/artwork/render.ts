/** `node addon/artwork/render.ts`: draws icon.png and logo.png from the SVGs with Chromium. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const folder = import.meta.dirname;
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell", args: ["--no-sandbox"] });
try {
  for (const [name, width, height] of [
    ["icon", 128, 128],
    ["logo", 250, 100],
  ] as const) {
    const page = await browser.newPage({ viewport: { width, height } });
    const svg = readFileSync(join(folder, `${name}.svg`), "utf8");
    await page.setContent(`<style>html,body{margin:0;background:transparent}svg{display:block}</style>${svg}`);
    await page.screenshot({ path: join(folder, "..", `${name}.png`), omitBackground: true });
  }
} finally {
  await browser.close();
}
