/** A call of the bridge to this device, without a sound: signalling and sound there and back, over the way of any call. */
import type { OwnTestRing } from "../../../bridge/src/api/device-test.ts";
import type { Api } from "../data/api.ts";
import { fetchTestRing, startTestRing } from "../data/device.ts";
import { isRegistered } from "../phone/phone-state.ts";
import type { TestGround } from "./test-ground.ts";
import { failed, SKIPPED, type StepResult, warning } from "./test-result.ts";

const LOOK_EVERY_MS = 500;
/** It takes some 25 s at most; more when the whole house is being tested. */
const WAIT_MS = 60_000;
/** A page that was opened just now is registered before the bridge hears so from the server, which it asks every three seconds. */
const LISTED_MS = 8_000;
const ASK_AGAIN_MS = 1_000;

export async function ringStep({ api, panel, deviceId }: TestGround): Promise<StepResult> {
  if (panel().device == null || !isRegistered(panel().phone.connection)) return SKIPPED;
  try {
    const until = performance.now() + LISTED_MS;
    for (;;) {
      const test = await ring(api, deviceId);
      if (test.device.failedStep !== "register" || performance.now() > until) return resultOf(test);
      await pause(ASK_AGAIN_MS);
    }
  } catch {
    return warning("step.ring.unasked");
  }
}

async function ring(api: Api, deviceId: string): Promise<OwnTestRing> {
  let test = await startTestRing(api, deviceId);
  const deadline = performance.now() + WAIT_MS;
  while (isOn(test) && performance.now() < deadline) {
    await pause(LOOK_EVERY_MS);
    test = await fetchTestRing(api, deviceId, test.testId);
  }
  return test;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function isOn({ device }: OwnTestRing): boolean {
  return device.state === "waiting" || device.state === "ringing";
}

function resultOf({ device: { state, failedStep, answerMs } }: OwnTestRing): StepResult {
  switch (state) {
    case "passed": {
      const values = { ms: String(answerMs ?? 0) };
      return { state, why: { key: "step.ring.passed", values } };
    }
    case "failed":
      return failed(`step.ring.${failedStep ?? "server"}`);
    case "skipped":
      return warning("step.ring.skipped");
    case "waiting":
    case "ringing":
      return warning("step.ring.unasked");
  }
}
