/** Makes the silent calls of a test ring. Its phone is there while there is something to test, and a minute longer. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { TestAccountOf } from "../directory/health/test-account.ts";
import type { TestCaller, TestCallOutcome } from "../directory/health/test-rings.ts";
import { TEST_ACCOUNT } from "../directory/names.ts";
import type { Log } from "../links/log.ts";
import { Media } from "./media/media.ts";
import { Phone } from "./phone.ts";
import type { PhoneCall, PhoneCallEnd } from "./phone-call.ts";

export interface TestCallerOptions {
  accountOf: TestAccountOf;
  sipUri: string;
  caFile: string | undefined;
  log: Log;
}

interface Line {
  phone: Phone;
  media: Media;
  idle: NodeJS.Timeout | undefined;
}

const NEW_ACCOUNT_MS = 1_500;
const REGISTER_MS = 8_000;
const RING_MS = 8_000;
/** Long enough to hear a panel's silence, short enough to be no nuisance to the house. */
const TALK_MS = 1_500;
const KEEP_MS = 60_000;
/** The unit's rules say no, or its people are in a call: neither is a fault of the device. */
const NOT_NOW = new Set([403, 486, 600, 603]);
/** SIP's server failures (RFC 3261 section 21.5): no device of ours says so, a server without its parts does. */
const SERVER_FAILURE = 500;
const NOT_CARRIED: TestCallOutcome = {
  ...{ ringMs: null, answerMs: null, packetsHeard: 0 },
  ...{ forbidden: false, serverDown: true },
};
/** It rang, and nobody answered. */
const UNANSWERED = new Set([408, 487]);

export function testCaller({ accountOf, sipUri, caFile, log }: TestCallerOptions): TestCaller & { stop(): void } {
  const lines = new Map<string, Line>();

  async function lineOf(siteId: string): Promise<Line> {
    const login = accountOf(siteId);
    // A new account is on the VPS within a second; a phone that asks too early is refused and asks no more.
    if (!lines.has(siteId)) await delay(NEW_ACCOUNT_MS);
    const known = lines.get(siteId);
    if (known) return known;
    const media = new Media((error) => log.error({ err: error }, "the media worker of test calls failed"));
    const ca = caFile === undefined ? undefined : readFileSync(caFile);
    const listener = { incoming: (call: PhoneCall) => call.refuse(503), registered: () => undefined };
    const phone = new Phone({ ...login, uri: sipUri, ca }, media, listener, log);
    const line = { phone, media, idle: undefined };
    lines.set(siteId, line);
    phone.start();
    return line;
  }

  function close(siteId: string): void {
    const line = lines.get(siteId);
    lines.delete(siteId);
    clearTimeout(line?.idle);
    line?.phone.stop();
    void line?.media.stop();
  }

  return {
    caller: TEST_ACCOUNT,
    call: async (siteId, username) => {
      const line = await lineOf(siteId);
      clearTimeout(line.idle);
      try {
        for (let waited = 0; !line.phone.registered && waited < REGISTER_MS; waited += 100) await delay(100);
        // It is the bridge's own phone that does not get there.
        if (!line.phone.registered) return NOT_CARRIED;
        return await callOnce(line.phone, username);
      } finally {
        line.idle = setTimeout(() => close(siteId), KEEP_MS);
      }
    },
    stop: () => {
      for (const siteId of lines.keys()) close(siteId);
    },
  };
}

async function callOnce(phone: Phone, username: string): Promise<TestCallOutcome> {
  const startedMs = performance.now();
  const elapsed = () => Math.round(performance.now() - startedMs);
  const call = phone.call(username, RING_MS);
  let answerMs: number | null = null;
  let packetsHeard = 0;
  const end = await new Promise<PhoneCallEnd>((resolve) => {
    call.listen({
      answered: () => {
        answerMs = elapsed();
        setTimeout(() => call.hangUp(), TALK_MS);
      },
      heard: () => {
        packetsHeard += 1;
      },
      key: () => undefined,
      played: () => undefined,
      held: () => undefined,
      ended: resolve,
    });
  });
  const rang = answerMs ?? (UNANSWERED.has(end.status) || end.by === "us" ? elapsed() : null);
  const isRefused = (statuses: (status: number) => boolean): boolean => !end.answered && statuses(end.status);
  return {
    ...{ ringMs: rang, answerMs, packetsHeard },
    forbidden: isRefused((status) => NOT_NOW.has(status)),
    serverDown: isRefused((status) => status >= SERVER_FAILURE && status < 600),
  };
}
