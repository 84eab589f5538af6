/** A house whose line rings the bridge's phone first and people after it: real Kamailio and RTPEngine, the bridge's phone in this process. */
import { readFileSync } from "node:fs";
import { Media } from "../../bridge/src/sip/media/media.ts";
import { Phone } from "../../bridge/src/sip/phone.ts";
import type { PhoneCall } from "../../bridge/src/sip/phone-call.ts";
import { DOMAIN, House } from "../door/house.ts";
import { defaultPassword, ha1 } from "../lab/edge.ts";
import type { Call } from "../lab/sip/call.ts";
import type { SoundPeer } from "../lab/sip/rtp.ts";
import type { SipAgent } from "../lab/sip-agent.ts";
import { until } from "../lab/until.ts";

export const LINE = "restaurant1";
const QUIET = { info: () => {}, warn: () => {}, error: () => {} };

export class PhoneHouse {
  readonly house: House;
  readonly media: Media;
  readonly phone: Phone;
  /** What becomes of calls that come in. */
  onCall: (call: PhoneCall) => void = () => {};
  private gateway: SipAgent | null = null;

  private constructor(house: House) {
    this.house = house;
    this.media = new Media((error) => {
      throw error;
    });
    const { wssPort } = house.edge.values;
    const account = {
      username: "bridge",
      domain: DOMAIN,
      ha1: ha1("bridge", DOMAIN, defaultPassword("bridge")),
      uri: `wss://localhost:${wssPort}`,
      ca: readFileSync(house.edge.caFile),
    };
    const listener = { incoming: (call: PhoneCall) => this.onCall(call), registered: () => {} };
    this.phone = new Phone(account, this.media, listener, QUIET);
  }

  static async open(): Promise<PhoneHouse> {
    const house = await House.open();
    house.seed(
      [
        { username: "bridge", type: "bridge", unit: null },
        { username: "ht841", type: "gateway", unit: null },
        { username: "staff", type: "panel", unit: LINE },
      ],
      [
        { unit: LINE, position: 0, action: "forward", target: `sip:bridge@${DOMAIN}`, ringSeconds: 20 },
        { unit: LINE, position: 1, action: "ring", ringSeconds: 20 },
      ],
    );
    const phones = new PhoneHouse(house);
    phones.phone.start();
    await until(() => phones.phone.registered, { what: "the bridge's phone to register" });
    return phones;
  }

  /** Calls the line as the gateway does for a caller from outside. */
  async dial(handset: SoundPeer, number = "+33639980178"): Promise<Call> {
    this.gateway ??= await this.house.device("ht841");
    const from = `<sip:${number}@${DOMAIN}>;tag=${Math.random().toString(36).slice(2)}`;
    return await this.gateway.call(LINE, { rtp: handset, from });
  }

  async close(): Promise<void> {
    this.phone.stop();
    await this.media.stop();
    await this.house.close();
  }
}
