/** kill -9 of the bridge while a code is made or taken: the code still opens, or the account is whole; never one that nobody has. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Account, AccountWithPassword } from "../../bridge/src/api/directory.ts";
import type { Pairing, PairingWithSecret } from "../../bridge/src/api/pairing.ts";
import type { Device } from "../../bridge/src/api/session.ts";
import { around } from "../lab/around.ts";
import type { BridgeApi } from "../lab/bridge.ts";
import { type Lab, startLab } from "../lab/lab.ts";
import { until } from "../lab/until.ts";

/** From before a request is read until it is answered. */
const MOMENTS = [0, 1, 2, 4, 7, 12, 25, "answered"] as const;

let lab: Lab;
let api: BridgeApi;
around(
  async () => {
    lab = await startLab();
    api = lab.api;
  },
  () => lab?.stop(),
);

/** Kills the bridge at a moment of what is sent to it, and starts it again. */
async function dieDuring<T>(moment: (typeof MOMENTS)[number], send: () => Promise<T>): Promise<T | null> {
  const sent = send().catch(() => null);
  if (moment === "answered") await sent;
  else await delay(moment);
  lab.bridge.signal("SIGKILL");
  await until(() => !lab.bridge.running, { what: "the bridge to be dead" });
  const answer = await sent;
  await lab.bridge.start();
  api = await lab.bridge.api();
  return answer;
}

async function accountsCalled(label: string): Promise<Account[]> {
  const all = await api.get<Account[]>(`/api/accounts?siteId=${lab.house.site.id}`);
  return all.filter((one) => one.label === label);
}

async function pairingsCalled(label: string): Promise<Pairing[]> {
  const all = await api.get<Pairing[]>(`/api/pairings?siteId=${lab.house.site.id}`);
  return all.filter((one) => one.label === label);
}

test("a wall panel's code or link", { timeout: 200_000 }, async () => {
  const outcomes = new Set<string>();
  for (const [round, moment] of MOMENTS.entries()) {
    const label = `Hall ${moment}`;
    const invitation = { kind: "panel", unitId: lab.unit("401").id, label };
    const { code, fragment } = await api.post<PairingWithSecret>("/api/pairings", invitation);
    const secret = (round % 2 === 0 ? code?.replace("-", "") : fragment?.slice(5)) ?? "";
    const claim = { secret, deviceId: randomUUID() };
    await dieDuring(moment, () => api.post<Device>("/api/pairings/claim", claim));
    const [pairing] = await pairingsCalled(label);
    outcomes.add(pairing?.state ?? "");
    assert.equal((await accountsCalled(label)).length, pairing?.state === "used" ? 1 : 0, label);
    // The panel has had no answer, or forgets it: it tries again, and is what it was made.
    const device = await api.post<Device>("/api/pairings/claim", claim);
    const [account, ...others] = await accountsCalled(label);
    assert.deepEqual([account?.username, others], [device.sip.username, []]);
    assert.deepEqual(await api.get<Device>(`/api/devices/${claim.deviceId}`), device);
  }
  assert.deepEqual([...outcomes].toSorted(), ["used", "waiting"]);
});

test("a phone's link: whoever never saw it leaves no account behind", { timeout: 200_000 }, async () => {
  const outcomes = new Set<boolean>();
  for (const moment of MOMENTS) {
    const label = `Phone ${moment}`;
    const invitation = { kind: "phone", unitId: lab.unit("402").id, label };
    await dieDuring(moment, () => api.post<PairingWithSecret>("/api/pairings", invitation));
    const [pairing] = await pairingsCalled(label);
    outcomes.add(pairing !== undefined);
    const accounts = await accountsCalled(label);
    assert.deepEqual(
      accounts.map(({ id }) => id),
      pairing ? [pairing.accountId] : [],
      label,
    );
    if (!pairing) continue;
    await api.delete(`/api/pairings/${pairing.id}`);
    assert.deepEqual(await accountsCalled(label), [], label);
  }
  assert.equal(outcomes.size, 2);
});

test("a phone that fetches its settings while the bridge is dead is paired, with the login that it was given", async () => {
  const invitation = { kind: "phone", unitId: lab.unit("402").id, label: "Away" };
  const { httpsUrl } = await api.post<PairingWithSecret>("/api/pairings", invitation);
  await lab.directoryLive();
  const path = new URL(httpsUrl ?? "").pathname;
  const linphone = { headers: { "user-agent": "LinphoneAndroid/6.0", "x-linphone-provisioning": "1" } };
  lab.bridge.signal("SIGKILL");
  await until(() => !lab.bridge.running, { what: "the bridge to be dead" });
  const document = await lab.control.request("GET", path, linphone);
  assert.equal(document.status, 200);
  await lab.bridge.start();
  api = await lab.bridge.api();
  await until(async () => (await pairingsCalled("Away"))[0]?.state === "used", { what: "the code to be used" });
  const [account, ...others] = await accountsCalled("Away");
  assert.ok(account && document.text.includes(account.username));
  assert.deepEqual(others, []);
});

test("a card for another client: no account, or one that a new card opens", { timeout: 200_000 }, async () => {
  const counts = new Set<number>();
  for (const moment of MOMENTS) {
    const label = `Desk phone ${moment}`;
    const account = { siteId: lab.house.site.id, type: "mobile", unitId: lab.unit("402").id, label };
    await dieDuring(moment, () => api.post<AccountWithPassword>("/api/accounts", account));
    const [made, ...others] = await accountsCalled(label);
    counts.add(made ? 1 : 0);
    assert.deepEqual(others, []);
    if (!made) continue;
    const { card } = await api.post<AccountWithPassword>(`/api/accounts/${made.id}/password`, {});
    assert.deepEqual([card.username, card.password.length > 10], [made.username, true]);
  }
  assert.equal(counts.size, 2);
});
