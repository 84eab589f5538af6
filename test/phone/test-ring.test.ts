/** A silent test call by the bridge's own phone to a real device, through the real edge. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { CallPage } from "../../bridge/src/api/call.ts";
import type { AccountWithPassword } from "../../bridge/src/api/directory.ts";
import type { TestRing } from "../../bridge/src/api/site-health.ts";
import { type Lab, startLab } from "../lab/lab.ts";
import { until } from "../lab/until.ts";

let lab: Lab;
before(async () => {
  lab = await startLab();
});
after(() => lab?.stop());

test("a device that answers is heard; what only its page could tell is named as the missing link; no call is logged", async () => {
  const account = await lab.api.post<AccountWithPassword>("/api/accounts", {
    ...{ siteId: lab.house.site.id, type: "panel", label: "Wall", unitId: lab.unit("401").id },
  });
  await lab.directoryLive();
  const phone = await lab.startCard(account.card, "auto");
  await until(
    async () => {
      const { registration } = await lab.api.get<AccountWithPassword>(`/api/accounts/${account.id}`);
      return registration.state === "registered";
    },
    { what: "the bridge to know of the device" },
  );
  const { id } = await lab.api.post<TestRing>("/api/test-rings", {
    ...{ siteId: lab.house.site.id, accountIds: [account.id] },
  });
  const ended = await until(
    async () => {
      const now = await lab.api.get<TestRing>(`/api/test-rings/${id}`);
      return now.endedAtMs === null ? null : now;
    },
    { what: "the test's end", timeoutMs: 60_000 },
  );
  const [device] = ended.devices;
  assert.deepEqual([device?.state, device?.failedStep], ["failed", "audio-in"]);
  assert.ok((device?.answerMs ?? 0) > 0);
  assert.deepEqual((await lab.api.get<CallPage>("/api/calls")).calls, []);
  await phone.stop();
});
