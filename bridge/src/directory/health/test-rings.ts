/** Silent test calls: each night, and when somebody asks. The panel answers by itself and plays nothing. */
import { setTimeout as delay } from "node:timers/promises";
import type { NewTestRing, TestCallResult, TestRing, TestRingDevice } from "../../api/site-health.ts";
import { AppError } from "../../events/errors.ts";
import type { AccountRow } from "../../store/account-store.ts";
import type { DirectoryContext } from "../edit.ts";
import { accountOf, siteOf } from "../lookup.ts";

/** How far a test call got; times in ms from its start, null: not so far. */
export interface TestCallOutcome {
  ringMs: number | null;
  answerMs: number | null;
  /** RTP packets heard from the device. */
  packetsHeard: number;
  /** The unit's rules do not let a test through: nothing is said about the device. */
  forbidden: boolean;
  /** The server took no call just then: nothing is said about the device either. */
  serverDown: boolean;
}

/** Calls one account of a site and hangs up after some seconds of silence. */
export interface TestCaller {
  /** SIP name that the device sees. */
  readonly caller: string;
  call(siteId: string, username: string): Promise<TestCallOutcome>;
}

export interface TestRings {
  /** Throws UNKNOWN_SITE, UNKNOWN_ACCOUNT. `stillMay`: whoever started it might still; else it ends. */
  start(request: NewTestRing, cause: TestRing["cause"], stillMay?: () => boolean): TestRing;
  /** The test that this account is still waiting in, or part of; null: none. */
  running(accountId: string): TestRing | null;
  /** Throws UNKNOWN_TEST. */
  get(id: string): TestRing;
  /** Ends it before its time; one that is over stays as it is. Throws UNKNOWN_TEST. */
  cancel(id: string): TestRing;
  /** What the panel itself saw; late news are not waited for. */
  noteResult(accountId: string, result: TestCallResult): void;
  stop(): void;
}

/** The device gets the news by WebSocket a little before the call by SIP. */
const NOTICE_MS = 400;
const FOR_MS = 20_000;
const RESULT_WAIT_MS = 4_000;
const AT_ONCE = 3;
const REMEMBERED = 50;
/** A test's news go out at once, but a large site's, all of whose devices are in each, no more often than this for each device, ms. */
const GATHER_MS_A_DEVICE = 0.1;

interface Running {
  test: TestRing;
  /** Account → where it stands in `test.devices`. */
  places: ReadonlyMap<string, number>;
  /** News that are gathered. */
  telling: NodeJS.Timeout | null;
}

