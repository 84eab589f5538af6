/**
 * What the open pages show, what they said to the SIP server, and the end of the programs' logs, put into the message of whatever waited in vain: a failure on another machine is understood
 * from what it printed, or not at all. Browsers of `startChromium` are watched; `until` and Playwright's own timeouts tell.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Browser, Frame, Page, WebSocket } from "playwright-core";

const MOST_CHARACTERS = 1_500;
const MOST_MESSAGES = 8;
const MOST_SIP_MESSAGES = 24;
const MOST_LOG_LINES = 6;
/** A page that hangs shall not hold up the word on it. */
const PATIENCE_MS = 2_000;

const browsers = new Set<Browser>();
const logs = new Set<string>();
/** The last SIP messages of each page, without what they carry. */
const sip = new WeakMap<Page, string[]>();
const told = new WeakSet<Error>();
let telling = false;
let listening = false;

/** From now on, until it ends, what this browser's pages show is part of every timeout's message. */
export function watch(browser: Browser): void {
  browsers.add(browser);
  browser.on("disconnected", () => browsers.delete(browser));
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.on("page", (page) => {
      // Playwright gives its classes to nobody; the first page has them.
      listenTo(page);
      page.on("websocket", (socket) => noteSip(page, socket));
    });
    return context;
  };
}

function noteSip(page: Page, socket: WebSocket): void {
  const lines = sip.get(page) ?? [];
  sip.set(page, lines);
  const note = (text: string): void => {
    lines.push(`${new Date().toISOString().slice(14, 23)} ${text}`);
    if (lines.length > MOST_SIP_MESSAGES) lines.shift();
  };
  const noteMessage = (way: string, { payload }: { payload: string | Buffer }): void => {
    const [, start] = /^(SIP\/2\.0 \d{3}|[A-Z]+ sips?:)/.exec(String(payload)) ?? [];
    const [, cseq] = /^CSeq:\s*(\S+ \S+)/im.exec(String(payload)) ?? [];
    if (start !== undefined) note(`${way} ${start.split(" ")[start.startsWith("SIP") ? 1 : 0]} (${cseq})`);
  };
  note("connection opened");
  socket.on("framesent", (frame) => noteMessage("sent", frame));
  socket.on("framereceived", (frame) => noteMessage("received", frame));
  socket.on("socketerror", (error) => note(`connection failed: ${error}`));
  socket.on("close", () => note("connection closed"));
}

/** From now on the end of this program's log is part of every timeout's message. */
export function watchLog(file: string): void {
  logs.add(file);
}

/** The text of all open pages with their addresses, their console's errors and SIP messages, and the ends of the logs. Never throws. */
export async function whatIsSeen(): Promise<string> {
  if (telling) return "";
  telling = true;
  try {
    const pages = [...browsers].flatMap((browser) => browser.contexts().flatMap((context) => context.pages()));
    return [...(await Promise.all(pages.map(described))), ...[...logs].map(endOfLog)].join("");
  } catch (error) {
    return `\nthe pages could not be looked at: ${String(error)}`;
  } finally {
    telling = false;
  }
}

function endOfLog(file: string): string {
  let lines: string[];
  try {
    lines = readFileSync(file, "utf8").trimEnd().split("\n").slice(-MOST_LOG_LINES);
  } catch {
    // Its test has cleaned up.
    return "";
  }
  return lines
    .map((line) => `\n| ${basename(file)}: ${line.replace(/token=[\w-]+/g, "token=…").slice(0, 300)}`)
    .join("");
}

async function described(page: Page): Promise<string> {
  const shown = await Promise.all(page.frames().map(shownBy));
  const messages = (await page.consoleMessages().catch(() => [])).filter((one) => one.type() === "error");
  const errors = await page.pageErrors().catch(() => []);
  const lines = [...messages.map((one) => one.text()), ...errors.map(String)].slice(-MOST_MESSAGES);
  const calls = (sip.get(page) ?? []).map((line) => `\n| sip: ${line}`);
  return `${shown.join("")}${lines.map((line) => `\n| console: ${line.slice(0, 300)}`).join("")}${calls.join("")}`;
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
            error.message += await whatIsSeen();
            error.stack = error.stack?.replace(before, () => error.message) ?? error.message;
          }
          throw error;
        }
      },
    });
  }
}
