/** What the fault tests of calls share: a lab with a door and one panel, and the ways in which each part goes down. */
import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import type { Account } from "../../bridge/src/api/directory.ts";
import { around } from "../lab/around.ts";
import { findTone, type Sound } from "../lab/audio.ts";
import { startChromium } from "../lab/chromium.ts";
import { type Lab, startLab } from "../lab/lab.ts";
import { Panel } from "../lab/panel.ts";
import type { SipPhone } from "../lab/sip-phone.ts";
import { until } from "../lab/until.ts";

const DOOR_HZ = 440;
const PANEL_HZ = 1000;
const LISTEN_MS = 1_200;

export class CallHouse {
  readonly lab: Lab;
  readonly door: SipPhone;
  readonly panel: Panel;
  private readonly browser: Browser;
  /** SIP name of the panel's account. */
  private readonly panelName: string;

  private constructor(lab: Lab, door: SipPhone, panel: Panel, browser: Browser, panelName: string) {
    this.lab = lab;
    this.door = door;
    this.panel = panel;
    this.browser = browser;
    this.panelName = panelName;
  }

  static async start(): Promise<CallHouse> {
    const lab = await startLab();
    let browser: Browser | null = null;
    try {
      const { certificateFile } = lab.edge.values;
      browser = await startChromium({ sound: lab.toneFile(PANEL_HZ), certificateFile });
      const door = await lab.startDoorStation(lab.toneFile(DOOR_HZ));
      const panel = await Panel.open(browser, lab, "401");
      const accounts = await lab.api.get<Account[]>("/api/accounts");
      const panelName = accounts.find(({ type }) => type === "panel")?.username ?? "";
      return new CallHouse(lab, door, panel, browser, panelName);
    } catch (error) {
      await browser?.close();
      await lab.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.lab.stop();
  }

  /** Both ends idle and registered: the door is called back when its registration was lost. */
  async ready(): Promise<void> {
    await this.panel.ready();
    this.door.mark();
  }

  async panelHears(): Promise<void> {
    await this.panel.hears(DOOR_HZ);
  }

  /** Judges the end of the door's recording: what it heard last, after the fault. The call must be over. */
  doorHeardAtLast(): void {
    const { found, heardMs, lengthMs } = findTone(lastPart(this.door.heard(), LISTEN_MS), PANEL_HZ);
    assert.ok(found, `the door hears the panel for ${heardMs} of its last ${lengthMs} ms`);
  }

  /** The source address of the panel's connection as the SIP server sees it; "" while there is none. */
  async panelAddress(): Promise<string> {
    const contacts = await this.lab.contacts(this.panelName);
    return contacts.toSorted((a, b) => b.lastSeenMs - a.lastSeenMs)[0]?.address ?? "";
  }

  /** Waits until the panel has registered over another connection than before. */
  async panelReconnected(before: string): Promise<void> {
    await until(
      async () => {
        const now = await this.panelAddress();
        return now !== "" && now !== before;
      },
      { what: "the panel to register over a new connection" },
    );
  }
}

/** The kinds of event by topic as a consumer counts them that takes each id once: an id is a call and a kind. */
export function onceById(events: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(events).map(([topic, kinds]) => [topic, [...new Set(kinds)]]));
}

function lastPart({ sampleRate, samples }: Sound, ms: number): Sound {
  return { sampleRate, samples: samples.subarray(-Math.round((sampleRate * ms) / 1000)) };
}

export interface Fault {
  /** "control is killed" */
  name: string;
  /**
   * A crash between the broker's delivery and its receipt makes QoS 1 deliver again (MQTT 3.1.1 section 4.3.2): then an
   * event counts once by its id.
   */
  mayRepeat?: true;
  /** Takes the part down and brings it up again. */
  strike(lab: Lab): Promise<void>;
}

/** Parts without which a running call goes on untouched. */
export const BYSTANDERS: Fault[] = [
  {
    name: "control is restarted",
    strike: async ({ control }) => {
      await control.stop();
      await control.start();
    },
  },
  {
    name: "control is killed",
    strike: async ({ control }) => {
      await control.stop("SIGKILL");
      await control.start();
    },
  },
  { name: "the bridge is restarted", strike: async ({ bridge }) => await bridge.restart() },
  {
    name: "the bridge is killed",
    mayRepeat: true,
    strike: async ({ bridge }) => {
      await bridge.kill();
      await bridge.start();
    },
  },
  {
    // It may stop after it has delivered an event and before the bridge has its receipt.
    name: "Mosquitto is restarted",
    mayRepeat: true,
    strike: async ({ broker }) => {
      await broker.stop();
      await broker.start();
    },
  },
  {
    name: "Mosquitto is killed",
    mayRepeat: true,
    strike: async ({ broker }) => {
      await broker.stop("SIGKILL");
      await broker.start();
    },
  },
];

export const KAMAILIO: Fault[] = [
  { name: "Kamailio is restarted", strike: async ({ edge }) => await edge.restartKamailio() },
  {
    name: "Kamailio is killed",
    strike: async ({ edge }) => {
      await edge.killKamailio();
      await edge.startKamailio();
    },
  },
  {
    name: "Kamailio is killed, and again as soon as it is back,",
    strike: async ({ edge }) => {
      for (let times = 0; times < 2; times++) {
        await edge.killKamailio();
        await edge.startKamailio();
      }
    },
  },
  {
    name: "Kamailio and control are killed at once",
    strike: async ({ edge, control }) => {
      await Promise.all([edge.killKamailio(), control.stop("SIGKILL")]);
      await Promise.all([edge.startKamailio(), control.start()]);
    },
  },
];

export const RTPENGINE: Fault[] = [
  { name: "RTPEngine is restarted", strike: async ({ edge }) => await edge.restartRtpengine() },
  {
    name: "RTPEngine is killed",
    strike: async ({ edge }) => {
      await edge.killRtpengine();
      await edge.startRtpengine();
    },
  },
];

/** Both take what only rings with them, and the sound of what was answered. */
export const RTPENGINE_AND_KAMAILIO: Fault[] = [
  {
    name: "RTPEngine and Kamailio are killed at once",
    strike: async ({ edge }) => {
      await Promise.all([edge.killRtpengine(), edge.killKamailio()]);
      await Promise.all([edge.startRtpengine(), edge.startKamailio()]);
    },
  },
];

/** The house of the test file that called `inCallHouse`, from the first test on. */
export let house: CallHouse;

/** One house for a whole test file. */
export function inCallHouse(): void {
  around(
    async () => {
      house = await CallHouse.start();
    },
    () => house?.stop(),
  );
}
