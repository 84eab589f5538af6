/** The table of call rules against the real Kamailio: each case is a real call between registered devices. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { around } from "../lab/around.ts";
import { type Edge, startEdge } from "../lab/edge.ts";
import { checkCase, openAgent, outcome } from "./case-call.ts";
import { ruleCases } from "./rule-cases.ts";

let edge: Edge;
around(
  async () => {
    edge = await startEdge();
  },
  () => edge?.stop(),
);

describe("Kamailio's call rules", () => {
  for (const [i, rule] of ruleCases.entries()) {
    test(rule.name, () => checkCase(edge, rule, `case${i}.sip.example.com`));
  }

  test("a site does not see another site's rules, names or devices", async () => {
    const sites = ["north.sip.example.com", "south.sip.example.com"] as const;
    for (const domain of sites) {
      edge.seedDirectory({
        domain,
        units: [{ name: "unit401", kind: "residential" }],
        accounts: [
          { username: "panel401", type: "panel", unit: "unit401" },
          { username: "door", type: "door", unit: null },
        ],
        rules: domain === sites[0] ? [{ unit: "unit401" }] : [],
      });
    }
    const [north, south] = await Promise.all(sites.map((domain) => openAgent(edge, "panel401", domain)));
    const doors = await Promise.all(sites.map((domain) => openAgent(edge, "door", domain)));
    const agents = [north, south, ...doors].filter((agent) => agent !== undefined);
    try {
      for (const agent of agents) {
        agent.policy = { ring: false, final: 486 };
        assert.equal((await agent.register()).status, 200);
      }
      assert.equal(await outcome(doors[0], "unit401"), 486);
      assert.equal(await outcome(doors[1], "unit401"), 403);
      assert.equal(await outcome(doors[0], `sip:unit401@${sites[1]}`), 403);
      assert.equal(await outcome(doors[1], `sip:panel401@${sites[0]}`), 403);
      assert.equal(north?.incoming.length, 1);
      assert.equal(south?.incoming.length, 0);
      for (const event of edge.events(sites[1])) assert.equal(event.caller, "door");
      assert.deepEqual(
        edge.events(sites[1]).map(({ kind, code }) => [kind, code]),
        [
          ["failed", 403],
          ["failed", 403],
        ],
      );
    } finally {
      for (const agent of agents) agent.close();
    }
  });
});
