/**
 * The phone of this browser: one object for the life of the page, whatever the element on screen does. It wires the
 * two machines to SIP, microphone, ringtone and the other tabs; what it knows goes out as one `PhoneState`.
 */
import type { CallEffect, CallInfo, CallState } from "./call-machine.ts";
import { CallSound } from "./call-sound.ts";
import { type Calls, type CallsEvent, takeEvent } from "./call-waiting.ts";
import { randomUuid } from "./device-id.ts";
import { CALL_BACK_MS, forgetInterruptedCall, interruptedCall, keepInterruptedCall } from "./interrupted-call.ts";
import { lead } from "./leader.ts";
import { preflight, watchMicrophone } from "./microphone.ts";
import type { PhoneCommand, PhoneState } from "./phone-state.ts";
import { Registration } from "./registration.ts";
import { Ringtone } from "./ringtone.ts";
import type { PacketCounts, SipAccount, SipCall } from "./sip.ts";
import { TabChannel } from "./tab-channel.ts";
import { takeTestCall } from "./test-call.ts";

/** What the phone needs from around it. */
export interface PhoneSetup {
  account: SipAccount;
  /** STUN and TURN servers for one call; empty when there are none or nobody replies. */
  iceServers(): Promise<RTCIceServer[]>;
  /** false: the call with this id is known to be over, so its INVITE is shown but does not ring. */
  isFresh(callId: string): boolean;
  /** The server refused our login: the account may have been made anew. */
  onCredentialsRefused(): void;
}

