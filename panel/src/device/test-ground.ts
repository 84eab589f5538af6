/** The steps of a device's test in their order, and what a step may use. */
import type { ServerLink } from "../../../bridge/src/api/device-test.ts";
import type { Api } from "../data/api.ts";
import type { PanelState } from "../model.ts";
import type { StepResult } from "./test-result.ts";

/** The way to the call server, which the bridge looks at. */
export const SERVER_STEPS = ["name", "port", "certificate", "websocket"] as const satisfies readonly ServerLink[];

export const STEPS = [
  "secure",
  "bridge",
  ...SERVER_STEPS,
  "sip",
  "sound",
  "microphone",
  "network",
  "turn",
  "ring",
  "video",
  "camera",
  "speaker",
] as const;
export type Step = (typeof STEPS)[number];

export interface TestGround {
  panel(): PanelState;
  readonly api: Api;
  readonly deviceId: string;
  readonly locale: string;
  /** Of the steps before. */
  results(): Partial<Record<Step, StepResult>>;
  /** null: the bridge, or the VPS behind it, does not say. */
  iceServers(): Promise<RTCIceServer[] | null>;
  /** Resumes the browser's audio; false: it stays locked. */
  unlockSound(): Promise<boolean>;
  /** Plays the ringtone and asks the person. */
  askHeard(): Promise<boolean>;
}
