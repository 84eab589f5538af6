/** Keeps this device registered: the connection machine, its timer, and the SIP stack that it drives. */
import { type ConnectionEvent, type ConnectionState, timerOf, transition } from "./connection-machine.ts";
import { type CallMedia, type SipAccount, type SipCall, SipUa } from "./sip.ts";

export interface RegistrationListener {
  changed(state: ConnectionState): void;
  /** The connection is gone, and with it every INVITE that was not answered yet. */
  lost(): void;
  incoming(call: SipCall): void;
  /** The server does not know our login. */
  refused(): void;
}

export class Registration {
  private readonly listener: RegistrationListener;
  private state: ConnectionState = { phase: "off" };
  private ua: SipUa | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(listener: RegistrationListener) {
    this.listener = listener;
  }

  start(account: SipAccount): void {
    // One that was stopped says its last words for a moment longer; they concern nobody here.
    const ours =
      <Given extends unknown[]>(act: (...given: Given) => void) =>
      (...given: Given): void => {
        if (this.ua === ua) act(...given);
      };
    const ua: SipUa = new SipUa(account, {
      opened: ours(() => this.take({ type: "open" })),
      closed: ours(() => this.take({ type: "closed" })),
      doubtful: ours(() => this.networkChanged()),
      registered: ours(() => this.take({ type: "registered" })),
      alive: ours(() => {
        if (this.state.phase === "probing") this.take({ type: "alive" });
      }),
      refused: ours((problem) => {
        this.take({ type: "refused", problem });
        if (problem === "credentials") this.listener.refused();
      }),
      incoming: ours((call) => this.listener.incoming(call)),
    });
    this.ua = ua;
    this.take({ type: "start" });
  }

  /** Ends for good: a call that rings is refused, one that runs is hung up, and the registration taken back. */
  stop(): void {
    const { ua } = this;
    this.ua = null;
    this.take({ type: "stop" });
    ua?.stop();
  }

  /** Ends without unregistering: another tab has registered the same contact meanwhile. */
  abandon(): void {
    this.take({ type: "stop" });
    this.ua?.drop();
    this.stop();
  }

  /** The page was shown, the network is back: now rather than later. */
  wake(): void {
    this.take({ type: "wake" });
  }

  /** The connection may be dead without a word: asks for a sign of life soon. */
  networkChanged(): void {
    this.take({ type: "network-changed" });
  }

  /** Calls a name of our domain; null while there is no registration. */
  place(name: string, media: CallMedia): SipCall | null {
    const registered = this.state.phase === "registered" || this.state.phase === "probing";
    return registered && this.ua !== null ? this.ua.place(name, media) : null;
  }

  private take(event: ConnectionEvent): void {
    const { state, effects } = transition(this.state, event);
    if (state === this.state) return;
    this.state = state;
    clearTimeout(this.timer);
    const afterMs = timerOf(state, Math.random());
    if (afterMs !== null) this.timer = setTimeout(() => this.take({ type: "timer" }), afterMs);
    this.listener.changed(state);
    for (const effect of effects) {
      if (effect === "open") this.ua?.open();
      else if (effect === "drop") this.ua?.drop();
      else this.ua?.register();
    }
    if (state.phase === "waiting" || effects.includes("drop")) this.listener.lost();
  }
}
