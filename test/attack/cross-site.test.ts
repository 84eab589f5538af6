/**
 * Two sites with the same names on one VPS: whatever an account of one asks of the other is refused. The probes are made
 * from lists: who asks, with whose realm and name, whom and where.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { header, headersOf, token } from "../lab/sip/message.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { Field, passwordOf } from "./field.ts";
import { openLedger } from "./ledger.ts";

/** Accounts that ask, and the units and accounts of the other site that they ask for. */
const ASKERS = ["door", "panel401", "insider", "line1"];
const CALLEES = ["401", "402", "entrance", "panel401", "panel402", "door", "line1", "500", "phone500"];

interface Probe {
  name: string;
  run(): Promise<string | null>;
}

describe("the other site", () => {
  let field: Field;
  const victims: SipAgent[] = [];
  const ledger = openLedger("cross-site");

  before(async () => {
    field = await Field.open();
    for (const domain of [field.here, field.there]) {
      for (const user of ["panel401", "panel402", "door", "phone500"])
        victims.push(await field.registered(user, { domain }));
    }
  });
  after(async () => await field.close());

  /** null when refused, else what happened. */
  async function refused(agent: SipAgent, parts: Parameters<SipAgent["request"]>[0]): Promise<string | null> {
    const callId = token();
    const reply = await agent.request({ callId, ...parts }, 5000).catch(() => null);
    agent.close();
    const reached = victims.find((v) => v.received.some((m) => m.status === 0 && header(m, "call-id") === callId));
    if (reached) return `reached ${reached.user} at ${reached.domain}`;
    if (!reply) return null;
    return reply.status >= 400 && reply.status < 500 && reply.status !== 480 && reply.status !== 486
      ? null
      : reply.startLine;
  }

  /** Ways to write the other site in a Request-URI. */
  const targets: [what: string, uri: (callee: string, own: string, other: string) => string][] = [
    ["its domain", (c, _, o) => `sip:${c}@${o}`],
    ["its domain in capitals", (c, _, o) => `sip:${c}@${o.toUpperCase()}`],
    ["its domain and a dot", (c, _, o) => `sip:${c}@${o}.`],
    ["its domain and the port", (c, _, o) => `sip:${c}@${o}:${field.edge.values.sipPort}`],
    ["an escaped at sign", (c, own, o) => `sip:${c}%40${o}@${own}`],
    ["maddr", (c, own, o) => `sip:${c}@${own};maddr=${o}`],
    ["a subdomain", (c, _, o) => `sip:${c}@x.${o}`],
  ];

  function probes(): Probe[] {
    const list: Probe[] = [];
    for (const [own, other] of [
      [field.here, field.there],
      [field.there, field.here],
    ] as const) {
      for (const asker of ASKERS) {
        for (const callee of CALLEES) {
          for (const [how, uri] of targets) {
            // maddr leaves the callee at the own site, where a door may well call 401.
            if (how === "maddr" && asker !== "insider") continue;
            list.push({
              name: `${asker} of ${own} calls ${callee} by ${how}`,
              run: async () =>
                refused(await field.agent(asker, { domain: own }), { method: "INVITE", uri: uri(callee, own, other) }),
            });
          }
          list.push({
            name: `${asker} with ${own}'s password calls ${callee} as if it were of ${other}`,
            run: async () =>
              refused(await field.agent(asker, { domain: other, password: passwordOf(asker, own) }), {
                method: "INVITE",
                uri: `sip:${callee}@${other}`,
              }),
          });
          list.push({
            name: `${asker} of ${own} with a From of ${other} calls ${callee}`,
            run: async () =>
              refused(await field.agent(asker, { domain: own }), {
                method: "INVITE",
                uri: `sip:${callee}@${other}`,
                from: `<sip:${asker}@${other}>;tag=${token()}`,
              }),
          });
          for (const method of ["OPTIONS", "MESSAGE", "SUBSCRIBE"]) {
            list.push({
              name: `${asker} of ${own} sends ${method} to ${callee} of ${other}`,
              run: async () =>
                refused(await field.agent(asker, { domain: own }), { method, uri: `sip:${callee}@${other}` }),
            });
          }
        }
        for (const user of ["panel401", "door", asker]) {
          const aor = `<sip:${user}@${other}>`;
          const parts = { method: "REGISTER", uri: `sip:${other}`, to: aor, from: `${aor};tag=1` };
          const own_ = { ...parts, from: `<sip:${asker}@${own}>;tag=1` };
          list.push(
            {
              name: `${asker} of ${own} registers ${user} at ${other}`,
              run: async () => refused(await field.agent(asker, { domain: own }), parts),
            },
            {
              name: `${asker} of ${own} registers ${user} of ${other} under its own From`,
              run: async () => refused(await field.agent(asker, { domain: own }), own_),
            },
            {
              name: `${asker} of ${own} registers ${user} of ${other} at its own registrar`,
              run: async () => refused(await field.agent(asker, { domain: own }), { ...own_, uri: `sip:${own}` }),
            },
            {
              name: `${asker} with ${own}'s password registers ${user} in ${other}'s realm`,
              run: async () =>
                refused(await field.agent(user, { domain: other, password: passwordOf(asker, own) }), parts),
            },
            {
              name: `${asker} of ${own} removes all contacts of ${user} at ${other}`,
              run: async () =>
                refused(await field.agent(asker, { domain: own }), {
                  ...parts,
                  contact: "*",
                  headers: [["Expires", "0"]],
                }),
            },
          );
        }
      }
    }
    return list;
  }

  test("at least 500 probes across the sites are all refused", async (t) => {
    const all = probes();
    assert.ok(all.length >= 500, `${all.length} probes`);
    const broken: string[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let probe = all[next++]; probe; probe = all[next++]) {
        const outcome = await probe.run();
        if (outcome !== null) broken.push(`${probe.name}: ${outcome}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, lane));
    ledger.count(all.length, all.length - broken.length);
    t.diagnostic(`${all.length} probes, ${all.length - broken.length} refused`);
    assert.deepEqual(broken, []);
  });

  test("the same name rings only at its own site", async () => {
    for (const domain of [field.here, field.there]) {
      const door = await field.agent("door", { domain });
      const call = await door.call("401");
      const ringing = victims.filter((v) => v.user === "panel401");
      const own = ringing.find((v) => v.domain === domain);
      await own?.waitFor("INVITE", (m) => header(m, "call-id") === call.callId);
      const other = ringing.find((v) => v.domain !== domain);
      assert.ok(!other?.received.some((m) => header(m, "call-id") === call.callId), "the other site stays silent");
      await call.cancel();
    }
  });

  test("a registration shows only contacts of its own site", async () => {
    for (const domain of [field.here, field.there]) {
      const agent = await field.agent("panel401", { domain });
      const listed = await agent.request({
        method: "REGISTER",
        uri: `sip:${domain}`,
        to: `<${agent.aor}>`,
        contact: null,
      });
      const other = victims.find((v) => v.user === "panel401" && v.domain !== domain);
      assert.equal(listed.status, 200);
      assert.ok(headersOf(listed, "contact").length > 0);
      assert.ok(
        !headersOf(listed, "contact")
          .join()
          .includes(other?.contactUri ?? "none"),
      );
    }
  });

  test("the event of a call is the own site's alone", () => {
    for (const domain of [field.here, field.there]) {
      const events = field.edge.events(domain);
      assert.ok(events.some((event) => event.caller === "door" && event.kind === "ringing"));
    }
    const ids = field.edge.events(field.here).map((event) => event.callId);
    assert.ok(field.edge.events(field.there).every((event) => !ids.includes(event.callId)));
  });
});
