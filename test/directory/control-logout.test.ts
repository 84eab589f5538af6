/** Taking an account away ends what it has: its registration, its ringing and its running call, within a second. */
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import type { DirectoryStatus, RegistrationList } from "../../infra/control/src/wire.ts";
import { type Control, startControl } from "../lab/control.ts";
import { defaultPassword, type Edge, startEdge } from "../lab/edge.ts";
import type { Call } from "../lab/sip/call.ts";
import { header } from "../lab/sip/message.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { holds, until } from "../lab/until.ts";
import { type DirectoryDraft, directoryPut, smallBuilding } from "./directory-put.ts";

const A = "a.sip.test";
const B = "b.sip.test";
/** From the issue: within a second. */
const BOUND_MS = 1_000;
const DOOR_CSEQ = 40_000;

describe("an account that is taken away", () => {
  let edge: Edge;
  let control: Control;
  const tokens: Record<string, string> = {};
  let agents: SipAgent[] = [];
  let revision = 0;

  before(async () => {
    edge = await startEdge();
    control = await startControl({ values: edge.values, caFile: edge.caFile });
    for (const domain of [A, B]) tokens[domain] = await control.addSite(domain);
  });
  beforeEach(async () => {
    for (const agent of agents) agent.close();
    agents = [];
    // Whoever a test took away comes back; what it left behind goes.
    for (const domain of [A, B]) {
      await put(domain, {});
      await put(domain, smallBuilding());
    }
  });
  after(async () => {
    for (const agent of agents) agent.close();
    await control?.stop();
    await edge?.stop();
  });

  async function put(domain: string, draft: DirectoryDraft): Promise<DirectoryStatus> {
    const reply = await control.request("PUT", "/v1/directory", {
      token: tokens[domain] ?? "",
      body: directoryPut(domain, ++revision, draft),
    });
    assert.equal(reply.status, 200, reply.text);
    return reply.json<DirectoryStatus>();
  }

  function without(username: string): DirectoryDraft {
    const building = smallBuilding();
    return { ...building, accounts: building.accounts.filter((account) => account.username !== username) };
  }

  function changed(username: string, change: object): DirectoryDraft {
    const building = smallBuilding();
    const accounts = building.accounts.map((account) =>
      account.username === username ? { ...account, ...change } : account,
    );
    return { ...building, accounts };
  }

  function withoutUnit(name: string): DirectoryDraft {
    const { units, accounts, rules, ...rest } = smallBuilding();
    return {
      ...rest,
      units: units.filter((unit) => unit.name !== name),
      accounts: accounts.filter(({ unit }) => unit !== name),
      rules: rules.filter(({ unit }) => unit !== name),
    };
  }

  /** How many accounts the newest call of the site has rung. */
  function ringingNow(): number {
    const events = edge.events(A);
    const last = events.findLast(({ kind }) => kind === "invited")?.callId;
    return events.filter(({ kind, callId }) => kind === "ringing" && callId === last).length;
  }

  async function device(user: string, domain = A, password = defaultPassword(user)): Promise<SipAgent> {
    const agent = await SipAgent.open({ port: edge.values.sipPort, user, domain, password });
    agents.push(agent);
    assert.equal((await agent.register()).status, 200);
    return agent;
  }

  async function registered(domain = A): Promise<string[]> {
    const reply = await control.request("GET", "/v1/registrations", { token: tokens[domain] ?? "" });
    return reply.json<RegistrationList>().registrations.map(({ username }) => username);
  }

  /** Runs the change and fails unless what must follow did so within the bound, counted from its start. */
  async function within<T>(act: () => Promise<unknown>, follows: Promise<T>): Promise<T> {
    const watch = startWatch();
    let followedMs = Number.NaN;
    const timed = follows.then((value) => {
      followedMs = watch.stop();
      return value;
    });
    await act();
    const value = await timed;
    assert.ok(followedMs <= BOUND_MS, `took ${Math.round(followedMs)} ms`);
    return value;
  }

  /** An answered call from the door to a panel. */
  async function runningCall(): Promise<{ call: Call; door: SipAgent; panel: SipAgent }> {
    const panel = await device("panel-1");
    const door = await device("door-1");
    panel.policy = { ring: true, final: 200, afterMs: 50 };
    // Some devices begin to count their requests at any number.
    const call = await door.call("unit401", { cseq: DOOR_CSEQ });
    assert.equal((await call.final).status, 200);
    await until(() => panel.incoming[0]?.messages.some(({ method }) => method === "ACK"), { what: "the ACK" });
    return { call, door, panel };
  }

  for (const [how, draft] of [
    ["removed", without("panel-1")],
    ["disabled", changed("panel-1", { enabled: false })],
    ["re-keyed", changed("panel-1", { password: "another" })],
    ["moved to another unit", changed("panel-1", { unit: "entrance" })],
  ] as const) {
    it(`loses its registration when it is ${how}, and the others keep theirs`, async () => {
      await device("panel-1");
      await device("panel-2");
      await device("panel-1", B);
      const gone = until(async () => !(await registered()).includes("panel-1"), { what: "the registration to go" });
      const { loggedOut } = await within(() => put(A, draft), gone).then(() => put(A, draft));
      assert.deepEqual(loggedOut, []);
      assert.deepEqual(await registered(), ["panel-2"]);
      assert.deepEqual(await registered(B), ["panel-1"]);
    });
  }

  it("is named in the reply, and a repetition logs nobody out again", async () => {
    await device("panel-1");
    assert.deepEqual((await put(A, without("panel-1"))).loggedOut, ["panel-1"]);
    assert.deepEqual((await put(A, without("panel-1"))).loggedOut, []);
  });

  it("loses its call without being registered, when it goes with a hundred others", async () => {
    const crowd = Array.from({ length: 100 }, (_, i) => ({
      username: `extra-${i}`,
      type: "mobile" as const,
      unit: null,
    }));
    const building = smallBuilding();
    await put(A, { ...building, accounts: [...building.accounts, ...crowd] });
    const { call, door } = await runningCall();
    assert.equal((await door.register(0)).status, 200);
    await within(() => put(A, without("door-1")), call.endedByPeer);
  });

  it("cannot register or call any more when it is removed", async () => {
    const panel = await device("panel-1");
    await device("panel-2");
    await put(A, without("panel-1"));
    assert.equal((await panel.register()).status, 401);
    const call = await panel.call("unit401");
    assert.equal((await call.final).status, 407);
  });

  it("can only register with the new password when it is re-keyed", async () => {
    const panel = await device("panel-1");
    await put(A, changed("panel-1", { password: "another" }));
    assert.equal((await panel.register()).status, 401);
    await device("panel-1", A, "another");
    assert.deepEqual(await registered(), ["panel-1"]);
  });

  it("is not rung any more, the others of the unit are", async () => {
    const panel1 = await device("panel-1");
    const panel2 = await device("panel-2");
    const door = await device("door-1");
    await put(A, without("panel-1"));
    panel2.policy = { ring: true, final: 486, afterMs: 50 };
    assert.equal((await (await door.call("unit401")).final).status, 486);
    assert.equal(panel1.incoming.length, 0);
  });

  it("does not come back by a REGISTER that was on its way, however often it tries", async () => {
    const phone = await device("phone-1");
    // An account of its own: its many failed logins are throttled for a minute.
    let trying = true;
    const tries = (async () => {
      while (trying) await phone.register();
    })();
    await put(A, without("phone-1"));
    trying = false;
    await tries;
    assert.deepEqual(await registered(), []);
  });

  it("loses its running call as the callee: both sides get a BYE, the event says the system ended it", async () => {
    const { call, panel } = await runningCall();
    const incoming = panel.incoming[0];
    assert.ok(incoming);
    const both = Promise.all([call.endedByPeer, incoming.endedByPeer]);
    const [atDoor, atPanel] = await within(() => put(A, without("panel-1")), both);
    assert.equal(atDoor.method, "BYE");
    assert.equal(atPanel.method, "BYE");
    // A lower one would be refused (RFC 3261 section 12.2.2).
    assert.ok(Number.parseInt(header(atPanel, "cseq"), 10) > DOOR_CSEQ + 1, header(atPanel, "cseq"));
    const ended = await until(() => edge.events(A).find(({ kind }) => kind === "ended"), { what: "the ended event" });
    assert.equal(ended.endedBy, "system");
    await until(async () => (await edge.mediaSessions()) === 0, { what: "RTPEngine to hear of it" });
  });

  it("loses its running call as the caller", async () => {
    const { call, panel } = await runningCall();
    const incoming = panel.incoming[0];
    assert.ok(incoming);
    const both = Promise.all([call.endedByPeer, incoming.endedByPeer]);
    await within(() => put(A, changed("door-1", { enabled: false })), both);
  });

  for (const [what, removed] of [
    ["loses the call that it is making while it rings", "door-1"],
    ["stops ringing when it is the one that is called", "panel-1"],
  ] as const) {
    it(what, async () => {
      const panel = await device("panel-1");
      const door = await device("door-1");
      panel.policy = { ring: true, final: null };
      const call = await door.call("unit401");
      const ringing = await until(() => panel.incoming[0], { what: "the panel to ring" });
      const [final, cancel] = await within(
        () => put(A, without(removed)),
        Promise.all([call.final, ringing.endedByPeer]),
      );
      assert.ok(final.status >= 480 && final.status < 500, `the caller got ${final.status}`);
      assert.equal(cancel.method, "CANCEL");
    });
  }

  for (const [what, ring] of [
    ["rings", true],
    ["has not said a word yet", false],
  ] as const) {
    it(`goes with its whole unit while it ${what}: the door hears it, though no device answers any more`, async () => {
      const panels = [await device("panel-1"), await device("panel-2")];
      const door = await device("door-1");
      for (const panel of panels) panel.policy = { ring, final: null };
      const call = await door.call("unit401");
      await until(() => panels.every(({ incoming }) => incoming.length > 0), { what: "both to be asked" });
      if (ring) await until(() => ringingNow() === 2, { what: "both to ring" });
      for (const panel of panels) panel.close();
      const { status } = await within(() => put(A, withoutUnit("unit401")), call.final);
      assert.equal(status, 480);
      const failed = () => edge.events(A).findLast(({ kind }) => kind === "failed")?.code === 480;
      await until(failed, { what: "the event" });
      await until(async () => (await edge.mediaSessions()) === 0, { what: "RTPEngine to hear of it" });
    });
  }

  it("leaves a call alone that rings somebody else as well, until that one goes too", async () => {
    const panels = [await device("panel-1"), await device("panel-2")];
    const door = await device("door-1");
    for (const panel of panels) panel.policy = { ring: true, final: null };
    const call = await door.call("unit401");
    await until(() => panels.every(({ incoming }) => incoming.length > 0), { what: "both to be asked" });
    await put(A, without("panel-1"));
    panels[1]?.incoming[0]?.answer(180);
    await holds(() => !panels[1]?.incoming[0]?.isEndedByPeer, 500, "the other one's ringing");
    const { status } = await within(() => put(A, withoutUnit("unit401")), call.final);
    assert.equal(status, 480);
  });

  it("leaves calls of the same names at another site and other calls of its own site alone", async () => {
    const panelB = await device("panel-1", B);
    const doorB = await device("door-1", B);
    panelB.policy = { ring: true, final: 200, afterMs: 50 };
    const other = await doorB.call("unit401");
    assert.equal((await other.final).status, 200);
    const { call } = await runningCall();
    await within(() => put(A, without("panel-1")), call.endedByPeer);
    assert.equal((await other.request("OPTIONS")).status < 300, true);
    assert.equal((await other.hangup()).status, 200);
  });

  it("is the only one to notice: while directories are stored, everybody else registers and calls as always", async () => {
    const panel = await device("panel-1");
    const door = await device("door-1");
    panel.policy = { ring: true, final: 486, afterMs: 0 };
    let storing = true;
    const edits = (async () => {
      for (let i = 0; storing; i++) await put(B, i % 2 === 0 ? {} : smallBuilding());
    })();
    const statuses = new Set<number>();
    for (let i = 0; i < 120; i++) {
      statuses.add((await panel.register()).status);
      statuses.add((await door.register()).status);
      statuses.add((await (await door.call("unit401")).final).status);
    }
    storing = false;
    await edits;
    assert.deepEqual([...statuses].sort(), [200, 486]);
  });

  it("goes with its whole site when that is removed", async () => {
    const domain = "c.sip.test";
    const token = await control.addSite(domain);
    tokens[domain] = token;
    await put(domain, smallBuilding());
    const panel = await device("panel-1", domain);
    const door = await device("door-1", domain);
    panel.policy = { ring: true, final: 200, afterMs: 50 };
    const call = await door.call("unit401");
    assert.equal((await call.final).status, 200);
    await control.cli("site", "remove", domain);
    await call.endedByPeer;
    await until(async () => (await panel.register()).status === 403, { what: "the domain to be foreign" });
    await control.addSite(domain).then((again) => {
      tokens[domain] = again;
    });
    assert.deepEqual(await registered(domain), []);
  });
});
