/** What this device tells the bridge each minute: could it ring now? And its part in a test ring. */
import type { DeviceReport, TestCall } from "../../bridge/src/api/site-health.ts";
import type { Api } from "./data/api.ts";
import type { MicrophoneState } from "./phone/microphone.ts";
import type { Phone } from "./phone/phone.ts";
import { isRegistered, type PhoneState } from "./phone/phone-state.ts";

const REPORT_EVERY_MS = 60_000;
/** Time for the first registration; after that a change for the worse is told at once. */
const SOON_MS = 5_000;

export class HealthReporter {
  private readonly api: Api;
  private readonly phone: Phone;
  /** This browser's id once it is set up as a device. */
  private readonly deviceId: () => string | null;
  private probingSinceMs: number | null = null;
  private rttMs: number | null = null;
  private soon: ReturnType<typeof setTimeout> | undefined;
  private told = "";

  constructor(api: Api, phone: Phone, deviceId: () => string | null) {
    this.api = api;
    this.phone = phone;
    this.deviceId = deviceId;
  }

  /** For the life of the page. */
  start(): void {
    this.phone.subscribe((state) => this.follow(state));
    setInterval(() => void this.report(), REPORT_EVERY_MS);
  }

  /** The bridge is about to call: answers without a sound, and tells what it heard. */
  async takeTest({ testId, caller, forMs }: TestCall): Promise<void> {
    const counts = await this.phone.expectTestCall(caller, forMs);
    const deviceId = this.deviceId();
    if (counts === null || deviceId === null) return;
    await this.api.send("POST", `api/devices/${deviceId}/test-result`, { testId, ...counts }).catch(() => {});
  }

  private follow(state: PhoneState): void {
    const nowMs = performance.now();
    const { phase } = state.connection;
    if (phase === "probing") this.probingSinceMs ??= nowMs;
    else {
      // A REGISTER and its answer: the way to the SIP edge and back.
      if (phase === "registered" && this.probingSinceMs !== null) this.rttMs = Math.round(nowMs - this.probingSinceMs);
      this.probingSinceMs = null;
    }
    const now = summary(state);
    if (now === this.told) return;
    this.told = now;
    clearTimeout(this.soon);
    this.soon = setTimeout(() => void this.report(), SOON_MS);
  }

  private async report(): Promise<void> {
    const { state } = this.phone;
    const deviceId = this.deviceId();
    // One tab is the phone; the others know no better.
    if (deviceId === null || state.role !== "leader") return;
    const report: DeviceReport = {
      registered: isRegistered(state.connection),
      rttMs: this.rttMs,
      audioUnlocked: state.ringtone === "armed",
      microphone: microphoneOf(state.microphone),
      // No page may look at the certificate of its connection.
      certificateDays: null,
    };
    await this.api.send("POST", `api/devices/${deviceId}/report`, report).catch(() => {});
  }
}

function summary({ role, connection, ringtone, microphone }: PhoneState): string {
  return `${role} ${isRegistered(connection)} ${ringtone} ${microphoneOf(microphone)}`;
}

function microphoneOf(state: MicrophoneState): DeviceReport["microphone"] {
  if (state.kind === "ready") return "granted";
  if (state.kind === "unknown") return "prompt";
  switch (state.problem) {
    case "denied":
    case "policy":
      return "denied";
    case "insecure":
    case "missing":
      return "absent";
    case "busy":
      return "granted";
  }
}
