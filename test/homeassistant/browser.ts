/** Chromium on Core's frontend, logged in as somebody. */
import type { Browser, Page } from "playwright-core";
import type { HomeAssistantCore } from "../lab/homeassistant-core.ts";
import { browserTokens, type Person } from "./onboarding.ts";

/** An empty page of its own profile, logged in (or not: null), at the size of a wall tablet. */
export async function newPageAs(
  browser: Browser,
  core: HomeAssistantCore,
  person: Person | null,
  { suspendWhenHidden = false }: { suspendWhenHidden?: boolean } = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1024, height: 600 },
    permissions: ["microphone"],
    locale: "en-GB",
  });
  if (person !== null) {
    await context.addInitScript(
      ([tokens, suspend]) => {
        localStorage.setItem("hassTokens", tokens);
        localStorage.setItem("suspendWhenHidden", suspend);
      },
      [browserTokens(core, person.tokens), String(suspendWhenHidden)] as const,
    );
  }
  return await context.newPage();
}

/** The same, on `path` of the frontend. */
export async function openAs(browser: Browser, core: HomeAssistantCore, person: Person, path: string): Promise<Page> {
  const page = await newPageAs(browser, core, person);
  await page.goto(`${core.url}${path}`);
  return page;
}
