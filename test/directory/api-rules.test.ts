/** Rules whose targets and callers come and go: what the simulator, the warnings and a removal say of them. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type {
  Account,
  Building,
  Door,
  EvaluateReply,
  NewRule,
  Removal,
  Rule,
  RuleWarning,
  Unit,
} from "../../bridge/src/api/directory.ts";
import { type TestApp, testApp } from "./app.ts";
import { type House, makeHouse } from "./house.ts";

let api: TestApp;
let house: House;

beforeEach(async () => {
  api = await testApp();
  house = await makeHouse(api);
  for (const unitId of [house.unit401.id, house.unit402.id]) {
    await post("accounts", { siteId: house.site.id, type: "mobile", label: "Phone", unitId });
  }
});
afterEach(() => api.close());

async function post<T>(noun: string, body: unknown): Promise<T> {
  const reply = await api.send("POST", `/api/${noun}`, body);
  assert.ok(reply.status < 300, reply.text);
  return reply.json<T>();
}
const addRule = (more: Partial<NewRule>) =>
  post<Rule>("rules", {
    ...{ sourcePattern: "*", action: "ring", targetSipUri: null, ringSeconds: 20, schedule: [], enabled: true },
    ...more,
  });
const warnings = async (unitId: string) =>
  (await api.send("GET", `/api/rules/warnings?unitId=${unitId}`)).json<RuleWarning[]>();
const kinds = async (unitId: string) => (await warnings(unitId)).map(({ kind }) => kind);

test("a target whose domain is written in capitals is the same place: for the simulator, the warnings and a removal", async () => {
  const { unit401, unit402, site } = house;
  const target = (domain: string) => ({
    ...{ unitId: unit401.id, position: 0, action: "forward" as const },
    targetSipUri: `sip:unit402@${domain}`,
  });
  const rule = await addRule(target(site.domain.toUpperCase()));
  assert.equal(rule.targetSipUri, `sip:unit402@${site.domain}`);
  // As older versions kept it.
  api.store.rules.update({ ...rule, unitId: unit401.id, targetSipUri: `sip:unit402@${site.domain.toUpperCase()}` });
  const question = { siteId: site.id, caller: "intercom-entrance", callee: "unit401", atMs: 0 };
  const { considered, firingRuleId } = await post<EvaluateReply>("rules/evaluate", question);
  assert.deepEqual([considered[0]?.outcome, firingRuleId], ["fires", rule.id]);
  assert.deepEqual(await kinds(unit401.id), []);
  await api.send("PATCH", `/api/rules/${rule.id}`, { targetSipUri: `sip:unit402@${site.domain.toUpperCase()}` });
  const { targetsLost } = (await api.send("GET", `/api/units/${unit402.id}/removal`)).json<Removal>();
  assert.deepEqual(targetsLost, ["401"]);
});

test("a removal names each unit that loses a target, also two of the same number", async () => {
  const { unit401, unit402, site } = house;
  const other = await post<Building>("buildings", { siteId: site.id, name: "B" });
  const second = await post<Unit>("units", { buildingId: other.id, number: "401" });
  for (const unitId of [unit401.id, second.id, second.id]) {
    await addRule({ unitId, action: "forward", targetSipUri: `sip:unit402@${site.domain}` });
  }
  const { targetsLost } = (await api.send("GET", `/api/units/${unit402.id}/removal`)).json<Removal>();
  assert.deepEqual(targetsLost.toSorted(), ["401 (A)", "401 (B)"]);
});

test("a removal names each unit whose rule has no caller left; the rule stays, and is warned of", async () => {
  const { unit401, unit402, door, building, site } = house;
  const of = async (noun: string, id: string) =>
    (await api.send("GET", `/api/${noun}/${id}/removal`)).json<Removal>().callersLost;
  // For this door alone, by its name or a pattern; for others as well; for telephones; and of the door itself.
  await addRule({ unitId: unit401.id, position: 0, sourcePattern: "intercom-entrance" });
  await addRule({ unitId: unit402.id, position: 0, sourcePattern: "intercom-*" });
  await addRule({ unitId: unit402.id, position: 0, sourcePattern: "*" });
  await addRule({ unitId: null, doorId: door.id, position: 0, sourcePattern: "intercom-entrance" });
  assert.deepEqual((await of("doors", door.id)).toSorted(), ["401", "402"]);
  assert.deepEqual((await of("accounts", door.account.id)).toSorted(), ["401", "402", "Entrance"].toSorted());
  const second = await post<Door>("doors", { buildingId: building.id, label: "Garage", name: "intercom-garage" });
  assert.deepEqual(await of("doors", door.id), ["401"]);
  assert.deepEqual(await of("doors", second.id), []);
  // A building takes its own rules along.
  assert.deepEqual(await of("buildings", building.id), []);
  await api.send("DELETE", `/api/doors/${door.id}`);
  const all = (await api.send("GET", `/api/rules/warnings?siteId=${site.id}`)).json<RuleWarning[]>();
  assert.deepEqual(
    all.filter(({ kind }) => kind === "matches-nobody").map(({ unitId }) => unitId),
    [unit401.id],
  );
});

test("a rule for a caller that is not there, or is switched off, is named; one for telephone numbers while there is no gateway", async () => {
  const { unit402, door, site } = house;
  const of = async (sourcePattern: string) => {
    const rule = await addRule({ unitId: unit402.id, position: 0, sourcePattern });
    const found = (await warnings(unit402.id)).filter(({ ruleId }) => ruleId === rule.id).map(({ kind }) => kind);
    await api.send("DELETE", `/api/rules/${rule.id}`);
    return found;
  };
  const forNumbers = ["0*", "+33*", "anon*", "?????"];
  for (const number of forNumbers) assert.deepEqual(await of(number), ["matches-nobody"], number);
  const gateway = await post<Account>("accounts", { siteId: site.id, type: "gateway", label: "Line" });
  for (const there of ["*", "intercom-entrance", "intercom-*", "mobile-*", "[a-z]*", ...forNumbers]) {
    assert.deepEqual(await of(there), [], there);
  }
  const forCalls = await addRule({ unitId: unit402.id, position: 0, sourcePattern: "0*" });
  const { callersLost } = (await api.send("GET", `/api/accounts/${gateway.id}/removal`)).json<Removal>();
  assert.deepEqual(callersLost, ["402"]);
  await api.send("DELETE", `/api/rules/${forCalls.id}`);
  for (const gone of ["no-such-door", "INTERCOM-*", "gate-?", "[", "*_*", "??", "0123456789012345*"]) {
    assert.deepEqual(await of(gone), ["matches-nobody"], gone);
  }
  await api.send("PATCH", `/api/accounts/${door.account.id}`, { enabled: false });
  assert.deepEqual(await of("intercom-entrance"), ["matches-nobody"]);
  await api.send("PATCH", `/api/accounts/${door.account.id}`, { enabled: true });
  await addRule({ unitId: unit402.id, position: 0, sourcePattern: "intercom-entrance" });
  assert.deepEqual(await kinds(unit402.id), []);
  await api.send("DELETE", `/api/doors/${door.id}`);
  const all = (await api.send("GET", `/api/rules/warnings?siteId=${site.id}`)).json<RuleWarning[]>();
  assert.deepEqual(
    all.map(({ kind }) => kind),
    ["matches-nobody"],
  );
});

test("the simulator asks as a call would come: a number through a gateway, with its rules too, and nobody who cannot log in", async () => {
  const { unit401, site, door } = house;
  const ask = (caller: string, gateway?: string) =>
    post<EvaluateReply>("rules/evaluate", {
      siteId: site.id,
      caller,
      callee: "unit401",
      atMs: 0,
      ...(gateway && { gateway }),
    });
  const all = await ask("intercom-entrance");
  assert.deepEqual([all.code, all.gateway], [200, null]);
  const number = await ask("0639980178");
  assert.deepEqual([number.code, number.steps, number.considered, number.firingRuleId], [401, [], [], null]);
  const line = (label: string, username: string) =>
    post<Account>("accounts", { siteId: site.id, type: "gateway", label, username });
  const first = await line("Line", "line-1");
  await line("Other", "line-2");
  const rules = [
    await addRule({ unitId: unit401.id, position: 0, sourcePattern: "line-2" }),
    await addRule({ unitId: unit401.id, position: 1, sourcePattern: "06*" }),
    await addRule({ unitId: unit401.id, position: 2, sourcePattern: "line-1" }),
  ];
  const outcomes = ({ considered }: EvaluateReply) => considered.slice(0, 3).map(({ outcome }) => outcome);
  const viaFirst = await ask("0639980178");
  assert.deepEqual(
    [viaFirst.gateway, viaFirst.firingRuleId, outcomes(viaFirst)],
    ["line-1", rules[1]?.id, ["pattern", "fires", "next"]],
  );
  const viaSecond = await ask("0639980178", "line-2");
  assert.deepEqual([viaSecond.gateway, outcomes(viaSecond)], ["line-2", ["fires", "next", "pattern"]]);
  assert.deepEqual(outcomes(await ask("anonymous")), ["pattern", "pattern", "fires"]);
  for (const gateway of ["intercom-entrance", "no-such-line"])
    assert.equal((await ask("0639980178", gateway)).code, 401);
  // Too short for a number, and no account: nobody calls so.
  for (const caller of ["06", "no-such-door"]) assert.equal((await ask(caller)).code, 401, caller);
  await api.send("PATCH", `/api/accounts/${first.id}`, { enabled: false });
  assert.equal((await ask("0639980178")).gateway, "line-2");
  await api.send("PATCH", `/api/accounts/${door.account.id}`, { enabled: false });
  assert.equal((await ask("intercom-entrance")).code, 401);
});

test("the simulator says of a unit that wants its peace that this is why nothing rings; another rule's unit rings", async () => {
  const { unit401, unit402, site } = house;
  for (const { id: unitId } of [unit401, unit402]) {
    await post<Account>("accounts", { siteId: site.id, type: "mobile", label: "Phone", unitId });
  }
  const [own] = (await api.send("GET", `/api/rules?unitId=${unit401.id}`)).json<Rule[]>();
  const other = await addRule({ unitId: unit401.id, action: "forward", targetSipUri: `sip:unit402@${site.domain}` });
  await api.send("PUT", `/api/units/${unit401.id}/do-not-disturb`, { on: true });
  const asked = { siteId: site.id, caller: "intercom-entrance", callee: "unit401", atMs: 0 };
  const { considered, firingRuleId } = await post<EvaluateReply>("rules/evaluate", asked);
  assert.equal(firingRuleId, other.id);
  assert.deepEqual(considered, [
    { ruleId: own?.id, outcome: "do-not-disturb" },
    { ruleId: other.id, outcome: "fires" },
  ]);
});
