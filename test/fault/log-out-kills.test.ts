/** kill -9 of control between an edit of the directory that it took and the log-out which the edit asks for. Real programs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { directoryPut, smallBuilding } from "../directory/directory-put.ts";
import { around } from "../lab/around.ts";
import { type Control, startControl } from "../lab/control.ts";
import { defaultPassword, type Edge, startEdge } from "../lab/edge.ts";
import type { Call } from "../lab/sip/call.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";

const A = "a.sip.test";
/** Rounds in which the kill has to fall between the two. */
const BETWEEN = 4;
const AT_MOST = 60;

let edge: Edge;
let control: Control;
let token: string;
let revision = 0;
let panel: SipAgent;
let door: SipAgent;

around(
  async () => {
    edge = await startEdge();
    control = await startControl({ values: edge.values, caFile: edge.caFile });
    token = await control.addSite(A);
    panel = await openAgent("panel-1");
    door = await openAgent("door-1");
    panel.policy = { ring: true, final: 200, afterMs: 0 };
  },
  async () => {
    panel?.close();
    door?.close();
    await control?.stop();
    await edge?.stop();
  },
);

function openAgent(user: string): Promise<SipAgent> {
  return SipAgent.open({ port: edge.values.sipPort, user, domain: A, password: defaultPassword(user) });
}

function building(accounts: string[]): ReturnType<typeof directoryPut> {
  const whole = smallBuilding();
  return directoryPut(A, ++revision, {
    ...whole,
    accounts: whole.accounts.filter(({ username }) => accounts.includes(username)),
  });
}

/** Panel and door talk. */
async function runningCall(): Promise<Call> {
  const reply = await control.request("PUT", "/v1/directory", { token, body: building(["panel-1", "door-1"]) });
  assert.equal(reply.status, 200, reply.text);
  assert.equal((await panel.register()).status, 200);
  const call = await door.call("unit401");
  assert.equal((await call.final).status, 200);
  await until(() => panel.incoming.at(-1)?.messages.some(({ method }) => method === "ACK"), { what: "the ACK" });
  return call;
}

/** What the files say right after the kill: whether the edit was taken, and whether its log-out is still to be done. */
function stored(): { taken: boolean; pending: boolean } {
  const db = new Database(`${edge.values.dataFolder}/directory.db`, { readonly: true });
  try {
    return {
      taken: db.prepare("SELECT revision FROM site WHERE domain = ?").pluck().get(A) === revision,
      pending: db.prepare("SELECT 1 FROM logout WHERE username = 'panel-1'").get() !== undefined,
    };
  } finally {
    db.close();
  }
}

function contacts(): unknown {
  const db = new Database(`${edge.values.dataFolder}/location.db`, { readonly: true });
  try {
    return db.prepare("SELECT count(*) FROM location WHERE username = 'panel-1'").pluck().get();
  } finally {
    db.close();
  }
}

test("a device whose account was taken away is logged out and its call ended, though control dies before it does so", async () => {
  let between = 0;
  // Earlier after a kill that came too late, later after one that came too early: so it falls between the two at any speed.
  let killAfterMs = 20;
  for (let round = 0; between < BETWEEN; round++) {
    assert.ok(round < AT_MOST, `only ${between} kills fell between the edit and the log-out`);
    const call = await runningCall();
    const body = building(["door-1"]);
    const answered = control.request("PUT", "/v1/directory", { token, body }).catch(() => null);
    await delay(killAfterMs);
    await control.stop("SIGKILL");
    const reply = await answered;
    const { taken, pending } = stored();
    if (!taken) {
      assert.notEqual(reply?.status, 200, "what was not stored was not acknowledged");
      killAfterMs = killAfterMs * 1.4 + 1;
      revision--;
      await control.start();
      assert.equal((await call.hangup()).status, 200);
      continue;
    }
    if (pending) between++;
    killAfterMs *= pending ? 0.9 : 0.7;
    await control.start();
    assert.equal((await call.endedByPeer).method, "BYE", `round ${round}: the door hears that it is over`);
    await until(() => panel.incoming.at(-1)?.isEndedByPeer, { what: "the panel's BYE" });
    await until(() => contacts() === 0, { what: "the registration to go" });
    await until(() => !stored().pending, { what: "control to know that it is done" });
    assert.equal((await panel.register()).status, 401);
    const ends = () => edge.events(A).filter(({ kind }) => kind === "ended");
    await until(() => ends().length === round + 1, { what: "one end of each call" });
  }
});
