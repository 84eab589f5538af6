/** Two restaurants at the limit of their calls, all ordering at once; who comes then gets people; one caller calls twice. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { AccountWithPassword } from "../../bridge/src/api/directory.ts";
import { around } from "../lab/around.ts";
import { DOMAIN } from "../lab/lab.ts";
import { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";
import type { NamedCase } from "./call-case.ts";
import { playCase } from "./caller.ts";
import { readCaseFolder } from "./case-folder.ts";
import { Handset } from "./handset.ts";
import { LineLab, type Restaurant } from "./line-lab.ts";
import { ScriptedModel } from "./scripted-model.ts";

const TWICE = "+33639980001";
const { cases } = readCaseFolder(join(import.meta.dirname, "calls"));
const caseOf = (id: string): NamedCase => {
  const found = cases.find((one) => one.id.startsWith(id));
  assert.ok(found, id);
  return found;
};
/** What is ordered on each line. */
const scripts = new Map<string, NamedCase>();
let lab: LineLab;
around(
  async () => {
    lab = await LineLab.start({
      brain: () => new ScriptedModel((line) => scripts.get(line) ?? null),
      gateways: ["ht841_restaurant1", "ht841_restaurant2"],
    });
    for (const { line } of lab.restaurants) {
      await lab.lab.api.patch(`/api/lines/${line.id}`, { settings: { concurrentCalls: 2 } });
    }
  },
  () => lab?.stop(),
);

test("four callers order on two lines at their limit, each gets their own order; the next ones get people, or leave a message", {
  timeout: 200_000,
}, async () => {
  const { api, edge, house } = lab.lab;
  const [luigi, mario] = lab.restaurants as [Restaurant, Restaurant];
  scripts.set(luigi.line.label, caseOf("01"));
  scripts.set(mario.line.label, caseOf("12"));
  const { username: user, password } = await api.post<AccountWithPassword>("/api/accounts", {
    siteId: house.site.id,
    unitId: luigi.line.unitId,
    type: "mobile",
    label: "Kitchen",
  });
  await lab.lab.directoryLive();
  const staff = await SipAgent.open({ user, password, domain: DOMAIN, port: edge.values.sipPort });
  const handsets = [await Handset.open(), await Handset.open(), await Handset.open()] as const;
  try {
    staff.policy = { final: null };
    assert.equal((await staff.register()).status, 200);
    const order = (restaurant: Restaurant, number: string) =>
      playCase({
        script: scripts.get(restaurant.line.label) as NamedCase,
        dial: (handset) => lab.dial(handset, number, restaurant),
        setSoldOut: () => Promise.resolve(),
      });
    const ordering = [
      order(luigi, TWICE),
      order(luigi, TWICE),
      order(mario, "+33639980003"),
      order(mario, "+33639980004"),
    ];
    await until(
      async () =>
        (await Promise.all(lab.restaurants.map((one) => lab.board(one)))).every(({ calls }) => calls.length === 2),
      { timeoutMs: 30_000, what: "four calls with the assistant" },
    );

    const third = await lab.dial(handsets[0], "+33639980005", luigi);
    const ringing = await until(() => staff.incoming[0], { what: "staff to be rung" });
    ringing.answer(200, { rtp: handsets[1] });
    assert.equal((await third.final).status, 200);
    await third.hangup();
    const nobody = await lab.dial(handsets[2], "+33639980006", mario);
    assert.equal((await nobody.final).status, 200);
    await until(() => handsets[2].heard.some(({ payload }) => payload.some((byte) => byte !== 0xd5)), {
      what: "the words that say so",
    });
    await nobody.hangup();

    const reports = await Promise.all(ordering);
    assert.deepEqual(
      reports.map(({ status }) => status),
      [200, 200, 200, 200],
    );
    const boards = await Promise.all(lab.restaurants.map((one) => lab.board(one)));
    assert.deepEqual(
      boards.map(({ orders }) => orders.map(({ cart }) => cart.totalCents)),
      [caseOf("01"), caseOf("12")].map(({ expect }) => [expect.orders[0]?.totalCents, expect.orders[0]?.totalCents]),
    );
    assert.deepEqual(
      boards.map(({ drafts }) => drafts.length),
      [0, 0],
    );
    // The same caller, number and total within minutes: both are there, and one says that it may be the other again.
    assert.deepEqual(
      boards[0]?.orders.map(({ callerNumber, maybeSameAs }) => [callerNumber, maybeSameAs !== null]).toSorted(),
      [
        [TWICE, false],
        [TWICE, true],
      ],
    );
    assert.deepEqual(
      boards[1]?.orders.map(({ maybeSameAs }) => maybeSameAs),
      [null, null],
    );
  } finally {
    staff.close();
    for (const handset of handsets) handset.close();
  }
});
