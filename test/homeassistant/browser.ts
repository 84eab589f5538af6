/** Chromium on Core's frontend, logged in as somebody. */
import type { Browser, Page } from "playwright-core";
import type { HomeAssistantCore } from "../lab/homeassistant-core.ts";
import { browserTokens, type Person } from "./onboarding.ts";

/**
 * A page of its own profile on `path` of the frontend, logged in, at the size of a wall tablet. `prepare` gets the page
 * before it is opened.
 */
export async function openAs(
  browser: Browser,
  core: HomeAssistantCore,
  person: Person,
  path: string,
  prepare: (page: Page) => void = () => {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1024, height: 600 },
    permissions: ["microphone"],
    locale: "en-GB",
  });
  await context.addInitScript(
    (tokens) => {
      localStorage.setItem("hassTokens", tokens);
      localStorage.setItem("suspendWhenHidden", "false");
    },
    browserTokens(core, person.tokens),
  );
  const page = await context.newPage();
  prepare(page);
  await page.goto(`${core.url}${path}`);
  return page;
}
