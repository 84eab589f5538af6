/** What control does when parts die: itself in the middle of a PUT, Kamailio, RTPEngine. Real programs, kill -9. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import type { ControlHealth, DirectoryStatus, RegistrationList } from "../../infra/control/src/wire.ts";
import { type DirectoryDraft, directoryPut, smallBuilding } from "../directory/directory-put.ts";
import { OutboxWriter } from "../directory/outbox-writer.ts";
import { type Control, startControl } from "../lab/control.ts";
import { defaultPassword, type Edge, startEdge } from "../lab/edge.ts";
import type { Call } from "../lab/sip/call.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { startWatch } from "../lab/stopwatch.ts";
import { holds, until } from "../lab/until.ts";

const A = "a.sip.test";

describe("control, when something dies", () => {
  let edge: Edge;
  let control: Control;
  let token: string;
  let revision = 0;
  const agents: SipAgent[] = [];

  before(async () => {
    edge = await startEdge();
    control = await startControl({ values: edge.values, caFile: edge.caFile });
    token = await control.addSite(A);
  });
  after(async () => {
    for (const agent of agents) agent.close();
    await control?.stop();
    await edge?.stop();
  });

  async function put(draft: DirectoryDraft): Promise<DirectoryStatus> {
    const reply = await control.request("PUT", "/v1/directory", { token, body: directoryPut(A, ++revision, draft) });
    assert.equal(reply.status, 200, reply.text);
    return reply.json<DirectoryStatus>();
  }

  async function device(user: string): Promise<SipAgent> {
    const password = defaultPassword(user);
    const agent = await SipAgent.open({ port: edge.values.sipPort, user, domain: A, password });
    agents.push(agent);
    assert.equal((await agent.register()).status, 200);
    return agent;
  }

  async function health(): Promise<ControlHealth["parts"]> {
    return (await control.request("GET", "/healthz")).json<ControlHealth>().parts;
  }

  async function registered(): Promise<string[]> {
    const reply = await control.request("GET", "/v1/registrations", { token });
    assert.equal(reply.status, 200, reply.text);
    return reply.json<RegistrationList>().registrations.map(({ username }) => username);
  }

  async function runningCall(): Promise<Call> {
    await put({});
    await put(smallBuilding());
    const panel = await device("panel-1");
    const door = await device("door-1");
    panel.policy = { ring: true, final: 200, afterMs: 20 };
    const call = await door.call("unit401");
    assert.equal((await call.final).status, 200);
    await until(() => panel.incoming.at(-1)?.messages.some(({ method }) => method === "ACK"), { what: "the ACK" });
    return call;
  }

  /** The directory as one of two shapes, each of 300 units, told apart by every row of it. */
  function shape(name: "old" | "new"): DirectoryDraft {
    const units = Array.from({ length: 300 }, (_, i) => ({ name: `${name}-${i}`, kind: "residential" as const }));
    return {
      units,
      accounts: units.map((unit) => ({ username: `panel-${unit.name}`, unit: unit.name })),
      rules: units.map((unit) => ({ unit: unit.name })),
    };
  }

  it("has the old or the new directory after kill -9 in the middle of PUTs, never something between", async () => {
    const seen = new Set<string>();
    await put(shape("old"));
    // Earlier after a kill that came too late, later after one that came too early: so it hits the commit at any speed.
    let killAfterMs = 20;
    for (let round = 0; round < 12 || (seen.size < 2 && round < 40); round++) {
      const body = directoryPut(A, ++revision, shape(round % 2 === 0 ? "new" : "old"));
      const killed = delay(killAfterMs).then(() => control.stop("SIGKILL"));
      const reply = await control.request("PUT", "/v1/directory", { token, body }).catch(() => null);
      await killed;
      const db = new Database(`${edge.values.dataFolder}/directory.db`);
      const stored = db.prepare("SELECT revision FROM site WHERE domain = ?").pluck().get(A);
      const rows = db
        .prepare<[], { shape: string; n: number }>(
          `SELECT substr(name, 1, 3) AS shape, count(*) AS n FROM unit GROUP BY shape
           UNION ALL SELECT substr(unit, 1, 3), count(*) FROM subscriber GROUP BY 1
           UNION ALL SELECT substr(unit, 1, 3), count(*) FROM rule GROUP BY 1`,
        )
        .all();
      assert.equal(db.pragma("integrity_check", { simple: true }), "ok");
      assert.deepEqual(db.pragma("foreign_key_check"), []);
      db.close();
      assert.equal(rows.length, 3, `round ${round} left a mixture`);
      assert.ok(rows.every(({ n, shape: name }) => n === 300 && name === rows[0]?.shape));
      // What was acknowledged is there.
      if (reply?.status === 200) assert.equal(stored, revision);
      assert.ok(stored === revision || stored === revision - 1);
      seen.add(stored === revision ? "new" : "old");
      killAfterMs = stored === revision ? killAfterMs * 0.6 : killAfterMs * 1.5 + 2;
      revision = Number(stored);
      await control.start();
      if (stored !== body.revision) {
        const again = await control.request("PUT", "/v1/directory", { token, body });
        assert.equal(again.status, 200);
        revision = body.revision;
      }
    }
    assert.deepEqual([...seen].sort(), ["new", "old"], "the kills came too early or too late to tell anything");
  });

  it("finishes after its own death what a PUT asked for: the log-out", async () => {
    await put({});
    await put(smallBuilding());
    await device("panel-1");
    await edge.stopKamailio();
    assert.deepEqual((await put({})).logOutLater?.includes("panel-1"), true);
    await control.stop("SIGKILL");
    await edge.startKamailio();
    assert.equal(await contacts(), 1);
    await control.start();
    await until(async () => (await registered()).length === 0, { what: "the log-out to be caught up with" });
  });

  async function contacts(): Promise<number> {
    const db = new Database(`${edge.values.dataFolder}/location.db`, { readonly: true });
    try {
      return Number(db.prepare("SELECT count(*) FROM location").pluck().get());
    } finally {
      db.close();
    }
  }

  it("says that Kamailio is down, stores the directory all the same, and catches up when it is back", async () => {
    await put(smallBuilding());
    const panel = await device("panel-1");
    await device("panel-2");
    const feed = await control.feed(token, 1_000_000);
    const told = () => feed.messages.flatMap((m) => (m.type === "health" ? [m.health.parts.kamailio] : [])).at(-1);
    await until(() => told() === "up", { what: "a feed that says that Kamailio is up" });
    await edge.killKamailio();
    await until(async () => (await health()).kamailio === "down", { what: "health to say so" });
    await until(() => told() === "down", { what: "the feed to say so" });
    const list = await control.request("GET", "/v1/registrations", { token });
    assert.equal(list.status, 503);
    assert.equal(list.json<{ error: { code: string } }>().error.code, "EDGE_UNAVAILABLE");

    const building = smallBuilding();
    const accounts = building.accounts.filter(({ username }) => username !== "panel-1");
    const reply = await put({ ...building, accounts });
    assert.deepEqual(reply.loggedOut, []);
    assert.deepEqual(reply.logOutLater, ["panel-1"]);

    await edge.startKamailio();
    await until(async () => (await health()).kamailio === "up", { what: "health to say that it is back" });
    await until(() => told() === "up", { what: "the feed to say that it is back" });
    await until(async () => !(await registered()).includes("panel-1"), { what: "the log-out" });
    assert.deepEqual(await registered(), ["panel-2"]);
    assert.equal((await panel.register()).status, 401);
    feed.close();
  });

  it("shows each event of a call once on a feed that control's own restart and Kamailio's death interrupted", async () => {
    const call = await runningCall();
    const before = edge.events(A).length;
    const all: number[] = [];
    const first = await control.feed(token, 0);
    await until(() => first.ids.length === before, { what: "the events so far" });
    all.push(...first.ids);
    await control.stop("SIGKILL");
    await edge.killKamailio();
    await edge.startKamailio();
    await control.start();
    assert.equal((await call.hangup()).status, 200);
    const ended = await until(() => edge.events(A).find(({ kind, id }) => kind === "ended" && id > (all.at(-1) ?? 0)), {
      what: "the ended event",
    });
    const second = await control.feed(token, all.at(-1) ?? 0);
    await until(() => second.ids.includes(ended.id), { what: "the ended event on the feed" });
    all.push(...second.ids);
    assert.deepEqual(
      all,
      edge.events(A).map(({ id }) => id),
    );
    second.close();
  });

  it("has Kamailio delete events older than a month, and no others", async () => {
    const outbox = new OutboxWriter(edge.values.dataFolder);
    const monthMs = 30 * 24 * 3_600_000;
    const old = outbox.write(A, 5, { atMs: Date.now() - monthMs - 60_000, kind: "failed" });
    const young = outbox.write(A, 5, { atMs: Date.now() - monthMs + 3_600_000, kind: "failed" });
    outbox.close();
    await control.stop();
    await control.start();
    const ids = () => edge.events(A).map(({ id }) => id);
    await until(() => !ids().includes(old.at(-1) ?? 0), { what: "the old events to go" });
    assert.deepEqual(
      ids().filter((id) => old.includes(id)),
      [],
    );
    assert.deepEqual(
      ids().filter((id) => young.includes(id)),
      young,
    );
  });

  it("ends running calls within ten seconds when RTPEngine dies and stays away", async () => {
    const call = await runningCall();
    const watch = startWatch();
    await edge.killRtpengine();
    await until(async () => (await health()).rtpengine === "down", { what: "health to say so" });
    assert.equal((await call.endedByPeer).method, "BYE");
    assert.ok(watch.stop() < 10_000);
    await edge.startRtpengine();
    await until(async () => (await health()).rtpengine === "up", { what: "health to say that it is back" });
  });

  it("ends running calls within ten seconds when RTPEngine restarts, and not those made afterwards", async () => {
    const call = await runningCall();
    const watch = startWatch();
    await edge.killRtpengine();
    await edge.startRtpengine();
    await call.endedByPeer;
    assert.ok(watch.stop() < 10_000);
    const next = await runningCall();
    // The watch looks every few seconds, and ended the earlier call within ten.
    await holds(() => !next.messages.some(({ method }) => method === "BYE"), 6_000, "the new call goes on");
    assert.equal((await next.hangup()).status, 200);
  });
});
