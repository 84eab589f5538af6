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

export interface CallFigures {
  ringMs: Spread;
  talkMs: Spread;
}

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
    const warmUp = 3;
    for (let i = 0; i < calls + warmUp; i++) {
      for (const side of i % 2 ? (["ours", "minimal"] as const) : (["minimal", "ours"] as const)) {
        const { ringMs, talkMs } = await oneCall(ends[side], pair[side]);
        if (i < warmUp) continue;
        sides[side].ring.push(ringMs);
        sides[side].talk.push(talkMs);
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
  phone: { register(account: object): Promise<void>; answer(): Promise<number>; session: { status: number } | null };
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
  await delay(50);
  return { ringMs, talkMs: Math.max(browserMs, doorMs) };
}
