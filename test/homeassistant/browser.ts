/** Chromium on Core's frontend, logged in as somebody. */
import type { Browser, Page } from "playwright-core";
import type { HomeAssistantCore } from "../lab/homeassistant-core.ts";
import { browserTokens, type Person } from "./onboarding.ts";

/** A page of its own profile on `path` of the frontend, logged in, at the size of a wall tablet. */
export async function openAs(browser: Browser, core: HomeAssistantCore, person: Person, path: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1024, height: 600 } });
  await context.addInitScript(
    (tokens) => {
      localStorage.setItem("hassTokens", tokens);
      localStorage.setItem("suspendWhenHidden", "false");
    },
    browserTokens(core, person.tokens),
  );
  const page = await context.newPage();
  await page.goto(`${core.url}${path}`);
  return page;
}
