/** Chromium on Core's frontend, logged in as somebody. */
import type { Browser, Page, Response } from "playwright-core";
import { until } from "../lab/until.ts";
import { browserTokens, type Person } from "./onboarding.ts";

export interface BrowserOptions {
  /** Home Assistant's own setting of that name. Default: false, as on a wall tablet. */
  suspendWhenHidden?: boolean;
  /** What Home Assistant's page is allowed. Default: the microphone. */
  permissions?: string[];
  /**
   * Home Assistant's own service worker, which fetches the whole frontend in advance: 1,191 files and 28 MB for each
   * profile, a processor's work for half a minute. Default: false.
   */
  serviceWorker?: boolean;
}

/** An empty page of its own profile, logged in (or not: null), at the size of a wall tablet. */
export async function newPageAs(
  browser: Browser,
  core: { url: string },
  person: Person | null,
  { suspendWhenHidden = false, permissions = ["microphone"], serviceWorker = false }: BrowserOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1024, height: 600 },
    permissions,
    locale: "en-GB",
    serviceWorkers: serviceWorker ? "allow" : "block",
  });
  // Home Assistant's own page alone takes seconds on a busy machine.
  context.setDefaultTimeout(90_000);
  if (person !== null) {
    await context.addInitScript(
      ([tokens, suspend]) => {
        localStorage.setItem("hassTokens", tokens);
        localStorage.setItem("suspendWhenHidden", suspend);
      },
      [browserTokens(core, person.tokens), String(suspendWhenHidden)] as const,
    );
  }
  const page = await context.newPage();
  page.on("response", (response) => void healFrame(page, response).catch(() => undefined));
  return page;
}

/**
 * Home Assistant sets the cookie of an app's session and then opens its frame. In Chromium these are two ways into the
 * network process, and on a busy machine the frame can be first: "401: Unauthorized" stands in it until somebody loads
 * the page anew, as is done here. Only then does the request go without the cookie.
 */
async function healFrame(page: Page, response: Response): Promise<void> {
  const request = response.request();
  if (response.status() !== 401 || !request.isNavigationRequest()) return;
  if (!request.url().includes("/api/hassio_ingress/")) return;
  if (/ingress_session=/.test((await request.headerValue("cookie")) ?? "")) return;
  const stored = async () =>
    (await page.context().cookies(request.url())).some(({ name }) => name === "ingress_session");
  await until(stored, { what: "the cookie of Home Assistant's frame" });
  await page.reload();
}

/** The same, on `path` of the frontend. */
export async function openAs(browser: Browser, core: { url: string }, person: Person, path: string): Promise<Page> {
  const page = await newPageAs(browser, core, person);
  await page.goto(`${core.url}${path}`);
  return page;
}
