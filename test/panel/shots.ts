/** Keeps pictures of the panel when `NEOLIA_SHOTS` names a folder, for people to look at. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

export async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env.NEOLIA_SHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
