/** Calls from a SIP door into one page of Chromium per server, in alternating pairs. */

import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { buildSync } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { newProfile, startChromium } from "../lab/chromium.ts";
import { RtpPeer } from "../lab/sip/rtp.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { type Spread, spread } from "./figures.ts";
import type { Pair, Server } from "./pair.ts";

const WARM_UP = 3;
const RINGS = 5;
/** Before each call the page is at rest, as a panel is when somebody comes to the door: one that has just rung is quicker. */
const PAUSE_MS = 50;

export interface CallFigures {
  ringMs: Spread;
  talkMs: Spread;
}

/**
 * `calls` pairs that are answered, and after each of them `RINGS` pairs that only ring: how soon the page gets to it differs from call to call
 * by more than the servers do.
 */
export async function measureBrowserCalls(
  pair: Pair,
  calls: number,
): Promise<{ ours: CallFigures; minimal: CallFigures }> {
  // A page from nowhere (a fulfilled route) may not reach loopback: Chromium's local network access checks.
  const pages = createServer((_, reply) => {
    reply.setHeader("content-type", "text/html");
    reply.end("<!doctype html><title>phone</title>");
  });
  pages.listen(0, "127.0.0.1");
  await once(pages, "listening");
  const pagePort = (pages.address() as AddressInfo).port;
  const browser = await startChromium({ certificateFile: pair.certificateFile });
  try {
    const sides = {
      ours: { ring: [] as number[], talk: [] as number[] },
      minimal: { ring: [] as number[], talk: [] as number[] },
    };
    const ends = {
      ours: await openEnds(browser, pair.ours, pagePort),
      minimal: await openEnds(browser, pair.minimal, pagePort),
    };
    for (let i = 0; i < calls + WARM_UP; i++) {
      for (const side of order(i)) {
        const { ringMs, talkMs } = await oneCall(ends[side], pair[side]);
        if (i < WARM_UP) continue;
        sides[side].ring.push(ringMs);
        sides[side].talk.push(talkMs);
      }
      for (let ring = 0; ring < (i < WARM_UP ? 1 : RINGS); ring++) {
        for (const side of order(i + ring)) {
          const ringMs = await oneRing(ends[side], pair[side]);
          if (i >= WARM_UP) sides[side].ring.push(ringMs);
        }
      }
    }
    for (const { door } of Object.values(ends)) door.close();
    return {
      ours: { ringMs: spread(sides.ours.ring), talkMs: spread(sides.ours.talk) },
      minimal: { ringMs: spread(sides.minimal.ring), talkMs: spread(sides.minimal.talk) },
    };
  } finally {
    await browser.close();
    pages.close();
  }
}

/** Who goes first changes each time. */
function order(turn: number): ("ours" | "minimal")[] {
  return turn % 2 ? ["ours", "minimal"] : ["minimal", "ours"];
}

interface Ends {
  door: SipAgent;
  page: Page;
}

async function openEnds(browser: Browser, server: Server, pagePort: number): Promise<Ends> {
  const script = buildSync({
    entryPoints: [join(import.meta.dirname, "browser-phone.ts")],
    bundle: true,
    format: "iife",
    write: false,
    define: { global: "globalThis" },
  }).outputFiles[0]?.text;
  const context = await newProfile(browser);
  const page = await context.newPage();
  await page.goto(`http://localhost:${pagePort}/`);
  await page.addScriptTag({ content: script ?? "" });
  await page.evaluate((account) => (globalThis as unknown as BenchWindow).phone.register(account), {
    uri: `wss://127.0.0.1:${server.wssPort}`,
    ...server.browser,
  });
  return { page, door: await SipAgent.open({ port: server.sipPort, ...server.door }) };
}

interface BenchWindow {
  phone: { register(account: object): Promise<void>; answer(): Promise<number>; ended(): Promise<void> };
}

async function oneCall({ door, page }: Ends, server: Server): Promise<{ ringMs: number; talkMs: number }> {
  const rtp = await RtpPeer.open();
  rtp.play(440);
  door.received.length = 0;
  const started = performance.now();
  const call = await door.call(server.browserCallee, { rtp });
  const ringing = await door.waitFor("180", (m) => m.status === 180);
  const ringMs = ringing.at - started;
  await delay(60); // the page has drawn, RTPEngine has seen the offer: as after a person's look
  const answered = performance.now();
  const [browserMs] = await Promise.all([
    page.evaluate(() => (globalThis as unknown as BenchWindow).phone.answer()),
    until(() => rtp.received > 0, { everyMs: 1, what: "the first packet at the door" }),
  ]);
  const doorMs = rtp.firstAt - answered;
  await call.final;
  await delay(100);
  await call.hangup();
  rtp.close();
  await delay(PAUSE_MS);
  return { ringMs, talkMs: Math.max(browserMs, doorMs) };
}

/** A call that the door gives up as soon as it rings; the ms until then. */
async function oneRing({ door, page }: Ends, server: Server): Promise<number> {
  door.received.length = 0;
  const started = performance.now();
  const call = await door.call(server.browserCallee);
  const ringing = await door.waitFor("180", (m) => m.status === 180);
  await Promise.all([call.cancel(), call.final]);
  await page.evaluate(() => (globalThis as unknown as BenchWindow).phone.ended());
  await delay(PAUSE_MS);
  return ringing.at - started;
}
