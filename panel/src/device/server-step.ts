/** The way to the call server, as the bridge sees it: a page is told nothing but that it did not get there. */
import type { ServerLink, ServerOutcome } from "../../../bridge/src/api/device-test.ts";
import { lookAtServer } from "../data/device.ts";
import { manualAccount } from "../phone/manual-account.ts";
import { isRegistered } from "../phone/phone-state.ts";
import { SERVER_STEPS, type TestGround } from "./test-ground.ts";
import { PASSED, SKIPPED, type StepResult, warning } from "./test-result.ts";

/** Each link is tried only while those before it hold. */
export async function serverStep(link: ServerLink, ground: TestGround): Promise<StepResult> {
  const { panel, results, deviceId } = ground;
  const { device, role } = panel();
  // An administrator may look before the first device is set up.
  if (device == null && role !== "admin") return SKIPPED;
  // Neolia asks nobody but the server of its own settings.
  const byHand = manualAccount();
  if (byHand !== null && byHand.uri !== device?.sip.uri) return link === "name" ? warning("server.byHand") : SKIPPED;
  const before = SERVER_STEPS.slice(0, SERVER_STEPS.indexOf(link));
  if (!before.every((step) => holds(step, results()[step]?.state))) return SKIPPED;
  try {
    const look = await lookAtServer(ground.api, deviceId, link);
    const { outcome, host, port, addresses, endsAtMs, httpStatus } = look;
    if (outcome === "not-configured") return SKIPPED;
    const date =
      endsAtMs === null ? "" : new Intl.DateTimeFormat(ground.locale, { dateStyle: "long" }).format(endsAtMs);
    const values = {
      host,
      port: String(port),
      addresses: addresses.join(", "),
      date,
      status: String(httpStatus ?? ""),
    };
    if (outcome === "ok") {
      // An address needs no name, and of a WebSocket there is no more to say.
      const isTold = link !== "websocket" && !addresses.includes(host);
      return isTold ? { state: "passed", why: { key: `server.${link}.ok`, values } } : PASSED;
    }
    const state = severity(outcome, isRegistered(panel().phone.connection));
    return { state, why: { key: `server.${outcome}`, values } };
  } catch {
    return warning("server.unasked");
  }
}

function holds(link: ServerLink, state: StepResult["state"] | undefined): boolean {
  return state === "passed" || (link === "certificate" && state === "warning");
}

/** A device that is registered all the same has a way of its own; a bad certificate hits it at its next connection. */
function severity(outcome: ServerOutcome, registered: boolean): StepResult["state"] {
  switch (outcome) {
    case "none":
      return "passed";
    case "private":
      return registered ? "passed" : "warning";
    case "expired":
    case "not-yet":
    case "wrong-name":
    case "untrusted":
      return "failed";
    default:
      return registered ? "warning" : "failed";
  }
}
