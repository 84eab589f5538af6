/** The restaurant's phone, wired: the bridge's SIP account of each site, its calls, and who answers them. Loaded with the first line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { TEST_ACCOUNT } from "./directory/names.ts";
import type { Log } from "./links/log.ts";
import type { OrderDesk } from "./ordering/order-desk.ts";
import { Media } from "./sip/media/media.ts";
import { Phone } from "./sip/phone.ts";
import type { AccountRow } from "./store/account-store.ts";
import type { Store } from "./store/store.ts";
import { Breaker, type VoiceHealth } from "./voice/breaker.ts";
import { renderWithEspeak } from "./voice/clip-renderer.ts";
import { Clips } from "./voice/clips.ts";
import { RealtimeEngine } from "./voice/realtime/realtime-engine.ts";
import { Reception } from "./voice/reception.ts";

export interface VoiceSettings {
  apiKey: string;
  baseUrl: string;
  model: string;
  voice: string;
}

export interface SwitchboardOptions {
  store: Store;
  desk: OrderDesk;
  sipUri: string;
  /** Private certificate authority of the SIP server. */
  caFile: string | undefined;
  voice: VoiceSettings;
  dataFolder: string;
  onHealth(health: VoiceHealth): void;
  log: Log;
}

export interface Switchboard {
  health(): VoiceHealth;
  /** One phone for each site that has a line, with the account as it is now. */
  follow(): void;
  /** Takes no more calls and waits until those that run are over; for `atMostMs`. */
  finish(atMostMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** How long people ring before the caller may leave a message. */
const PEOPLE_RING_MS = 40_000;
const LOOK_EVERY_MS = 200;

export function openSwitchboard(options: SwitchboardOptions): Switchboard {
  const { store, desk, log, voice } = options;
  const media = new Media(
    (error) => log.error({ err: error }, "the media worker failed"),
    (figures) => log.info({ ...figures }, "the sound of a call is over"),
  );
  const engine = new RealtimeEngine(voice);
  const clips = new Clips(join(options.dataFolder, "clips"), renderWithEspeak, (clip) =>
    log.warn({ clip }, "a recording cannot be read or says nothing: the phrase is rendered instead"),
  );
  const breaker = new Breaker({ probe: (signal) => engine.probe(signal), onChange: options.onHealth, log });
  const ca = options.caFile === undefined ? undefined : readFileSync(options.caFile);
  const phones = new Map<string, { phone: Phone; reception: Reception; ha1: string }>();

  const notRendered = (error: unknown): void => log.error({ err: error }, "a phrase could not be rendered");

  function open(siteId: string, { username, ha1 }: AccountRow, domain: string): { phone: Phone; reception: Reception } {
    const reception = new Reception({
      ...{ desk, engine, clips, breaker, siteId, log },
      ringPeople: (line) => {
        const phone = phones.get(siteId)?.phone;
        return phone?.registered ? phone.call(line.name, PEOPLE_RING_MS) : null;
      },
    });
    const phone = new Phone(
      { username, domain, ha1, uri: options.sipUri, ca },
      media,
      { incoming: (call) => reception.take(call), registered: () => {} },
      log,
    );
    phone.start();
    return { phone, reception };
  }

  function follow(): void {
    const sites = new Set(store.lines.list().map(({ siteId }) => siteId));
    for (const siteId of sites) {
      const account = store.accounts
        .list({ siteId })
        .find(({ type, enabled, username }) => type === "bridge" && enabled && username !== TEST_ACCOUNT);
      const site = store.sites.get(siteId);
      const known = phones.get(siteId);
      // A caller waits for nothing that could have been rendered before.
      for (const words of desk.firstWords(siteId)) clips.ahead(words).catch(notRendered);
      if (known && known.ha1 === account?.ha1) continue;
      known?.phone.stop();
      phones.delete(siteId);
      if (account && site) phones.set(siteId, { ...open(siteId, account, site.domain), ha1: account.ha1 });
    }
    for (const [siteId, { phone }] of phones) {
      if (sites.has(siteId)) continue;
      phone.stop();
      phones.delete(siteId);
    }
  }

  breaker.start();
  // So that the first caller does not wait for it.
  for (const language of ["fr", "en"] as const) clips.prepare(language).catch(notRendered);
  follow();
  return {
    health: () => breaker.health,
    follow,
    finish: async (atMostMs) => {
      const receptions = [...phones.values()].map(({ reception }) => reception);
      for (const reception of receptions) reception.close();
      const running = () => receptions.reduce((sum, { busy }) => sum + busy, 0);
      if (running() > 0) log.info({ calls: running() }, "calls are finished before the stop; new ones go to people");
      const until = performance.now() + atMostMs;
      while (running() > 0 && performance.now() < until) await delay(LOOK_EVERY_MS);
    },
    stop: async () => {
      breaker.stop();
      for (const { phone } of phones.values()) phone.stop();
      await media.stop();
    },
  };
}