export function testRings(context: DirectoryContext, caller: () => Promise<TestCaller | null>): TestRings {
  const { store, bus, now, newId, registrations, audit } = context;
  const tests = new Map<string, Running>();
  const results = new Map<string, TestCallResult>();
  let stopped = false;

  function tell({ test }: Running): void {
    const isOver = test.endedAtMs !== null;
    // It may be forgotten by now.
    if (!stopped && tests.has(test.id)) bus.emit("testRingChanged", { testId: test.id, siteId: test.siteId, isOver });
  }

  function setDevice(id: string, device: TestRingDevice): void {
    const running = tests.get(id);
    const place = running?.places.get(device.accountId);
    if (!running || place === undefined || stopped) return;
    const { devices } = running.test;
    devices[place] = device;
    running.telling ??= setTimeout(() => {
      running.telling = null;
      tell(running);
    }, devices.length * GATHER_MS_A_DEVICE);
  }

  const isOver = (id: string): boolean => stopped || tests.get(id)?.test.endedAtMs !== null;

  /** What nobody got to is not tested any more; a call that is on ends by itself a moment later. */
  function end(id: string): void {
    const running = tests.get(id);
    if (!running || stopped) return;
    const { test } = running;
    test.endedAtMs = now();
    test.devices = test.devices.map((one) => (isWaiting(one) ? { ...one, state: "skipped" } : one));
    clearTimeout(running.telling ?? undefined);
    tell(running);
  }

  async function testOne(id: string, account: AccountRow, hasPage: boolean): Promise<TestRingDevice> {
    const blank = { accountId: account.id, failedStep: null, ringMs: null, answerMs: null, atMs: now() };
    const { state } = registrations.of(account);
    if (state === "unknown") return { ...blank, state: "failed", failedStep: "server" };
    if (state !== "registered") return { ...blank, state: "failed", failedStep: "register" };
    const telephone = hasPage ? await caller() : null;
    if (!telephone || isOver(id)) return { ...blank, state: "skipped" };
    setDevice(id, { ...blank, state: "ringing" });
    const { siteId, username } = account;
    bus.emit("testCallDue", { testId: id, siteId, username, caller: telephone.caller, forMs: FOR_MS });
    await delay(NOTICE_MS);
    const outcome = await telephone.call(siteId, username);
    if (outcome.forbidden) return { ...blank, state: "skipped" };
    if (outcome.serverDown) return { ...blank, state: "failed", failedStep: "server" };
    const seen = { ...blank, ringMs: outcome.ringMs, answerMs: outcome.answerMs };
    const failedStep = await firstFailure(id, account.id, outcome);
    return failedStep === null ? { ...seen, state: "passed" } : { ...seen, state: "failed", failedStep };
  }

  async function firstFailure(id: string, accountId: string, outcome: TestCallOutcome) {
    if (outcome.ringMs === null && outcome.answerMs === null) return "reach";
    if (outcome.answerMs === null) return "answer";
    const key = `${id} ${accountId}`;
    for (let waited = 0; waited < RESULT_WAIT_MS && !results.has(key); waited += 100) await delay(100);
    return soundFailure(outcome.packetsHeard, results.get(key) ?? null);
  }

  async function run(id: string, accounts: readonly AccountRow[], stillMay: () => boolean): Promise<void> {
    const waiting = [...accounts];
    // Only a page of ours knows that it is being tested: another panel would ring, in the middle of the night.
    const pages = new Set(store.devices.list().map(({ accountId }) => accountId));
    const worker = async () => {
      for (;;) {
        // Others are served between two devices, also when none of them is called.
        await new Promise((resolve) => setImmediate(resolve));
        if (isOver(id)) return;
        const account = waiting.shift();
        if (!account) return;
        if (!stillMay()) return end(id);
        const { id: accountId } = account;
        const hasPage = account.type === "panel" && pages.has(accountId);
        const device = await testOne(id, account, hasPage).catch(
          (): TestRingDevice => ({
            ...{ accountId, ringMs: null, answerMs: null, atMs: now() },
            ...{ state: "failed", failedStep: "reach" },
          }),
        );
        if (stopped) return;
        if (device.state !== "skipped" && store.accounts.get(accountId)) store.tests.put(device);
        if (!isOver(id)) setDevice(id, device);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    if (!isOver(id)) end(id);
    for (const account of accounts) results.delete(`${id} ${account.id}`);
  }

  function get(id: string): TestRing {
    const running = tests.get(id);
    if (!running) throw new AppError("UNKNOWN_TEST", "there is no such test (any more)");
    return { ...running.test, devices: [...running.test.devices] };
  }

  return {
    start: ({ siteId, accountIds }, cause, stillMay = () => true) => {
      siteOf(store, siteId);
      const named = accountIds?.map((id) => accountOf(store, id)) ?? store.accounts.list({ siteId });
      if (named.some((account) => account.siteId !== siteId)) {
        throw new AppError("UNKNOWN_ACCOUNT", "an account is of another site");
      }
      const accounts = named.filter((account) => account.enabled && account.type !== "bridge");
      const test: TestRing = {
        ...{ id: newId(), siteId, startedAtMs: now(), endedAtMs: null, cause },
        devices: accounts.map(({ id: accountId }) => ({
          ...{ accountId, state: "waiting", failedStep: null },
          ...{ ringMs: null, answerMs: null, atMs: null },
        })),
      };
      const places = new Map(accounts.map(({ id }, at) => [id, at]));
      tests.set(test.id, { test, places, telling: null });
      // One that runs is never forgotten, or it would end without a word, however many devices test themselves meanwhile.
      const over = [...tests.values()].filter((one) => one.test.endedAtMs !== null);
      for (const old of over.slice(0, -REMEMBERED)) tests.delete(old.test.id);
      if (cause === "asked") {
        const label = siteOf(store, siteId).name;
        audit.note({
          siteId,
          noun: "test-ring",
          verb: "started",
          rowId: null,
          label,
          after: { count: accounts.length },
        });
      }
      void run(test.id, accounts, stillMay);
      return get(test.id);
    },
    running: (accountId) => {
      const isOn = ({ test, places }: Running) => {
        const device = test.devices[places.get(accountId) ?? -1];
        return device !== undefined && isWaiting(device);
      };
      return [...tests.values()].find(isOn)?.test ?? null;
    },
    get,
    cancel: (id) => {
      if (get(id).endedAtMs === null) end(id);
      return get(id);
    },
    noteResult: (accountId, result) => void results.set(`${result.testId} ${accountId}`, result),
    stop: () => {
      stopped = true;
      for (const { telling } of tests.values()) clearTimeout(telling ?? undefined);
    },
  };
}

/**
 * Which way of the sound is cut. A browser sends none before both ways of its own network are proven: what it sent or was
 * sent says nothing then, but the server's checks do. `seen`: null when the page told nothing.
 */
function soundFailure(packetsHeard: number, seen: TestCallResult | null): TestRingDevice["failedStep"] {
  const { packetsIn = 0, packetsOut = 0, checksIn, checksAnswered = 0 } = seen ?? {};
  if (packetsHeard > 0 && packetsIn > 0) return null;
  // It and the server have each other: what is missing is between the server and us.
  if (checksAnswered > 0 && (packetsHeard > 0 || packetsOut > 0)) return "audio-home";
  if (packetsHeard > 0) return "audio-in";
  return checksIn === 0 && packetsIn === 0 ? "audio-both" : "audio-out";
}

function isWaiting({ state }: TestRingDevice): boolean {
  return state === "waiting" || state === "ringing";
}
