/**
 * The same small phone for both sides of the comparison: JsSIP as it comes, with the one trick every panel needs (not waiting for the end
 * of ICE gathering), so that only the server differs. Built by `door.ts` and loaded into a page on localhost.
 */
import { UA, WebSocketInterface } from "jssip";

/** JsSIP's RTCSession. */
const STATUS_TERMINATED = 8;

interface Session {
  answer(options: object): void;
  terminate(): void;
  on(event: string, listener: (data: never) => void): void;
  connection: RTCPeerConnection | null;
  status: number;
}

const phone = {
  session: null as Session | null,
  stream: null as MediaStream | null,

  /** Resolves once registered. */
  async register(account: { uri: string; user: string; domain: string; ha1: string }): Promise<void> {
    phone.stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const ua = new UA({
      sockets: [new WebSocketInterface(account.uri)],
      uri: `sip:${account.user}@${account.domain}`,
      ha1: account.ha1,
      realm: account.domain,
      session_timers: false,
      register_expires: 300,
    });
    ua.on("newRTCSession", (event: { session: unknown }) => {
      phone.session = event.session as Session;
    });
    const registered = new Promise<void>((resolve, reject) => {
      ua.on("registered", () => resolve());
      ua.on("registrationFailed", (event: { cause?: unknown }) => reject(new Error(String(event.cause))));
    });
    ua.start();
    await registered;
  },

  /** Resolves when the call that rang has ended here. */
  async ended(): Promise<void> {
    while (phone.session && phone.session.status !== STATUS_TERMINATED) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  },

  /** Answers; resolves with the ms until the first packet of sound came in. */
  async answer(): Promise<number> {
    const { session } = phone;
    if (!session) throw new Error("nothing rings");
    const started = performance.now();
    session.on("icecandidate", (event: { ready(): void }) => setTimeout(() => event.ready(), 5));
    session.answer({ mediaStream: phone.stream, pcConfig: { iceServers: [] } });
    for (;;) {
      for (const report of (await session.connection?.getStats())?.values() ?? []) {
        if (report.type === "inbound-rtp" && report.packetsReceived > 0) return performance.now() - started;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  },
};

Object.assign(globalThis, { phone });
