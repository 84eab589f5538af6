/**
 * What the open pages show, put into the message of whatever waited in vain: a failure on another machine is understood
 * from what it printed, or not at all. Browsers of `startChromium` are watched; `until` and Playwright's own timeouts tell.
 */
import type { Browser, Frame, Page } from "playwright-core";

const MOST_CHARACTERS = 1_500;
const MOST_MESSAGES = 8;
/** A page that hangs shall not hold up the word on it. */
const PATIENCE_MS = 2_000;

const browsers = new Set<Browser>();
const told = new WeakSet<Error>();
let telling = false;
let listening = false;

/** From now on, until it ends, what this browser's pages show is part of every timeout's message. */
export function watch(browser: Browser): void {
  browsers.add(browser);
  browser.on("disconnected", () => browsers.delete(browser));
  if (listening) return;
  // Playwright gives its classes to nobody; the first page has them.
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.on("page", (page) => listenTo(page));
    return context;
  };
}

/** The text of all open pages, their console's errors and addresses; empty when there is none. Never throws. */
export async function whatPagesShow(): Promise<string> {
  if (telling) return "";
  telling = true;
  try {
    const pages = [...browsers].flatMap((browser) => browser.contexts().flatMap((context) => context.pages()));
    return (await Promise.all(pages.map(described))).join("");
  } catch (error) {
    return `\nthe pages could not be looked at: ${String(error)}`;
  } finally {
    telling = false;
  }
}

async function described(page: Page): Promise<string> {
  const shown = await Promise.all(page.frames().map(shownBy));
  const messages = (await page.consoleMessages().catch(() => [])).filter((one) => one.type() === "error");
  const errors = await page.pageErrors().catch(() => []);
  const lines = [...messages.map((one) => one.text()), ...errors.map(String)].slice(-MOST_MESSAGES);
  return `${shown.join("")}${lines.map((line) => `\n| console: ${line.slice(0, 300)}`).join("")}`;
}

async function shownBy(frame: Frame): Promise<string> {
  const text = await frame
    .locator("body")
    .ariaSnapshot({ timeout: PATIENCE_MS })
    .catch((error: Error) => `(${error.message.split("\n")[0]})`);
  // The end of a page is its view; what stands before it is often a menu.
  const cut = text.length > MOST_CHARACTERS ? `…${text.slice(-MOST_CHARACTERS)}` : text;
  return `\n${frame.url()} shows:\n| ${cut.replaceAll("\n", "\n| ")}`;
}

function listenTo(page: Page): void {
  if (listening) return;
  listening = true;
  for (const one of [page, page.locator("body")]) tellOfTimeouts(Object.getPrototypeOf(one));
}

type Method = (this: unknown, ...args: unknown[]) => Promise<unknown>;

function tellOfTimeouts(prototype: object): void {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    const waits = value instanceof Function && (value.constructor.name === "AsyncFunction" || name === "waitForEvent");
    if (!waits || name.startsWith("_")) continue;
    const method = value as Method;
    Object.defineProperty(prototype, name, {
      configurable: true,
      writable: true,
      async value(this: unknown, ...args: unknown[]) {
        try {
          return await method.apply(this, args);
        } catch (error) {
          if (error instanceof Error && error.name === "TimeoutError" && !telling && !told.has(error)) {
            told.add(error);
            const before = error.message;
            error.message += await whatPagesShow();
            error.stack = error.stack?.replace(before, () => error.message) ?? error.message;
          }
          throw error;
        }
      },
    });
  }
}
