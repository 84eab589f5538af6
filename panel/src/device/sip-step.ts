/** Whether this device is registered at the call server, and if not, why. */
import type { DeviceKey } from "../localize/device.ts";
import type { ConnectionState } from "../phone/connection-machine.ts";
import { isRegistered } from "../phone/phone-state.ts";
import { SERVER_STEPS, type Step, type TestGround } from "./test-ground.ts";
import { failed, PASSED, type StepResult } from "./test-result.ts";

const SIP_WAIT_MS = 8_000;

export async function sipStep({ panel, results }: TestGround): Promise<StepResult> {
  const deadline = performance.now() + SIP_WAIT_MS;
  for (;;) {
    const { connection } = panel().phone;
    if (isRegistered(connection)) return PASSED;
    if (connection.phase === "off") return failed("step.sip.none");
    if (performance.now() > deadline) {
      const reason = sipReason(connection);
      return reason === "phone.unreachable" ? unreachable(results()) : failed("step.sip.failed", reason);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Whose fault it is that the page does not get to the server: the bridge has just looked. */
function unreachable(results: Partial<Record<Step, StepResult>>): StepResult {
  const links = SERVER_STEPS.map((step) => results[step]?.state);
  if (links.includes("failed")) return failed("step.sip.behind");
  const isWell = links.every((state) => state === "passed" || state === "warning");
  const values = results.port?.why?.values;
  if (!isWell || values === undefined) return failed("step.sip.failed", "phone.unreachable");
  return { state: "failed", why: { key: "step.sip.here", values } };
}

function sipReason(connection: ConnectionState): DeviceKey {
  const problem = "problem" in connection ? connection.problem : null;
  switch (problem) {
    case "refused":
      return "phone.refused";
    case "credentials":
      return "phone.credentials";
    case "no-reply":
      return "phone.noReply";
    case "unreachable":
    case null:
      return "phone.unreachable";
  }
}