const LOCK = "neolia-phone";
/** SIP name of the bridge's account for test calls (bridge/src/directory/names.ts), which nobody else can have. */
const TEST_CALLER = "neolia-test";
const WATCH_PACKETS_MS = 500;
/** When another offer was under way. */
const MOVE_AGAIN_MS = 1_000;
/** How long the end of a call stays on screen: a plain hang-up, anything that wants reading. */
const SHOW_END_MS = 2_500;
const SHOW_REASON_MS = 7_000;
const KEYS = /^[0-9*#A-D]$/;

export class Phone {
  private current: PhoneState = {
    role: "starting",
    connection: { phase: "off" },
    call: { phase: "idle" },
    waiting: null,
    microphone: { kind: "unknown" },
    ringtone: "locked",
    interrupted: null,
  };
  private readonly listeners = new Set<(state: PhoneState) => void>();
  private readonly ringtone = new Ringtone((ringtone) => this.update({ ringtone }));
  private readonly registration = new Registration({
    changed: (connection) => {
      this.update({ connection });
      if (connection.phase === "registered") this.dispatch({ type: "reachable" });
    },
    lost: () => this.dispatch({ type: "socket-closed", nowMs: Date.now() }),
    incoming: (call) => this.invited(call),
    refused: () => this.setup?.onCredentialsRefused(),
  });
  private readonly sound = new CallSound({
    current: () => this.callOn(),
    changed: (key, problem) => this.dispatch({ type: "microphone", key, problem }),
  });
  private readonly calls = new Map<string, SipCall>();
  private readonly stops: (() => void)[] = [];
  /** Of what only the leader has. */
  private readonly leaderStops: (() => void)[] = [];
  private audio: HTMLAudioElement | null = null;
  private channel: TabChannel | null = null;
  private setup: PhoneSetup | null = null;
  private test: { caller: string; resolve(counts: PacketCounts | null): void } | null = null;
  private servers: Promise<RTCIceServer[]> | null = null;
  private endTimer: ReturnType<typeof setTimeout> | undefined;
  private packetTimer: ReturnType<typeof setInterval> | undefined;

  get state(): PhoneState {
    return this.current;
  }

  /** Calls back now and at each change. Returns its unsubscribe. */
  subscribe(listener: (state: PhoneState) => void): () => void {
    this.listeners.add(listener);
    listener(this.current);
    return () => this.listeners.delete(listener);
  }

  /** Begins to be this browser's phone, or to follow the tab that is. A second call does nothing. */
  start(): void {
    if (this.channel !== null) return;
    this.channel = new TabChannel({
      state: (state) => {
        if (this.current.role !== "leader") this.update({ ...state, role: "follower" });
      },
      command: (command) => {
        if (this.current.role === "leader") this.perform(command);
      },
      hello: () => {
        if (this.current.role === "leader") this.channel?.sendState(this.current);
      },
    });
    this.stops.push(
      lead(
        LOCK,
        () => this.becomeLeader(),
        () => this.giveWay(),
      ),
    );
    this.channel.sendHello();
    const wake = (): void => {
      if (document.visibilityState === "visible") this.wake();
    };
    on(document, "visibilitychange", wake, this.stops);
    on(window, "pageshow", wake, this.stops);
    const networkChanged = (): void => {
      this.dispatch({ type: "network-changed", nowMs: Date.now() });
      this.registration.networkChanged();
    };
    on(window, "online", networkChanged, this.stops);
    const network = (navigator as Navigator & { connection?: EventTarget }).connection;
    if (network !== undefined) on(network, "change", networkChanged, this.stops);
    on(window, "pagehide", () => this.leave(), this.stops);
  }

  /** A page that goes away hangs up. It refuses no call that rings: it may be a reload, and then it rings again. */
  private leave(): void {
    const { call } = this.current;
    if (call.phase === "incoming") return;
    if (call.phase === "active" && this.current.role === "leader") {
      keepInterruptedCall({ peer: call.call.peer, atMs: Date.now() });
    }
    this.calls.get(this.key() ?? "")?.leave();
  }

  /** Gives the place to the next tab and lets go of everything. */
  stop(): void {
    this.configure(null);
    for (const stop of this.stops.splice(0)) stop();
    this.letGo();
    this.channel?.close();
    this.channel = null;
  }

  /** Another tab has become the phone: this one hangs up and follows it. */
  private giveWay(): void {
    this.calls.get(this.key() ?? "")?.terminate();
    this.registration.abandon();
    this.letGo();
    this.channel?.sendHello();
  }

  private letGo(): void {
    for (const stop of this.leaderStops.splice(0)) stop();
    this.ringtone.stop();
    this.audio?.remove();
    this.audio = null;
    this.update({ role: "starting" });
  }

  /** Sets the account to register, or none. The same account again changes nothing. */
  configure(setup: PhoneSetup | null): void {
    const same = JSON.stringify(setup?.account) === JSON.stringify(this.setup?.account);
    this.setup = setup;
    if (same || this.current.role !== "leader") return;
    this.registration.stop();
    if (setup !== null) this.registration.start(setup.account);
  }

  /** Does what the person asked, here or in the tab that is the phone. */
  command(command: PhoneCommand): void {
    if (this.current.role === "leader") this.perform(command);
    else this.channel?.sendCommand(command);
  }

  /** Something around it changed for the better: try now instead of later. */
  wake(): void {
    this.registration.wake();
  }

  /** Inside a tap: unlocks the ringtone and lets it be heard. */
  armRingtone(): void {
    this.ringtone.unlock();
    this.ringtone.sample();
  }

  /** Asks the browser for the microphone now instead of at the first call. */
  async askForMicrophone(): Promise<void> {
    const opened = await this.sound.open();
    // A call has asked for it meanwhile.
    if (opened === null) return;
    this.sound.close();
    if (opened.problem === null) this.update({ microphone: { kind: "ready" } });
    else this.update({ microphone: { kind: "problem", problem: opened.problem } });
  }

  private becomeLeader(): void {
    // What another tab told of its own call and connection is over with that tab.
    const none = { call: { phase: "idle" }, waiting: null, connection: { phase: "off" } } as const;
    this.update({ role: "leader", ...none, ringtone: "locked" });
    const interrupted = interruptedCall(Date.now());
    if (interrupted !== null) {
      this.update({ interrupted });
      const over = setTimeout(() => this.update({ interrupted: null }), interrupted.atMs + CALL_BACK_MS - Date.now());
      this.stops.push(() => clearTimeout(over));
    }
    this.audio = document.createElement("audio");
    this.audio.autoplay = true;
    this.audio.hidden = true;
    this.audio.dataset.neoliaRemote = "";
    document.body.append(this.audio);
    this.ringtone.start();
    const look = (): void => {
      preflight().then(
        (microphone) => this.update({ microphone }),
        () => this.update({ microphone: { kind: "unknown" } }),
      );
    };
    look();
    this.leaderStops.push(
      watchMicrophone(() => {
        look();
        // What was missing may be there again.
        void this.sound.lookAgain();
      }),
    );
    if (this.setup !== null) this.registration.start(this.setup.account);
  }

  /**
   * For `forMs` a call from this account is a test: it is answered without a sound and shown to nobody. null: none came,
   * or there was a real call to be had.
   */
  expectTestCall(caller: string, forMs: number): Promise<PacketCounts | null> {
    this.test?.resolve(null);
    return new Promise((resolve) => {
      const test = { caller, resolve };
      this.test = test;
      setTimeout(() => {
        if (this.test !== test) return;
        this.test = null;
        resolve(null);
      }, forMs);
    });
  }

  private invited(call: SipCall): void {
    const { test } = this;
    if (call.peer.name === TEST_CALLER && test === null) {
      // Nobody has said that it comes: that is a fault to be found, and no reason to wake anybody.
      call.reject(480);
      return;
    }
    if (test !== null && test.caller === call.peer.name) {
      if (this.key() !== null) {
        call.reject(486);
        return;
      }
      this.test = null;
      const servers = this.setup?.iceServers() ?? [];
      void Promise.resolve(servers).then((iceServers) => takeTestCall(call, iceServers).then(test.resolve));
      return;
    }
    // Fetched while it rings: the answer shall not wait for it.
    if (this.key() === null) this.servers = this.setup?.iceServers() ?? null;
    const info = this.describe(call.key, "inbound", call.peer, call.callId);
    this.attach(call.key, call);
    const fresh = call.callId === null || (this.setup?.isFresh(call.callId) ?? true);
    this.dispatch({ type: "invite", call: info, fresh });
  }

  private perform(command: PhoneCommand): void {
    switch (command.type) {
      case "dial": {
        const peer = { name: command.name, displayName: command.displayName };
        this.dispatch({ type: "dial", call: this.describe(randomUuid(), "outbound", peer, null) });
        return;
      }
      case "decline":
      case "hang-up":
      case "take-waiting":
        this.dispatch({ type: command.type, nowMs: Date.now() });
        return;
      case "digit":
        if (KEYS.test(command.digit)) this.dispatch(command);
        return;
      case "answer":
      case "silence":
      case "mute":
      case "dismiss":
      case "decline-waiting":
        this.dispatch(command);
        return;
      case "try-microphone":
        void this.sound.tryAgain();
        return;
    }
  }

  private dispatch(event: CallsEvent): void {
    const { call: before, waiting } = this.current;
    const { calls, effects } = takeEvent({ call: before, waiting }, event);
    const state = calls.call;
    if (state !== before) this.update({ ...calls, ...(state.phase !== "idle" && { interrupted: null }) });
    else if (calls.waiting !== waiting) this.update(calls);
    if (before.phase === "idle" && state.phase !== "idle") forgetInterruptedCall();
    for (const effect of effects) this.carryOut(effect);
    if (knocks(calls) !== knocks({ call: before, waiting })) this.ringtone.knock(knocks(calls));
    if (state !== before) this.follow(before, state);
  }

  private carryOut(effect: CallEffect): void {
    const call = "key" in effect ? this.calls.get(effect.key) : undefined;
    switch (effect.type) {
      case "accept":
        void this.answer(effect.key);
        return;
      case "place":
        void this.place(effect.key, effect.name);
        return;
      case "reject":
        call?.reject(effect.code);
        return;
      case "terminate":
        call?.terminate();
        return;
      case "find-server":
        this.registration.networkChanged();
        return;
      case "move-path":
        if (call?.movePath() === false) {
          setTimeout(() => this.dispatch({ type: "path-lost", key: effect.key }), MOVE_AGAIN_MS);
        }
        return;
      case "set-muted":
        call?.setMuted(effect.muted);
        return;
      case "send-digit":
        call?.sendDigit(effect.digit);
        return;
    }
  }

  private async answer(key: string): Promise<void> {
    const media = await this.openMedia(key);
    const call = this.calls.get(key);
    // The caller may have hung up, or another device answered, while the browser asked for the microphone.
    if (call === undefined || media === null || this.current.call.phase !== "answering") return;
    call.answer(media);
    if (this.audio !== null) call.playOn(this.audio);
  }

  private async place(key: string, name: string): Promise<void> {
    const media = await this.openMedia(key);
    if (media === null || this.current.call.phase !== "outgoing") return;
    const call = this.registration.place(name, media);
    if (call === null) {
      this.dispatch({ type: "terminated", key, reason: "connection-lost", nowMs: Date.now() });
      return;
    }
    this.attach(key, call);
    if (this.audio !== null) call.playOn(this.audio);
  }

  /** null: the call ended meanwhile, and what was opened is closed again. */
  private async openMedia(key: string): Promise<{ stream: MediaStream; iceServers: RTCIceServer[] } | null> {
    const servers = this.servers ?? this.setup?.iceServers() ?? [];
    this.servers = null;
    const [opened, iceServers] = await Promise.all([this.sound.open(), servers]);
    if (opened === null || this.key() !== key) {
      if (this.key() === null) this.sound.close();
      return null;
    }
    if (opened.problem !== null) this.dispatch({ type: "microphone", key, problem: opened.problem });
    return { stream: opened.stream, iceServers };
  }

  private attach(key: string, call: SipCall): void {
    this.calls.set(key, call);
    call.listen({
      progress: () => this.dispatch({ type: "progress", key }),
      accepted: () => this.dispatch({ type: "accepted", key, nowMs: Date.now() }),
      path: (found) => this.dispatch({ type: found ? "path-found" : "path-lost", key }),
      terminated: (reason) => {
        this.calls.delete(key);
        this.dispatch({ type: "terminated", key, reason, nowMs: Date.now() });
      },
    });
  }

  /** What runs beside a call follows from its state: ringtone, packet watch, microphone, the time its end is shown. */
  private follow(before: CallState, state: CallState): void {
    if (state.phase === "incoming" && state.ringing) this.ringtone.ring();
    else this.ringtone.silence();
    if (state.phase === before.phase && state.phase !== "incoming") return;
    clearInterval(this.packetTimer);
    clearTimeout(this.endTimer);
    if (state.phase === "ended" || keyOf(before) !== keyOf(state)) {
      this.sound.close();
      if (this.audio !== null) this.audio.srcObject = null;
    }
    if (state.phase === "active") {
      const { key } = state.call;
      this.packetTimer = setInterval(() => void this.countPackets(key), WATCH_PACKETS_MS);
    }
    if (state.phase === "ended") {
      const showMs = state.reason === "answered-here" ? SHOW_END_MS : SHOW_REASON_MS;
      this.endTimer = setTimeout(() => this.dispatch({ type: "dismiss" }), showMs);
    }
  }

  private async countPackets(key: string): Promise<void> {
    const packets = await this.calls.get(key)?.packetsReceived();
    if (packets !== undefined) this.dispatch({ type: "packets", key, packets, nowMs: Date.now() });
  }

  /** Key of the call that is on, null when none is. */
  private key(): string | null {
    const { call } = this.current;
    return call.phase === "idle" || call.phase === "ended" ? null : call.call.key;
  }

  private callOn() {
    const { call } = this.current;
    const key = this.key();
    const sip = this.calls.get(key ?? "");
    if (call.phase === "idle" || key === null || sip === undefined) return null;
    return { key, call: sip, microphone: call.call.microphone };
  }

  private describe(
    key: string,
    direction: CallInfo["direction"],
    peer: CallInfo["peer"],
    callId: string | null,
  ): CallInfo {
    return { key, callId, direction, peer, startedAtMs: Date.now(), microphone: null };
  }

  private update(change: Partial<PhoneState>): void {
    this.current = { ...this.current, ...change };
    if (this.current.role === "leader") this.channel?.sendState(this.current);
    for (const listener of this.listeners) listener(this.current);
  }
}

/** Somebody waits behind a conversation; what rings itself drowns it, or was silenced with it. */
function knocks({ call, waiting }: Calls): boolean {
  return waiting !== null && call.phase !== "incoming";
}

function keyOf(state: CallState): string | null {
  return state.phase === "idle" ? null : state.call.key;
}

function on(target: EventTarget, type: string, listener: () => void, stops: (() => void)[]): void {
  target.addEventListener(type, listener);
  stops.push(() => target.removeEventListener(type, listener));
}

/** The one phone of the page. */
export const phone = new Phone();
