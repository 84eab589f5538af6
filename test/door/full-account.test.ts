/** An account holds ten contacts. A phone whose address or port changes often leaves dead ones behind, and must not lock itself out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SipMessage } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import { DOMAIN, house, inHouse, ringing, status } from "./house.ts";

inHouse();

const MOST = 10;

function register(agent: SipAgent, contact: string): Promise<SipMessage> {
  return agent.request({ method: "REGISTER", uri: `sip:${DOMAIN}`, to: `<${agent.aor}>`, contact });
}

/** A Contact of which only this account knows that it is another one. */
function contact(agent: SipAgent, n: number): string {
  return `<${agent.contactUri};line=${n}>`;
}

/** The numbers of the account's contacts, in order. */
async function contacts(user: string): Promise<number[]> {
  const found = JSON.stringify(await house.edge.jsonRpc("ul.lookup", ["location", `${user}@${DOMAIN}`]));
  return [...new Set([...found.matchAll(/;line=(\d+)/g)].map((match) => Number(match[1])))].sort((a, b) => a - b);
}

/** Kamailio dates a contact in whole seconds. */
async function nextSecond(): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  await until(() => Math.floor(Date.now() / 1000) > now, { what: "the next second" });
}

test("the contact that was heard of longest ago gives way to an eleventh, and no other account's does", async () => {
  const neighbour = await house.agent("second401");
  assert.equal((await register(neighbour, contact(neighbour, 99))).status, 200);
  const panel = await house.agent("panel401");
  panel.policy = { final: null };
  assert.equal((await register(panel, contact(panel, 1))).status, 200);
  assert.equal((await register(panel, contact(panel, 2))).status, 200);
  await nextSecond();
  for (let n = 3; n <= MOST; n++) assert.equal((await register(panel, contact(panel, n))).status, 200);
  // It was first, but is alive.
  assert.equal((await register(panel, contact(panel, 1))).status, 200);
  assert.equal((await register(panel, contact(panel, 11))).status, 200);
  assert.deepEqual(await contacts("panel401"), [1, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  assert.deepEqual(await contacts("second401"), [99]);

  assert.equal((await register(panel, contact(panel, 1))).status, 200, "one that is there is only refreshed");
  assert.deepEqual(await contacts("panel401"), [1, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
});

test("the newcomer rings", async () => {
  const door = await house.device("door");
  const before = await house.agent("panel402");
  before.policy = { ring: false, final: null };
  for (let n = 1; n <= MOST; n++) assert.equal((await register(before, contact(before, n))).status, 200);
  const after = await house.device("panel402", "tcp");
  const call = await door.call("unit402");
  (await ringing(after)).answer(200);
  assert.equal(await status(call), 200);
  assert.equal((await call.hangup()).status, 200);
});

test("eleven contacts in one REGISTER are refused, and take none away", async () => {
  const panel = await house.agent("panel401");
  for (let n = 1; n <= MOST; n++) assert.equal((await register(panel, contact(panel, n))).status, 200);
  const many = Array.from({ length: 11 }, (_, n) => contact(panel, 20 + n)).join(", ");
  assert.equal((await register(panel, many)).status, 503);
  assert.deepEqual(await contacts("panel401"), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
